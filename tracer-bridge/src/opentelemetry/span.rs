//! One span of the API.

use std::borrow::Cow;
use std::str::FromStr as _;
use std::time::SystemTime;

use opentelemetry::trace::{SpanContext as ApiContext, Status, TraceState};
use opentelemetry::{KeyValue, TraceFlags};
use tracer_core::__private::{
    add_event_at, beside, end_at, fail_by_text, only_ids, set_attributes, trace_flags,
};
use tracer_core::{SpanContext, Value};

use crate::opentelemetry::spans::{forget, from_opentelemetry};

/// A span of ours that was made through the API of OpenTelemetry.
///
/// It ends when it is told to, or is dropped.
///
/// # Examples
///
/// ```
/// use opentelemetry::KeyValue;
/// use opentelemetry::trace::{Span as _, Status, Tracer as _, TracerProvider as _};
/// use tracer_bridge::opentelemetry::{Span, TracerProvider};
/// use tracer_core::testing;
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let mut span: Span = TracerProvider::new().tracer("redis").start("GET");
///     span.set_attribute(KeyValue::new("db.namespace", 0));
///     span.set_status(Status::error("timed out"));
/// });
/// assert_eq!(scope.tree(), "GET ✖\n");
/// assert_eq!(scope.spans()[0].attribute("db.namespace"), Some(0.into()));
/// ```
#[derive(Debug)]
pub struct Span {
    /// None where nothing is recorded, or it has ended.
    pub(super) open: Option<tracer_core::Span>,
    /// The span, or what stands for it where the filter leaves it out.
    pub(super) context: SpanContext,
    pub(super) told: ApiContext,
    /// It is known by its id until it is dropped.
    pub(super) is_kept: bool,
    pub(super) status: Status,
}

impl Span {
    fn recorded(&self) -> Option<&SpanContext> {
        Some(&self.context).filter(|context| self.open.is_some() && context.is_recorded())
    }

    fn finish(&mut self, time: Option<SystemTime>) {
        let Some(open) = self.open.take() else { return };
        if let Status::Error { description } = &self.status {
            match description.as_ref() {
                "" => self.context.set_failed("_OTHER"),
                text => fail_by_text(&self.context, Value::Str(text)),
            }
        }
        match time {
            Some(time) => end_at(open, time),
            None => drop(open),
        }
    }
}

impl opentelemetry::trace::Span for Span {
    fn add_event_with_timestamp<T: Into<Cow<'static, str>>>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) {
        if let Some(span) = self.recorded() {
            let items: Vec<_> = attributes.iter().map(attribute).collect();
            add_event_at(span, &name.into(), &items, timestamp);
        }
    }

    fn span_context(&self) -> &ApiContext {
        &self.told
    }

    fn is_recording(&self) -> bool {
        self.recorded().is_some()
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.set_attributes([attribute]);
    }

    fn set_attributes(&mut self, attributes: impl IntoIterator<Item = KeyValue>) {
        if let Some(span) = self.recorded() {
            say(span, &attributes.into_iter().collect::<Vec<_>>());
        }
    }

    fn set_status(&mut self, status: Status) {
        // Who says that it is well has the last word.
        if self.status != Status::Ok && status != Status::Unset {
            self.status = status;
        }
    }

    fn update_name<T: Into<Cow<'static, str>>>(&mut self, new_name: T) {
        if let Some(span) = self.recorded() {
            span.set_name(&new_name.into());
        }
    }

    fn add_link(&mut self, span_context: ApiContext, _attributes: Vec<KeyValue>) {
        if let Some(span) = self.recorded() {
            link(span, &span_context);
        }
    }

    fn end(&mut self) {
        self.finish(None);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.finish(Some(timestamp));
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        self.finish(None);
        if self.is_kept {
            forget(self.context.span_id());
        }
    }
}

pub(super) fn say(span: &SpanContext, attributes: &[KeyValue]) {
    let items: Vec<_> = attributes.iter().map(attribute).collect();
    set_attributes(span, &items);
}

pub(super) fn link(span: &SpanContext, to: &ApiContext) {
    if to.is_valid() {
        let (trace, id) = from_opentelemetry(to);
        span.add_link(&only_ids(trace, id));
    }
}

pub(super) fn attribute(pair: &KeyValue) -> (&str, Value<'_>) {
    let value = match &pair.value {
        opentelemetry::Value::Bool(value) => Value::Bool(*value),
        opentelemetry::Value::I64(value) => Value::I64(*value),
        opentelemetry::Value::F64(value) => Value::F64(*value),
        opentelemetry::Value::String(value) => Value::Str(value.as_str()),
        other => Value::Display(other),
    };
    (pair.key.as_str(), value)
}

/// What the API is told of a span of ours.
pub(super) fn to_opentelemetry(span: &SpanContext) -> ApiContext {
    let (_, state) = beside(span);
    ApiContext::new(
        span.trace_id().to_u128().into(),
        span.span_id().to_u64().into(),
        TraceFlags::new(trace_flags(span)),
        false,
        TraceState::from_str(&state).unwrap_or_default(),
    )
}
