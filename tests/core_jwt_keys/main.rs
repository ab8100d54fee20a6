//! Public keys: what `jwtKey` may look like, and which keys of a set count. The files in `public/` were written by
//! OpenSSL; `jwks.json` has the same keys as Node's `crypto` exports them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "the helpers of tests may panic")]

use clerk_edge::core::jwt::{
    Algorithm, JwkKey, KeyError, KeySet, KeySetError, MAX_KEY_SET_BYTES, MAX_KEYS, MAX_PEM_BYTES, PemError, Reason,
    RsaPublicKey, parse_pem,
};
use proptest::prelude::*;

const RSA_1024: &str = include_str!("public/rsa-1024.pem");
const RSA_2048: &str = include_str!("public/rsa-2048.pem");
const RSA_3072: &str = include_str!("public/rsa-3072.pem");
const RSA_4096: &str = include_str!("public/rsa-4096.pem");
const PKCS1: &str = include_str!("public/rsa-2048-pkcs1.pem");
const PSS: &str = include_str!("public/rsa-pss.pem");
const EC: &str = include_str!("public/ec.pem");
const CERTIFICATE: &str = include_str!("public/certificate.pem");
const JWKS: &str = include_str!("public/jwks.json");

fn published(kid: &str) -> RsaPublicKey {
    KeySet::parse(JWKS.as_bytes()).unwrap().get(Some(kid)).unwrap().key().clone()
}

/// The text between BEGIN and END, on one line.
fn bare(pem: &str) -> String {
    pem.lines().filter(|line| !line.starts_with("-----")).collect()
}

/// A key set of one key: the 2048-bit one, with `members` after its own.
fn with(members: &str) -> KeySet {
    KeySet::parse(format!(r#"{{"keys":[{}]}}"#, jwk(members)).as_bytes()).unwrap()
}

fn jwk(members: &str) -> String {
    let n = JWKS.split('"').find(|text| text.len() > 300).unwrap();
    format!(r#"{{"kty":"RSA","kid":"ins_1","n":"{n}","e":"AQAB"{members}}}"#)
}

#[test]
fn keys_of_every_size_are_what_their_jwk_says() {
    for (pem, kid, bits) in [(RSA_2048, "ins_2048", 2048), (RSA_3072, "ins_3072", 3072), (RSA_4096, "ins_4096", 4096)] {
        let key = parse_pem(pem).unwrap();
        assert_eq!(key, published(kid));
        assert_eq!((key.bits(), key.modulus().len(), key.exponent()), (bits, bits / 8, [1, 0, 1].as_slice()));
    }
    assert_eq!(parse_pem(PKCS1), Ok(published("ins_2048")));
}

#[test]
fn keys_survive_being_pasted_into_an_environment_variable() {
    let (key, body) = (published("ins_2048"), bare(RSA_2048));
    for text in [
        RSA_2048.replace('\n', "\r\n"),
        RSA_2048.replace('\n', "\\n"),
        RSA_2048.replace('\n', "\\r\\n"),
        RSA_2048.replace('\n', "\\\\n"),
        RSA_2048.replace('\n', " "),
        RSA_2048.replace('\n', ""),
        RSA_2048.replace('\n', "\n\t "),
        RSA_2048.trim_end().to_owned(),
        format!("  \n{RSA_2048}\n  "),
        format!("\"{}\"", RSA_2048.replace('\n', "\\n")),
        format!("'{RSA_2048}'"),
        format!("\\n{RSA_2048}\\n"),
        body.clone(),
        format!(" {body}\n"),
        format!("\"{body}\""),
        bare(PKCS1),
    ] {
        assert_eq!(parse_pem(&text).as_ref(), Ok(&key), "{text}");
    }
}

#[test]
fn what_is_no_public_key_is_refused_for_what_it_is() {
    for (text, error) in [
        (String::new(), PemError::Empty),
        (" \n".into(), PemError::Empty),
        ("-----BEGIN PUBLIC KEY----------END PUBLIC KEY-----".into(), PemError::Empty),
        ("A".repeat(MAX_PEM_BYTES + 1), PemError::TooLong),
        (RSA_2048.replace("PUBLIC", "PRIVATE"), PemError::PrivateKey),
        (RSA_2048.replace("PUBLIC", "RSA PRIVATE"), PemError::PrivateKey),
        (RSA_2048.replace("PUBLIC", "ENCRYPTED PRIVATE"), PemError::PrivateKey),
        ("MAMCAQA=".into(), PemError::PrivateKey),
        (CERTIFICATE.into(), PemError::Certificate),
        (bare(CERTIFICATE), PemError::Certificate),
        (RSA_2048.replace("-----END PUBLIC KEY-----\n", ""), PemError::Armour),
        (RSA_2048.replace("-----BEGIN PUBLIC KEY-----\n", ""), PemError::Armour),
        (RSA_2048.replace("END PUBLIC", "END RSA PUBLIC"), PemError::Armour),
        (RSA_2048.replace("PUBLIC", "SECRET"), PemError::Armour),
        (format!("{RSA_2048}{RSA_3072}"), PemError::Armour),
        (format!("key={RSA_2048}"), PemError::Armour),
        (format!("{RSA_2048}#"), PemError::Armour),
        (RSA_2048.replace("MII", "M?I"), PemError::Base64),
        (bare(RSA_2048).replace('+', "-"), PemError::Base64),
        ("sk_test_abc".into(), PemError::Base64),
        ("AAAA".into(), PemError::Structure),
        (EC.into(), PemError::NotRsa),
        (PSS.into(), PemError::NotRsa),
        (RSA_1024.into(), PemError::Key(KeyError::Size { bits: 1024 })),
    ] {
        assert_eq!(parse_pem(&text), Err(error), "{text}");
    }
}

/// A value in DER; its length is below 65,536.
fn der(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let [high, low] = u16::try_from(contents.len()).unwrap().to_be_bytes();
    let length = match contents.len() {
        ..0x80 => vec![low],
        0x80..0x100 => vec![0x81, low],
        _ => vec![0x82, high, low],
    };
    [vec![tag], length, contents].concat()
}

fn spki(algorithm: &[&[u8]], key: &[u8]) -> Result<RsaPublicKey, PemError> {
    parse_der(&der(0x30, &[&der(0x30, algorithm), &der(3, &[&[0], key])]))
}

fn parse_der(der: &[u8]) -> Result<RsaPublicKey, PemError> {
    parse_pem(&base64(der))
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = |group: &[u8]| {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte)) << (8 * (3 - group.len()));
        (0..=group.len()).map(|at| char::from(LETTERS[bits >> (18 - 6 * at) & 63])).collect::<String>()
    };
    bytes.chunks(3).map(letters).collect()
}

const RSA: &[u8] = &[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1];
const NULL: &[u8] = &[5, 0];

#[test]
fn der_has_one_form() {
    let modulus = [&[0, 0x80][..], &[7; 254], &[1]].concat();
    let n = der(2, &[&modulus]);
    let e = der(2, &[&[1, 0, 1]]);
    let key = der(0x30, &[&n, &e]);
    assert_eq!(spki(&[RSA, NULL], &key).unwrap().modulus(), &modulus[1..]);
    assert!(spki(&[RSA], &key).is_ok());
    assert!(parse_der(&key).is_ok());
    let long = |bytes: &[u8]| [&[0x30, 0x83, 0][..], &bytes[2..]].concat();
    let (two_zeros, negative) = (der(2, &[&[0], &modulus]), der(2, &[&modulus[1..]]));
    for refused in [
        spki(&[RSA, NULL, NULL], &key),
        spki(&[RSA, &[5, 1, 0]], &key),
        spki(&[RSA, &[2, 1, 0]], &key),
        spki(&[RSA, NULL], &[&key[..], &[0]].concat()),
        spki(&[RSA, NULL], &key[..key.len() - 1]),
        spki(&[RSA, NULL], &der(0x30, &[&n])),
        spki(&[RSA, NULL], &der(0x30, &[&n, &e, &e])),
        spki(&[RSA, NULL], &der(0x30, &[&two_zeros, &e])),
        spki(&[RSA, NULL], &der(0x30, &[&negative, &e])),
        spki(&[RSA, NULL], &long(&key)),
        parse_der(&der(0x30, &[&der(0x30, &[RSA, NULL]), &der(3, &[&[1], &key])])),
        parse_der(&der(0x30, &[&der(0x30, &[RSA, NULL]), &der(3, &[])])),
        parse_der(&der(0x30, &[&der(0x30, &[RSA, NULL]), &der(3, &[&[0], &key]), NULL])),
        parse_der(&[&der(0x30, &[&n, &e])[..], &[0]].concat()),
        parse_der(&[0x30, 0x80, 0, 0]),
    ] {
        assert_eq!(refused, Err(PemError::Structure));
    }
}

#[test]
fn numbers_out_of_bounds_are_no_key() {
    let modulus = |bits: usize| {
        let mut bytes = vec![0xFF; bits.div_ceil(8)];
        bytes[0] >>= bytes.len() * 8 - bits;
        bytes
    };
    for bits in [2048, 2049, 4096, 8191, 8192] {
        assert_eq!(RsaPublicKey::new(&modulus(bits), &[3]).map(|key| key.bits()), Ok(bits));
    }
    for bits in [1, 2047, 8193, 16_384] {
        assert_eq!(RsaPublicKey::new(&modulus(bits), &[3]), Err(KeyError::Size { bits }));
    }
    assert_eq!(RsaPublicKey::new(&[], &[3]), Err(KeyError::Size { bits: 0 }));
    let even = [&[0xFF; 255][..], &[0xFE]].concat();
    assert_eq!(RsaPublicKey::new(&even, &[3]), Err(KeyError::Even));
    for exponent in [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
        assert_eq!(RsaPublicKey::new(&modulus(2048), exponent), Err(KeyError::Exponent), "{exponent:?}");
    }
    for exponent in [&[3][..], &[17], &[1, 0, 1], &[0xFF; 4], &[0, 0, 0, 0, 1, 0, 1]] {
        assert!(RsaPublicKey::new(&modulus(2048), exponent).is_ok(), "{exponent:?}");
    }
    let padded = [&[0, 0][..], &modulus(2048)].concat();
    assert_eq!(RsaPublicKey::new(&padded, &[0, 3]), RsaPublicKey::new(&modulus(2048), &[3]));
}

#[test]
fn keys_are_found_by_their_exact_kid() {
    let set = KeySet::parse(JWKS.as_bytes()).unwrap();
    assert_eq!(set.keys().iter().map(JwkKey::kid).collect::<Vec<_>>(), ["ins_2048", "ins_3072", "ins_4096"]);
    assert_eq!(set.get(Some("ins_3072")).map(|key| key.key().bits()), Some(3072));
    for kid in ["INS_3072", "ins_307", "ins_3072 ", "", "undefined", "__proto__", "constructor", "toString"] {
        assert_eq!(set.get(Some(kid)), None, "{kid}");
    }
    let one = with("");
    assert_eq!((one.keys().len(), one.get(None)), (1, None));
    assert!(with(r#","kid":"__proto__""#).get(Some("__proto__")).is_some());
    assert!(with(r#","kid":"\u0061""#).get(Some("a")).is_some());
}

#[test]
fn r07_keys_that_must_not_verify_are_left_out() {
    assert!(!with("").is_empty());
    for members in [
        r#","kty":"EC""#,
        r#","kty":"oct","k":"AAAA""#,
        r#","kty":"rsa""#,
        r#","kty":null"#,
        r#","use":"enc""#,
        r#","use":null"#,
        r#","use":"enc","use":"sig""#,
        r#","key_ops":["encrypt"]"#,
        r#","key_ops":"verify""#,
        r#","d":"AQAB""#,
        r#","p":"AQAB""#,
        r#","q":null"#,
        r#","dp":1"#,
        r#","dq":"""#,
        r#","qi":"AQAB""#,
        r#","oth":[]"#,
        r#","k":"AAAA""#,
        r#","\u0064":"AQAB""#,
        r#","kid":5"#,
        r#","kid":null"#,
        r#","n":"AQAB""#,
        r#","n":5"#,
        r#","n":"A?""#,
        r#","e":"AQ""#,
        r#","e":"AQAC""#,
        r#","e":"AQAAAAAB""#,
        r#","e":null"#,
    ] {
        assert!(with(members).is_empty(), "{members}");
    }
    for members in [r#","use":"sig""#, r#","key_ops":["sign","verify"]"#, r#","x5c":["AAAA"],"ext":true"#] {
        assert!(!with(members).is_empty(), "{members}");
    }
}

#[test]
fn r07_a_key_is_for_the_algorithm_that_it_declares() {
    use Algorithm::{Rs256, Rs384, Rs512};
    let allowed = |members: &str| {
        let set = with(members);
        let key = set.get(Some("ins_1")).unwrap();
        [Rs256, Rs384, Rs512].map(|algorithm| key.check_algorithm(algorithm).map_err(|error| error.reason))
    };
    let refused = Err(Reason::VerificationFailed);
    assert_eq!(allowed(""), [Ok(()); 3]);
    assert_eq!(allowed(r#","alg":"RS256""#), [Ok(()), refused, refused]);
    assert_eq!(allowed(r#","alg":"RS256","alg":"RS512""#), [refused, refused, Ok(())]);
    for members in [r#","alg":"PS256""#, r#","alg":"HS256""#, r#","alg":"none""#, r#","alg":null"#, r#","alg":"""#] {
        assert_eq!(allowed(members), [refused; 3], "{members}");
    }
}

#[test]
fn keys_that_cannot_be_used_do_no_harm_to_the_others() {
    let odd = format!(
        r#"{{"keys":[null,5,"RSA",[{0}],{{}},{{"kty":"oct","k":"AA","kid":"ins_1"}},{0},{{"kty":"RSA","kid":"ins_1"}}]}}"#,
        jwk("")
    );
    assert_eq!(KeySet::parse(odd.as_bytes()).unwrap().keys().len(), 1);
    let twice = format!(r#"{{"keys":[{},{}]}}"#, jwk(r#","alg":"RS256""#), jwk(r#","alg":"RS512""#));
    let set = KeySet::parse(twice.as_bytes()).unwrap();
    assert_eq!(set.keys().len(), 1);
    assert!(set.get(Some("ins_1")).unwrap().check_algorithm(Algorithm::Rs512).is_ok(), "the last counts");
}

#[test]
fn r18_texts_that_are_no_key_set_are_typed_errors() {
    for (text, error) in [
        ("[]", KeySetError::NoKeys),
        ("null", KeySetError::NoKeys),
        ("{}", KeySetError::NoKeys),
        (r#"{"keys":{}}"#, KeySetError::NoKeys),
        (r#"{"keys":[],"keys":null}"#, KeySetError::NoKeys),
    ] {
        assert_eq!(KeySet::parse(text.as_bytes()), Err(error), "{text}");
    }
    for text in ["", "{", r#"{"keys":[}"#, "<html>", "{\"keys\":[]}x", "\u{feff}{}"] {
        assert!(matches!(KeySet::parse(text.as_bytes()), Err(KeySetError::Json(_) | KeySetError::NoKeys)), "{text}");
    }
    let empty = KeySet::parse(br#"{"a":1,"keys":[]}"#).unwrap();
    assert!(empty.is_empty());
    let of = |keys: usize| KeySet::parse(format!(r#"{{"keys":[{}]}}"#, vec!["1"; keys].join(",")).as_bytes());
    assert_eq!((of(MAX_KEYS), of(MAX_KEYS + 1)), (Ok(empty), Err(KeySetError::TooMany)));
    let padded = |bytes: usize| KeySet::parse(format!("{}{}", r#"{"keys":[]}"#, " ".repeat(bytes - 11)).as_bytes());
    assert!(padded(MAX_KEY_SET_BYTES).is_ok());
    assert_eq!(padded(MAX_KEY_SET_BYTES + 1), Err(KeySetError::TooLong));
}

proptest! {
    #[test]
    fn r18_no_text_panics(text in "\\PC{0,80}", at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        prop_assert!(parse_pem(&text).is_err());
        prop_assert!(KeySet::parse(text.as_bytes()).is_err());
        let mut set = JWKS.as_bytes().to_vec();
        let at = at.index(set.len());
        set[at] = byte;
        drop(KeySet::parse(&set));
        drop(KeySet::parse(&set[..at]));
    }

    #[test]
    fn a_changed_byte_of_a_key_never_goes_unseen(at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let key = published("ins_2048");
        let rsa = der(0x30, &[&der(2, &[&[0], key.modulus()]), &der(2, &[key.exponent()])]);
        let mut whole = der(0x30, &[&der(0x30, &[RSA, NULL]), &der(3, &[&[0], &rsa])]);
        prop_assert_eq!(parse_der(&whole), Ok(key.clone()));
        whole[at.index(rsa.len())] ^= 1 << bit;
        prop_assert_ne!(parse_der(&whole).ok(), Some(key));
    }
}
