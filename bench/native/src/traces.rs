//! Sequences of keys to look up, the same on every run.

/// Keys that popularity is spread over.
pub const KEYS: u32 = 50_000;
/// Lookups in a trace; the first fifth warms up.
pub const LOOKUPS: usize = 1_000_000;
/// Sessions going on at once in [`Kind::Sessions`].
const SESSIONS: usize = 4_000;

/// What disturbs the Zipf distribution.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Nothing.
    Plain,
    /// One lookup in five belongs to a scan: 5,000 consecutive keys, each once, as when all users are listed.
    Scans,
    /// Every 100,000 lookups, the top tenth of the keys is replaced.
    Drift,
    /// One lookup in ten is of a key never seen before or after.
    Strangers,
    /// No Zipf: 4,000 sessions at a time, each of about 10, 20 or 40 lookups and never seen again.
    Sessions,
}

pub const KINDS: [Kind; 5] = [Kind::Plain, Kind::Scans, Kind::Drift, Kind::Strangers, Kind::Sessions];

/// The generator known as `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        (((self.next() >> 32) * u64::from(bound)) >> 32) as u32
    }

    pub fn unit(&mut self) -> f64 {
        f64::from((self.next() >> 32) as u32) / 4_294_967_296.0
    }
}

/// Ranks 0..n, the i-th with a probability proportional to (i + 1)^-alpha.
pub struct Zipf(Vec<f64>);

impl Zipf {
    pub fn new(n: u32, alpha: f64) -> Self {
        let mut sums = Vec::with_capacity(n as usize);
        let total = (1..=n).fold(0.0, |sum, rank| {
            sums.push(sum + f64::from(rank).powf(-alpha));
            sum + f64::from(rank).powf(-alpha)
        });
        for sum in &mut sums {
            *sum /= total;
        }
        Self(sums)
    }

    pub fn draw(&self, random: &mut Random) -> u32 {
        let point = random.unit();
        self.0.partition_point(|&sum| sum < point).min(self.0.len() - 1) as u32
    }
}

/// A trace; `seed` chooses among traces of the same kind.
pub fn trace(kind: Kind, alpha: f64, seed: u64) -> Vec<u32> {
    let (zipf, mut random) = (Zipf::new(KEYS, alpha), Random(seed));
    let mut trace = Vec::with_capacity(LOOKUPS + 5_000);
    let (mut scanned, mut shift, mut fresh) = (0, 0, KEYS);
    let mut sessions: Vec<u32> = (0..SESSIONS as u32).collect();
    let session_end = if alpha < 0.8 {
        0.1
    } else if alpha < 1.0 {
        0.05
    } else {
        0.025
    };
    while trace.len() < LOOKUPS {
        let at = trace.len();
        match kind {
            Kind::Scans if at % 25_000 == 20_000 => {
                trace.extend((0..5_000).map(|step| (scanned + step) % KEYS));
                scanned = (scanned + 5_000) % KEYS;
                continue;
            }
            Kind::Drift if at % 100_000 == 0 => shift += KEYS / 10,
            Kind::Strangers if at % 10 == 0 => {
                trace.push(fresh);
                fresh += 1;
                continue;
            }
            Kind::Sessions => {
                let session = random.below(SESSIONS as u32) as usize;
                trace.push(sessions[session]);
                if random.unit() < session_end {
                    sessions[session] = fresh;
                    fresh += 1;
                }
                continue;
            }
            _ => {}
        }
        trace.push((zipf.draw(&mut random) + shift) % KEYS);
    }
    trace.truncate(LOOKUPS);
    trace
}

/// The bytes of a key's value, log-normal around 3 kB and the same on every lookup.
pub fn weight(key: u32) -> u32 {
    let mut random = Random(u64::from(key) ^ 0x5eed);
    let normal = (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
    (3_000.0 * (1.2 * normal).exp()).clamp(200.0, 400_000.0) as u32
}
