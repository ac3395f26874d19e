//! The secret that an address holds.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

/// 128 bits that nobody can guess, in hexadecimal digits.
#[derive(Clone)]
pub(super) struct Token(String);

impl Token {
    pub(super) fn random() -> Self {
        // The keys are the system's random numbers, and what they hash to does not tell them.
        let half = |number: u64| RandomState::new().hash_one(number);
        Self(format!("{:016x}{:016x}", half(0), half(1)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is this one; how long that takes does not tell how much of it is right.
    pub(super) fn is(&self, given: &str) -> bool {
        let pairs = self.0.bytes().zip(given.bytes());
        let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
        given.len() == self.0.len() && differences == 0
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn tokens_differ_and_know_themselves() {
        let (one, other) = (Token::random(), Token::random());
        assert_eq!(one.as_str().len(), 32);
        assert!(one.is(one.as_str()) && !one.is(other.as_str()));
        assert!(
            !one.is("") && !one.is(&one.as_str()[1..]) && !one.is(&format!("{}0", one.as_str()))
        );
    }
}
