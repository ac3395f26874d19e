//! At most so many traces a second.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::sample::{Decision, LocalRoot, Sampler};

/// Records what another sampler does, but at most so many traces a second.
///
/// A second's worth may come at once. It counts traces of which this process decides; put it into a
/// [`ParentBased`](crate::ParentBased), so that those whose callers record them are not cut.
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, RateLimit, Ratio, Sampler, TraceId};
///
/// let sampler = RateLimit::new(100.0, Ratio::new(1.0));
/// let root = LocalRoot::new(TraceId::from_u128(7), "checkout");
/// let recorded = (0..1_000).filter(|_| sampler.is_sampled(&root)).count();
/// assert!((100..200).contains(&recorded));
/// ```
#[derive(Debug)]
pub struct RateLimit<S> {
    sampler: S,
    bucket: Bucket,
}

impl<S: Sampler> RateLimit<S> {
    /// Records at most `per_second` traces a second of those that `sampler` records.
    ///
    /// Less than one means one in so many seconds; 0, less, and what is not a number means none.
    pub fn new(per_second: f64, sampler: S) -> Self {
        Self { sampler, bucket: Bucket::new(per_second) }
    }
}

impl<S: Sampler> Sampler for RateLimit<S> {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        self.sampler.is_sampled(root) && self.bucket.take()
    }

    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        let decision = self.sampler.decide(root);
        let is_sampled = decision.is_sampled() && self.bucket.take();
        Decision::new(is_sampled).by(decision.maker())
    }
}

/// Nanoseconds since it was asked first.
fn nanos() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// A leaky bucket of a second's worth.
///
/// Source: the "virtual scheduling" form of the generic cell rate algorithm, ITU-T I.371.
#[derive(Debug)]
pub(crate) struct Bucket {
    /// Nanoseconds that one trace takes to leak; none where no trace fits.
    interval: Option<u64>,
    /// When it will be empty if nothing more comes.
    empty: AtomicU64,
}

impl Bucket {
    const SECOND: u32 = 1_000_000_000;
    /// One trace in thirty years is as good as none.
    const LONGEST: f64 = 1e18;

    pub(crate) fn new(per_second: f64) -> Self {
        #[expect(clippy::cast_sign_loss, reason = "it is not negative")]
        let interval = |rate: f64| (f64::from(Self::SECOND) / rate).min(Self::LONGEST) as u64;
        Self {
            interval: (per_second > 0.0).then(|| interval(per_second)),
            empty: AtomicU64::new(0),
        }
    }

    /// Whether there is room for one more, which is taken then.
    pub(crate) fn take(&self) -> bool {
        self.take_at(nanos())
    }

    fn take_at(&self, now: u64) -> bool {
        let Some(interval) = self.interval else { return false };
        let after = |empty: u64| {
            let empty = empty.max(now) + interval;
            (empty - now <= interval.max(Self::SECOND.into())).then_some(empty)
        };
        // Relaxed: nothing else depends on the number.
        self.empty.fetch_update(Ordering::Relaxed, Ordering::Relaxed, after).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::Bucket;

    const SECOND: u64 = 1_000_000_000;

    fn taken(bucket: &Bucket, times: impl Iterator<Item = u64>) -> usize {
        times.filter(|now| bucket.take_at(*now)).count()
    }

    #[test]
    fn a_second_s_worth_comes_at_once_and_then_so_many_a_second() {
        let bucket = Bucket::new(10.0);
        assert_eq!(taken(&bucket, std::iter::repeat_n(5, 100)), 10);
        assert_eq!(taken(&bucket, (1..=100).map(|step| 5 + step * SECOND / 100)), 10);
        assert_eq!(taken(&bucket, std::iter::repeat_n(60 * SECOND, 100)), 10, "not a minute's");
    }

    #[test]
    fn less_than_one_a_second_is_one_in_so_many_seconds() {
        let bucket = Bucket::new(0.1);
        assert_eq!(taken(&bucket, (0..60).map(|second| second * SECOND)), 6);
    }

    #[test]
    fn senseless_rates_let_nothing_through_or_all() {
        for none in [0.0, -1.0, f64::NAN] {
            assert!(!Bucket::new(none).take_at(SECOND), "{none}");
        }
        let all = Bucket::new(f64::INFINITY);
        assert_eq!(taken(&all, std::iter::repeat_n(SECOND, 100_000)), 100_000);
        assert!(Bucket::new(f64::MIN_POSITIVE).take_at(SECOND));
    }
}
