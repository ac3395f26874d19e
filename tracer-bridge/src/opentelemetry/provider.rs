//! Where libraries get their tracers from.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use opentelemetry::trace::{SpanBuilder, SpanContext as ApiContext, Status, TraceContextExt as _};
use opentelemetry::{Context, InstrumentationScope, KeyValue};
use tracer_core::__private::{
    Below, ShortLock, add_event_at, begin_at, is_active, is_let_through, open_at,
};
use tracer_core::{Callsite, SpanContext, SpanKind, current};

use crate::opentelemetry::observed;
use crate::opentelemetry::span::{Span, attribute, link, say, to_opentelemetry};
use crate::opentelemetry::spans::{Found, Made, keep};

/// Gives libraries that use the API of OpenTelemetry tracers whose spans are ours.
///
/// See the [module](crate::opentelemetry) for what becomes of what.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct TracerProvider;

impl TracerProvider {
    /// Makes one, and lets spans of ours see contexts that are attached.
    ///
    /// # Examples
    ///
    /// ```
    /// opentelemetry::global::set_tracer_provider(tracer_bridge::opentelemetry::TracerProvider::new());
    /// ```
    #[expect(clippy::new_without_default, reason = "it does something")]
    pub fn new() -> Self {
        observed::begin();
        Self
    }
}

impl opentelemetry::trace::TracerProvider for TracerProvider {
    type Tracer = Tracer;

    fn tracer_with_scope(&self, scope: InstrumentationScope) -> Tracer {
        Tracer { sites: Sites::of(scope.name()) }
    }
}

/// Makes spans of ours for one library, whose name is the target that a filter knows them by.
///
/// # Examples
///
/// ```
/// use opentelemetry::trace::{Tracer as _, TracerProvider as _};
/// use tracer_bridge::opentelemetry::{Tracer, TracerProvider};
/// use tracer_core::testing;
///
/// let redis: Tracer = TracerProvider::new().tracer("redis");
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| redis.in_span("GET", |_| ()));
/// assert_eq!(scope.spans()[0].target(), "redis");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tracer {
    sites: Sites,
}

impl opentelemetry::trace::Tracer for Tracer {
    type Span = Span;

    fn build_with_context(&self, builder: SpanBuilder, parent_cx: &Context) -> Span {
        let found = observed::innermost(parent_cx).unwrap_or_else(|| Found::of(parent_cx));
        let below = match &found {
            Found::Nothing => Below::Current,
            found => Below::Given(found.context()),
        };
        let kind = builder.span_kind.as_ref().map_or(SpanKind::Internal, kind);
        let callsite = self.sites.of_kind(kind);
        if !is_active() || parent_cx.is_telemetry_suppressed() || !is_let_through(callsite) {
            return Span::in_place_of(parent_cx, &found);
        }
        let (mut open, origin) = open_at(callsite, Some(&builder.name), below);
        let context = open.context();
        if let Some(start) = builder.start_time {
            begin_at(&mut open, start);
        }
        describe(&context, &builder);
        let is_kept = context.is_valid() && keep(Made { context, origin });
        let told = if context.is_valid() { to_opentelemetry(&context) } else { told(parent_cx) };
        Span { open: Some(open), context, told, is_kept, status: Status::Unset }
    }
}

impl Span {
    /// One that is not recorded: what is made below it belongs to what is around it.
    fn in_place_of(parent_cx: &Context, found: &Found) -> Self {
        let made_in = current();
        let context = match found {
            Found::Nothing => made_in,
            found => found.context(),
        };
        let is_ours = context.is_valid() && !matches!(found, Found::Remote(_));
        let is_kept = is_ours && keep(Made { context, origin: made_in.span_id() });
        let told = if is_ours { to_opentelemetry(&context) } else { told(parent_cx) };
        Self { open: None, context, told, is_kept, status: Status::Unset }
    }
}

fn told(context: &Context) -> ApiContext {
    context.span().span_context().clone()
}

/// Says what the builder knows.
fn describe(span: &SpanContext, builder: &SpanBuilder) {
    if !span.is_recorded() {
        return;
    }
    say(span, builder.attributes.as_deref().unwrap_or_default());
    for event in builder.events.iter().flatten() {
        let items: Vec<_> =
            event.attributes.iter().map(|pair: &KeyValue| attribute(pair)).collect();
        add_event_at(span, &event.name, &items, event.timestamp);
    }
    for other in builder.links.iter().flatten() {
        link(span, &other.span_context);
    }
}

const fn kind(kind: &opentelemetry::trace::SpanKind) -> SpanKind {
    match kind {
        opentelemetry::trace::SpanKind::Client => SpanKind::Client,
        opentelemetry::trace::SpanKind::Server => SpanKind::Server,
        opentelemetry::trace::SpanKind::Producer => SpanKind::Producer,
        opentelemetry::trace::SpanKind::Consumer => SpanKind::Consumer,
        opentelemetry::trace::SpanKind::Internal => SpanKind::Internal,
    }
}

/// The callsites of one library, one for each kind of span; their names come with the spans.
#[derive(Clone, Copy, Debug)]
struct Sites(&'static [Callsite; 5]);

/// Libraries beyond this many share one target.
const MAX_SCOPES: usize = 1_024;

impl Sites {
    fn of(scope: &str) -> Self {
        static SCOPES: ShortLock<BTreeMap<&str, Sites>> = ShortLock::new(BTreeMap::new());
        static OTHERS: LazyLock<Sites> = LazyLock::new(|| Sites::new("opentelemetry"));
        let Some(mut scopes) = SCOPES.lock() else { return *OTHERS };
        if let Some(known) = scopes.get(scope) {
            return *known;
        }
        if scopes.len() >= MAX_SCOPES {
            return *OTHERS;
        }
        let name: &'static str = Box::leak(Box::from(scope));
        *scopes.entry(name).or_insert_with(|| Self::new(name))
    }

    fn new(scope: &'static str) -> Self {
        let kinds = [
            SpanKind::Internal,
            SpanKind::Server,
            SpanKind::Client,
            SpanKind::Producer,
            SpanKind::Consumer,
        ];
        let site = |kind| Callsite::new(scope, "", "", 0, || {}).with_target(scope).with_kind(kind);
        Self(Box::leak(Box::new(kinds.map(site))))
    }

    fn of_kind(self, kind: SpanKind) -> &'static Callsite {
        self.0.iter().find(|site| site.kind() == kind).unwrap_or(&self.0[0])
    }
}
