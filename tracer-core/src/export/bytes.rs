//! Bytes that are few: what most spans have to say needs no room of its own.

use std::fmt;

/// Bytes that lie in the record itself; three attributes take about 64.
const FEW: usize = 96;

/// A few bytes, or none where there are more. Aligned as the pieces are by which a record is moved: other
/// pieces than were written would have to wait for these.
#[derive(Clone)]
#[repr(align(16))]
pub(super) struct Few {
    bytes: [u8; FEW],
}

impl Few {
    pub(super) const NONE: Self = Self { bytes: [0; FEW] };

    /// Takes the bytes, and returns their number, if they are few.
    #[inline]
    pub(super) fn fill(&mut self, from: &[u8]) -> Option<u8> {
        self.bytes.get_mut(..from.len())?.copy_from_slice(from);
        Some(from.len() as u8)
    }

    /// The first ones.
    pub(super) fn first(&self, length: u8) -> &[u8] {
        self.bytes.get(..usize::from(length)).unwrap_or_default()
    }
}

impl fmt::Debug for Few {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Few").finish_non_exhaustive()
    }
}
