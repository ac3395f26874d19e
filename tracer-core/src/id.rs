//! Identity of traces and spans, and where new ids come from.

use std::cell::Cell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::Instant;

use crate::local;

/// Identifies one trace: 128 bits, never zero once a span was opened in it.
///
/// Its `Display` is the 32 lower-case hexadecimal digits of W3C Trace Context.
///
/// # Examples
///
/// ```
/// use tracer_core::TraceId;
///
/// let id = TraceId::from_u128(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId {
    pub(crate) high: u64,
    pub(crate) low: u64,
}

/// Identifies one span within its trace: 64 bits, never zero for a span.
///
/// Its `Display` is the 16 lower-case hexadecimal digits of W3C Trace Context.
///
/// # Examples
///
/// ```
/// use tracer_core::SpanId;
///
/// assert_eq!(SpanId::from_u64(0xf067_aa0b_a902_b700).to_string(), "f067aa0ba902b700");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(pub(crate) u64);

impl TraceId {
    pub(crate) const NONE: Self = Self { high: 0, low: 0 };

    /// Makes an id of its 128 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::TraceId;
    ///
    /// let bits = u128::from_str_radix("4bf92f3577b34da6a3ce929d0e0e4736", 16)?;
    /// assert_eq!(TraceId::from_u128(bits).to_u128(), bits);
    /// # Ok::<_, std::num::ParseIntError>(())
    /// ```
    pub const fn from_u128(bits: u128) -> Self {
        Self { high: (bits >> 64) as u64, low: bits as u64 }
    }

    /// Returns the 128 bits; 0 is no trace.
    pub const fn to_u128(self) -> u128 {
        (self.high as u128) << 64 | self.low as u128
    }

    /// W3C asks that the low 56 bits be random: the Weyl sequence is mixed, not used raw.
    pub(crate) fn new() -> Self {
        Self { high: mix(next()), low: mix(next()) }
    }
}

impl SpanId {
    pub(crate) const NONE: Self = Self(0);

    /// Makes an id of its 64 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::SpanId;
    ///
    /// assert_eq!(SpanId::from_u64(7).to_u64(), 7);
    /// ```
    pub const fn from_u64(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the 64 bits; 0 is no span.
    pub const fn to_u64(self) -> u64 {
        self.0
    }

    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self(next())
    }

    /// As [`new`](Self::new), without a call; nothing on a thread's first.
    #[inline(always)]
    pub(crate) fn try_new() -> Option<Self> {
        local::with(&SEQUENCE, |sequence| {
            let value = sequence.get();
            (value != 0).then(|| {
                sequence.set(value.wrapping_add(STEP));
                Self(value)
            })
        })
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.high, self.low)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}

/// 2^64 divided by the golden ratio, odd: steps of a Weyl sequence, which meets every value once.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

thread_local! {
    // Zero means "not seeded yet"; without a destructor, so that spans may end while a thread dies.
    static SEQUENCE: Cell<u64> = const { Cell::new(0) };
}

/// Returns the next value of this thread's Weyl sequence; never zero.
#[inline(always)]
fn next() -> u64 {
    local::with(&SEQUENCE, |sequence| {
        let mut value = sequence.get();
        if value == 0 {
            value = seed();
        }
        sequence.set(value.wrapping_add(STEP));
        value
    })
}

/// A random start: `RandomState` is keyed by the operating system, differently for each thread. A
/// forked child's thread has its parent's keys; there the process and the time are what differs.
#[cold]
fn seed() -> u64 {
    RandomState::new().hash_one((std::process::id(), Instant::now())) | 1
}

/// In a forked child, this thread leaves its parent's sequence.
pub(crate) fn begin_anew() {
    SEQUENCE.set(0);
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood: "Fast splittable pseudorandom number
/// generators", OOPSLA 2014): a bijection, so distinct inputs stay distinct.
pub(crate) fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{SEQUENCE, SpanId, TraceId, begin_anew};

    #[test]
    fn ids_of_many_threads_never_meet() {
        let threads: Vec<_> = (0..8)
            .map(|_| std::thread::spawn(|| (0..10_000).map(|_| SpanId::new()).collect::<Vec<_>>()))
            .collect();
        let ids: Vec<_> = threads.into_iter().flat_map(|t| t.join().unwrap()).collect();
        assert!(ids.iter().all(|id| id.0 != 0));
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 80_000);
    }

    #[test]
    fn a_thread_that_begins_anew_repeats_no_id() {
        let ids = || (0..1_000).map(|_| SpanId::new()).collect::<HashSet<_>>();
        let _seeded = SpanId::new();
        let forked = SEQUENCE.get();
        let parents = ids();
        SEQUENCE.set(forked);
        begin_anew();
        assert!(ids().is_disjoint(&parents));
    }

    #[test]
    fn trace_ids_use_all_their_bits() {
        let ids: Vec<_> = (0..1_000).map(|_| TraceId::new()).collect();
        let ones = ids.iter().fold(0, |ones, id| ones | id.to_u128());
        let zeros = ids.iter().fold(0, |zeros, id| zeros | !id.to_u128());
        assert_eq!((ones, zeros), (u128::MAX, u128::MAX));
    }
}
