//! A tree, written as JSON again: on one line.

use std::fmt::{self, Write as _};

use crate::tree::Tree;

pub(super) fn write(tree: &Tree<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match tree {
        Tree::Null => f.write_str("null"),
        Tree::Bool(value) => write!(f, "{value}"),
        Tree::Number(digits) => f.write_str(digits),
        Tree::Text(text) => quoted(text, f),
        Tree::List(values) => {
            f.write_char('[')?;
            for (place, value) in values.iter().enumerate() {
                separate(place, f)?;
                write(value, f)?;
            }
            f.write_char(']')
        }
        Tree::Object(members) => {
            f.write_char('{')?;
            for (place, (key, value)) in members.iter().enumerate() {
                separate(place, f)?;
                quoted(key, f)?;
                f.write_char(':')?;
                write(value, f)?;
            }
            f.write_char('}')
        }
    }
}

fn separate(place: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if place > 0 { f.write_char(',') } else { Ok(()) }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_char('"')?;
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
        let (plain, special) = rest.split_at(at);
        let (special, left) = special.split_at(1);
        f.write_str(plain)?;
        match special {
            "\n" => f.write_str("\\n")?,
            "\"" | "\\" => write!(f, "\\{special}")?,
            control => write!(f, "\\u{:04x}", control.as_bytes()[0])?,
        }
        rest = left;
    }
    f.write_str(rest)?;
    f.write_char('"')
}

#[cfg(test)]
mod tests {
    use crate::read::Message;

    #[test]
    fn json_is_written_as_it_was_but_on_one_line() {
        let text = r#" {"a\n\"\\": [ 1, -2.5e3, 18446744073709551615,
            "x\u00e9\ud83d\udc22\u0007\t/", true, null, [], {} ] } "#;
        let written = Message::json(text).expect("it is JSON").to_string();
        let expected =
            r#"{"a\n\"\\":[1,-2.5e3,18446744073709551615,"xé🐢\u0007\u0009/",true,null,[],{}]}"#;
        assert_eq!(written, expected);
        assert_eq!(Message::json(&written).expect("it is JSON").to_string(), written);
    }
}
