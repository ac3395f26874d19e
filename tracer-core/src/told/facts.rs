//! What is told of a span in attributes of ours: where it was opened, how it ran and ended.

use crate::callsite::Callsite;
use crate::export::{Outcome, SpanRecord, TaskRecord};
use crate::filter::Level;
use crate::told::key;
use crate::told::notation::{module_of, write_function, write_place, write_slices, write_wakes};
use crate::value::Value;

/// Where the span was opened, and what else is the same for all that were opened there.
pub fn place(callsite: &'static Callsite, add: &mut impl FnMut(&str, &Value<'_>)) {
    let mut function = String::new();
    // What was opened by hand does not know in which function.
    if !callsite.module_path().is_empty() {
        write_function(&mut function, callsite);
        add(key::FUNCTION, &Value::Str(&function));
    }
    // What came through the API of OpenTelemetry does not know where.
    if !callsite.file().is_empty() {
        add(key::FILE, &Value::Str(callsite.file()));
        add(key::LINE, &Value::I64(callsite.line().into()));
    }
    if callsite.level() != Level::Info {
        add(key::LEVEL, &Value::Str(callsite.level().as_str()));
    }
    if callsite.target() != module_of(&function) {
        add(key::TARGET, &Value::Str(callsite.target()));
    }
}

/// How it ran and ended.
pub fn facts(span: &SpanRecord, text: &mut String, add: &mut impl FnMut(&str, &Value<'_>)) {
    if span.polls() > 0 {
        add(key::POLLS, &Value::I64(span.polls().into()));
    }
    if span.is_spawned() {
        add(key::SPAWNED, &Value::Bool(true));
    }
    polls(span, text, add);
    if let Some(known) = span.task() {
        task(known, text, add);
    }
    match span.outcome() {
        Outcome::Open => add(key::OUTCOME, &Value::Str("open")),
        Outcome::Cancelled => add(key::OUTCOME, &Value::Str("cancelled")),
        Outcome::Panicked => add(key::OUTCOME, &Value::Str("panicked")),
        _ => {}
    }
}

/// When its task was being polled, and why.
fn polls(span: &SpanRecord, text: &mut String, add: &mut impl FnMut(&str, &Value<'_>)) {
    if !span.slices().is_empty() {
        text.clear();
        write_slices(text, span);
        add(key::SLICES, &Value::Str(text));
        let durations = [
            (key::POLL_DURATION, span.poll_duration()),
            (key::MAX_POLL_DURATION, span.max_poll_duration()),
        ];
        for (name, duration) in durations {
            if let Some(duration) = duration {
                add(name, &Value::U64(duration));
            }
        }
    }
    if !span.wakes().is_empty() {
        text.clear();
        write_wakes(text, span);
        add(key::WAKES, &Value::Str(text));
    }
}

fn task(task: TaskRecord<'_>, text: &mut String, add: &mut impl FnMut(&str, &Value<'_>)) {
    let numbers = [
        (key::TASK_KEY, task.key()),
        (key::TASK_PARENT_KEY, task.parent_key()),
        (key::TASK_FIRST_POLL_DELAY, task.first_poll_delay()),
    ];
    for (name, number) in numbers {
        if let Some(number) = number {
            add(name, &Value::U64(number));
        }
    }
    if let Some(name) = task.name() {
        add(key::TASK_NAME, &Value::Str(name));
    }
    if let Some((file, line)) = task.spawned_at() {
        text.clear();
        write_place(text, file, line);
        add(key::TASK_SPAWNED_AT, &Value::Str(text));
    }
}
