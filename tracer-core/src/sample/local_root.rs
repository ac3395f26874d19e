//! What a sampler knows of the span that it decides about.

use std::fmt;

use crate::id::TraceId;
use crate::kind::SpanKind;
use crate::value::Value;

/// The first span of a trace in this process, about to begin.
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, SpanKind, TraceId};
///
/// let attributes = [("url.path", "/cart".into())];
/// let root = LocalRoot::new(TraceId::from_u128(7), "GET")
///     .with_kind(SpanKind::Server)
///     .with_attributes(&attributes);
/// assert_eq!(root.attribute("url.path"), Some("/cart".into()));
/// assert_eq!(root.caller(), None, "the trace begins here");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LocalRoot<'a> {
    trace: TraceId,
    name: &'a str,
    target: &'a str,
    kind: SpanKind,
    service: &'a str,
    caller: Option<bool>,
    attributes: Attributes<'a>,
}

/// What a span begins with.
#[derive(Clone, Copy)]
pub(crate) enum Attributes<'a> {
    Known(&'a [(&'a str, Value<'a>)]),
    /// They are made when somebody asks: a sampler, or the record of a span that is kept.
    WhenAsked(&'a dyn Describe),
}

/// Makes the attributes that a span begins with, once, where that is work.
#[doc(hidden)]
pub trait Describe {
    /// Returns them, the same each time.
    fn attributes(&self) -> &[(&str, Value<'_>)];
}

impl<'a> Attributes<'a> {
    pub(crate) const NONE: Self = Self::Known(&[]);

    pub(crate) fn get(self) -> &'a [(&'a str, Value<'a>)] {
        match self {
            Self::Known(attributes) => attributes,
            Self::WhenAsked(makes) => makes.attributes(),
        }
    }
}

impl fmt::Debug for Attributes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.get()).finish()
    }
}

impl<'a> LocalRoot<'a> {
    /// Describes a span of this `name` that begins the trace `trace`, with nothing else known of it.
    ///
    /// Tracers describe spans themselves; this is for who tests a sampler.
    pub const fn new(trace: TraceId, name: &'a str) -> Self {
        let (target, service, attributes) = ("", "", Attributes::NONE);
        Self { trace, name, target, kind: SpanKind::Internal, service, caller: None, attributes }
    }

    /// Says what it is to those outside of the program.
    #[must_use]
    pub const fn with_kind(self, kind: SpanKind) -> Self {
        Self { kind, ..self }
    }

    /// Says what a filter knows it by.
    #[must_use]
    pub const fn with_target(self, target: &'a str) -> Self {
        Self { target, ..self }
    }

    /// Names the service.
    #[must_use]
    pub const fn with_service(self, service: &'a str) -> Self {
        Self { service, ..self }
    }

    /// Says that the trace came with a request, and whether its caller records it; `None` if the
    /// caller did not say so.
    #[must_use]
    pub const fn with_caller(self, sampled: Option<bool>) -> Self {
        Self { caller: sampled, ..self }
    }

    /// Says which attributes it begins with.
    #[must_use]
    pub const fn with_attributes(self, attributes: &'a [(&'a str, Value<'a>)]) -> Self {
        self.beginning_with(Attributes::Known(attributes))
    }

    pub(crate) const fn beginning_with(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }

    /// Returns the id of the trace.
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// Returns the span's name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Returns what a filter knows it by: the path of its module unless it was given another.
    pub const fn target(&self) -> &'a str {
        self.target
    }

    /// Returns what it is to those outside of the program.
    pub const fn kind(&self) -> SpanKind {
        self.kind
    }

    /// Returns the tracer's `service.name`; empty where it has none.
    pub const fn service(&self) -> &'a str {
        self.service
    }

    /// Returns whether the caller records its part of the trace, where one came and said so.
    pub const fn caller(&self) -> Option<bool> {
        self.caller
    }

    /// Returns the value of an attribute that the span begins with, the last one of the key.
    ///
    /// What is set later, as the values of a function's arguments are, is not known yet.
    pub fn attribute(&self, key: &str) -> Option<Value<'a>> {
        self.attributes.get().iter().rfind(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}
