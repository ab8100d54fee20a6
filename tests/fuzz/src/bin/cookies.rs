//! The `Cookie` header.
//!
//! The first line of the input is the name that is looked for, the rest the header.
#![no_main]

use clerk_edge::core::session::{Cookies, MAX_COOKIE_HEADER_BYTES};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (name, header) = text.split_once('\n').unwrap_or(("__session", text));
    let found = Cookies::new(header).get(name);
    if header.len() > MAX_COOKIE_HEADER_BYTES {
        assert_eq!(found, None, "a header beyond the bound");
        return;
    }
    let (name_is_plain, value) = (!name.contains([';', '=']) && name.trim_matches([' ', '\t']) == name, found);
    if let Some(value) = &value {
        assert!(name_is_plain, "a name that no cookie has: {name:?}");
        assert!(value.len() <= header.len(), "longer than the header");
    }
    // an encoded delimiter makes no cookie: what comes after it belongs to the value before
    let encoded = header.replace(';', "%3B");
    let first = encoded.split_once('=').map(|(written, _)| written.trim_matches([' ', '\t']).to_owned());
    if first.as_deref() != Some(name) {
        assert_eq!(Cookies::new(&encoded).get(name), None, "a cookie out of another one's value");
    }
    // a cookie behind all others is found exactly if no other has its name
    if name_is_plain {
        let longer = format!("{header};{name}=last");
        if longer.len() <= MAX_COOKIE_HEADER_BYTES {
            let last = Cookies::new(&longer).get(name);
            assert_eq!(last.as_deref(), Some(value.as_deref().unwrap_or("last")), "the first of a name counts");
        }
    }
});
