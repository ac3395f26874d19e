//! Trees as text, with what was recorded of each span.

use std::fmt::Write as _;

use tracer::export::{Outcome, SpanKind, SpanRecord};

/// Draws the trees of `spans`: a line a span with its kind and marks, below it its attributes, events
/// and links' number; ports as `PORT`, what is of the runtime's tasks left out.
pub fn described(spans: &[SpanRecord]) -> String {
    let is_root = |span: &&SpanRecord| {
        span.parent_id().is_none_or(|parent| spans.iter().all(|other| other.span_id() != parent))
    };
    let mut text = String::new();
    in_order(spans.iter().filter(is_root))
        .into_iter()
        .for_each(|span| draw(&mut text, spans, span, 0));
    text
}

fn draw(text: &mut String, spans: &[SpanRecord], span: &SpanRecord, depth: usize) {
    let indent = "  ".repeat(depth);
    let kind = match span.kind() {
        SpanKind::Internal => "",
        kind => kind.as_str(),
    };
    let failed = match span.error() {
        Some(_) if span.is_passed_on() => "⚠",
        Some(_) => "✖",
        None => "",
    };
    let outcome = match span.outcome() {
        Outcome::Cancelled => "cancelled",
        Outcome::Panicked => "panicked",
        _ => "",
    };
    let marks: Vec<_> =
        [span.name(), kind, failed, outcome].into_iter().filter(|mark| !mark.is_empty()).collect();
    let _written = writeln!(text, "{indent}{}", marks.join(" "));
    let mut known: Vec<(&str, String)> = Vec::new();
    for (key, value) in span.attributes() {
        known.retain(|(earlier, _)| *earlier != key);
        known.push((key, masked(key, value.to_string())));
    }
    for (key, value) in known {
        let _written = writeln!(text, "{indent}  . {key} = {value}");
    }
    if let Some(error) = span.error().filter(|error| error.is_exception()) {
        let sources: String = error.sources().map(|source| format!(" <- {source}")).collect();
        let _written = writeln!(text, "{indent}  ! {}{sources}", error.message());
    } else if let Some(error) = span.error() {
        let _written = writeln!(text, "{indent}  ! {}", error.type_name());
    }
    for event in span.events() {
        let said: Vec<_> = event
            .attributes()
            .map(|(key, value)| format!("{key}={}", masked(key, value.to_string())))
            .collect();
        let _written = writeln!(text, "{indent}  * {} {}", event.name(), said.join(" "));
    }
    let children = spans.iter().filter(|child| child.parent_id() == Some(span.span_id()));
    in_order(children).into_iter().for_each(|child| draw(text, spans, child, depth + 1));
}

fn in_order<'a>(spans: impl Iterator<Item = &'a SpanRecord>) -> Vec<&'a SpanRecord> {
    let mut spans: Vec<_> = spans.collect();
    spans.sort_by_key(|span| (span.start(), span.name()));
    spans
}

/// Ports differ from run to run.
fn masked(key: &str, value: String) -> String {
    if key.ends_with(".port") {
        return "PORT".to_owned();
    }
    match value.split_once("127.0.0.1:") {
        Some((before, rest)) => {
            let after = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
            format!("{before}127.0.0.1:PORT{after}")
        }
        None => value,
    }
}
