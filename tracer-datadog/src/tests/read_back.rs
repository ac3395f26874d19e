//! What the agent reads of random spans is what they are.

use std::collections::{HashMap, HashSet};

use rmpv::Value;
use tracer_core::{SpanId, SpanRecord, Tracer, Unit, Value as Given};

use super::random::{self, Random};
use super::{Exported, exported, get, id, meta, metric};

#[test]
fn random_spans_come_once_and_as_they_are() {
    for (unit, max_bytes) in
        [(Unit::Spans, 1 << 20), (Unit::ManyTraces, 1 << 20), (Unit::Spans, 7_000)]
    {
        let builder = Tracer::builder()
            .service_name("shop")
            .resource("team", "north")
            .resource("deployment.environment.name", "prod");
        let exported = exported(builder, unit, max_bytes, |tracer| {
            random::spans(tracer, &mut Random(3), 4_000);
        });
        let mut count = 0;
        exported.iter().for_each(|batch| count += check(batch, max_bytes));
        assert!(count >= 4_000, "{count}");
    }
}

fn check(batch: &Exported, max_bytes: usize) -> usize {
    let records: HashMap<u64, &SpanRecord> =
        batch.records.iter().map(|record| (record.span_id().to_u64(), record)).collect();
    let mut seen = HashSet::new();
    for sent in &batch.sent {
        let spans: usize = sent.chunks.iter().map(Vec::len).sum();
        assert!(sent.bytes <= max_bytes || spans == 1, "{} bytes", sent.bytes);
        for chunk in &sent.chunks {
            for (index, span) in chunk.iter().enumerate() {
                assert_eq!(id(span, "trace_id"), id(&chunk[0], "trace_id"));
                assert_eq!(metric(span, "_dd.tracer_kr").is_some(), index == 0);
                let id = id(span, "span_id");
                assert!(seen.insert(id), "{id} is there twice");
                as_it_is(span, records[&id]);
            }
        }
    }
    assert_eq!(seen.len(), batch.records.len());
    seen.len()
}

fn as_it_is(span: &Value, record: &SpanRecord) {
    assert_eq!(id(span, "trace_id"), record.trace_id().to_u128() as u64);
    assert_eq!(id(span, "parent_id"), record.parent_id().map_or(0, SpanId::to_u64));
    assert_eq!(id(span, "start"), record.start());
    assert_eq!(id(span, "duration"), record.end() - record.start());
    assert_eq!(id(span, "error"), u64::from(record.is_failed()));
    assert!(!record.is_local_root() || metric(span, "_dd.top_level") == Some(1.0), "{span}");
    keys_are_there_once(span);
    for (key, value) in record.attributes() {
        let is_later = |(later, _): (&str, _)| tag(later) == tag(key) && later != key;
        if record.attributes().any(is_later) {
            continue;
        }
        let value = record.attribute(key).unwrap_or(value);
        match key {
            "service.name" | "resource.name" => {
                let name = if key == "service.name" { "service" } else { "resource" };
                let text = value.to_string();
                let told = get(span, name).and_then(Value::as_str).unwrap();
                assert!(told == text || text.is_empty(), "{name} {told:?} {text:?}");
            }
            "error.type" if record.is_failed() => assert_ne!(meta(span, key), None),
            // Of ours where they are there, and checked above.
            "_dd.top_level" => {}
            "_sampling_priority_v1" if metric(span, "_dd.tracer_kr").is_some() => {}
            _ => has(span, tag(key), &value),
        }
    }
    assert_eq!(meta(span, "error.message").is_some_and(|it| it == "panicked"), is_panic(record));
    if let Some(json) = meta(span, "events").filter(|_| record.events().next().is_some()) {
        let json: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
        let names = json.as_array().unwrap().iter().map(|event| event["name"].as_str().unwrap());
        assert!(names.eq(record.events().map(|event| event.name().to_owned())));
    }
    let links = get(span, "span_links").map_or(0, |links| links.as_array().unwrap().len());
    assert_eq!(links, record.links().count());
}

fn is_panic(record: &SpanRecord) -> bool {
    record.is_failed() && record.error().is_none()
}

fn tag(key: &str) -> &str {
    match key {
        "http.request.method" => "http.method",
        "http.response.status_code" => "http.status_code",
        "http.request.header.x" => "http.request.headers.x",
        "db.system.name" => "db.system",
        "events" => "attribute.events",
        key => key,
    }
}

fn has(span: &Value, key: &str, value: &Given<'_>) {
    let as_text = || meta(span, key).map(str::to_owned) == Some(value.to_string());
    let is_there = match *value {
        _ if key == "http.status_code" => as_text(),
        Given::I64(number) if number.unsigned_abs() <= 1 << 53 => {
            get(get(span, "metrics").unwrap(), key).and_then(Value::as_i64) == Some(number)
        }
        Given::F64(number) if number.is_finite() => metric(span, key) == Some(number),
        _ => as_text(),
    };
    assert!(is_there, "{key} = {value} in {span}");
}

fn keys_are_there_once(span: &Value) {
    let mut keys = HashSet::new();
    for map in ["meta", "metrics"] {
        for (key, _) in get(span, map).unwrap().as_map().unwrap() {
            assert!(keys.insert(key.as_str().unwrap()), "{key} is there twice in {span}");
        }
    }
}
