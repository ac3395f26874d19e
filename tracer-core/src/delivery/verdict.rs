//! What an answer means, and what is repeated of it.

use std::time::Duration;

/// What an answer means for the spans of its request.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "each is acted upon")]
pub enum Verdict {
    /// They are where they should be.
    Delivered,
    /// So many were refused, and why; all, if it is not said how many.
    Rejected(Option<u64>, String),
    /// They are to be sent again, after so long.
    Later(Option<Duration>, String),
    /// They are lost.
    Failed(String),
}

/// There was no answer.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by those who send")]
pub struct Unreachable {
    /// What went wrong.
    pub why: String,
    /// Trying again is of no use.
    pub for_good: bool,
}

/// Characters of what a receiver says that are repeated.
const MAX_SAID: usize = 200;

/// The status and, where there is one, the text that came with it.
pub fn answered(status: u16, text: Option<&str>) -> String {
    match text.map(in_one_line).filter(|text| !text.is_empty()) {
        Some(text) => format!("answered {status}: {text}"),
        None => format!("answered {status}"),
    }
}

/// A text without control characters, of at most 200 others.
pub fn in_one_line(text: &str) -> String {
    let clean = text.trim().chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = clean.clone().take(MAX_SAID).collect();
    if clean.count() > MAX_SAID {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_repeated_is_one_line_and_short() {
        assert_eq!(answered(400, Some(" no\r\nkey\t")), "answered 400: no  key");
        assert_eq!(answered(400, Some("\n")), "answered 400");
        assert_eq!(answered(400, None), "answered 400");
        let long = in_one_line(&"é".repeat(1_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (201, true));
    }
}
