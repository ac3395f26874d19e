//! What a sampler decided, and what made it so.

/// What a sampler decided about a trace.
///
/// # Examples
///
/// ```
/// use tracer_core::{Decision, Maker};
///
/// let tenth = Decision::new(true).by(Maker::Rule { rate: 0.1, limit: None });
/// assert!(tenth.is_sampled());
/// assert_eq!(Decision::new(true).maker(), Maker::Nobody);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Decision {
    is_sampled: bool,
    maker: Maker,
}

/// What made a decision: Datadog's tag `_dd.p.dm`, with the shares that go with it.
///
/// What is said lies beside the local root and goes with its trace, to those who are called and to
/// backends. That takes a traced thread some hundred nanoseconds a local root, where something is
/// said.
///
/// # Examples
///
/// ```
/// use tracer_core::{Decision, LocalRoot, Maker, Ratio, Sampler};
///
/// /// A share that a backend asked for.
/// #[derive(Debug)]
/// struct Asked(f64);
///
/// impl Sampler for Asked {
///     fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
///         Ratio::new(self.0).is_sampled(root)
///     }
///
///     fn decide(&self, root: &LocalRoot<'_>) -> Decision {
///         Decision::new(self.is_sampled(root)).by(Maker::Agent { rate: self.0 })
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Maker {
    /// Nothing is said: the usual sampler, or the caller.
    #[default]
    Nobody,
    /// A share that the backend asked for, from 0.0 to 1.0.
    Agent {
        /// The share.
        rate: f64,
    },
    /// A rule that somebody set.
    Rule {
        /// The share that it keeps, from 0.0 to 1.0.
        rate: f64,
        /// The share of those that a limit let through of late, where there is one.
        limit: Option<f64>,
    },
}

impl Decision {
    /// Decides, and says nothing of what made it so.
    pub const fn new(is_sampled: bool) -> Self {
        Self { is_sampled, maker: Maker::Nobody }
    }

    /// Says what made it so.
    #[must_use]
    pub const fn by(self, maker: Maker) -> Self {
        Self { maker, ..self }
    }

    /// Returns whether the trace is recorded.
    pub const fn is_sampled(&self) -> bool {
        self.is_sampled
    }

    /// Returns what made it so.
    pub const fn maker(&self) -> Maker {
        self.maker
    }
}
