//! What other tools write, and what nobody should.

use tracer_core::{Outcome, SpanKind};

use crate::read::{Span, Value, document};

fn only(span: &str) -> Span {
    let text = format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}");
    let mut spans = document(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

/// A span with its ids, and `more` fields.
fn with(more: &str) -> Span {
    only(&format!(
        r#"{{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"{more}}}"#
    ))
}

#[test]
fn the_example_of_the_specification_is_read() {
    let text = r#"{
      "resourceSpans": [{
        "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "my.service"}}]},
        "scopeSpans": [{
          "scope": {"name": "my.library", "version": "1.0.0", "attributes": []},
          "spans": [{
            "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "EEE19B7EC3C1B174",
            "parentSpanId": "EEE19B7EC3C1B173", "name": "I'm a server span",
            "startTimeUnixNano": "1544712660000000000", "endTimeUnixNano": "1544712661000000000",
            "kind": 2,
            "attributes": [{"key": "my.span.attr", "value": {"stringValue": "some value"}}]
          }]
        }]
      }]
    }"#;
    let spans = document(text).unwrap();
    let span = &spans[0];
    assert_eq!(span.trace_id.to_string(), "5b8efff798038103d269b633813fc60c");
    assert_eq!(span.parent_id.map(|id| id.to_string()).as_deref(), Some("eee19b7ec3c1b173"));
    assert_eq!((span.name.as_str(), span.kind), ("I'm a server span", SpanKind::Server));
    assert_eq!(span.end - span.start, 1_000_000_000);
    assert_eq!(span.service_name(), "my.service");
    assert_eq!(span.attribute("my.span.attr"), Some(&Value::Text("some value".to_owned())));
    assert!(!span.is_local_root && !span.is_failed());
}

#[test]
fn enums_have_names_and_numbers_are_numbers_in_the_json_of_some() {
    let span = with(
        r#","kind":"SPAN_KIND_CLIENT","startTimeUnixNano":1000,"status":{"code":"STATUS_CODE_ERROR","message":"no"},
           "attributes":[{"key":"n","value":{"intValue":-7}},{"key":"x","value":{"doubleValue":1}},
                         {"key":"nothing","value":{}},{"key":"none"},{"value":{"boolValue":true}}]"#,
    );
    assert_eq!((span.kind, span.start), (SpanKind::Client, 1_000));
    assert_eq!(
        (span.attribute("n"), span.attribute("x")),
        (Some(&Value::I64(-7)), Some(&Value::F64(1.0)))
    );
    assert_eq!((span.attribute("nothing"), span.attribute("")), (None, Some(&Value::Bool(true))));
    assert_eq!(span.error.map(|error| error.message).as_deref(), Some("no"));
}

#[test]
fn values_of_all_kinds_are_read() {
    let span = with(
        r#","attributes":[
          {"key":"list","value":{"arrayValue":{"values":[{"intValue":"1"},{"boolValue":false}]}}},
          {"key":"map","value":{"kvlistValue":{"values":[{"key":"a","value":{"doubleValue":"NaN"}}]}}},
          {"key":"bytes","value":{"bytesValue":"AAE="}}, {"key":"empty","value":{"arrayValue":{}}}
        ]"#,
    );
    let told = |key| span.attribute(key).map(ToString::to_string);
    assert_eq!(told("list").as_deref(), Some("[1, false]"));
    assert_eq!(told("map").as_deref(), Some("{a: NaN}"));
    assert_eq!((told("bytes").as_deref(), told("empty").as_deref()), (Some("AAE="), Some("[]")));
}

#[test]
fn an_exception_of_others_is_the_error_and_what_else_was_said_of_it_stays() {
    let span = with(
        r#","status":{"code":2},"events":[
          {"name":"exception","timeUnixNano":"5","attributes":[
            {"key":"exception.type","value":{"stringValue":"ValueError"}},
            {"key":"exception.message","value":{"stringValue":"no such row"}},
            {"key":"exception.stacktrace","value":{"stringValue":"Traceback:\n  File \"a.py\", line 7"}},
            {"key":"exception.escaped","value":{"stringValue":"False"}}]},
          {"name":"log","timeUnixNano":"6"}]"#,
    );
    let error = span.error.expect("it failed");
    assert_eq!((error.type_name.as_str(), error.message.as_str()), ("ValueError", "no such row"));
    assert!(error.stack.is_empty());
    assert!(error.backtrace.expect("there is one").starts_with("Traceback"));
    let names: Vec<_> = span.events.iter().map(|event| (event.name.as_str(), event.time)).collect();
    assert_eq!(names, [("exception", 5), ("log", 6)]);
    assert_eq!(span.events[0].attributes.len(), 1);
}

#[test]
fn facts_that_are_none_stay_attributes() {
    let span = with(
        r#","attributes":[
          {"key":"tracer.polls","value":{"stringValue":"many"}},{"key":"tracer.slices","value":{"stringValue":"all"}},
          {"key":"tracer.task.first_poll_delay","value":{"intValue":"-1"}},{"key":"code.line.number","value":{"intValue":"4294967296"}},
          {"key":"tracer.level","value":{"stringValue":"loud"}}]"#,
    );
    assert_eq!((span.polls, span.task.clone(), span.line), (0, None, 0));
    assert!(span.slices.is_empty() && span.outcome == Outcome::Completed);
    assert_eq!(span.attributes.len(), 5);
}

#[test]
fn a_span_without_ids_is_refused_and_other_nonsense_is_left_out() {
    for (span, expected) in [
        ("{}", "traceId"),
        ("7", "traceId"),
        (
            r#"{"traceId":"00000000000000000000000000000000","spanId":"EEE19B7EC3C1B174"}"#,
            "traceId",
        ),
        (
            r#"{"traceId":"+B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174"}"#,
            "traceId",
        ),
        (r#"{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B1"}"#, "spanId"),
        (r#"{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":7}"#, "spanId"),
    ] {
        let text = format!("{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}");
        let error = document(&text).expect_err(span).to_string();
        assert_eq!(error, format!("the text has a span without a valid `{expected}`"));
    }
    let span = with(
        r#","events":7,"links":[{"traceId":"x"}],"attributes":{},"status":[],"kind":"?","name":null"#,
    );
    assert_eq!((span.events.len(), span.links.len(), span.attributes.len()), (0, 0, 0));
    assert_eq!((span.kind, span.name.as_str()), (SpanKind::Internal, ""));
    for nothing in ["{}", "[]", "7", r#"{"resourceSpans":{}}"#, r#"{"resourceSpans":[1,null,{}]}"#]
    {
        assert_eq!(document(nothing).expect("there are no spans"), [], "{nothing}");
    }
}
