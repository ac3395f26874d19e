//! An id for whatever has none.

use std::hash::{BuildHasher as _, RandomState};

/// A random UUID: `RandomState` is keyed by the operating system.
pub fn unique() -> String {
    let half = |number: u8| RandomState::new().hash_one((std::process::id(), number));
    let bits = u128::from(half(0)) << 64 | u128::from(half(1));
    // Version 4, of the variant that RFC 9562 describes.
    let bits = bits & !(0xF << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::unique;

    #[test]
    fn each_is_another_and_a_uuid_of_random_bits() {
        let (one, other) = (unique(), unique());
        assert_ne!(one, other);
        assert_eq!(one.len(), 36);
        assert_eq!(&one[14..15], "4");
        assert!(matches!(&one[19..20], "8" | "9" | "a" | "b"), "{one}");
    }
}
