//! Finds the spans of a message, and takes apart what `crate::message` put together.

use std::sync::Arc;

use tracer_core::__private::told;
use tracer_core::{Outcome, SpanId, SpanKind, TraceId};

use crate::attribute;
use crate::field::{IS_REMOTE, KNOWS_REMOTE};
use crate::notation;
use crate::read::facts::Facts;
use crate::read::span::{Event, Failure, Frame, Span};
use crate::read::value::{Value, attributes};
use crate::tree::Tree;

/// All spans of a message. One without spans has none; a span without ids is an error.
pub(super) fn spans(message: &Tree<'_>) -> Result<Vec<Span>, &'static str> {
    let mut spans = Vec::new();
    for resource in list(message, "resourceSpans") {
        let described = resource.get("resource").and_then(|resource| resource.get("attributes"));
        let described = Arc::new(attributes(described));
        for scope in list(resource, "scopeSpans") {
            for tree in list(scope, "spans") {
                spans.push(span(tree, &described)?);
            }
        }
    }
    Ok(spans)
}

fn list<'t, 'a>(tree: &'t Tree<'a>, key: &str) -> &'t [Tree<'a>] {
    tree.get(key).map_or(&[], Tree::list)
}

fn text(tree: &Tree<'_>, key: &str) -> String {
    tree.get(key).and_then(Tree::text).unwrap_or_default().to_owned()
}

fn number(tree: &Tree<'_>, key: &str) -> u64 {
    tree.get(key).and_then(Tree::natural).unwrap_or(0)
}

fn span(tree: &Tree<'_>, resource: &Arc<Vec<(String, Value)>>) -> Result<Span, &'static str> {
    let trace_id = trace_id(tree).ok_or("has a span without a valid `traceId`")?;
    let span_id = span_id(tree, "spanId").ok_or("has a span without a valid `spanId`")?;
    let parent_id = self::span_id(tree, "parentSpanId");
    let start = number(tree, "startTimeUnixNano");
    let flags = number(tree, "flags") as u32;
    let mut facts = Facts { attributes: attributes(tree.get("attributes")) };
    let mut events: Vec<_> = list(tree, "events").iter().map(event).collect();
    let outcome = facts.outcome();
    let error = error(tree, &mut facts, &mut events, outcome);
    let function = facts.text(attribute::FUNCTION).unwrap_or_default();
    let is_local_root = parent_id.is_none() || flags & IS_REMOTE != 0 && flags & KNOWS_REMOTE != 0;
    let end = number(tree, "endTimeUnixNano");
    let polls = facts.number(attribute::POLLS).unwrap_or(0);
    let is_spawned = facts.is_true(attribute::SPAWNED);
    // Of what was polled once, that poll was the span itself.
    let is_one = (is_spawned || is_local_root) && polls == 1 && outcome == Outcome::Completed;
    let only = is_one.then(|| end.saturating_sub(start));
    Ok(Span {
        trace_id,
        span_id,
        parent_id,
        trace_state: text(tree, "traceState"),
        is_local_root,
        name: text(tree, "name"),
        kind: kind(tree.get("kind")),
        level: facts.level(),
        target: facts
            .text(attribute::TARGET)
            .unwrap_or_else(|| told::module_of(&function).to_owned()),
        file: facts.text(attribute::FILE).unwrap_or_default(),
        line: facts.number(attribute::LINE).unwrap_or(0),
        start,
        end,
        outcome,
        error,
        polls,
        slices: facts.slices(start),
        poll_duration: facts.number(attribute::POLL_DURATION).or(only),
        max_poll_duration: facts.number(attribute::MAX_POLL_DURATION).or(only),
        wakes: facts.wakes(start),
        is_spawned,
        task: facts.task(),
        function,
        links: list(tree, "links").iter().filter_map(link).collect(),
        events,
        attributes: facts.attributes,
        resource: Arc::clone(resource),
    })
}

fn event(tree: &Tree<'_>) -> Event {
    Event {
        name: text(tree, "name"),
        time: number(tree, "timeUnixNano"),
        attributes: attributes(tree.get("attributes")),
    }
}

/// The error of a span: what its status says, and the last exception that was recorded.
fn error(
    tree: &Tree<'_>,
    facts: &mut Facts,
    events: &mut Vec<Event>,
    outcome: Outcome,
) -> Option<Failure> {
    let status = tree.get("status")?;
    let is_error = match status.get("code")? {
        Tree::Text(name) => name == "STATUS_CODE_ERROR",
        code => code.integer() == Some(2),
    };
    if !is_error {
        return None;
    }
    let message = text(status, "message");
    let Some(at) = events.iter().rposition(|event| event.name == attribute::EXCEPTION) else {
        if outcome == Outcome::Panicked && message == "panicked" {
            return None;
        }
        let type_name = facts.text(attribute::ERROR_TYPE).unwrap_or_default();
        let is_passed_on = facts.is_true(attribute::PASSED_ON);
        return Some(Failure { type_name, message, is_passed_on, ..Failure::default() });
    };
    let mut told = Facts { attributes: std::mem::take(&mut events[at].attributes) };
    let error = exception(&mut told);
    if told.attributes.is_empty() {
        events.remove(at);
    } else {
        events[at].attributes = told.attributes;
    }
    facts.take(attribute::ERROR_TYPE, |value| {
        (value.as_text() == Some(&error.type_name)).then_some(())
    });
    Some(error)
}

fn exception(told: &mut Facts) -> Failure {
    let mut error = Failure {
        type_name: told.text(attribute::EXCEPTION_TYPE).unwrap_or_default(),
        message: told.text(attribute::EXCEPTION_MESSAGE).unwrap_or_default(),
        sources: told.take(attribute::SOURCES, texts).unwrap_or_default(),
        is_passed_on: told.is_true(attribute::PASSED_ON),
        ..Failure::default()
    };
    if let Some(stack) = told.text(attribute::EXCEPTION_STACKTRACE) {
        match notation::read_stack(&stack) {
            Some((frames, backtrace)) => {
                error.stack = frames.into_iter().map(frame).collect();
                error.backtrace = backtrace.map(str::to_owned);
            }
            None => error.backtrace = Some(stack),
        }
    }
    error
}

fn frame((function, file, line): (&str, &str, u32)) -> Frame {
    Frame { function: function.to_owned(), file: file.to_owned(), line }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let Value::List(values) = value else { return None };
    values.iter().map(|value| value.as_text().map(str::to_owned)).collect()
}

fn link(tree: &Tree<'_>) -> Option<(TraceId, SpanId)> {
    Some((trace_id(tree)?, span_id(tree, "spanId")?))
}

fn trace_id(tree: &Tree<'_>) -> Option<TraceId> {
    notation::read_trace_id(tree.get("traceId")?.text()?)
}

fn span_id(tree: &Tree<'_>, key: &str) -> Option<SpanId> {
    notation::read_span_id(tree.get(key)?.text()?)
}

/// By number, as OTLP has it, or by name, as protobuf's JSON does.
fn kind(tree: Option<&Tree<'_>>) -> SpanKind {
    let number = tree.and_then(Tree::integer);
    match (number, tree.and_then(Tree::text)) {
        (Some(2), _) | (_, Some("SPAN_KIND_SERVER")) => SpanKind::Server,
        (Some(3), _) | (_, Some("SPAN_KIND_CLIENT")) => SpanKind::Client,
        (Some(4), _) | (_, Some("SPAN_KIND_PRODUCER")) => SpanKind::Producer,
        (Some(5), _) | (_, Some("SPAN_KIND_CONSUMER")) => SpanKind::Consumer,
        _ => SpanKind::Internal,
    }
}
