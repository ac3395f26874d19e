//! What is told of a span in attributes of ours: where it was opened, how it ran and ended.

use tracer_core::__private::told;
use tracer_core::{Callsite, ErrorRecord, Level, Outcome, SpanRecord, TaskRecord, Value};

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
    let mut function = String::new();
    // What was opened by hand does not know in which function.
    if !callsite.module_path().is_empty() {
        told::write_function(&mut function, callsite);
        own.add(attribute::FUNCTION, &Value::Str(&function));
    }
    // What came through the API of OpenTelemetry does not know where.
    if !callsite.file().is_empty() {
        own.add(attribute::FILE, &Value::Str(callsite.file()));
        own.add(attribute::LINE, &Value::I64(callsite.line().into()));
    }
    if callsite.level() != Level::Info {
        own.add(attribute::LEVEL, &Value::Str(callsite.level().as_str()));
    }
    if callsite.target() != told::module_of(&function) {
        own.add(attribute::TARGET, &Value::Str(callsite.target()));
    }
}

/// How it ran and ended.
pub(crate) fn facts<W: Writer>(
    own: &mut Own<'_, '_, W>,
    span: &SpanRecord,
    error: Option<&ErrorRecord<'_>>,
    text: &mut String,
) {
    if span.polls() > 0 {
        own.add(attribute::POLLS, &Value::I64(span.polls().into()));
    }
    if span.is_spawned() {
        own.add(attribute::SPAWNED, &Value::Bool(true));
    }
    polls(own, span, text);
    if let Some(known) = span.task() {
        task(own, known, text);
    }
    match span.outcome() {
        Outcome::Open => own.add(attribute::OUTCOME, &Value::Str("open")),
        Outcome::Cancelled => own.add(attribute::OUTCOME, &Value::Str("cancelled")),
        Outcome::Panicked => own.add(attribute::OUTCOME, &Value::Str("panicked")),
        _ => {}
    }
    if let Some(error) = error {
        own.add(attribute::ERROR_TYPE, &Value::Str(error.type_name()));
        if span.is_passed_on() && !error.is_exception() {
            own.add(attribute::PASSED_ON, &Value::Bool(true));
        }
    }
}

/// When its task was being polled, and why.
fn polls<W: Writer>(own: &mut Own<'_, '_, W>, span: &SpanRecord, text: &mut String) {
    if !span.slices().is_empty() {
        text.clear();
        told::write_slices(text, span);
        own.add(attribute::SLICES, &Value::Str(text));
        let durations = [
            (attribute::POLL_DURATION, span.poll_duration()),
            (attribute::MAX_POLL_DURATION, span.max_poll_duration()),
        ];
        for (key, duration) in durations {
            if let Some(duration) = duration {
                own.add(key, &Value::I64(duration as i64));
            }
        }
    }
    if !span.wakes().is_empty() {
        text.clear();
        told::write_wakes(text, span);
        own.add(attribute::WAKES, &Value::Str(text));
    }
}

fn task<W: Writer>(own: &mut Own<'_, '_, W>, task: TaskRecord<'_>, text: &mut String) {
    let numbers = [
        (attribute::TASK_KEY, task.key()),
        (attribute::TASK_PARENT_KEY, task.parent_key()),
        (attribute::TASK_FIRST_POLL_DELAY, task.first_poll_delay()),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            own.add(key, &Value::I64(number as i64));
        }
    }
    if let Some(name) = task.name() {
        own.add(attribute::TASK_NAME, &Value::Str(name));
    }
    if let Some((file, line)) = task.spawned_at() {
        text.clear();
        told::write_place(text, file, line);
        own.add(attribute::TASK_SPAWNED_AT, &Value::Str(text));
    }
}
