//! Bytes that are few: what most spans have to say needs no room of its own.

use std::fmt;
use std::ops::Deref;

/// Bytes that lie in the record itself; three attributes take about 64.
const INLINE: usize = 94;

#[derive(Clone)]
pub(super) struct Bytes(Place);

#[derive(Clone)]
enum Place {
    Here { length: u8, bytes: [u8; INLINE] },
    Heap(Box<[u8]>),
}

impl Bytes {
    pub(super) fn new(from: &[u8]) -> Self {
        if from.len() > INLINE {
            return Self(Place::Heap(from.into()));
        }
        let mut bytes = [0; INLINE];
        bytes[..from.len()].copy_from_slice(from);
        Self(Place::Here { length: from.len() as u8, bytes })
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.0 {
            Place::Here { length, bytes } => &bytes[..usize::from(*length)],
            Place::Heap(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, INLINE};

    #[test]
    fn bytes_of_any_number_are_kept() {
        for length in [0, 1, INLINE - 1, INLINE, INLINE + 1, 5_000] {
            let from: Vec<u8> = (0..length).map(|index| index as u8).collect();
            assert_eq!(*Bytes::new(&from), *from);
        }
    }
}
