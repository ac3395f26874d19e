//! The caller decides.

use crate::sample::{Decision, LocalRoot, Sampler};

/// Does as the caller does, where one said so, and asks another sampler where a trace begins.
///
/// As OpenTelemetry's samplers whose names begin with `parentbased_`: of a trace over several
/// services all parts are recorded, or none. A tracer that is told nothing records all traces that
/// begin with it, in this way.
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, ParentBased, Ratio, Sampler, TraceId};
///
/// let begins = LocalRoot::new(TraceId::from_u128(7), "checkout");
/// let comes = begins.with_caller(Some(true));
///
/// let sampler = ParentBased::new(Ratio::new(0.0));
/// assert!(!sampler.is_sampled(&begins));
/// assert!(sampler.is_sampled(&comes));
///
/// assert!(!Ratio::new(0.0).is_sampled(&comes), "it decides for itself");
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
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        root.caller().unwrap_or_else(|| self.root.is_sampled(root))
    }

    #[inline]
    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        root.caller().map_or_else(|| self.root.decide(root), Decision::new)
    }
}
