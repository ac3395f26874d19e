//! What the fields of `tracing` say: attributes, and by convention names, kinds and failures.

use std::error::Error;
use std::fmt;

use tracer_core::__private::{fail_by_error, fail_by_text, set_attributes};
use tracer_core::{SpanContext, SpanKind, Value};
use tracing_core::Field;
use tracing_core::field::Visit;

use crate::fields::{Fields, Range};

/// Says which name and kind a span begins with.
#[derive(Debug, Default)]
pub(super) struct Described {
    pub(super) name: Option<String>,
    pub(super) kind: SpanKind,
}

impl Visit for Described {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "otel.name" => self.name = Some(value.to_owned()),
            "otel.kind" => self.kind = kind(value),
            _ => {}
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if matches!(field.name(), "otel.name" | "otel.kind") {
            Fields::with(|fields| {
                let text = fields.keep(Value::Debug(&value));
                self.record_str(field, fields.text(text));
            });
        }
    }
}

fn kind(name: &str) -> SpanKind {
    let kinds = [SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer];
    let found = kinds.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(name));
    found.unwrap_or_default()
}

/// What was said of a span's status, in any order, until it ends.
#[derive(Debug, Default)]
pub(super) struct Status {
    has_failed: bool,
    message: String,
}

impl Status {
    /// Marks the span as failed if it was said so.
    pub(super) fn finish(self, span: &SpanContext) {
        match self.message.as_str() {
            _ if !self.has_failed => {}
            "" => span.set_failed("_OTHER"),
            message => fail_by_text(span, Value::Str(message)),
        }
    }
}

/// Reads the fields of a span.
#[derive(Debug)]
pub(super) struct OfSpan<'a> {
    span: &'a SpanContext,
    /// It has just begun: its name and kind were known then.
    is_new: bool,
    fields: &'a mut Fields,
    code: Option<Range>,
    message: Option<Range>,
}

impl<'a> OfSpan<'a> {
    pub(super) const fn new(span: &'a SpanContext, is_new: bool, fields: &'a mut Fields) -> Self {
        Self { span, is_new, fields, code: None, message: None }
    }

    /// Writes down what was read; of the status, `change` is told.
    pub(super) fn finish(self, change: impl FnOnce(&mut dyn FnMut(&mut Status))) {
        let Self { span, fields, code, message, .. } = self;
        if !fields.is_empty() {
            fields.show(|items| set_attributes(span, items));
        }
        if code.is_some() || message.is_some() {
            change(&mut |status| {
                if let Some(code) = code {
                    status.has_failed = fields.text(code).eq_ignore_ascii_case("error");
                }
                if let Some(message) = message {
                    fields.text(message).clone_into(&mut status.message);
                }
            });
        }
    }

    fn add(&mut self, field: &Field, value: Value<'_>) {
        match (field.name(), value) {
            ("otel.kind", _) | ("error", Value::Bool(false)) => {}
            ("otel.name", _) if self.is_new => {}
            ("otel.name", name) => {
                let name = self.fields.keep(name);
                self.span.set_name(self.fields.text(name));
            }
            ("otel.status_code", code) => self.code = Some(self.fields.keep(code)),
            ("otel.status_message" | "otel.status_description", text) => {
                self.message = Some(self.fields.keep(text));
            }
            ("error", Value::Bool(true)) => self.span.set_failed("_OTHER"),
            ("error", text @ (Value::Str(_) | Value::Display(_) | Value::Debug(_))) => {
                fail_by_text(self.span, text);
            }
            (name, value) => self.fields.add(name, value),
        }
    }
}

/// Reads the fields of an event.
#[derive(Debug)]
pub(super) struct OfEvent<'a> {
    span: &'a SpanContext,
    fields: &'a mut Fields,
    /// At the level of errors: an error among the fields is what the span failed with.
    is_error: bool,
    /// It was one of `log`.
    is_record: bool,
    pub(super) message: Option<Range>,
    /// Of a record of `log`.
    pub(super) target: Option<Range>,
}

impl<'a> OfEvent<'a> {
    pub(super) const fn new(
        span: &'a SpanContext,
        fields: &'a mut Fields,
        is_error: bool,
        is_record: bool,
    ) -> Self {
        Self { span, fields, is_error, is_record, message: None, target: None }
    }

    fn add(&mut self, field: &Field, value: Value<'_>) {
        match field.name() {
            "message" => self.message = Some(self.fields.keep(value)),
            name if !self.is_record && name.starts_with("log.") => self.fields.add(name, value),
            "log.target" => self.target = Some(self.fields.keep(value)),
            "log.module_path" => {}
            "log.file" => self.fields.add("code.file.path", value),
            "log.line" => self.fields.add("code.line.number", value),
            name @ ("error" | "err") if self.is_error => {
                fail_by_text(self.span, value);
                self.fields.add(name, value);
            }
            name => self.fields.add(name, value),
        }
    }
}

macro_rules! visit {
    ($reader:ident, |$self:ident, $field:ident, $error:ident| $on_error:expr) => {
        impl Visit for $reader<'_> {
            fn record_f64(&mut self, field: &Field, value: f64) {
                self.add(field, Value::F64(value));
            }

            fn record_i64(&mut self, field: &Field, value: i64) {
                self.add(field, Value::I64(value));
            }

            fn record_u64(&mut self, field: &Field, value: u64) {
                self.add(field, Value::U64(value));
            }

            fn record_bool(&mut self, field: &Field, value: bool) {
                self.add(field, Value::Bool(value));
            }

            fn record_str(&mut self, field: &Field, value: &str) {
                self.add(field, Value::Str(value));
            }

            fn record_error(&mut $self, $field: &Field, $error: &(dyn Error + 'static)) {
                $on_error
            }

            fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
                self.add(field, Value::Debug(&value));
            }
        }
    };
}

visit!(OfSpan, |self, field, error| {
    if field.name() == "error" {
        fail_by_error(self.span, error);
    } else {
        self.fields.add(field.name(), Value::Display(&error));
    }
});

visit!(OfEvent, |self, field, error| {
    if self.is_error {
        fail_by_error(self.span, error);
    }
    self.fields.add(field.name(), Value::Display(&error));
});
