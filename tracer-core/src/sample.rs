//! Which traces are recorded: decided once, where a trace begins.

use std::fmt;

use crate::id::TraceId;

/// Decides for each new root whether its trace is recorded.
///
/// It runs on the traced thread, once a trace, without a lock held. Spans below follow their root.
///
/// # Examples
///
/// ```
/// use tracer_core::{Ratio, Sampler, TraceId};
///
/// #[derive(Debug)]
/// struct NoHealthChecks(Ratio);
///
/// impl Sampler for NoHealthChecks {
///     fn is_sampled(&self, trace: TraceId, name: &str) -> bool {
///         name != "health" && self.0.is_sampled(trace, name)
///     }
/// }
///
/// let sampler = NoHealthChecks(Ratio::new(1.0));
/// assert!(!sampler.is_sampled(TraceId::from_u128(1), "health"));
/// assert!(sampler.is_sampled(TraceId::from_u128(1), "checkout"));
/// ```
pub trait Sampler: fmt::Debug + Send + Sync {
    /// Returns whether the trace that begins with a span of this `name` is recorded.
    ///
    /// Of a trace that is not, nothing is evaluated or kept.
    fn is_sampled(&self, trace: TraceId, name: &str) -> bool;
}

/// Records a fixed share of all traces, chosen by their ids.
///
/// Every service that is asked about the same trace decides alike: this follows the `TraceIdRatioBased` sampler of the OpenTelemetry specification: the lower 56 bits
/// of the id are compared with the share.
///
/// # Examples
///
/// ```
/// use tracer_core::{Ratio, Sampler, TraceId};
///
/// let none = Ratio::new(0.0);
/// let all = Ratio::new(1.0);
/// assert!(!none.is_sampled(TraceId::from_u128(7), "any"));
/// assert!(all.is_sampled(TraceId::from_u128(u128::MAX), "any"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ratio {
    /// Ids whose lower 56 bits are below this are recorded.
    below: u64,
}

impl Ratio {
    const BITS: u32 = 56;

    /// Makes a sampler that records `share` of all traces, from 0.0 to 1.0.
    ///
    /// Other values count as the nearer end, and what is not a number as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Ratio;
    ///
    /// assert_eq!(Ratio::new(7.0), Ratio::new(1.0));
    /// ```
    pub fn new(share: f64) -> Self {
        let share = if share.is_nan() { 1.0 } else { share.clamp(0.0, 1.0) };
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_sign_loss,
            reason = "2^56 is exact, the share not negative"
        )]
        let below = (share * (1_u64 << Self::BITS) as f64) as u64;
        Self { below }
    }
}

impl Sampler for Ratio {
    #[inline]
    fn is_sampled(&self, trace: TraceId, _: &str) -> bool {
        trace.low & ((1 << Self::BITS) - 1) < self.below
    }
}

#[cfg(test)]
mod tests {
    use super::{Ratio, Sampler};
    use crate::id::TraceId;

    #[test]
    fn the_share_is_kept() {
        let quarter = Ratio::new(0.25);
        let kept = (0..40_000).filter(|_| quarter.is_sampled(TraceId::new(), "")).count();
        assert!((9_000..11_000).contains(&kept), "{kept} of 40000");
    }

    #[test]
    fn senseless_shares_count_as_the_nearer_end() {
        assert_eq!(Ratio::new(-1.0), Ratio::new(0.0));
        assert_eq!(Ratio::new(7.0), Ratio::new(1.0));
        assert_eq!(Ratio::new(f64::NAN), Ratio::new(1.0));
    }
}
