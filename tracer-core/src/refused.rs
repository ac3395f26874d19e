//! What came from another process and was not taken over, by cause.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Why something that came with a request was not taken over.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::{Parts, Refusal};
///
/// let mut parts = Parts::default();
/// parts.refuse(Refusal::Malformed); // what a propagator does where it cannot read a header
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is not written as its standard says.
    Malformed,
    /// It is longer than its standard asks for.
    OverLimit,
    /// There was no room to keep it in.
    NotKept,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "not written as its standard says",
            Self::OverLimit => "longer than its standard asks for",
            Self::NotKept => "no room to keep it in",
        })
    }
}

impl std::error::Error for Refusal {}

/// What of other processes was not taken over, by cause.
///
/// # Examples
///
/// ```
/// use tracer_core::{Tracer, propagate};
///
/// let tracer = Tracer::builder().build()?;
/// tracer.in_scope(|| propagate::extract(&[("traceparent", "00-rubbish")]));
/// assert_eq!(tracer.stats().refused.malformed, 1);
/// assert_eq!(tracer.stats().refused.to_string(), "1 malformed, 0 over limit, 0 not kept");
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Headers, and items of baggage, that are not written as their standard says.
    pub malformed: u64,
    /// Headers that were longer than their standard asks for: their rest.
    ///
    /// Also baggage that was set where there was no room for it.
    pub over_limit: u64,
    /// Baggage and the like of roots, because there were too many at once.
    pub not_kept: u64,
}

impl Refused {
    pub(crate) const fn count(&mut self, refusal: Refusal) {
        match refusal {
            Refusal::Malformed => self.malformed += 1,
            Refusal::OverLimit => self.over_limit += 1,
            Refusal::NotKept => self.not_kept += 1,
        }
    }

    pub(crate) const fn add(&mut self, other: Self) {
        self.malformed += other.malformed;
        self.over_limit += other.over_limit;
        self.not_kept += other.not_kept;
    }

    /// Returns the sum over all causes.
    pub const fn total(&self) -> u64 {
        self.malformed + self.over_limit + self.not_kept
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { malformed, over_limit, not_kept } = self;
        write!(f, "{malformed} malformed, {over_limit} over limit, {not_kept} not kept")
    }
}

/// Counts of a tracer, added to by traced threads.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    malformed: AtomicU64,
    over_limit: AtomicU64,
    not_kept: AtomicU64,
}

impl Counts {
    pub(crate) fn add(&self, refused: Refused) {
        let counts = [
            (&self.malformed, refused.malformed),
            (&self.over_limit, refused.over_limit),
            (&self.not_kept, refused.not_kept),
        ];
        for (count, more) in counts.into_iter().filter(|(_, more)| *more > 0) {
            // Relaxed, here and below: counts that guard nothing.
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    pub(crate) fn get(&self) -> Refused {
        Refused {
            malformed: self.malformed.load(Ordering::Relaxed),
            over_limit: self.over_limit.load(Ordering::Relaxed),
            not_kept: self.not_kept.load(Ordering::Relaxed),
        }
    }
}
