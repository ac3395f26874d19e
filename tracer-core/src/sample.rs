//! Which traces are recorded: decided once in each process, where a trace begins or comes in.

use std::fmt;

use crate::id::TraceId;

/// Decides for each local root whether its trace is recorded here.
///
/// It runs on the traced thread, once a local root, without a lock held. Spans below follow their
/// root. Which decision of the caller counts where a trace came with a request is the sampler's
/// matter too: see [`ParentBased`].
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

    /// Returns whether the part of a trace is recorded that begins here with a span of this `name`,
    /// where the caller said whether it records its own: `caller`.
    ///
    /// What the caller said does not count unless this says otherwise.
    #[expect(unused_variables, reason = "it has a name for those who look at it")]
    fn is_continued(&self, caller: bool, trace: TraceId, name: &str) -> bool {
        self.is_sampled(trace, name)
    }
}

/// Does as the caller does, where one said so, and asks another sampler where a trace begins.
///
/// As OpenTelemetry's samplers whose names begin with `parentbased_`: of a trace over several
/// services all parts are recorded, or none. A tracer that is told nothing records all traces that
/// begin with it, in this way.
///
/// # Examples
///
/// ```
/// use tracer_core::{ParentBased, Ratio, Sampler, TraceId};
///
/// let sampler = ParentBased::new(Ratio::new(0.0));
/// assert!(!sampler.is_sampled(TraceId::from_u128(7), "checkout"));
/// assert!(sampler.is_continued(true, TraceId::from_u128(7), "checkout"));
///
/// let alone = Ratio::new(0.0);
/// assert!(!alone.is_continued(true, TraceId::from_u128(7), "checkout"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParentBased<S> {
    root: S,
}

impl<S: Sampler> ParentBased<S> {
    /// Makes a sampler that asks `root` where a trace begins.
    pub const fn new(root: S) -> Self {
        Self { root }
    }
}

impl<S: Sampler> Sampler for ParentBased<S> {
    #[inline]
    fn is_sampled(&self, trace: TraceId, name: &str) -> bool {
        self.root.is_sampled(trace, name)
    }

    fn is_continued(&self, caller: bool, _: TraceId, _: &str) -> bool {
        caller
    }
}

/// Records a fixed share of all traces, chosen by their ids.
///
/// Every service that is asked about the same trace decides alike: this follows the
/// `TraceIdRatioBased` sampler of the OpenTelemetry specification: the lower 56 bits of the id are
/// compared with the share. What a caller decided does not count; see [`ParentBased`].
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
