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
    let mut line = |mark: &str, said: &str| {
        // Writing to a string does not fail.
        let _written = writeln!(text, "{indent}{mark}{said}");
    };
    line("", &title(span));
    let mut known: Vec<(&str, String)> = Vec::new();
    for (key, value) in span.attributes() {
        known.retain(|(earlier, _)| *earlier != key);
        known.push((key, masked(key, value.to_string())));
    }
    known.iter().for_each(|(key, value)| line("  . ", &format!("{key} = {value}")));
    if let Some(error) = span.error() {
        let said = if error.is_exception() { error.message() } else { error.type_name() };
        let said: Vec<_> = std::iter::once(said).chain(error.sources()).collect();
        line("  ! ", &said.join(" <- "));
    }
    for event in span.events() {
        let mut said = vec![event.name().to_owned()];
        said.extend(
            event
                .attributes()
                .map(|(key, value)| format!("{key}={}", masked(key, value.to_string()))),
        );
        line("  * ", &said.join(" "));
    }
    let children = spans.iter().filter(|child| child.parent_id() == Some(span.span_id()));
    in_order(children).into_iter().for_each(|child| draw(text, spans, child, depth + 1));
}

/// Name, kind and marks.
fn title(span: &SpanRecord) -> String {
    let kind = if span.kind() == SpanKind::Internal { "" } else { span.kind().as_str() };
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
    let words = [span.name(), kind, failed, outcome];
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn in_order<'a>(spans: impl Iterator<Item = &'a SpanRecord>) -> Vec<&'a SpanRecord> {
    let mut spans: Vec<_> = spans.collect();
    spans.sort_by_key(|span| (span.start(), span.name()));
    spans
}

/// Ports differ from run to run.
fn masked(key: &str, value: String) -> String {
    if matches!(key.rsplit_once('.'), Some((_, "port"))) {
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
