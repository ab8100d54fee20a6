//! JSON as it is written out, one member at a time.

use super::raw::Raw;

/// An object that is being written.
pub(crate) struct ObjectWriter(String);

impl ObjectWriter {
    /// An object without members.
    pub(crate) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A member whose value is copied as it is written; nothing if there is none, as JavaScript drops `undefined`.
    pub(crate) fn raw(&mut self, name: &'static str, value: Option<Raw<'_>>) {
        self.json(name, value.map(Raw::as_json));
    }

    /// The same for a value that is JSON already.
    pub(crate) fn json(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.name(name);
            self.0.push_str(value);
        }
    }

    /// A member of any name. Whoever parses it keeps the last of two with one name.
    pub(crate) fn any(&mut self, name: &str, value: Raw<'_>) {
        self.name(name);
        self.0.push_str(value.as_json());
    }

    /// Members that are `null`.
    pub(crate) fn nulls(&mut self, names: &[&'static str]) {
        for name in names {
            self.json(name, Some("null"));
        }
    }

    /// A member that is a string.
    pub(crate) fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        write_text(&mut self.0, value);
    }

    /// A member that is an array of strings, which `fill` hands over in pieces that belong together.
    pub(crate) fn texts(&mut self, name: &'static str, fill: impl FnOnce(&mut dyn FnMut(&[&str]))) {
        self.name(name);
        self.0.push('[');
        let start = self.0.len();
        fill(&mut |pieces| {
            if self.0.len() > start {
                self.0.push(',');
            }
            self.0.push('"');
            for piece in pieces {
                escape(&mut self.0, piece);
            }
            self.0.push('"');
        });
        self.0.push(']');
    }

    /// A member that is a whole number.
    pub(crate) fn whole(&mut self, name: &'static str, value: u64) {
        self.json(name, Some(&value.to_string()));
    }

    /// A member that is a number which is not negative, to the millionth. The library's own way of writing numbers, exact
    /// to the last bit, would add 20 kB for averages.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
    pub(crate) fn decimal(&mut self, name: &'static str, value: f64) {
        let millionths = (value * 1e6 + 0.5) as u64;
        let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
        let text = text.trim_end_matches('0');
        self.json(name, Some(text.strip_suffix('.').unwrap_or(text)));
    }

    /// The whole object.
    pub(crate) fn finish(mut self) -> String {
        self.0.push('}');
        self.0
    }

    fn name(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_text(&mut self.0, name);
        self.0.push(':');
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    escape(out, text);
    out.push('"');
}

/// What is between the quotes (RFC 8259, 7).
fn escape(out: &mut String, text: &str) {
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\0'..' ' => {
                let digit = |value: u32| char::from_digit(value, 16).unwrap_or('0');
                out.push_str("\\u00");
                out.extend([digit(u32::from(char) >> 4), digit(u32::from(char) & 15)]);
            }
            _ => out.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json() {
        let mut object = ObjectWriter::new();
        object.text("a", "\"\\\n\u{1f}é");
        object.json("b", Some("null"));
        object.raw("c", None);
        object.texts("d", |each| {
            each(&["x", ":", "\""]);
            each(&["y"]);
        });
        assert_eq!(object.finish(), r#"{"a":"\"\\\u000a\u001fé","b":null,"d":["x:\"","y"]}"#);
        assert_eq!(ObjectWriter::new().finish(), "{}");
    }

    #[test]
    fn numbers_are_written_to_the_millionth() {
        let mut object = ObjectWriter::new();
        object.whole("a", u64::MAX);
        for (name, value) in [("b", 0.0), ("c", 0.8), ("d", 20_010.666_666_6), ("e", 1_500.0), ("f", 0.000_000_4)] {
            object.decimal(name, value);
        }
        assert_eq!(object.finish(), r#"{"a":18446744073709551615,"b":0,"c":0.8,"d":20010.666667,"e":1500,"f":0}"#);
    }
}
