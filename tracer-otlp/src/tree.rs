//! Reads JSON, whoever wrote it.

use std::borrow::Cow;
use std::fmt;

/// A value of JSON. Of several values of one key the last counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Tree<'a> {
    Null,
    Bool(bool),
    /// As it is written: numbers of 64 bits have to be exact.
    Number(Cow<'a, str>),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    Object(Vec<(Cow<'a, str>, Self)>),
}

/// Lists and objects in each other; more are refused.
const MAX_DEPTH: usize = 64;

impl<'a> Tree<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, NotJson> {
        let mut parser = Parser { text, at: 0 };
        let tree = parser.value(0)?;
        parser.space();
        if parser.at < text.len() { Err(parser.wrong("the end")) } else { Ok(tree) }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let found = members.iter().rfind(|(name, _)| name == key);
        found.map(|(_, value)| value).filter(|value| **value != Self::Null)
    }

    /// The values of a list; nothing if it is none.
    pub(crate) fn list(&self) -> &[Self] {
        match self {
            Self::List(values) => values,
            _ => &[],
        }
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A whole number: of 64 bits they are texts, but not everybody keeps to that.
    pub(crate) fn integer(&self) -> Option<i64> {
        match self {
            Self::Number(text) | Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// As [`integer`](Self::integer), where there are no negative ones.
    pub(crate) fn natural(&self) -> Option<u64> {
        match self {
            Self::Number(text) | Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn float(&self) -> Option<f64> {
        match self {
            Self::Number(text) => text.parse().ok(),
            Self::Text(text) => match &**text {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                text => text.parse().ok(),
            },
            _ => None,
        }
    }
}

/// Why a text is no JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotJson {
    at: usize,
    expected: &'static str,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is no JSON: expected {} at byte {}", self.expected, self.at)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn value(&mut self, depth: usize) -> Result<Tree<'a>, NotJson> {
        self.space();
        match self.peek() {
            _ if depth > MAX_DEPTH => Err(self.wrong("less depth")),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Tree::Text(self.quoted()?)),
            Some(b't') => self.word("true", Tree::Bool(true)),
            Some(b'f') => self.word("false", Tree::Bool(false)),
            Some(b'n') => self.word("null", Tree::Null),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => Err(self.wrong("a value")),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Tree<'a>, NotJson> {
        self.at += 1;
        let mut members = Vec::new();
        self.space();
        if self.takes(b'}') {
            return Ok(Tree::Object(members));
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return Err(self.wrong("a name"));
            }
            let name = self.quoted()?;
            self.space();
            if !self.takes(b':') {
                return Err(self.wrong("`:`"));
            }
            members.push((name, self.value(depth + 1)?));
            self.space();
            if self.takes(b'}') {
                return Ok(Tree::Object(members));
            }
            if !self.takes(b',') {
                return Err(self.wrong("`,` or `}`"));
            }
        }
    }

    fn list(&mut self, depth: usize) -> Result<Tree<'a>, NotJson> {
        self.at += 1;
        let mut values = Vec::new();
        self.space();
        if self.takes(b']') {
            return Ok(Tree::List(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.space();
            if self.takes(b']') {
                return Ok(Tree::List(values));
            }
            if !self.takes(b',') {
                return Err(self.wrong("`,` or `]`"));
            }
        }
    }

    fn number(&mut self) -> Result<Tree<'a>, NotJson> {
        let rest = &self.text[self.at..];
        let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let number = &rest[..length];
        if number.parse::<f64>().is_err() {
            return Err(self.wrong("a number"));
        }
        self.at += length;
        Ok(Tree::Number(Cow::Borrowed(number)))
    }

    fn word(&mut self, word: &str, value: Tree<'a>) -> Result<Tree<'a>, NotJson> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("a value"));
        }
        self.at += word.len();
        Ok(value)
    }

    /// Reads a text; one without escapes is not copied.
    fn quoted(&mut self) -> Result<Cow<'a, str>, NotJson> {
        self.at += 1;
        let mut whole = String::new();
        loop {
            let rest = &self.text[self.at..];
            let length = rest.find(|c| c < ' ' || c == '"' || c == '\\');
            let Some(length) = length else { return Err(self.wrong("`\"`")) };
            let plain = &rest[..length];
            self.at += length;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    if whole.is_empty() {
                        return Ok(Cow::Borrowed(plain));
                    }
                    whole.push_str(plain);
                    return Ok(Cow::Owned(whole));
                }
                Some(b'\\') => {
                    whole.push_str(plain);
                    self.at += 1;
                    whole.push(self.escaped()?);
                }
                _ => return Err(self.wrong("no control character")),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, NotJson> {
        let escaped = self.peek();
        self.at += usize::from(escaped.is_some_and(|byte| byte.is_ascii()));
        Ok(match escaped {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'n') => '\n',
            Some(b't') => '\t',
            Some(b'r') => '\r',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'u') => return self.code(),
            _ => return Err(self.wrong("an escape")),
        })
    }

    /// The four digits behind `\u`; characters beyond 16 bits take two escapes.
    fn code(&mut self) -> Result<char, NotJson> {
        let high = self.four_digits()?;
        if !(0xD800..0xDC00).contains(&high) {
            return char::from_u32(high).ok_or_else(|| self.wrong("a character"));
        }
        if !self.text[self.at..].starts_with("\\u") {
            return Err(self.wrong("the second half of a character"));
        }
        self.at += 2;
        let low = self.four_digits()?;
        let low = low.checked_sub(0xDC00).filter(|low| *low < 0x400);
        low.and_then(|low| char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + low))
            .ok_or_else(|| self.wrong("the second half of a character"))
    }

    fn four_digits(&mut self) -> Result<u32, NotJson> {
        let digits = self.text.get(self.at..self.at + 4).filter(|digits| !digits.starts_with('+'));
        let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let code = code.ok_or_else(|| self.wrong("four digits"))?;
        self.at += 4;
        Ok(code)
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn takes(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    const fn wrong(&self, expected: &'static str) -> NotJson {
        NotJson { at: self.at, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_read() {
        let tree = Tree::parse(
            r#" {"a": [1, -2.5e3, "x\u00e9\ud83d\udc22\n\"", true, null], "b": {}, "a b": "żółw", "n": null} "#,
        )
        .unwrap();
        let list = tree.get("a").unwrap().list();
        assert_eq!((list[0].integer(), list[1].float()), (Some(1), Some(-2_500.0)));
        assert_eq!(list[2].text(), Some("xé🐢\n\""));
        assert_eq!((&list[3], &list[4]), (&Tree::Bool(true), &Tree::Null));
        assert_eq!(tree.get("b"), Some(&Tree::Object(vec![])));
        assert_eq!(tree.get("a b").and_then(Tree::text), Some("żółw"));
        assert_eq!(tree.get("n"), None, "null is as good as nothing");
        assert_eq!(Tree::Text("9223372036854775807".into()).integer(), Some(i64::MAX));
        assert_eq!(Tree::Number("18446744073709551615".into()).natural(), Some(u64::MAX));
    }

    #[test]
    fn what_is_no_json_is_refused_at_any_length() {
        let whole = r#"{"a": [1, "é\u00e9\ud83d\udc22", true, null], "b": -1.5}"#;
        for (length, _) in whole.char_indices() {
            assert!(Tree::parse(&whole[..length]).is_err(), "{}", &whole[..length]);
        }
        for wrong in [
            "[1,]",
            "{,}",
            "{1:2}",
            "[1 2]",
            "{\"a\" 1}",
            "nul",
            "--1",
            "1x",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "\"\\u+123\"",
            "\"a\nb\"",
            "[] []",
            "\"\\é\"",
        ] {
            assert!(Tree::parse(wrong).is_err(), "{wrong}");
        }
        let deep = "[".repeat(100_000);
        assert!(Tree::parse(&deep).is_err());
        assert_eq!(
            Tree::parse("{\"a\": ?}").unwrap_err().to_string(),
            "is no JSON: expected a value at byte 6"
        );
    }
}
