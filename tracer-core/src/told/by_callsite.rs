//! What is the same for all spans of a callsite, written once.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use crate::callsite::Callsite;

/// A value for each callsite, by its address: there are only so many.
#[derive(Debug)]
pub struct ByCallsite<T>(HashMap<usize, T, BuildHasherDefault<AddressHasher>>);

impl<T> Default for ByCallsite<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<T> ByCallsite<T> {
    /// Returns the value of a callsite, which is made at its first span.
    #[inline]
    pub fn get_or_make(&mut self, callsite: &'static Callsite, make: impl FnOnce() -> T) -> &mut T {
        self.0.entry(std::ptr::from_ref(callsite).addr()).or_insert_with(make)
    }
}

/// Addresses come from the program itself; nobody chooses them so that they collide.
#[derive(Clone, Copy, Debug, Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, address: usize) {
        // Odd, and its bits are as those of any number: the high half is what tables look at.
        self.0 = (self.0 ^ address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    }
}
