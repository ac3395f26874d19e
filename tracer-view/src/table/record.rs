//! Spans of this process, as its tracer recorded them.

use tracer_core::{Callsite, ErrorRecord, SpanId, SpanRecord, TaskRecord, Value};

use crate::table::{
    Event, Failure, Place, Rare, Row, Table, Task, Text, Wake, flag, last_of_each, level,
};

impl Table {
    /// Adds a span of the service.
    pub(crate) fn add_record(&mut self, record: &SpanRecord, service: &str) {
        let error = record.error();
        let set = record.attributes().map(|(key, value)| self.attribute(key, &value));
        let set: Vec<_> = set.collect();
        let rare = self.rare(record, error.as_ref());
        let row = Row {
            trace: self.trace(record.trace_id()),
            id: record.span_id().to_u64(),
            parent: record.parent_id().map_or(0, SpanId::to_u64),
            name: self.strings.number(record.name()),
            service: self.strings.number(service),
            place: self.opened_at(record.callsite()),
            start: record.start(),
            end: record.end(),
            polls: record.polls(),
            kind: record.kind(),
            outcome: record.outcome(),
            flags: flag::bits(&[
                (flag::SPAWNED, record.is_spawned()),
                (flag::FAILED, record.is_failed()),
                (flag::PASSED_ON, record.is_passed_on()),
                (flag::LOCAL_ROOT, record.is_local_root()),
                (flag::POLLED, record.polls() > 0 || !record.slices().is_empty()),
            ]),
            slices: record.slices().iter().map(|slice| (slice.start, slice.end)).collect(),
            attributes: last_of_each(set),
            rare,
        };
        self.rows.push(row);
    }

    fn rare(&mut self, record: &SpanRecord, error: Option<&ErrorRecord<'_>>) -> Option<Box<Rare>> {
        let wakes = record.wakes().iter().map(|wake| Wake {
            time: wake.time,
            by: wake.by.map(|by| (by.trace, by.span)),
            scheduled: wake.scheduled,
        });
        let wakes = wakes.collect();
        let events = record.events().map(|event| {
            let set = event.attributes().map(|(key, value)| self.attribute(key, &value));
            let attributes = last_of_each(set.collect());
            Event { name: self.strings.number(event.name()), time: event.time(), attributes }
        });
        let events = events.collect();
        let links = record.links().map(|link| (link.trace, link.span)).collect();
        let failure = error.map(|error| Failure {
            kind: self.strings.number(error.type_name()),
            message: self.strings.number(error.message()),
            sources: error.sources().map(|source| self.strings.number(source)).collect(),
            stack: record.stack().map(|site| self.callsite(site, site.function_name())).collect(),
            backtrace: self.strings.number(error.backtrace().unwrap_or_default()),
        });
        let task = record.task().map(|task| self.task(&task));
        Rare { wakes, events, links, failure, task }.kept()
    }

    fn opened_at(&mut self, callsite: &Callsite) -> u32 {
        // A span that was made by hand is in no function that is known.
        let is_by_hand = callsite.module_path().is_empty();
        self.callsite(callsite, if is_by_hand { "" } else { callsite.function_name() })
    }

    fn callsite(&mut self, callsite: &Callsite, function: &str) -> u32 {
        let place = Place {
            function: self.strings.number(function),
            module: self.strings.number(callsite.module_path()),
            file: self.strings.number(callsite.file()),
            line: callsite.line(),
            target: self.strings.number(callsite.target()),
            level: level(callsite.level()),
        };
        self.place(place)
    }

    fn task(&mut self, task: &TaskRecord<'_>) -> Task {
        let (file, line) = task.spawned_at().unwrap_or_default();
        Task {
            key: task.key(),
            parent: task.parent_key(),
            name: self.strings.number(task.name().unwrap_or_default()),
            file: self.strings.number(file),
            line,
            delay: task.first_poll_delay(),
        }
    }

    fn attribute(&mut self, key: &str, value: &Value<'_>) -> (Text, Text) {
        let kind = match value {
            Value::Bool(_) => 'b',
            Value::I64(_) | Value::U64(_) | Value::F64(_) => 'n',
            _ => 's',
        };
        (self.strings.number(key), self.strings.number(&format!("{kind}{value}")))
    }
}
