//! Jaeger's JSON, read: what its UI and its API export becomes the tree that OTLP's JSON would be.

use std::borrow::Cow;

use crate::field::{any_value, event, key_value, link, request, resource, resource_spans};
use crate::field::{scope_spans, span, status};
use crate::tree::Tree;
use crate::writer::Field;

/// The tree of an export; none if it is not Jaeger's.
pub(super) fn tree<'a>(export: &Tree<'a>) -> Option<Tree<'a>> {
    let traces = export.get("data").filter(|data| matches!(data, Tree::List(_)))?;
    let spans = traces.list().iter().flat_map(|trace| {
        let spans = trace.get("spans").map_or(&[][..], Tree::list);
        spans.iter().map(move |span| of_process(span, trace))
    });
    Some(object([(request::RESOURCE_SPANS, Some(Tree::List(spans.collect())))]))
}

/// A span with the process that it ran in.
fn of_process<'a>(span: &Tree<'a>, trace: &Tree<'a>) -> Tree<'a> {
    let id = span.get("processID").and_then(Tree::text).unwrap_or_default();
    let process = trace.get("processes").and_then(|processes| processes.get(id));
    let service = process.and_then(|process| process.get("serviceName")).cloned();
    let name =
        service.map(|name| attribute(Cow::Borrowed("service.name"), any_value::STRING, name));
    let tags = process.map_or_else(Vec::new, |process| attributes(process.get("tags")));
    let described = name.into_iter().chain(tags).collect();
    let described = object([(resource::ATTRIBUTES, Some(Tree::List(described)))]);
    let spans = object([(scope_spans::SPANS, Some(Tree::List(vec![self::span(span)])))]);
    object([
        (resource_spans::RESOURCE, Some(described)),
        (resource_spans::SCOPE_SPANS, Some(Tree::List(vec![spans]))),
    ])
}

fn span<'a>(given: &Tree<'a>) -> Tree<'a> {
    let trace = id(given.get("traceID"), 32);
    let (parent, links) = references(given, trace.as_ref());
    let tags = given.get("tags").map_or(&[][..], Tree::list);
    let said = |key: &str| tags.iter().find(|tag| is_text(tag, "key", key))?.get("value");
    let is_failed = said("error").is_some_and(|value| is_true(value))
        || said("otel.status_code").and_then(Tree::text) == Some("ERROR");
    let failed = object([
        (status::CODE, Some(number("2"))),
        (status::MESSAGE, said("otel.status_description").cloned()),
    ]);
    let start = micros(given.get("startTime"));
    let end = start.saturating_add(micros(given.get("duration")));
    let kind = said("span.kind").and_then(Tree::text).and_then(kind);
    let attributes = attributes(given.get("tags")).into_iter().filter(|attribute| {
        let key = attribute.get(key_value::KEY.name).and_then(Tree::text).unwrap_or_default();
        !matches!(key, "span.kind" | "error" | "otel.status_code" | "otel.status_description")
    });
    object([
        (span::TRACE_ID, trace),
        (span::SPAN_ID, id(given.get("spanID"), 16)),
        (span::PARENT_SPAN_ID, parent),
        (span::NAME, given.get("operationName").cloned()),
        (span::KIND, kind.map(number)),
        (span::START, Some(text(start.to_string()))),
        (span::END, Some(text(end.to_string()))),
        (span::ATTRIBUTES, Some(Tree::List(attributes.collect()))),
        (span::EVENTS, Some(Tree::List(logs(given.get("logs"))))),
        (span::LINKS, Some(Tree::List(links))),
        (span::STATUS, is_failed.then_some(failed)),
    ])
}

/// The number that OTLP has for a kind.
fn kind(name: &str) -> Option<&'static str> {
    let kinds = [("server", "2"), ("client", "3"), ("producer", "4"), ("consumer", "5")];
    let known = kinds.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known));
    known.map(|(_, number)| number)
}

/// The parent, which is in the same trace and rather waits than not, and all others as links.
fn references<'a>(span: &Tree<'a>, trace: Option<&Tree<'a>>) -> (Option<Tree<'a>>, Vec<Tree<'a>>) {
    let given = span.get("references").map_or(&[][..], Tree::list);
    let is_here = |other: &&Tree<'a>| id(other.get("traceID"), 32).as_ref() == trace;
    let waits = |other: &&Tree<'a>| is_text(other, "refType", "CHILD_OF");
    let here = || given.iter().filter(is_here);
    let parent = here().find(waits).or_else(|| here().next());
    let others =
        given.iter().filter(|other| parent.is_none_or(|parent| !std::ptr::eq(*other, parent)));
    let links = others.map(|other| {
        object([
            (link::TRACE_ID, id(other.get("traceID"), 32)),
            (link::SPAN_ID, id(other.get("spanID"), 16)),
        ])
    });
    (parent.and_then(|parent| id(parent.get("spanID"), 16)), links.collect())
}

fn logs<'a>(logs: Option<&Tree<'a>>) -> Vec<Tree<'a>> {
    let event = |log: &Tree<'a>| {
        let mut attributes = attributes(log.get("fields"));
        let is_name = |attribute: &Tree<'a>| is_text(attribute, key_value::KEY.name, "event");
        let name = attributes.iter().position(is_name).map(|place| attributes.remove(place));
        let name = name
            .and_then(|name| name.get(key_value::VALUE.name)?.get(any_value::STRING.name).cloned());
        object([
            (event::TIME, Some(text(micros(log.get("timestamp")).to_string()))),
            (event::NAME, name),
            (event::ATTRIBUTES, Some(Tree::List(attributes))),
        ])
    };
    logs.map_or(&[][..], Tree::list).iter().map(event).collect()
}

fn attributes<'a>(tags: Option<&Tree<'a>>) -> Vec<Tree<'a>> {
    let one = |tag: &Tree<'a>| {
        let field = match tag.get("type").and_then(Tree::text) {
            Some("bool") => any_value::BOOL,
            Some("int64") => any_value::INT,
            Some("float64") => any_value::DOUBLE,
            Some("binary") => any_value::BYTES,
            _ => any_value::STRING,
        };
        let Some(Tree::Text(key)) = tag.get("key") else { return None };
        Some(attribute(key.clone(), field, tag.get("value")?.clone()))
    };
    tags.map_or(&[][..], Tree::list).iter().filter_map(one).collect()
}

fn attribute<'a>(key: Cow<'a, str>, field: Field, value: Tree<'a>) -> Tree<'a> {
    object([
        (key_value::KEY, Some(Tree::Text(key))),
        (key_value::VALUE, Some(object([(field, Some(value))]))),
    ])
}

fn object<const N: usize>(fields: [(Field, Option<Tree<'_>>); N]) -> Tree<'_> {
    let there = fields.into_iter().filter_map(|(field, value)| Some((field, value?)));
    Tree::Object(there.map(|(field, value)| (Cow::Borrowed(field.name), value)).collect())
}

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Tree<'a> {
    Tree::Text(text.into())
}

fn number(digits: &'static str) -> Tree<'static> {
    Tree::Number(Cow::Borrowed(digits))
}

/// An id; Jaeger leaves zeros at its front out.
fn id<'a>(digits: Option<&Tree<'a>>, length: usize) -> Option<Tree<'a>> {
    let digits = digits?.text()?;
    Some(text(format!("{digits:0>length$}")))
}

/// Nanoseconds of microseconds, which may be fractions.
fn micros(tree: Option<&Tree<'_>>) -> u64 {
    let whole = tree.and_then(Tree::natural).map(|micros| micros.saturating_mul(1_000));
    whole.or_else(|| Some((tree?.float()? * 1e3) as u64)).unwrap_or(0)
}

fn is_text(tree: &Tree<'_>, key: &str, expected: &str) -> bool {
    tree.get(key).and_then(Tree::text) == Some(expected)
}

fn is_true(value: &Tree<'_>) -> bool {
    *value == Tree::Bool(true) || value.text() == Some("true")
}

#[cfg(test)]
mod tests {
    use tracer_core::SpanKind;

    use crate::read::{Value, document};

    #[test]
    fn an_export_of_jaeger_is_read() {
        let text = r#"{"data":[{"traceID":"7b","spans":[
            {"traceID":"7b","spanID":"a","operationName":"get","references":[],"startTime":1000,"duration":500,
             "tags":[{"key":"span.kind","type":"string","value":"server"},{"key":"rows","type":"int64","value":7}],
             "logs":[],"processID":"p1","warnings":null},
            {"traceID":"7b","spanID":"b","operationName":"query",
             "references":[{"refType":"FOLLOWS_FROM","traceID":"ff","spanID":"1"},
                           {"refType":"FOLLOWS_FROM","traceID":"7b","spanID":"c"},
                           {"refType":"CHILD_OF","traceID":"7b","spanID":"a"}],
             "startTime":1100,"duration":0.5,
             "tags":[{"key":"error","type":"bool","value":true},{"key":"otel.status_description","type":"string","value":"no"},
                     {"key":"ok","type":"bool","value":false},{"key":"raw","type":"binary","value":"AAE="}],
             "logs":[{"timestamp":1150,"fields":[{"key":"event","type":"string","value":"retry"},{"key":"n","type":"float64","value":1.5}]}],
             "processID":"p2"}],
          "processes":{"p1":{"serviceName":"web","tags":[{"key":"host","type":"string","value":"h"}]},"p2":{"serviceName":"db"}}}],
          "total":0,"limit":0,"offset":0,"errors":null}"#;
        let spans = document(text).unwrap();
        let [get, query] = spans.as_slice() else { panic!("{spans:?}") };
        assert_eq!(get.trace_id.to_string(), "0000000000000000000000000000007b");
        assert_eq!(
            (get.name.as_str(), get.kind, get.service_name()),
            ("get", SpanKind::Server, "web")
        );
        assert_eq!((get.start, get.end), (1_000_000, 1_500_000));
        assert_eq!((get.attributes.len(), get.attribute("rows")), (1, Some(&Value::I64(7))));
        assert_eq!(get.resource[1], ("host".to_owned(), Value::Text("h".to_owned())));
        assert_eq!(query.parent_id, Some(get.span_id));
        assert_eq!((query.end - query.start, query.service_name()), (500, "db"));
        assert_eq!(query.error.as_ref().map(|error| error.message.as_str()), Some("no"));
        let keys: Vec<_> = query.attributes.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["ok", "raw"]);
        assert_eq!((query.events[0].name.as_str(), query.events[0].time), ("retry", 1_150_000));
        assert_eq!(query.events[0].attributes, [("n".to_owned(), Value::F64(1.5))]);
        let links: Vec<_> = query.links.iter().map(|(_, span)| span.to_u64()).collect();
        assert_eq!(links, [1, 12]);
    }

    #[test]
    fn what_is_not_jaegers_is_left_as_it_is() {
        for text in
            [r#"{"data":{}}"#, r#"{"data":[]}"#, r#"{"data":[{"spans":[]}]}"#, r#"{"data":[7]}"#]
        {
            assert_eq!(document(text).unwrap(), [], "{text}");
        }
        let error = document(r#"{"data":[{"spans":[{"traceID":"x"}]}]}"#).unwrap_err();
        assert_eq!(error.to_string(), "the text has a span without a valid `traceId`");
    }
}
