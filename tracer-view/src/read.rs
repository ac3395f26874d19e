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
fn latest(mut spans: Vec<&Span>) -> Vec<&Span> {
    let is_open = |span: &Span| span.outcome == Outcome::Open;
    if !spans.iter().any(|span| is_open(span)) {
        return spans;
    }
    let state = |span: &Span| (!is_open(span), span.end);
    let mut last: HashMap<SpanId, (bool, u64)> = HashMap::with_capacity(spans.len());
    for span in &spans {
        let last = last.entry(span.span_id).or_insert(state(span));
        *last = state(span).max(*last);
    }
    // Of those that have ended all stay: where ids collide, none is the other's past.
    spans.retain(|span| !is_open(span) || last[&span.span_id] == state(span));
    spans
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
            task: span.task.as_ref().and_then(|task| task.key),
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

#[cfg(test)]
mod tests {
    use tracer_core::Outcome;
    use tracer_otlp::read::{Span, document};

    use super::traces;

    /// A span of trace `trace` as others write it: they do not say where its parent is.
    fn span(trace: u8, id: u8, parent: u8, service: &str, more: &str) -> Span {
        let text = format!(
            r#"{{"resourceSpans":[{{
                "resource":{{"attributes":[
                    {{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},
                "scopeSpans":[{{"spans":[{{"traceId":"{trace:032x}","spanId":"{id:016x}",
                    "parentSpanId":"{parent:016x}","name":"{id}","startTimeUnixNano":"{id}000",
                    "endTimeUnixNano":"9000"{more}}}]}}]}}]}}"#
        );
        document(&text).expect("it is OTLP").remove(0)
    }

    fn with(key: &str, value: &str) -> String {
        format!(r#","attributes":[{{"key":"{key}","value":{value}}}]"#)
    }

    #[test]
    fn spans_are_joined_by_their_ids_whatever_file_they_stand_in() {
        let spans = [
            span(2, 1, 0, "web", ""),
            span(1, 3, 2, "stock", ""),
            span(1, 1, 0, "web", ""),
            span(1, 2, 1, "web", ""),
        ];
        let traces = traces(&spans);
        let ids: Vec<_> = traces.iter().map(|trace| trace.nodes[0].id).collect();
        assert_eq!(ids, [1, 3], "the traces in the order of their first spans");
        let names = |trace: usize| -> Vec<_> {
            traces[trace].order.iter().map(|node| traces[trace].nodes[*node].name).collect()
        };
        assert_eq!((names(0), names(1)), (vec!["1"], vec!["1", "2", "3"]));
        assert_eq!((traces[0].service, traces[0].services), ("web", 1));
        assert_eq!((traces[1].service, traces[1].services), ("", 2));
        let entered: Vec<_> = traces[1].order.iter().map(|node| traces[1].entered(*node)).collect();
        assert_eq!(entered, [Some("web"), None, Some("stock")]);
    }

    #[test]
    fn a_span_that_ended_is_not_drawn_as_open_too() {
        let open = with("tracer.outcome", r#"{"stringValue":"open"}"#);
        let later = format!("{open},\"endTimeUnixNano\":\"9500\"");
        let spans = [
            span(1, 1, 0, "web", &open),
            span(1, 2, 1, "web", &open),
            span(1, 2, 1, "web", &later),
            span(1, 1, 0, "web", ""),
        ];
        let trace = &traces(&spans)[0];
        let told: Vec<_> =
            trace.nodes.iter().map(|node| (node.id, node.end, node.outcome)).collect();
        assert_eq!(told, [(2, 9500, Outcome::Open), (1, 9000, Outcome::Completed)]);
    }

    #[test]
    fn what_ran_in_another_service_is_not_polled_by_its_callers_task() {
        let slices = with("tracer.slices", r#"{"stringValue":"0+1000 7000+1000"}"#);
        let polls = with("tracer.polls", r#"{"intValue":"2"}"#);
        let spans = [
            span(1, 1, 0, "web", &slices),
            span(1, 2, 1, "web", &polls),
            span(1, 3, 2, "stock", &polls),
            span(1, 4, 3, "stock", &polls),
        ];
        let trace = &traces(&spans)[0];
        assert_eq!(trace.polled(1), [(2000, 2000), (8000, 9000)]);
        assert_eq!(trace.polled(2), [(3000, 3000), (9000, 9000)], "all that is known of it");
        assert_eq!(trace.polled(3), [(4000, 4000), (9000, 9000)]);
        assert_eq!(trace.task_count(), 2);
    }
}
