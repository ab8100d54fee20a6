//! Signatures of webhooks: what is believed and what is not. The vectors were made with npm's `standardwebhooks` 1.1.1,
//! and the first is also Svix's own.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use clerk_edge::core::time::UnixTime;
use clerk_edge::core::webhook::{Delivery, Refusal, Secret, verify};
use proptest::prelude::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
const SIGNED_AT: u64 = 1_614_265_330;
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

const GENUINE: Delivery<'_> = Delivery { id: ID, timestamp: "1614265330", signatures: SIGNATURE, body: BODY };

fn at(delivery: &Delivery<'_>, now_ms: u64) -> Result<(), Refusal> {
    let secret = Secret::parse(SECRET).unwrap();
    verify(&secret, delivery, UnixTime::from_millis(now_ms)).map(|id| assert_eq!(id, ID))
}

fn now(delivery: &Delivery<'_>) -> Result<(), Refusal> {
    at(delivery, SIGNED_AT * 1_000)
}

#[test]
fn a_genuine_delivery_is_believed() {
    assert_eq!(now(&GENUINE), Ok(()));
    let delivery = Delivery {
        id: "msg_1",
        timestamp: "1730000000",
        signatures: "v1,EEWUZJVbP8Xsr2kKg0BiPCGOw+ilNKX5TicPQ28Wtp4=",
        body: "{\"a\":\"é\"}".as_bytes(),
    };
    let secret = Secret::parse("whsec_c2VjcmV0IQ==").unwrap();
    assert_eq!(verify(&secret, &delivery, UnixTime::from_millis(1_730_000_000_000)), Ok("msg_1"));
    let empty = Delivery { signatures: "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A=", body: b"", ..GENUINE };
    assert_eq!(now(&empty), Ok(()), "whether an empty body means anything is not for the signature to say");
}

#[test]
fn r20_one_fitting_signature_among_others_is_enough() {
    let other = "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    for signatures in [
        format!("{other} {SIGNATURE}"),
        format!("{SIGNATURE} {other}"),
        format!("v1a,{} v2,x nonsense  {SIGNATURE}", "A".repeat(88)),
        format!("{}{SIGNATURE}", format!("{other} ").repeat(15)),
    ] {
        assert_eq!(now(&Delivery { signatures: &signatures, ..GENUINE }), Ok(()), "{signatures}");
    }
}

#[test]
fn r20_what_is_not_exactly_a_signature_of_this_version_is_refused() {
    let bare = SIGNATURE.strip_prefix("v1,").unwrap();
    let unpadded = SIGNATURE.strip_suffix('=').unwrap();
    let half = SIGNATURE.get(..24).unwrap();
    for signatures in [
        bare.to_owned(),
        "v1,".to_owned(),
        "v1".to_owned(),
        format!("v1,{bare}{bare}"),
        half.to_owned(),
        unpadded.to_owned(),
        format!("{unpadded}F="),
        format!("v2,{bare}"),
        format!("v1a,{bare}"),
        format!("V1,{bare}"),
        format!("v1, {bare}"),
        format!("v1={bare}"),
        format!("{SIGNATURE},x"),
        format!("x,{SIGNATURE}"),
        SIGNATURE.replace('+', "-").replace('/', "_"),
        SIGNATURE.replace("v1,g0", "v1,G0"),
        "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=".to_owned(),
        format!("v1,{}", "A".repeat(44)),
        format!("v1,{}", "é".repeat(22)),
    ] {
        let refused = now(&Delivery { signatures: &signatures, ..GENUINE });
        assert_eq!(refused, Err(Refusal::InvalidSignature), "{signatures}");
    }
}

#[test]
fn r20_the_number_of_signatures_is_bounded() {
    let many = format!("{}{SIGNATURE}", "v1,x ".repeat(16));
    assert_eq!(now(&Delivery { signatures: &many, ..GENUINE }), Err(Refusal::InvalidSignature));
    let long = format!("{SIGNATURE} {}", "v2,x ".repeat(1_000));
    assert_eq!(now(&Delivery { signatures: &long, ..GENUINE }), Err(Refusal::InvalidSignature));
}

#[test]
fn r20_every_signed_part_counts() {
    for delivery in [
        Delivery { id: "msg_p5jXN8AQM9LWM0D4loKWxJeK", ..GENUINE },
        Delivery { timestamp: "1614265331", ..GENUINE },
        Delivery { body: br#"{"test": 2432232315}"#, ..GENUINE },
        Delivery { body: br#"{"test":2432232314}"#, ..GENUINE },
        Delivery { body: b"", ..GENUINE },
    ] {
        assert_eq!(now(&delivery), Err(Refusal::InvalidSignature), "{delivery:?}");
    }
    let other = Secret::parse("whsec_c2VjcmV0IQ==").unwrap();
    let refused = verify(&other, &GENUINE, UnixTime::from_millis(SIGNED_AT * 1_000));
    assert_eq!(refused, Err(Refusal::InvalidSignature));
}

#[test]
fn r20_the_parts_cannot_be_cut_elsewhere() {
    // Signed as `a.1614265330.` and a body of `1614265330.{}`, which reads as well as an id with a dot and a body of `{}`.
    let cut = Delivery { id: "a.1614265330", body: b"{}", ..GENUINE };
    assert_eq!(now(&cut), Err(Refusal::InvalidId));
    for id in ["msg 1", "msg\n1", "msg_é", "a, a", &"m".repeat(257)] {
        assert_eq!(now(&Delivery { id, ..GENUINE }), Err(Refusal::InvalidId), "{id}");
    }
}

#[test]
fn r21_the_window_is_exact_to_the_second() {
    let second = |offset: i64| (SIGNED_AT.checked_add_signed(offset).unwrap()) * 1_000;
    for (offset, expected) in [
        (300, Ok(())),
        (301, Err(Refusal::TooOld)),
        (-300, Ok(())),
        (-301, Err(Refusal::TooNew)),
        (1_000_000, Err(Refusal::TooOld)),
        (-1_000_000, Err(Refusal::TooNew)),
    ] {
        assert_eq!(at(&GENUINE, second(offset)), expected, "{offset}");
        assert_eq!(at(&GENUINE, second(offset) + 999), expected, "{offset}.999: parts of a second do not count");
    }
    assert_eq!(at(&GENUINE, 0), Err(Refusal::TooNew));
    assert_eq!(at(&GENUINE, u64::MAX), Err(Refusal::TooOld));
}

#[test]
fn a_fraction_of_the_timestamp_is_not_signed() {
    // `sign(id, new Date(1614265330987), body)` gives the same signature, and Clerk's SDK reads the header as a whole number.
    for timestamp in ["1614265330.987", "1614265330.0", " 1614265330.123 ", "01614265330"] {
        assert_eq!(now(&Delivery { timestamp, ..GENUINE }), Ok(()), "{timestamp}");
    }
}

#[test]
fn a_timestamp_that_is_no_number_is_refused() {
    for timestamp in [
        "1614265330abc",
        "1614265330.",
        ".5",
        "1614265330.1.2",
        "+1614265330",
        "-1",
        "1e9",
        "0x6037B932",
        "NaN",
        "1 614",
        "1614265330.12x",
        "१६१४२६५३३०",
        "9999999999999",
        "18446744073709551616",
    ] {
        let refused = now(&Delivery { timestamp, ..GENUINE });
        assert_eq!(refused, Err(Refusal::InvalidTimestamp), "{timestamp}");
    }
}

#[test]
fn headers_are_trimmed_and_empty_ones_are_missing() {
    let padded = format!("  {SIGNATURE}\t");
    assert_eq!(now(&Delivery { id: &format!(" {ID} "), signatures: &padded, ..GENUINE }), Ok(()));
    for empty in ["", " ", "\t"] {
        for delivery in [
            Delivery { id: empty, ..GENUINE },
            Delivery { timestamp: empty, ..GENUINE },
            Delivery { signatures: empty, ..GENUINE },
        ] {
            assert_eq!(now(&delivery), Err(Refusal::MissingHeader), "{delivery:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_input_panics_and_none_is_believed(id in ".{0,40}", timestamp in "(1614265330)?.{0,8}", signatures in ".{0,80}", body: Vec<u8>) {
        let delivery = Delivery { id: &id, timestamp: &timestamp, signatures: &signatures, body: &body };
        prop_assert!(now(&delivery).is_err());
        let renamed = Delivery { id: ID, timestamp: "1614265330", ..delivery };
        prop_assert!(now(&renamed).is_err());
    }

    #[test]
    fn one_changed_byte_of_the_body_is_noticed(at in 0..BODY.len(), to: u8) {
        let mut body = BODY.to_vec();
        body[at] = to;
        prop_assert_eq!(now(&Delivery { body: &body, ..GENUINE }).is_ok(), body == BODY);
    }
}
