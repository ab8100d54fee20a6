//! `core::projection`: what is selected and what is refused. That a naive model agrees is in `core_projection_model.rs`.
#![allow(clippy::expect_used, reason = "the helpers of tests may panic")]

use clerk_edge::core::projection::{
    FieldSet, FieldSetError, MAX_FIELD_BYTES, MAX_FIELD_DEPTH, MAX_FIELDS, MAX_JSON_DEPTH, ProjectionErrorKind, Shape,
    project, validate,
};
use serde_json::Value;

const LIST: Shape<'_> = Shape::List { items: "data" };
const USER: &str = r#"{"id":"user_1","object":"user","username":null,"first_name":"Ada","last_name":"Łoś",
    "email_addresses":[{"id":"idn_1","email_address":"ada@example.com","verification":{"status":"verified"}},
                       {"id":"idn_2","email_address":"l@example.com","verification":null}],
    "public_metadata":{"plan":"pro","seats":12345678901234567890.10},"private_metadata":{"note":"secret"},
    "password_enabled":true,"totp_enabled":false,"backup_code_enabled":false,"created_at":1.5e3}"#;

fn fields(names: &str) -> FieldSet {
    FieldSet::parse(names).expect("valid names")
}

fn pick_as(json: &str, names: &str, shape: Shape<'_>) -> String {
    String::from_utf8(project(json.as_bytes(), &fields(names), shape).expect("valid JSON")).expect("UTF-8")
}

fn pick(json: &str, names: &str) -> String {
    pick_as(json, names, Shape::Item)
}

fn refusal(json: impl AsRef<[u8]>) -> (usize, ProjectionErrorKind) {
    let error = validate(json.as_ref()).expect_err("refused");
    let by_project = project(json.as_ref(), &fields("id,a"), Shape::Item).expect_err("refused");
    assert_eq!(error, by_project, "the same where it is selected from");
    (error.offset, error.kind)
}

#[test]
fn the_canonical_form_is_sorted_and_without_duplicates() {
    assert_eq!(fields("username, id,id ,email_addresses").canonical(), "email_addresses,id,username");
    assert_eq!(fields("minimal"), fields("username,email_addresses,id"));
    assert_eq!(fields("basic").canonical(), "email_addresses,first_name,id,last_name");
}

#[test]
fn a_wanted_parent_covers_what_is_inside_it() {
    assert_eq!(fields("a.b.c,a.b,a.bc,a-b.c,a.b.d").canonical(), "a.b,a.bc,a-b.c");
    assert_eq!(fields("minimal,email_addresses.id").canonical(), fields("minimal").canonical());
}

#[test]
fn presets_stand_for_their_fields_wherever_they_are_named() {
    assert_eq!(fields("minimal,last_name").canonical(), "email_addresses,id,last_name,username");
    assert_eq!(fields("id,full").canonical(), "full");
    assert_eq!(fields("id,full"), FieldSet::full());
    assert_eq!(FieldSet::from_names(["full"]), Ok(FieldSet::full()));
    assert_eq!(fields("public_metadata.full").canonical(), "public_metadata.full");
}

#[test]
fn what_is_no_name_is_refused_with_its_place() {
    assert_eq!(FieldSet::parse(" "), Err(FieldSetError::Empty));
    assert_eq!(FieldSet::from_names(Vec::<String>::new()), Err(FieldSetError::Empty));
    for bad in ["id,", "id,,", "id,a..b", "id,.a", "id,a.", "id,a\nb", "id,\"a\"", "id,a\\b"] {
        assert_eq!(FieldSet::parse(bad), Err(FieldSetError::BadName { index: 1 }), "{bad}");
    }
    assert_eq!(FieldSet::from_names(["a,b"]), Err(FieldSetError::BadName { index: 0 }));
}

#[test]
fn names_are_bounded_in_number_length_and_depth() {
    let names = |count: usize| (0..count).map(|n| format!("f{n}"));
    assert!(FieldSet::from_names(names(MAX_FIELDS)).is_ok());
    assert_eq!(FieldSet::from_names(names(MAX_FIELDS + 1)), Err(FieldSetError::TooMany));
    assert_eq!(FieldSet::from_names(std::iter::repeat("id")), Err(FieldSetError::TooMany), "and stops there");
    assert!(FieldSet::parse(&"x".repeat(MAX_FIELD_BYTES)).is_ok());
    assert_eq!(FieldSet::parse(&"x".repeat(MAX_FIELD_BYTES + 1)), Err(FieldSetError::TooLong { index: 0 }));
    assert!(FieldSet::from_names([["a"; MAX_FIELD_DEPTH].join(".")]).is_ok());
    let too_deep = ["a"; MAX_FIELD_DEPTH + 1].join(".");
    assert_eq!(FieldSet::from_names([too_deep]), Err(FieldSetError::TooDeep { index: 0 }));
}

#[test]
fn a_user_is_cut_down_in_the_order_of_the_text() {
    assert_eq!(
        pick(USER, "last_name,first_name,username,id"),
        r#"{"id":"user_1","username":null,"first_name":"Ada","last_name":"Łoś"}"#
    );
    let minimal: Value = serde_json::from_str(&pick(USER, "minimal")).expect("JSON");
    let keys: Vec<_> = minimal.as_object().expect("object").keys().collect();
    assert_eq!(keys, ["email_addresses", "id", "username"]);
}

#[test]
fn r17_nothing_appears_that_was_not_named() {
    let user = pick(USER, "basic,public_metadata.plan,private_metadata.nothing");
    for absent in ["secret", "note", "seats", "password", "totp", "backup", "object", "created_at"] {
        assert!(!user.contains(absent), "{absent} in {user}");
    }
    assert_eq!(pick(USER, "nothing"), "{}");
}

#[test]
fn a_path_reaches_into_objects_and_each_element_of_arrays() {
    assert_eq!(pick(USER, "public_metadata.plan"), r#"{"public_metadata":{"plan":"pro"}}"#);
    assert_eq!(
        pick(USER, "email_addresses.email_address"),
        r#"{"email_addresses":[{"email_address":"ada@example.com"},{"email_address":"l@example.com"}]}"#
    );
    assert_eq!(pick(r#"{"a":[[{"b":1,"c":2}],[]]}"#, "a.b"), r#"{"a":[[{"b":1}],[]]}"#);
}

#[test]
fn where_a_path_goes_on_at_a_scalar_the_scalar_is_left_out() {
    assert_eq!(pick(r#"{"id":1,"a":"secret","c":2}"#, "a.b,c"), r#"{"c":2}"#);
    assert_eq!(pick(r#"{"a":[1,{"b":2},null,"x",{"c":3}]}"#, "a.b"), r#"{"a":[{"b":2},{}]}"#);
    assert_eq!(
        pick(USER, "email_addresses.verification.status"),
        r#"{"email_addresses":[{"verification":{"status":"verified"}},{}]}"#
    );
}

#[test]
fn a_bare_array_and_an_envelope_are_both_lists() {
    let bare = r#"[{"id":1,"x":2},{"x":3}]"#;
    assert_eq!(pick_as(bare, "id", LIST), r#"[{"id":1},{}]"#);
    let envelope = format!(r#" {{ "total_count" : 2, "secret":1, "data" : {bare}, "object":"list"}} "#);
    assert_eq!(pick_as(&envelope, "id", LIST), r#"{"total_count":2,"data":[{"id":1},{}]}"#);
    let other = r#"{"m2m_tokens":[{"id":1,"token":"secret"}],"total_count":1}"#;
    assert_eq!(
        pick_as(other, "id", Shape::List { items: "m2m_tokens" }),
        r#"{"m2m_tokens":[{"id":1}],"total_count":1}"#
    );
    assert_eq!(pick_as(other, "id", LIST), r#"{"total_count":1}"#, "no array under that key");
}

#[test]
fn an_item_with_a_field_called_data_is_no_list() {
    let item = r#"{"data":[{"id":1}],"total_count":1,"id":2}"#;
    assert_eq!(pick(item, "id"), r#"{"id":2}"#);
    assert_eq!(pick_as(r#"[{"id":1,"data":{"id":2}}]"#, "data", LIST), r#"[{"data":{"id":2}}]"#);
}

#[test]
fn values_are_copied_to_the_letter() {
    let value = r#"{ "n": [ -0, 1E+2, 12345678901234567890.10 ],"s":"\u00e9\/\ud800é" ,"n":null}"#;
    assert_eq!(pick(&format!(r#"{{"x":1,"a" : {value} }}"#), "a"), format!(r#"{{"a":{value}}}"#));
    let text = format!("\t{value}\n");
    assert_eq!(pick(&text, "full"), text);
    assert_eq!(pick_as("1", "full", LIST), "1");
}

#[test]
fn keys_count_for_what_they_spell() {
    assert_eq!(pick(r#"{"\u0069d":1,"\u0069\u0064x":2}"#, "id"), r#"{"id":1}"#);
    assert_eq!(pick(r#"{"\ud83d\ude00":1,"\ud83d":2,"\u00E9/":3}"#, "😀,é/"), r#"{"😀":1,"é/":3}"#);
    assert_eq!(pick(r#"{"i\u0064\n":1,"i":2,"id\u0000":3,"\/":4}"#, "id,/"), r#"{"/":4}"#);
    assert_eq!(
        pick_as(r#"{"d\u0061ta":[{"id":1}],"total\u005fcount":1}"#, "id", LIST),
        r#"{"data":[{"id":1}],"total_count":1}"#
    );
}

#[test]
fn r16_prototype_names_are_ordinary_names() {
    let json = r#"{"__proto__":{"admin":true},"constructor":{"prototype":1},"id":1}"#;
    assert_eq!(pick(json, "id"), r#"{"id":1}"#);
    assert_eq!(
        pick(json, "__proto__,constructor.prototype"),
        r#"{"__proto__":{"admin":true},"constructor":{"prototype":1}}"#
    );
}

#[test]
fn of_duplicate_keys_the_last_value_wins_at_the_place_of_the_first() {
    assert_eq!(pick(r#"{"a":1,"b":2,"\u0061":3,"x":0,"a":[4]}"#, "a,b"), r#"{"a":[4],"b":2}"#);
    assert_eq!(pick(r#"{"a":{"b":1},"c":1,"a":{"d":2}}"#, "a.b,c"), r#"{"a":{},"c":1}"#, "replaced, not merged");
    assert_eq!(pick(r#"{"a":{"b":1},"c":1,"a":"x"}"#, "a.b,c"), r#"{"c":1}"#);
    assert_eq!(pick(r#"{"a":1,"c":1,"a":{"b":1}}"#, "a.b,c"), r#"{"a":{"b":1},"c":1}"#);
    assert_eq!(
        pick_as(r#"{"data":[{"id":1,"id":2}],"total_count":1,"data":[{"id":3}],"total_count":9}"#, "id", LIST),
        r#"{"data":[{"id":3}],"total_count":9}"#
    );
}

#[test]
fn a_hundred_thousand_duplicates_behind_a_large_value_are_no_quadratic_work() {
    // moving the large value for each duplicate would copy 200 GB
    let json = format!(r#"{{"a":1,"b":"{}"{}}}"#, "x".repeat(2_000_000), r#","a":2"#.repeat(100_000));
    let result = pick(&json, "a,b");
    assert!(result.starts_with(r#"{"a":2,"b":"xxx"#));
    assert!(result.ends_with(r#"xxx"}"#));
}

#[test]
fn malformed_json_is_refused_at_its_first_wrong_byte() {
    use ProjectionErrorKind::{
        ControlCharacter, InvalidEscape, InvalidUtf8, TrailingData, UnexpectedByte, UnexpectedEnd,
    };
    for (json, offset, kind) in [
        (&b""[..], 0, UnexpectedEnd),
        (b"  ", 2, UnexpectedEnd),
        (b"\xef\xbb\xbf{}", 0, UnexpectedByte),
        (b"{} x", 3, TrailingData),
        (b"{}{}", 2, TrailingData),
        (b"{\"a\":1,}", 7, UnexpectedByte),
        (b"{,}", 1, UnexpectedByte),
        (b"[1,]", 3, UnexpectedByte),
        (b"[1 2]", 3, UnexpectedByte),
        (b"[1}", 2, UnexpectedByte),
        (b"{\"a\":1]", 6, UnexpectedByte),
        (b"{\"a\"}", 4, UnexpectedByte),
        (b"{a:1}", 1, UnexpectedByte),
        (b"{'a':1}", 1, UnexpectedByte),
        (b"{\"a\":1,\"b\"", 10, UnexpectedEnd),
        (b"[tru]", 4, UnexpectedByte),
        (b"[nul", 4, UnexpectedEnd),
        (b"[NaN]", 1, UnexpectedByte),
        (b"[01]", 2, UnexpectedByte),
        (b"[+1]", 1, UnexpectedByte),
        (b"[.5]", 1, UnexpectedByte),
        (b"[1.]", 3, UnexpectedByte),
        (b"[1e]", 3, UnexpectedByte),
        (b"[-]", 2, UnexpectedByte),
        (b"[1e+", 4, UnexpectedEnd),
        (b"[0x1]", 2, UnexpectedByte),
        (b"[\"a\nb\"]", 3, ControlCharacter),
        (b"[\"12345678901\x1f\"]", 13, ControlCharacter),
        (b"[\"\\x\"]", 3, InvalidEscape),
        (b"[\"\\u12g4\"]", 6, InvalidEscape),
        (b"[\"\\u12", 6, UnexpectedEnd),
        (b"[\"abc\\\"]", 8, UnexpectedEnd),
        (b"[\"abc\xff\"]", 5, InvalidUtf8),
        (b"[\"0123456789\xc0\xaf\"]", 12, InvalidUtf8),
        (b"[\"\xed\xa0\x80\"]", 2, InvalidUtf8),
        (b"[\"\xe2\x82\"]", 2, InvalidUtf8),
        (b"[/*c*/1]", 1, UnexpectedByte),
        (b"[\x0c1]", 1, UnexpectedByte),
    ] {
        assert_eq!(refusal(json), (offset, kind), "{}", String::from_utf8_lossy(json));
    }
}

#[test]
fn what_is_skipped_is_checked_too() {
    for json in [r#"{"id":1,"x":01}"#, r#"{"id":1,"x":{"y":[tru]}}"#, r#"{"x":"\q","id":1}"#, "{\"\u{1}\":1}"] {
        assert!(project(json.as_bytes(), &fields("id"), Shape::Item).is_err(), "{json}");
        assert!(project(json.as_bytes(), &fields("full"), LIST).is_err(), "{json}");
    }
}

#[test]
fn depth_is_bounded_wherever_it_comes() {
    let max = MAX_JSON_DEPTH as usize;
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(validate(nested(max).as_bytes()), Ok(()));
    assert_eq!(pick(&nested(max), "id"), nested(max));
    assert_eq!(refusal(nested(max + 1)), (max, ProjectionErrorKind::TooDeep));
    let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
    assert_eq!(validate(objects(max).as_bytes()), Ok(()));
    assert_eq!(refusal(objects(max + 1)), (max * 5, ProjectionErrorKind::TooDeep));
    assert_eq!(refusal("[".repeat(1_000_000)), (max, ProjectionErrorKind::TooDeep));
    assert_eq!(validate(format!("[{}1]", "[[]],".repeat(1000)).as_bytes()), Ok(()), "siblings do not add up");
}

#[test]
fn a_scalar_has_no_fields() {
    for json in ["1", r#" "secret""#, "null"] {
        let error = project(json.as_bytes(), &fields("id"), LIST).expect_err("refused");
        assert_eq!(error.kind, ProjectionErrorKind::UnexpectedShape);
        assert_eq!(validate(json.as_bytes()), Ok(()));
    }
    assert_eq!(refusal("1 2"), (2, ProjectionErrorKind::TrailingData), "malformed comes first");
}

#[test]
fn an_error_says_what_and_where_and_quotes_nothing() {
    let error = validate(br#"{"token":secret}"#).expect_err("refused");
    assert_eq!(error.to_string(), "unexpected byte at byte 9");
}
