//! What is said of a span by those around it: its trace, its parent, its process.

use std::collections::HashMap;

use tracer_core::{DatadogRecord, SpanRecord};

use crate::span::process::Process;
use crate::span::tags::Tags;
use crate::tag;

/// What is known of a span by those around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around<'a> {
    pub(crate) process: &'a Process,
    /// Services that spans of the trace say they are of, by their ids; none if nobody has looked.
    pub(crate) services: Option<&'a HashMap<u64, &'a str>>,
    /// What there is to say of the trace, if anything.
    pub(crate) trace: &'a Trace<'a>,
    /// Whether it says what is said once for a chunk.
    pub(crate) is_first: bool,
    pub(crate) is_open: bool,
    pub(crate) was_open: bool,
}

/// What is known of a trace as a whole.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace<'a> {
    /// What came with it or a sampler said, and above that, what somebody decided by hand.
    decided: Option<DatadogRecord<'a>>,
    origin: &'a str,
}

impl<'a> Trace<'a> {
    /// What spans of a trace know of it.
    pub(crate) fn of(spans: &[&'a SpanRecord]) -> Self {
        let mut trace = Self::default();
        for record in spans.iter().filter_map(|span| span.datadog()) {
            if trace.origin.is_empty() {
                trace.origin = record.origin();
            }
            if trace.decided.is_none() || record.is_by_hand() {
                trace.decided = Some(record);
            }
        }
        trace
    }

    /// Writes what is said once for a chunk.
    fn write(&self, tags: &mut Tags<'_>, span: &SpanRecord) {
        tags.text(tag::LANGUAGE, "rust");
        tags.integer(tag::KEEP_RATE, 1);
        let high = (span.trace_id().to_u128() >> 64) as u64;
        if high != 0 {
            tags.text(tag::TRACE_ID_HIGH, &format!("{high:016x}"));
        }
        let record = self.decided.as_ref();
        let priority = record.and_then(kept);
        tags.integer(tag::PRIORITY, priority.unwrap_or(1).into());
        // What comes with a request comes from others: a tag may be there twice.
        let mut written = vec![tag::TRACE_ID_HIGH];
        for (key, value) in record.iter().flat_map(|record| record.tags()) {
            if key.starts_with(tag::PROPAGATED) && !written.contains(&key) {
                tags.text(key, value);
                written.push(key);
            }
        }
        // Nobody decided: the agent does.
        if priority.is_none() && !written.contains(&tag::DECISION_MAKER) {
            tags.text(tag::DECISION_MAKER, "-0");
        }
        if let Some(record) = record {
            rates(tags, record);
        }
    }
}

/// The priority, if it is known. What a sampler left out comes here only because a tail rule keeps it,
/// and the agent shall, too.
fn kept(record: &DatadogRecord<'_>) -> Option<i8> {
    let priority = record.priority()?;
    Some(if priority < 1 && !record.is_by_hand() { 2 } else { priority })
}

fn rates(tags: &mut Tags<'_>, record: &DatadogRecord<'_>) {
    let rates = [
        (tag::AGENT_RATE, record.agent_rate()),
        (tag::RULE_RATE, record.rule_rate()),
        (tag::LIMIT_RATE, record.limit_rate()),
    ];
    for (key, rate) in rates {
        if let Some(rate) = rate {
            tags.float(key, rate);
        }
    }
    let applied: f64 = rates.iter().filter_map(|(_, rate)| *rate).product();
    // What a tail rule keeps stands for itself alone.
    if applied < 1.0 && record.priority().is_some_and(|priority| priority > 0) {
        tags.float(tag::SAMPLE_RATE, applied);
    }
}

impl Around<'_> {
    /// Writes it; the service is the one that the span says it is of, if it is not the process's.
    pub(super) fn write(&self, tags: &mut Tags<'_>, span: &SpanRecord, service: Option<&str>) {
        if service.is_some() {
            tags.text(tag::BASE_SERVICE, self.process.service());
        }
        if span.is_local_root() {
            tags.integer(tag::TOP_LEVEL, 1);
            tags.text(tag::RUNTIME_ID, self.process.runtime_id());
            tags.integer(tag::PROCESS_ID, std::process::id().into());
            if let Some(parent) = span.datadog().and_then(|record| record.parent_id()) {
                tags.text(tag::PARENT_ID, &format!("{:016x}", parent.to_u64()));
            }
        } else if self.is_entry(span, service) {
            tags.integer(tag::TOP_LEVEL, 1);
        }
        if !self.trace.origin.is_empty() {
            tags.text(tag::ORIGIN, self.trace.origin);
        }
        if self.is_open {
            tags.integer(tag::PARTIAL_VERSION, (span.end() / 1_000_000) as i64);
        }
        if self.was_open {
            tags.integer(tag::WAS_LONG_RUNNING, 1);
        }
        if self.is_first {
            self.trace.write(tags, span);
        }
    }

    /// Whether its parent is of another service.
    fn is_entry(&self, span: &SpanRecord, service: Option<&str>) -> bool {
        self.services
            .zip(span.parent_id())
            .is_some_and(|(services, parent)| services.get(&parent.to_u64()).copied() != service)
    }
}
