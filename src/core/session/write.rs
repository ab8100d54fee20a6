//! JSON as it is written out, one member at a time.

use super::read::Raw;

/// An object that is being written.
pub(super) struct ObjectWriter(String);

impl ObjectWriter {
    /// An object without members.
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    /// A member whose value is copied as it is written; nothing if there is none, as JavaScript drops `undefined`.
    pub(super) fn raw(&mut self, name: &'static str, value: Option<Raw<'_>>) {
        self.json(name, value.map(Raw::as_json));
    }

    /// The same for a value that is JSON already.
    pub(super) fn json(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value {
            self.name(name);
            self.0.push_str(value);
        }
    }

    /// A member of any name. Whoever parses it keeps the last of two with one name.
    pub(super) fn any(&mut self, name: &str, value: Raw<'_>) {
        self.name(name);
        self.0.push_str(value.as_json());
    }

    /// Members that are `null`.
    pub(super) fn nulls(&mut self, names: &[&'static str]) {
        for name in names {
            self.json(name, Some("null"));
        }
    }

    /// A member that is a string.
    pub(super) fn text(&mut self, name: &'static str, value: &str) {
        self.name(name);
        write_text(&mut self.0, value);
    }

    /// A member that is an array of strings, which `fill` hands over in pieces that belong together.
    pub(super) fn texts(&mut self, name: &'static str, fill: impl FnOnce(&mut dyn FnMut(&[&str]))) {
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

    /// The whole object.
    pub(super) fn finish(mut self) -> String {
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
}
