//! What is told of a span in tags of ours: where it was opened, how it ran and ended.

use tracer_core::__private::told;
use tracer_core::{Callsite, ErrorRecord, Level, Outcome, SpanKind, SpanRecord, TaskRecord, Value};

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
    let mut function = String::new();
    // What was opened by hand does not know in which function.
    if !callsite.module_path().is_empty() {
        told::write_function(&mut function, callsite);
        own.text(tag::FUNCTION, &function);
    }
    // What came through the API of OpenTelemetry does not know where.
    if !callsite.file().is_empty() {
        own.text(tag::FILE, callsite.file());
        own.number(tag::LINE, callsite.line().into());
    }
    if callsite.level() != Level::Info {
        own.text(tag::LEVEL, callsite.level().as_str());
    }
    if callsite.target() != told::module_of(&function) {
        own.text(tag::TARGET, callsite.target());
    }
}

/// How it ran and ended.
pub(super) fn facts(own: &mut Own<'_, '_, '_>, span: &SpanRecord, text: &mut String) {
    if span.polls() > 0 {
        own.number(tag::POLLS, span.polls().into());
    }
    if span.is_spawned() {
        own.add(tag::SPAWNED, &Value::Bool(true));
    }
    polls(own, span, text);
    if let Some(known) = span.task() {
        task(own, known, text);
    }
    match span.outcome() {
        Outcome::Open => own.text(tag::OUTCOME, "open"),
        Outcome::Cancelled => own.text(tag::OUTCOME, "cancelled"),
        Outcome::Panicked => own.text(tag::OUTCOME, "panicked"),
        _ => {}
    }
}

/// When its task was being polled, and why.
fn polls(own: &mut Own<'_, '_, '_>, span: &SpanRecord, text: &mut String) {
    if !span.slices().is_empty() {
        text.clear();
        told::write_slices(text, span);
        own.text(tag::SLICES, text);
        let durations = [
            (tag::POLL_DURATION, span.poll_duration()),
            (tag::MAX_POLL_DURATION, span.max_poll_duration()),
        ];
        for (key, duration) in durations {
            if let Some(duration) = duration {
                own.number(key, duration);
            }
        }
    }
    if !span.wakes().is_empty() {
        text.clear();
        told::write_wakes(text, span);
        own.text(tag::WAKES, text);
    }
}

fn task(own: &mut Own<'_, '_, '_>, task: TaskRecord<'_>, text: &mut String) {
    let numbers = [
        (tag::TASK_KEY, task.key()),
        (tag::TASK_PARENT_KEY, task.parent_key()),
        (tag::TASK_FIRST_POLL_DELAY, task.first_poll_delay()),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            own.number(key, number);
        }
    }
    if let Some(name) = task.name() {
        own.text(tag::TASK_NAME, name);
    }
    if let Some((file, line)) = task.spawned_at() {
        text.clear();
        told::write_place(text, file, line);
        own.text(tag::TASK_SPAWNED_AT, text);
    }
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
