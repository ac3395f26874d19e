//! What is told of a span in attributes of ours: where it was opened, how it ran and ended.

use tracer_core::__private::told;
use tracer_core::{Callsite, ErrorRecord, SpanRecord, Value};

use crate::attribute;
use crate::field::span as field;
use crate::value::attribute;
use crate::writer::Writer;

/// Attributes that are ours, but where the span has one of that name.
pub(crate) struct Own<'w, 'a, W> {
    pub(crate) w: &'w mut W,
    pub(crate) given: &'a [(&'a str, Value<'a>)],
}

impl<W: Writer> Own<'_, '_, W> {
    #[inline(never)]
    fn add(&mut self, key: &str, value: &Value<'_>) {
        if !self.given.iter().any(|(given, _)| *given == key) {
            attribute(self.w, field::ATTRIBUTES, key, value);
        }
    }
}

/// Where the span was opened, and what else is the same for all that were opened there.
pub(crate) fn place<W: Writer>(own: &mut Own<'_, '_, W>, callsite: &'static Callsite) {
    told::place(callsite, &mut |key, value| own.add(key, value));
}

/// How it ran and ended.
pub(crate) fn facts<W: Writer>(
    own: &mut Own<'_, '_, W>,
    span: &SpanRecord,
    error: Option<&ErrorRecord<'_>>,
    text: &mut String,
) {
    told::facts(span, text, &mut |key, value| match *value {
        // OTLP's whole numbers are signed.
        Value::U64(number) => own.add(key, &Value::I64(number as i64)),
        _ => own.add(key, value),
    });
    if let Some(error) = error {
        own.add(attribute::ERROR_TYPE, &Value::Str(error.type_name()));
        if span.is_passed_on() && !error.is_exception() {
            own.add(attribute::PASSED_ON, &Value::Bool(true));
        }
    }
}
