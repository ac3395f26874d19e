//! A span made by hand of which more is known at its beginning than its name.

use std::panic::Location;

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::detail;
use crate::kind::SpanKind;
use crate::name;
use crate::open::{Attributes, Open};
use crate::record::UNKEPT_NAME;
use crate::slot;
use crate::span::Span;

/// Describes a span before it is opened: what a sampler may want to know.
///
/// Made by [`Span::builder`]. What is not said is as with [`Span::new`].
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, SpanKind, propagate, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let remote = propagate::extract(&[("traceparent", "")]);
///     let span = Span::builder("GET /cart")
///         .kind(SpanKind::Server)
///         .attributes(&[("url.path", "/cart".into())])
///         .parent(&remote.context())
///         .open();
/// });
/// let span = &scope.spans()[0];
/// assert_eq!((span.name(), span.kind()), ("GET /cart", SpanKind::Server));
/// assert_eq!(span.attribute("url.path"), Some("/cart".into()));
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use = "a builder does nothing until `open`"]
pub struct SpanBuilder<'a> {
    name: &'static str,
    renamed: Option<&'a str>,
    kind: SpanKind,
    attributes: Attributes<'a>,
    parent: Parent,
    place: Option<&'static Location<'static>>,
}

#[derive(Clone, Copy, Debug)]
enum Parent {
    Current,
    Given(SpanContext),
    None,
}

impl Span {
    /// Begins to describe a span of this `name`.
    pub const fn builder(name: &'static str) -> SpanBuilder<'static> {
        SpanBuilder {
            name,
            renamed: None,
            kind: SpanKind::Internal,
            attributes: &[],
            parent: Parent::Current,
            place: None,
        }
    }
}

impl<'a> SpanBuilder<'a> {
    /// Gives it a name that is known only at run time, in place of the other.
    ///
    /// Names are kept for good; see [`SpanContext::set_name`].
    pub const fn name(self, name: &'a str) -> Self {
        Self { renamed: Some(name), ..self }
    }

    /// Says what it is to those outside of the program.
    ///
    /// One that serves a request or takes a message never has a parent that its task inherited.
    pub const fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = kind;
        self
    }

    /// Says which attributes it begins with; these are known to the sampler where it is a local root.
    pub const fn attributes(self, attributes: Attributes<'a>) -> Self {
        Self { attributes, ..self }
    }

    /// Opens it below `parent`, whatever is current; where that is no span's, as a root.
    pub const fn parent(mut self, parent: &SpanContext) -> Self {
        self.parent = Parent::Given(*parent);
        self
    }

    /// Opens it as the root of a new trace, whatever is current.
    pub const fn root(mut self) -> Self {
        self.parent = Parent::None;
        self
    }

    /// Says where in the source it is opened: for those that open it in the name of others.
    #[doc(hidden)]
    pub const fn at(self, place: &'static Location<'static>) -> Self {
        Self { place: Some(place), ..self }
    }

    /// Opens the span.
    #[track_caller]
    pub fn open(self) -> Span {
        let Self { name, renamed, kind, attributes, parent, place } = self;
        let place = place.unwrap_or(Location::caller());
        let mut unkept = None;
        let span = Span::with(name, kind, place, |callsite| {
            let named = renamed.map_or(Some(callsite), |name| name::renamed(callsite, name));
            unkept = renamed.filter(|_| named.is_none());
            open(named.unwrap_or(callsite), parent, attributes)
        });
        if let Some(name) = unkept {
            span.set_attribute(UNKEPT_NAME, name);
        }
        detail::named(&span.context(), attributes);
        span
    }
}

fn open(callsite: &'static Callsite, parent: Parent, attributes: Attributes<'_>) -> Open {
    match parent {
        Parent::Current => {
            let current = slot::current();
            Open::uncommon(callsite, current, current.is_inherited(), attributes)
        }
        Parent::Given(parent) => Open::uncommon(callsite, Open::given(parent), false, attributes),
        Parent::None => Open::root_with(callsite, slot::current(), attributes),
    }
}
