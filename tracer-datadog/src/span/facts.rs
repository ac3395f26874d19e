//! What is told of a span in tags of ours: where it was opened, how it ran and ended.

use tracer_core::__private::told;
use tracer_core::{Callsite, ErrorRecord, SpanKind, SpanRecord, Value};

use crate::span::given::Given;
use crate::span::tags::Tags;
use crate::tag;

/// Tags that are ours, but where the span has one of that name.
pub(super) struct Own<'t, 'w, 'a> {
    pub(super) tags: &'t mut Tags<'w>,
    /// Only where one of them may stand for one of ours.
    pub(super) given: Option<&'t Given<'a>>,
}

impl Own<'_, '_, '_> {
    #[inline(never)]
    pub(super) fn add(&mut self, key: &str, value: &Value<'_>) {
        if self.given.is_none_or(|given| !given.stands_for(key)) {
            self.tags.value(key, value);
        }
    }

    fn text(&mut self, key: &str, value: &str) {
        self.add(key, &Value::Str(value));
    }

    fn number(&mut self, key: &str, value: u64) {
        self.add(key, &Value::U64(value));
    }
}

/// What it is to others, where it was opened, and what else is the same for all that were opened there.
pub(super) fn place(own: &mut Own<'_, '_, '_>, callsite: &'static Callsite) {
    own.text(tag::SPAN_KIND, callsite.kind().as_str());
    if callsite.kind() != SpanKind::Internal {
        own.number(tag::MEASURED, 1);
    }
    told::place(callsite, &mut |key, value| own.add(key, value));
}

/// How it ran and ended.
pub(super) fn facts(own: &mut Own<'_, '_, '_>, span: &SpanRecord, text: &mut String) {
    told::facts(span, text, &mut |key, value| own.add(key, value));
}

/// What it failed with: a panic is told as an error, too.
pub(super) fn failure(
    own: &mut Own<'_, '_, '_>,
    span: &SpanRecord,
    error: Option<&ErrorRecord<'_>>,
    text: &mut String,
) {
    let Some(error) = error else {
        own.text(tag::ERROR_TYPE, "panic");
        own.text(tag::ERROR_MESSAGE, "panicked");
        return stack(own, span, None, text);
    };
    own.text(tag::ERROR_TYPE, error.type_name());
    if !error.message().is_empty() {
        own.text(tag::ERROR_MESSAGE, error.message());
    }
    if error.is_exception() {
        stack(own, span, error.backtrace(), text);
    }
    text.clear();
    told::write_sources(text, error);
    if !text.is_empty() {
        own.text(tag::SOURCES, text);
    }
    if span.is_passed_on() {
        own.add(tag::PASSED_ON, &Value::Bool(true));
    }
}

fn stack(own: &mut Own<'_, '_, '_>, span: &SpanRecord, backtrace: Option<&str>, text: &mut String) {
    text.clear();
    told::write_stack(text, span, backtrace);
    own.text(tag::ERROR_STACK, text);
}
