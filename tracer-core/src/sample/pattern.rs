//! What a rule compares with: a text in which `*` and `?` stand for others.

use std::str::Chars;

/// A text in which `*` stands for any characters, `?` for one; ASCII letters match in both cases.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Box<str>);

impl Pattern {
    /// Makes one of its text.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// Returns whether a text is like it.
    ///
    /// Takes at most the product of both lengths, whatever they are.
    pub fn matches(&self, text: &str) -> bool {
        let (mut pattern, mut rest) = (self.0.chars(), text.chars());
        // What follows the last star, and what is left of the text behind what it stands for.
        let mut star: Option<(Chars<'_>, Chars<'_>)> = None;
        loop {
            let found = rest.clone().next();
            match (pattern.next(), found) {
                (Some('*'), _) => {
                    star = Some((pattern.clone(), rest.clone()));
                    continue;
                }
                (None, None) => return true,
                (Some(wanted), Some(found))
                    if wanted == '?' || wanted.eq_ignore_ascii_case(&found) =>
                {
                    rest.next();
                    continue;
                }
                _ => {}
            }
            // It has to stand for one character more.
            let Some((after, behind)) = &mut star else { return false };
            if behind.next().is_none() {
                return false;
            }
            (pattern, rest) = (after.clone(), behind.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn patterns_match() {
        for (pattern, matching, others) in [
            ("", &[""][..], &["a"][..]),
            ("*", &["", "a", "żółw"], &[]),
            ("get", &["get", "GET"], &["ge", "gett", ""]),
            ("GET /*", &["get /", "GET /cart/7"], &["GET", "POST /"]),
            ("*/health", &["/health", "/a/health", "/health/health"], &["/healthy", "health"]),
            ("a?c", &["abc", "ażc"], &["ac", "abbc"]),
            ("*a*b*", &["ab", "xaxbx", "aab"], &["ba", "a"]),
            ("a**b", &["ab", "axb"], &["a"]),
        ] {
            let pattern = Pattern::new(pattern);
            assert!(matching.iter().all(|text| pattern.matches(text)), "{pattern:?}");
            assert!(!others.iter().any(|text| pattern.matches(text)), "{pattern:?}");
        }
    }

    #[test]
    fn no_pattern_takes_for_ever() {
        let (pattern, text) = (Pattern::new(&"a*".repeat(1_000)), "a".repeat(10_000) + "b");
        assert!(pattern.matches(&text));
        assert!(!Pattern::new(&("a*".repeat(1_000) + "c")).matches(&text));
    }
}
