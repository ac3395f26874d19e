//! `MessagePack` into a vector, which takes all: nothing of this fails.

use std::fmt::Debug;

use rmp::encode;

/// Bytes of a head whose number is written when it is known.
const HEAD: usize = 5;
const ARRAY: u8 = 0xdd;
const MAP: u8 = 0xdf;

#[inline]
pub(crate) fn text(out: &mut Vec<u8>, text: &str) {
    taken(encode::write_str(out, text));
}

/// A text that was made of bytes, which are UTF-8.
pub(crate) fn text_of_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    taken(encode::write_str_len(out, bytes.len() as u32));
    out.extend_from_slice(bytes);
}

/// An identifier: always of the same length.
#[inline]
pub(crate) fn id(out: &mut Vec<u8>, id: u64) {
    taken(encode::write_u64(out, id));
}

#[inline]
pub(crate) fn integer(out: &mut Vec<u8>, number: i64) {
    taken(encode::write_sint(out, number));
}

#[inline]
pub(crate) fn float(out: &mut Vec<u8>, number: f64) {
    taken(encode::write_f64(out, number));
}

/// The head of a map of a few entries.
#[inline]
pub(crate) fn few_entries(out: &mut Vec<u8>, count: u32) {
    taken(encode::write_map_len(out, count));
}

/// The head of an array of so many elements.
pub(crate) fn elements(out: &mut Vec<u8>, count: usize) {
    taken(encode::write_array_len(out, count as u32));
}

/// Begins an array; returns where its number is to be written.
pub(crate) fn begin_array(out: &mut Vec<u8>) -> usize {
    begin(out, ARRAY)
}

/// Begins a map; returns where its number is to be written.
#[inline]
pub(crate) fn begin_map(out: &mut Vec<u8>) -> usize {
    begin(out, MAP)
}

#[inline]
fn begin(out: &mut Vec<u8>, marker: u8) -> usize {
    out.extend_from_slice(&[marker, 0, 0, 0, 0]);
    out.len() - HEAD
}

/// Writes the number of what was begun at `at`.
#[inline]
pub(crate) fn end(out: &mut [u8], at: usize, count: u32) {
    out[at + 1..at + HEAD].copy_from_slice(&count.to_be_bytes());
}

fn taken<T, E: Debug>(result: Result<T, E>) {
    result.expect("a vector takes all");
}

/// Whether one of the entries that were written here has this key: texts by texts or by numbers.
pub(crate) fn holds(mut entries: &[u8], key: &str) -> bool {
    while let Some((found, value)) = split_text(entries) {
        if found == key.as_bytes() {
            return true;
        }
        entries = match split_text(value) {
            Some((_, rest)) => rest,
            None => value.get(length_of_number(value)..).unwrap_or_default(),
        };
    }
    false
}

fn split_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (marker, rest) = bytes.split_first()?;
    let (length, rest) = match marker {
        0xa0..=0xbf => (usize::from(marker & 0x1f), rest),
        0xd9 => number(rest, 1)?,
        0xda => number(rest, 2)?,
        0xdb => number(rest, 4)?,
        _ => return None,
    };
    rest.split_at_checked(length)
}

fn number(bytes: &[u8], width: usize) -> Option<(usize, &[u8])> {
    let (digits, rest) = bytes.split_at_checked(width)?;
    Some((digits.iter().fold(0, |number, digit| number << 8 | usize::from(*digit)), rest))
}

fn length_of_number(bytes: &[u8]) -> usize {
    match bytes.first() {
        Some(0xcc | 0xd0) => 2,
        Some(0xcd | 0xd1) => 3,
        Some(0xce | 0xd2 | 0xca) => 5,
        Some(0xcf | 0xd3 | 0xcb) => 9,
        // In the marker itself.
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_behind_values_of_all_lengths() {
        let mut out = Vec::new();
        for length in [0, 1, 31, 32, 255, 256, 65_535, 65_536] {
            let value = "x".repeat(length);
            text(&mut out, &format!("a{length}"));
            text(&mut out, &value);
        }
        for number in [0, -1, -33, 127, 128, 256, -129, 65_536, -32_769, i64::MAX, i64::MIN] {
            text(&mut out, &format!("b{number}"));
            integer(&mut out, number);
        }
        text(&mut out, "float");
        float(&mut out, 0.5);
        text(&mut out, "last");
        text(&mut out, "");
        for key in ["a0", "a31", "a65536", "b0", "b-33", "b-9223372036854775808", "float", "last"] {
            assert!(holds(&out, key), "{key}");
        }
        for key in ["", "x", "a2", "las", "lasts"] {
            assert!(!holds(&out, key), "{key}");
        }
    }

    #[test]
    fn what_is_begun_is_ended_with_its_number() {
        let mut out = vec![7];
        let at = begin_array(&mut out);
        let inner = begin_map(&mut out);
        end(&mut out, inner, 0x0102_0304);
        end(&mut out, at, 1);
        assert_eq!(out, [7, ARRAY, 0, 0, 0, 1, MAP, 1, 2, 3, 4]);
    }
}
