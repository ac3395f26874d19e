//! At most so many traces a second, and which share of them that was.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tracer_core::{DatadogRatio, LocalRoot, RateLimit, Sampler as _};

/// Lets so many traces a second through.
#[derive(Debug)]
pub(crate) struct Limit {
    bucket: RateLimit<DatadogRatio>,
    begin: Instant,
    passed: Passed,
}

impl Limit {
    /// As Datadog's tracers: 0 lets nothing through, less than 0 everything.
    pub(crate) fn new(per_second: f64) -> Self {
        let per_second = if per_second < 0.0 { f64::INFINITY } else { per_second };
        Self {
            bucket: RateLimit::new(per_second, DatadogRatio::new(1.0)),
            begin: Instant::now(),
            passed: Passed::default(),
        }
    }

    /// Whether there is room for one more, and which share of those that asked was let through of
    /// late.
    pub(crate) fn take(&self, root: &LocalRoot<'_>) -> (bool, f64) {
        let is_let = self.bucket.is_sampled(root);
        (is_let, self.passed.count_at(self.begin.elapsed().as_secs(), is_let))
    }
}

/// How many asked and how many passed, in the current second and in the last one in which somebody
/// asked.
#[derive(Debug, Default)]
struct Passed {
    /// The second, how many passed, how many asked.
    current: AtomicU64,
    /// The share of the last second; see [`Self::NONE`].
    last: AtomicU64,
}

impl Passed {
    /// Bits of each of the counts.
    const BITS: u32 = 22;
    const MOST: u64 = (1 << Self::BITS) - 1;
    /// There was no second before this one: what is kept is one more than the bits of a share.
    const NONE: u64 = 0;

    /// Counts one; returns the mean of the shares of the current and of the last second.
    fn count_at(&self, second: u64, is_let: bool) -> f64 {
        let second = second & (u64::MAX >> (2 * Self::BITS));
        let count = |current: u64| {
            let (of, passed, asked) = Self::parts(current);
            if asked == 0 || of != second {
                return Some(Self::whole(second, u64::from(is_let), 1));
            }
            let is_full = asked == Self::MOST;
            let (passed, asked) = if is_full { (passed / 2, asked / 2) } else { (passed, asked) };
            Some(Self::whole(second, passed + u64::from(is_let), asked + 1))
        };
        // Relaxed: the numbers are told, and nothing else depends on them.
        let before = self.current.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count);
        let before = before.unwrap_or_else(|current| current);
        let (of, passed, asked) = Self::parts(before);
        if asked > 0 && of != second {
            // Relaxed: the same. Who reads the one before it tells an older mean.
            self.last.store(share(passed, asked).to_bits() + 1, Ordering::Relaxed);
        }
        let (_, passed, asked) = Self::parts(count(before).unwrap_or(before));
        let share = share(passed, asked);
        match self.last.load(Ordering::Relaxed) {
            Self::NONE => share,
            last => f64::midpoint(share, f64::from_bits(last - 1)),
        }
    }

    const fn whole(second: u64, passed: u64, asked: u64) -> u64 {
        second << (2 * Self::BITS) | passed << Self::BITS | asked
    }

    const fn parts(current: u64) -> (u64, u64, u64) {
        (current >> (2 * Self::BITS), current >> Self::BITS & Self::MOST, current & Self::MOST)
    }
}

#[expect(clippy::cast_precision_loss, reason = "the counts have 22 bits")]
fn share(passed: u64, asked: u64) -> f64 {
    passed as f64 / asked as f64
}

#[cfg(test)]
mod tests {
    use tracer_core::{LocalRoot, TraceId};

    use super::{Limit, Passed};

    #[test]
    fn the_share_is_the_mean_of_this_second_and_the_last() {
        let passed = Passed::default();
        let told: Vec<f64> = [(0, true), (0, false), (1, true), (1, true), (9, false), (9, true)]
            .map(|(second, is_let)| passed.count_at(second, is_let))
            .to_vec();
        assert_eq!(told, [1.0, 0.5, 0.75, 0.75, 0.5, 0.75]);
    }

    #[test]
    fn counts_do_not_run_over() {
        let passed = Passed::default();
        for _ in 0..=Passed::MOST {
            passed.count_at(0, false);
        }
        assert!(passed.count_at(0, true) < 0.001);
        assert!((passed.count_at(1, true) - 0.5).abs() < 0.001);
    }

    #[test]
    fn a_limit_of_0_lets_nothing_through_and_less_everything() {
        let root = LocalRoot::new(TraceId::from_u128(7), "checkout");
        assert_eq!(Limit::new(0.0).take(&root), (false, 0.0));
        let all = Limit::new(-1.0);
        assert!((0..1_000).all(|_| all.take(&root) == (true, 1.0)));
        let some = Limit::new(10.0);
        assert!((10..15).contains(&(0..100).filter(|_| some.take(&root).0).count()));
    }
}
