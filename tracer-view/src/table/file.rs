//! Spans of any process, as files have them.

use tracer_core::{Level, SpanId};
use tracer_otlp::read::{self, Span, Value};

use crate::table::{self, Event, Failure, Place, Rare, Row, Table, Text, Wake, flag};

impl Table {
    /// Adds a span that was read.
    pub(crate) fn add_read(&mut self, span: &Span) {
        let set: Vec<_> =
            span.attributes.iter().map(|(key, value)| self.read_value(key, value)).collect();
        let (function, module) = parts(&span.function);
        let place = Place {
            function: self.strings.number(function),
            module: self.strings.number(module),
            file: self.strings.number(&span.file),
            line: span.line,
            target: self.strings.number(&span.target),
            level: table::level(span.level),
        };
        let rare = self.read_rare(span);
        let row = Row {
            trace: self.trace(span.trace_id),
            id: span.span_id.to_u64(),
            parent: span.parent_id.map_or(0, SpanId::to_u64),
            name: self.strings.number(&span.name),
            service: self.strings.number(span.service_name()),
            place: self.place(place),
            start: span.start,
            end: span.end,
            polls: span.polls,
            kind: span.kind,
            outcome: span.outcome,
            flags: flag::bits(&[
                (flag::SPAWNED, span.is_spawned),
                (flag::FAILED, span.is_failed()),
                (flag::PASSED_ON, span.error.as_ref().is_some_and(|error| error.is_passed_on)),
                (flag::LOCAL_ROOT, span.is_local_root),
                (flag::POLLED, span.polls > 0 || !span.slices.is_empty()),
            ]),
            slices: span.slices.clone().into(),
            attributes: table::last_of_each(set),
            rare,
        };
        self.rows.push(row);
    }

    fn read_rare(&mut self, span: &Span) -> Option<Box<Rare>> {
        let wake =
            |wake: &read::Wake| Wake { time: wake.time, by: wake.by, scheduled: wake.scheduled };
        let wakes = span.wakes.iter().map(wake).collect();
        let events = span.events.iter().map(|event| {
            let set = event.attributes.iter().map(|(key, value)| self.read_value(key, value));
            let attributes = table::last_of_each(set.collect());
            Event { name: self.strings.number(&event.name), time: event.time, attributes }
        });
        let events = events.collect();
        let failure = span.error.as_ref().map(|error| self.read_failure(error));
        let task = span.task.as_ref().map(|task| self.read_task(task));
        Rare { wakes, events, links: span.links.clone(), failure, task }.kept()
    }

    fn read_failure(&mut self, error: &read::Failure) -> Failure {
        Failure {
            kind: self.strings.number(&error.type_name),
            message: self.strings.number(&error.message),
            sources: error.sources.iter().map(|source| self.strings.number(source)).collect(),
            stack: error.stack.iter().map(|frame| self.read_frame(frame)).collect(),
            backtrace: self.strings.number(error.backtrace.as_deref().unwrap_or_default()),
        }
    }

    fn read_frame(&mut self, frame: &read::Frame) -> u32 {
        let (function, module) = parts(&frame.function);
        let place = Place {
            function: self.strings.number(function),
            module: self.strings.number(module),
            file: self.strings.number(&frame.file),
            line: frame.line,
            target: 0,
            level: table::level(Level::Info),
        };
        self.place(place)
    }

    fn read_task(&mut self, task: &read::Task) -> table::Task {
        let (file, line) = task.spawned_at.as_ref().map_or(("", 0), |(file, line)| (file, *line));
        table::Task {
            key: task.key,
            parent: task.parent_key,
            name: self.strings.number(task.name.as_deref().unwrap_or_default()),
            file: self.strings.number(file),
            line,
            delay: task.first_poll_delay,
        }
    }

    fn read_value(&mut self, key: &str, value: &Value) -> (Text, Text) {
        let kind = match value {
            Value::Bool(_) => 'b',
            Value::I64(_) | Value::F64(_) => 'n',
            _ => 's',
        };
        (self.strings.number(key), self.strings.number(&format!("{kind}{value}")))
    }
}

/// A function's name and its module.
fn parts(function: &str) -> (&str, &str) {
    match function.rsplit_once("::") {
        Some((module, name)) if !name.contains('>') => (name, module),
        _ => (function, ""),
    }
}
