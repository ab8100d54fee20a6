//! The native core beside its peers. `cargo run --release -p clerk-edge-bench -- [hits|weights|speed|memory]`

mod hits;
mod memory;
mod reference;
mod speed;
mod subjects;
mod traces;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let [name, entries, kind] = wanted.as_slice()
        && name == "memory-of"
    {
        return memory::print(entries.parse().unwrap_or(0), kind);
    }
    let all: [(&str, fn()); 4] =
        [("hits", hits::run), ("weights", hits::run_weighted), ("speed", speed::run), ("memory", memory::run)];
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            run();
        }
    }
}
