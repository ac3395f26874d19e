//! Spans that were read from files, as they are drawn.

use std::collections::HashMap;

use tracer_core::{Completeness, Outcome, SpanId, TraceId};
use tracer_otlp::read::{self, Span};

use crate::node::{self, Failure, Frame, Node};
use crate::trace::Trace;

/// The traces of the spans, in the order in which they are met first.
pub(crate) fn traces(spans: &[Span]) -> Vec<Trace<'_>> {
    let mut traces: Vec<(TraceId, Vec<&Span>)> = Vec::new();
    let mut places: HashMap<TraceId, usize> = HashMap::new();
    for span in spans {
        let place = *places.entry(span.trace_id).or_insert_with(|| {
            traces.push((span.trace_id, Vec::new()));
            traces.len() - 1
        });
        traces[place].1.push(span);
    }
    let traces = traces.into_iter().map(|(id, spans)| {
        let nodes = latest(spans).into_iter().map(Node::from).collect();
        Trace::new(nodes, id, Completeness::Whole)
    });
    traces.collect()
}

/// Leaves out what was written of a span while it was open, where more was written later.
fn latest(spans: Vec<&Span>) -> Vec<&Span> {
    let is_open = |span: &Span| span.outcome == Outcome::Open;
    let mut open: HashMap<SpanId, usize> = HashMap::new();
    let mut latest: Vec<&Span> = Vec::with_capacity(spans.len());
    // The end of a span stands behind what was written before it, but for files of several parts.
    let ended = spans.iter().filter(|span| !is_open(span)).copied();
    let ids: std::collections::HashSet<SpanId> = ended.map(|span| span.span_id).collect();
    for span in spans {
        if !is_open(span) {
            latest.push(span);
        } else if !ids.contains(&span.span_id) {
            match open.get(&span.span_id) {
                Some(place) if latest[*place].end <= span.end => latest[*place] = span,
                Some(_) => {}
                None => {
                    open.insert(span.span_id, latest.len());
                    latest.push(span);
                }
            }
        }
    }
    latest
}

impl<'a> From<&'a Span> for Node<'a> {
    fn from(span: &'a Span) -> Self {
        let by_spans = span.wakes.iter().filter_map(|wake| Some((wake.time, wake.by?.1.to_u64())));
        let spawned_at = span.task.as_ref().and_then(|task| task.spawned_at.as_ref());
        let attributes = span.attributes.iter().map(|(key, value)| (&**key, value));
        Self {
            id: span.span_id.to_u64(),
            parent: span.parent_id.map_or(0, SpanId::to_u64),
            name: &span.name,
            service: span.service_name(),
            attributes: node::attributes(attributes),
            start: span.start,
            end: span.end,
            polls: span.polls,
            slices: span.slices.clone(),
            wakes: by_spans.collect(),
            spawned: span.is_spawned,
            spawned_at: spawned_at.map(|(file, line)| (&**file, *line)),
            local_root: span.is_local_root,
            outcome: span.outcome,
            failure: failure(span),
            missing: false,
        }
    }
}

fn failure(span: &Span) -> Option<Failure<'_>> {
    let Some(error) = &span.error else {
        return span.is_failed().then(|| Failure {
            kind: "",
            message: "",
            sources: Vec::new(),
            stack: Vec::new(),
            passed_on: false,
        });
    };
    let stack = error.stack.iter().filter(|_| !error.is_passed_on);
    Some(Failure {
        kind: &error.type_name,
        message: &error.message,
        sources: error.sources.iter().map(String::as_str).collect(),
        stack: stack.map(frame).collect(),
        passed_on: error.is_passed_on,
    })
}

fn frame(frame: &read::Frame) -> Frame {
    let place = format!("{}:{}", frame.file, frame.line);
    Frame { function: frame.function.clone(), place }
}
