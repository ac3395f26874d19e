//! Which traces are recorded: decided once in each process, where a trace begins or comes in.

mod decision;
mod limit;
mod local_root;
mod parent_based;
mod pattern;
mod ratio;
mod rules;

use std::fmt;

pub use decision::{Decision, Maker};
pub(crate) use limit::Bucket;
pub use limit::RateLimit;
pub(crate) use local_root::Attributes;
pub use local_root::{Describe, LocalRoot};
pub use parent_based::ParentBased;
pub use pattern::Pattern;
pub use ratio::{DatadogRatio, Ratio};
pub use rules::{Rule, Rules};

/// Decides for each local root whether its trace is recorded here.
///
/// It runs on the traced thread, once a local root, without a lock held. Spans below follow their
/// root. Which decision of the caller counts where a trace came with a request is the sampler's
/// matter too: see [`ParentBased`].
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, Ratio, Sampler, TraceId};
///
/// #[derive(Debug)]
/// struct NoHealthChecks(Ratio);
///
/// impl Sampler for NoHealthChecks {
///     fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
///         root.name() != "health" && self.0.is_sampled(root)
///     }
/// }
///
/// let sampler = NoHealthChecks(Ratio::new(1.0));
/// assert!(!sampler.is_sampled(&LocalRoot::new(TraceId::from_u128(1), "health")));
/// assert!(sampler.is_sampled(&LocalRoot::new(TraceId::from_u128(1), "checkout")));
/// ```
pub trait Sampler: fmt::Debug + Send + Sync {
    /// Returns whether the trace, or the part of it that begins here with `root`, is recorded.
    ///
    /// Of a trace that is not, nothing is evaluated or kept, unless a [`TailRule`](crate::TailRule)
    /// asks for it.
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool;

    /// Decides, and says what made it so, for backends that want to know; asked once a local root.
    ///
    /// As [`is_sampled`](Self::is_sampled), and [nobody](Maker::Nobody), unless a sampler has more to
    /// say. One that asks another hands on what that says.
    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        Decision::new(self.is_sampled(root))
    }
}

impl Sampler for Box<dyn Sampler> {
    #[inline]
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        (**self).is_sampled(root)
    }

    #[inline]
    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        (**self).decide(root)
    }
}
