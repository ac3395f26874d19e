//! What is kept of spans: records of the tracer, or what others sent.

use std::mem::size_of;

use tracer_core::{SpanRecord, TraceId};

use crate::table::Table;

/// A span that can be kept for a page.
pub(crate) trait Stored: Send + Sync + 'static {
    fn trace_id(&self) -> TraceId;
    fn is_failed(&self) -> bool;
    /// Start and end.
    fn times(&self) -> (u64, u64);
    /// About the bytes that it takes, with what lies outside of it.
    fn size(&self) -> usize;
    /// Adds it to a table; `service` is that of the program.
    fn add_to(&self, table: &mut Table, service: &str);
}

impl Stored for SpanRecord {
    fn trace_id(&self) -> TraceId {
        self.trace_id()
    }

    fn is_failed(&self) -> bool {
        self.is_failed()
    }

    fn times(&self) -> (u64, u64) {
        (self.start(), self.end())
    }

    fn size(&self) -> usize {
        size_of_record(self)
    }

    fn add_to(&self, table: &mut Table, service: &str) {
        table.add_record(self, service);
    }
}

#[cfg(feature = "command")]
impl Stored for tracer_otlp::read::Span {
    fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    fn is_failed(&self) -> bool {
        self.is_failed()
    }

    fn times(&self) -> (u64, u64) {
        (self.start, self.end)
    }

    fn size(&self) -> usize {
        let set = |attributes: &[(String, tracer_otlp::read::Value)]| {
            let texts = attributes.iter().map(|(key, value)| {
                let value = value.as_text().map_or(0, str::len);
                key.len() + value + size_of::<(String, tracer_otlp::read::Value)>()
            });
            texts.sum::<usize>()
        };
        let texts = [&self.name, &self.target, &self.function, &self.file, &self.trace_state];
        let texts = texts.map(String::len).iter().sum::<usize>();
        let events = self.events.iter().map(|event| {
            event.name.len() + set(&event.attributes) + size_of::<tracer_otlp::read::Event>()
        });
        let error = self.error.as_ref().map_or(0, |error| {
            let stack =
                error.stack.iter().map(|frame| frame.function.len() + frame.file.len() + 64);
            let sources = error.sources.iter().map(|source| source.len() + 32).sum::<usize>();
            let backtrace = error.backtrace.as_ref().map_or(0, String::len);
            let own = error.type_name.len() + error.message.len() + backtrace;
            own + sources + stack.sum::<usize>()
        });
        let recorded = self.slices.len() * 16 + self.wakes.len() * 64 + self.links.len() * 24;
        let details = texts + set(&self.attributes) + events.sum::<usize>() + error + recorded;
        size_of::<Self>() + details
    }

    fn add_to(&self, table: &mut Table, _service: &str) {
        table.add_read(self);
    }
}

fn size_of_record(span: &SpanRecord) -> usize {
    const WORD: usize = size_of::<u64>();
    let recorded = span.slices().len() * 2 * WORD + span.wakes().len() * 6 * WORD;
    let attributes = span.attributes().map(|(key, value)| key.len() + text_size(&value) + 2 * WORD);
    let events = span.events().map(|event| {
        let told = event.attributes().map(|(key, value)| key.len() + text_size(&value) + 2 * WORD);
        event.name().len() + told.sum::<usize>() + 4 * WORD
    });
    let error = span.error().map_or(0, |error| {
        let sources = error.sources().map(str::len).sum::<usize>();
        let backtrace = error.backtrace().map_or(0, str::len);
        error.type_name().len() + error.message().len() + sources + backtrace + 4 * WORD
    });
    let details = recorded + attributes.sum::<usize>() + events.sum::<usize>() + error;
    // Little is in the record itself; much needs room of its own, and a head.
    size_of::<SpanRecord>() + if details > 96 { details + 16 * WORD } else { 0 }
}

fn text_size(value: &tracer_core::Value<'_>) -> usize {
    match value {
        tracer_core::Value::Str(text) => text.len(),
        _ => 0,
    }
}
