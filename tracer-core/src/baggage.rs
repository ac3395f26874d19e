//! Baggage: what a request carries for all who serve it, kept as the W3C header has it.

use std::fmt::{self, Write};

use crate::refused::{Refusal, Refused};

/// What a request carries for all who serve it: pairs of key and value.
///
/// At most 64 items in at most 8,192 bytes, as the W3C header has them.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::Baggage;
///
/// let mut baggage = Baggage::default();
/// baggage.set("user", "Zoë & Co")?;
/// assert_eq!(baggage.get("user").as_deref(), Some("Zoë & Co"));
/// assert_eq!(baggage.to_string(), "user=Zo%C3%AB%20&%20Co");
/// # Ok::<_, tracer_core::propagate::Refusal>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baggage {
    /// The header: encoded, in order, without blanks around the items.
    text: String,
    items: usize,
}

const MAX_ITEMS: usize = 64;
const MAX_BYTES: usize = 8_192;

impl Baggage {
    pub(crate) const NONE: Self = Self { text: String::new(), items: 0 };

    /// Sets an item; a former value of the key is replaced, with what was said of it.
    ///
    /// # Errors
    ///
    /// The key is no token as HTTP has it, or there is no room; nothing changes then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), Refusal> {
        if !is_token(key.as_bytes()) {
            return Err(Refusal::Malformed);
        }
        let mut changed = self.clone();
        changed.remove(key);
        // Encoding only makes it longer.
        if changed.text.len() + key.len() + value.len() > MAX_BYTES {
            return Err(Refusal::OverLimit);
        }
        let mut encoded = String::with_capacity(value.len());
        encode(value, &mut encoded);
        changed.add([key, &encoded, ""])?;
        *self = changed;
        Ok(())
    }

    /// Takes an item out, if it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracer_core::propagate::Baggage;
    /// let mut baggage = Baggage::default();
    /// baggage.set("user", "7")?;
    /// baggage.remove("user");
    /// assert!(baggage.is_empty());
    /// # Ok::<_, tracer_core::propagate::Refusal>(())
    /// ```
    pub fn remove(&mut self, key: &str) {
        if self.items().any(|(known, _)| known == key) {
            let others: Vec<_> = self.text.split(',').filter(|item| parts(item).0 != key).collect();
            (self.items, self.text) = (others.len(), others.join(","));
        }
    }

    /// Returns the value of an item, if it is there; of several the last.
    pub fn get(&self, key: &str) -> Option<String> {
        self.items().rfind(|(known, _)| *known == key).map(|(_, value)| decoded(value))
    }

    /// Returns all items in order.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tracer_core::propagate::Baggage;
    /// let mut baggage = Baggage::default();
    /// baggage.set("user", "7")?;
    /// assert_eq!(baggage.iter().collect::<Vec<_>>(), [("user", "7".to_owned())]);
    /// # Ok::<_, tracer_core::propagate::Refusal>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&str, String)> {
        self.items().map(|(key, value)| (key, decoded(value)))
    }

    /// Returns whether there is nothing in it.
    pub const fn is_empty(&self) -> bool {
        self.items == 0
    }

    /// Returns it as the W3C header has it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Adds what a header says. Of a long one so much is looked at as may be kept.
    pub(crate) fn read(&mut self, header: &[u8], refused: &mut Refused) {
        let room = (MAX_BYTES + 1).saturating_sub(self.text.len()).min(header.len());
        let mut rest = header;
        while !rest.is_empty() {
            let end = rest.iter().take(room).position(|byte| *byte == b',');
            let fits = header.len() - rest.len() + end.unwrap_or(rest.len()) <= room;
            if !fits || self.items == MAX_ITEMS {
                return refused.count(Refusal::OverLimit);
            }
            let item = &rest[..end.unwrap_or(rest.len())];
            rest = rest.get(item.len() + 1..).unwrap_or_default();
            let added = match normal(item.trim_ascii()) {
                Some(item) => self.add(item),
                None if item.trim_ascii().is_empty() => Ok(()),
                None => Err(Refusal::Malformed),
            };
            if let Err(refusal) = added {
                refused.count(refusal);
            }
        }
    }

    /// Adds an item: its key, its encoded value, its properties.
    fn add(&mut self, [key, value, properties]: [&str; 3]) -> Result<(), Refusal> {
        let comma = if self.items > 0 { "," } else { "" };
        let item = [comma, key, "=", value, properties];
        let bytes: usize = item.iter().map(|part| part.len()).sum();
        if self.items == MAX_ITEMS || self.text.len() + bytes > MAX_BYTES {
            return Err(Refusal::OverLimit);
        }
        self.text.extend(item);
        self.items += 1;
        Ok(())
    }

    fn items(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.text.split(',').filter(|item| !item.is_empty()).map(parts)
    }
}

/// The header.
impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Key and encoded value of an item, without its properties.
fn parts(item: &str) -> (&str, &str) {
    let item = item.split(';').next().unwrap_or_default();
    item.split_once('=').unwrap_or((item, ""))
}

/// Key, value and properties of an item, without blanks around them; nothing if it is none.
fn normal(item: &[u8]) -> Option<[&str; 3]> {
    let (pair, properties) = match item.iter().position(|byte| *byte == b';') {
        Some(at) => item.split_at(at),
        None => (item, &[][..]),
    };
    let (key, value) = pair.split_at(pair.iter().position(|byte| *byte == b'=')?);
    let (key, value) = (key.trim_ascii(), value[1..].trim_ascii());
    let is_property = |byte: &u8| is_octet(*byte) || b"; \t".contains(byte);
    let is_item =
        is_token(key) && value.iter().copied().all(is_octet) && properties.iter().all(is_property);
    if !is_item {
        return None;
    }
    // All of it is ASCII by now.
    let text = |bytes| std::str::from_utf8(bytes).ok();
    Some([text(key)?, text(value)?, text(properties.trim_ascii_end())?])
}

/// `token` of RFC 7230.
fn is_token(text: &[u8]) -> bool {
    let is_sign = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !text.is_empty() && text.iter().all(is_sign)
}

/// `baggage-octet` of W3C Baggage.
const fn is_octet(byte: u8) -> bool {
    matches!(byte, 0x21 | 0x23..=0x2B | 0x2D..=0x3A | 0x3C..=0x5B | 0x5D..=0x7E)
}

fn encode(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if is_octet(byte) && byte != b'%' {
            into.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _written = write!(into, "%{byte:02X}");
        }
    }
}

/// What is percent-encoded wrongly stays as it is; bytes that are no UTF-8 are replaced.
fn decoded(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let digit = |at: usize| char::from(*tail.get(at)?).to_digit(16);
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.push((high << 4 | low) as u8);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Baggage, MAX_BYTES, MAX_ITEMS};
    use crate::refused::{Refusal, Refused};

    fn read(headers: &[&str]) -> (String, u64, u64) {
        let (mut baggage, mut refused) = (Baggage::default(), Refused::default());
        headers.iter().for_each(|header| baggage.read(header.as_bytes(), &mut refused));
        (baggage.to_string(), refused.malformed, refused.over_limit)
    }

    #[test]
    fn items_are_taken_as_the_standard_has_them() {
        for (headers, kept, malformed) in [
            (&["a=1"][..], "a=1", 0),
            (&["a=1,b=2"], "a=1,b=2", 0),
            (&["a=1", "b=2"], "a=1,b=2", 0),
            (&[" a = 1 ;x=y; z , b\t=\t2 "], "a=1;x=y; z,b=2", 0),
            (&["a=", "b=2=3"], "a=,b=2=3", 0),
            (&[",, a=1,,"], "a=1", 0),
            (&["a=%C3%AB%"], "a=%C3%AB%", 0),
            (&["a"], "", 1),
            (&["=1"], "", 1),
            (&["a b=1"], "", 1),
            (&["a=1 2"], "", 1),
            (&["a=\"1\""], "", 1),
            (&["a=\\"], "", 1),
            (&["ä=1,b=2"], "b=2", 1),
            (&["a=ä,b=2"], "b=2", 1),
            (&["a=1;p=ä,b=2"], "b=2", 1),
            (&["a=1\r\nx: y"], "", 1),
        ] {
            assert_eq!(read(headers), (kept.to_owned(), malformed, 0), "{headers:?}");
        }
    }

    #[test]
    fn what_is_over_the_limits_is_left_and_counted_once() {
        let many: Vec<_> = (0..70).map(|number| format!("k{number}=v")).collect();
        let (kept, malformed, over_limit) = read(&[&many.join(",")]);
        assert_eq!(kept, many[..MAX_ITEMS].join(","));
        assert_eq!((malformed, over_limit), (0, 1));

        let long = format!("a={},b=1", "x".repeat(MAX_BYTES - 2));
        let (kept, malformed, over_limit) = read(&[&long]);
        assert_eq!((kept.len(), malformed, over_limit), (MAX_BYTES, 0, 1));

        let longer = format!("a={},b=1", "x".repeat(MAX_BYTES));
        assert_eq!(read(&[&longer]), (String::new(), 0, 1));
        assert_eq!(read(&[&",".repeat(1 << 20)]), (String::new(), 0, 1));
    }

    #[test]
    fn what_is_set_is_there_whatever_it_is() {
        let mut baggage = Baggage::default();
        for value in ["", "plain", "a,b;c=d", "100 %", "%41", "żółw 🐢", "\r\n\0\"\\"] {
            baggage.set("key", value).unwrap();
            assert_eq!(baggage.get("key").as_deref(), Some(value));
            let (header, malformed, over_limit) = read(&[baggage.as_str()]);
            assert_eq!((header.as_str(), malformed, over_limit), (baggage.as_str(), 0, 0));
        }
        baggage.set("other", "1").unwrap();
        baggage.remove("key");
        assert_eq!(baggage.iter().collect::<Vec<_>>(), [("other", "1".to_owned())]);
    }

    #[test]
    fn of_several_items_with_one_key_the_last_counts() {
        let (mut baggage, mut refused) = (Baggage::default(), Refused::default());
        baggage.read(b"a=1,b=2,a=3", &mut refused);
        assert_eq!(baggage.get("a").as_deref(), Some("3"));
        baggage.set("a", "4").unwrap();
        assert_eq!(baggage.as_str(), "b=2,a=4");
    }

    #[test]
    fn what_cannot_be_set_changes_nothing() {
        let mut baggage = Baggage::default();
        for number in 0..MAX_ITEMS {
            baggage.set(&format!("k{number}"), "v").unwrap();
        }
        let before = baggage.clone();
        assert_eq!(baggage.set("one more", "v"), Err(Refusal::Malformed));
        assert_eq!(baggage.set("", "v"), Err(Refusal::Malformed));
        assert_eq!(baggage.set("more", "v"), Err(Refusal::OverLimit));
        assert_eq!(baggage.set("k0", &"%".repeat(3_000)), Err(Refusal::OverLimit));
        assert_eq!(baggage, before);
        baggage.set("k0", "another").unwrap();
        assert_eq!(baggage.get("k0").as_deref(), Some("another"));
    }
}
