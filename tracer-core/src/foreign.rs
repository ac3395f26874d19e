//! Spans of other instrumentation: opened at callsites that it made known, and made current by it,
//! without a guard of ours.

use std::error::Error;
use std::thread::panicking;
use std::time::SystemTime;

use crate::callsite::Callsite;
use crate::clock;
use crate::context::SpanContext;
use crate::destination::{self, Service};
use crate::detail;
use crate::filter::{self, Level};
use crate::id::{SpanId, TraceId};
use crate::name;
use crate::open::Open;
use crate::outcome;
use crate::slot;
use crate::span::Span;
use crate::value::Value;

/// Whose child a span of other instrumentation is.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "it is for crates of the same version")]
pub enum Below {
    /// That of the span that is current.
    Current,
    /// That of this one, whatever is current; where it is no span's, nobody's.
    Given(SpanContext),
    /// Nobody's.
    Nothing,
}

/// Opens a span at a callsite that is not ours, whether the filter lets it through or not; its name may
/// be known only now. Returns the span that is current here, too.
#[doc(hidden)]
pub fn open_at(callsite: &'static Callsite, name: Option<&str>, below: Below) -> (Span, SpanId) {
    let named = name.map_or(Some(callsite), |name| name::renamed(callsite, name));
    let callsite = named.unwrap_or(callsite);
    let current = slot::current();
    let open = match below {
        Below::Current => Open::child(callsite, current, current.is_inherited()),
        Below::Given(parent) => Open::child(callsite, Open::given(parent), false),
        Below::Nothing => Open::root(callsite, current),
    };
    let span = Span { open, unwinding: panicking() };
    if let Some(name) = name.filter(|_| named.is_none()) {
        // There is no place for it: it becomes an attribute.
        span.set_name(name);
    }
    (span, current.span)
}

/// Says when a span began that has just been opened.
#[doc(hidden)]
pub fn begin_at(span: &mut Span, time: SystemTime) {
    span.open.start = clock::ticks_at(time);
}

/// Ends a span, and says when.
#[doc(hidden)]
pub fn end_at(mut span: Span, time: SystemTime) {
    span.open.end(clock::ticks_at(time), 0);
}

/// Adds an event, and says of when.
#[doc(hidden)]
pub fn add_event_at(span: &SpanContext, name: &str, items: &[(&str, Value<'_>)], time: SystemTime) {
    if span.is_recorded() {
        detail::event_at(span, name, items, clock::ticks_at(time));
    }
}

/// A span of which nothing is known but its ids: for links.
#[doc(hidden)]
pub const fn only_ids(trace: TraceId, span: SpanId) -> SpanContext {
    SpanContext { trace, span, ..SpanContext::NONE }
}

/// Makes a span current that was made where `origin` was, until [`leave_span`] is called on this
/// thread.
#[doc(hidden)]
pub fn enter_span(context: &SpanContext, origin: SpanId) {
    if !context.is_valid() {
        return;
    }
    let mut context = *context;
    if context.tracer() == 0 {
        // It came before there was a tracer, or out of its scope.
        context.flags |= SpanContext::flags_of(slot::current().tracer(), 0);
    }
    slot::enter_foreign(&context, origin);
}

/// Leaves what [`enter_span`] entered last of this span, in any order.
#[doc(hidden)]
pub fn leave_span(context: &SpanContext) {
    if context.is_valid() {
        slot::leave_foreign(context.span);
    }
}

/// Whether the filter lets something through that has no callsite; it does while somebody changes it.
#[doc(hidden)]
pub fn allows(target: &str, level: Level) -> bool {
    let mut is_allowed = true;
    filter::try_with(|filter| is_allowed = filter.allows(target, level));
    is_allowed
}

/// Sets attributes together.
#[doc(hidden)]
pub fn set_attributes(span: &SpanContext, items: &[(&str, Value<'_>)]) {
    detail::named(span, items);
}

/// Appends a value's text as an attribute would have it, cut and without its panics.
#[doc(hidden)]
pub fn write_text(value: &Value<'_>, text: &mut String) {
    detail::format(value, text);
}

/// W3C's flags of a span.
#[doc(hidden)]
pub fn trace_flags(span: &SpanContext) -> u8 {
    u8::from(span.sampled() == Some(true)) | u8::from(span.is_random()) << 1
}

/// The service that a span is of.
#[doc(hidden)]
pub fn service_of(span: &SpanContext) -> Service<&'static str> {
    let Some(destination) = destination::find(span.tracer()) else { return Service::default() };
    let Service { name, environment, version } = &destination.settings.service;
    Service { name, environment, version }
}

/// Marks the span as failed, with an error of which the type is not known.
#[doc(hidden)]
pub fn fail_by_error(span: &SpanContext, error: &(dyn Error + 'static)) {
    if span.is_recorded() {
        outcome::fail(
            span,
            UNKNOWN_TYPE,
            Value::Display(&error),
            outcome::source(|| error.source()),
        );
    }
}

/// Marks the span as failed, with an error of which only the message is known.
#[doc(hidden)]
pub fn fail_by_text(span: &SpanContext, message: Value<'_>) {
    if span.is_recorded() {
        outcome::fail(span, UNKNOWN_TYPE, message, None);
    }
}

/// What OpenTelemetry's `error.type` says where nothing better is known.
const UNKNOWN_TYPE: &str = "_OTHER";
