//! The protobuf that is written is the one that the official definitions read.

use std::sync::mpsc::channel;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::common::v1::{AnyValue, ArrayValue, KeyValue};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, span};
use prost::Message as _;
use tracer_core::{Event, Level, Outcome, SpanRecord, Tracer, Value};

use crate::protobuf::Protobuf;
use crate::request::Requests;
use crate::tests::random::{self, Does, Random};

const SOON: Duration = Duration::from_secs(60);

#[test]
fn twelve_thousand_random_spans_are_as_the_official_decoder_reads_them() {
    let (sender, receiver) = channel();
    let mut requests = Requests::<Protobuf>::new(usize::MAX);
    let checks = Does(move |batch: &tracer_core::Batch| {
        requests.each(batch, |bytes, count| {
            assert_eq!(count, batch.spans().len());
            let expected: Vec<_> = batch.spans().iter().map(expected).collect();
            sender.send((bytes.to_vec(), expected)).expect("the test listens");
        });
    });
    let tracer =
        Tracer::builder().service_name("shop").wakes(true).exporter(checks).build().unwrap();
    random::spans(&tracer, &mut Random::new(1), 12_000);
    tracer.shutdown(SOON).unwrap();
    let (mut spans, mut seen) = (0, Seen::default());
    for (bytes, expected) in receiver.try_iter() {
        let read = ExportTraceServiceRequest::decode(bytes.as_slice()).expect("it is protobuf");
        assert_eq!(read.encode_to_vec().len(), bytes.len(), "nothing is there that nobody reads");
        let [resource] = &read.resource_spans[..] else { panic!("one resource") };
        let [scope] = &resource.scope_spans[..] else { panic!("one scope") };
        assert_eq!(scope.spans.len(), expected.len());
        for (read, expected) in scope.spans.iter().zip(&expected) {
            assert!(read == expected, "{}", first_difference(read, expected));
            seen.see(read);
        }
        spans += expected.len();
        let service = text("service.name", "shop");
        assert!(resource.resource.as_ref().unwrap().attributes.contains(&service));
    }
    assert!(spans >= 12_000, "{spans}");
    assert!(seen.is_everything(), "{seen:?}");
}

/// Spans are long; where they differ is enough.
fn first_difference(read: &Span, expected: &Span) -> String {
    let (read, expected) = (format!("{read:#?}"), format!("{expected:#?}"));
    let mut lines = read.lines().zip(expected.lines());
    let (read, expected) = lines.find(|(read, expected)| read != expected).expect("they differ");
    format!("{read}\n{expected}")
}

/// That the random spans have what is to be tested.
#[derive(Debug, Default)]
struct Seen {
    links: usize,
    events: usize,
    exceptions: usize,
    sources: usize,
    empty: usize,
    long: usize,
    non_ascii: usize,
    slices: usize,
    wakes: usize,
    named: usize,
    spawned: usize,
    outcomes: usize,
    states: usize,
}

impl Seen {
    fn see(&mut self, span: &Span) {
        self.states += usize::from(!span.trace_state.is_empty());
        self.links += span.links.len();
        self.events += span.events.len();
        for event in &span.events {
            self.exceptions += usize::from(event.name == "exception");
            self.sources += event.attributes.iter().filter(|a| a.key == "tracer.sources").count();
        }
        for attribute in &span.attributes {
            let text = match &attribute.value.as_ref().unwrap().value {
                Some(Any::StringValue(text)) => text.as_str(),
                _ => "-",
            };
            self.empty += usize::from(text.is_empty());
            self.long += usize::from(text.len() > 4_000);
            self.non_ascii += usize::from(!text.is_ascii());
            match attribute.key.as_str() {
                "tracer.slices" => self.slices += 1,
                "tracer.wakes" => self.wakes += 1,
                "tracer.task.name" => self.named += 1,
                "tracer.spawned" => self.spawned += 1,
                "tracer.outcome" => self.outcomes += 1,
                _ => {}
            }
        }
    }

    fn is_everything(&self) -> bool {
        let Self { links, events, exceptions, sources, empty, long, .. } = self;
        let Self { non_ascii, slices, wakes, named, spawned, outcomes, states, .. } = self;
        [links, events, exceptions, sources, empty, long]
            .into_iter()
            .chain([non_ascii, slices, wakes, named, spawned, outcomes, states])
            .all(|count| *count > 50)
    }
}

fn expected(span: &SpanRecord) -> Span {
    let parent = span.parent_id().map_or_else(Vec::new, |id| id.to_u64().to_be_bytes().to_vec());
    let remote = if span.is_local_root() && !parent.is_empty() { 0x200 } else { 0 };
    let panicked = span.outcome() == Outcome::Panicked;
    let message = span.error().map(|error| error.message().to_owned());
    Span {
        trace_id: span.trace_id().to_u128().to_be_bytes().to_vec(),
        span_id: span.span_id().to_u64().to_be_bytes().to_vec(),
        parent_span_id: parent,
        trace_state: span.trace_state(),
        flags: 0x101 | remote,
        name: span.name().to_owned(),
        kind: span.kind() as i32 + 1,
        start_time_unix_nano: span.start(),
        end_time_unix_nano: span.end(),
        attributes: attributes(span),
        events: events(span),
        links: links(span),
        status: (panicked || message.is_some())
            .then(|| Status { message: message.unwrap_or_else(|| "panicked".to_owned()), code: 2 }),
        ..Span::default()
    }
}

fn attributes(span: &SpanRecord) -> Vec<KeyValue> {
    let mut all = last_of_each(span.attributes());
    let callsite = span.callsite();
    let mut add = |key: &str, value: Option<Any>| {
        if let Some(value) = value.filter(|_| all.iter().all(|given| given.key != key)) {
            all.push(attribute(key, value));
        }
    };
    let module = callsite.module_path();
    let string = |text: &str| Some(Any::StringValue(text.to_owned()));
    let integer = |number: u64| Some(Any::IntValue(number as i64));
    let function = format!("{module}::{}", callsite.function_name());
    add("code.function.name", string(&function).filter(|_| !module.is_empty()));
    let is_known = !callsite.file().is_empty();
    add("code.file.path", string(callsite.file()).filter(|_| is_known));
    add("code.line.number", integer(callsite.line().into()).filter(|_| is_known));
    add("tracer.level", string(span.level().as_str()).filter(|_| span.level() != Level::Info));
    add("tracer.target", string(span.target()).filter(|_| span.target() != module));
    add("tracer.polls", integer(span.polls().into()).filter(|_| span.polls() > 0));
    let slices = span.slices().iter().map(|slice| {
        format!("{}+{}", slice.start as i64 - span.start() as i64, slice.end - slice.start)
    });
    let slices = slices.collect::<Vec<_>>().join(" ");
    add("tracer.slices", string(&slices).filter(|_| !slices.is_empty()));
    for (key, duration) in [
        ("tracer.poll_duration", span.poll_duration()),
        ("tracer.max_poll_duration", span.max_poll_duration()),
    ] {
        add(key, duration.and_then(integer).filter(|_| !slices.is_empty()));
    }
    let wakes = span.wakes().iter().map(|wake| {
        let scheduled = wake.scheduled.map_or_else(String::new, |delay| delay.to_string());
        let by = wake.by.map_or_else(String::new, |by| format!("@{}-{}", by.trace, by.span));
        format!("{}+{scheduled}{by}", wake.time as i64 - span.start() as i64)
    });
    let wakes = wakes.collect::<Vec<_>>().join(" ");
    add("tracer.wakes", string(&wakes).filter(|_| !wakes.is_empty()));
    add("tracer.spawned", span.is_spawned().then_some(Any::BoolValue(true)));
    if let Some(task) = span.task() {
        add("tracer.task.key", task.key().and_then(integer));
        add("tracer.task.parent_key", task.parent_key().and_then(integer));
        add("tracer.task.first_poll_delay", task.first_poll_delay().and_then(integer));
        add("tracer.task.name", task.name().and_then(string));
        let place = task.spawned_at().map(|(file, line)| format!("{file}:{line}"));
        add("tracer.task.spawned_at", place.as_deref().and_then(string));
    }
    match span.outcome() {
        Outcome::Cancelled => add("tracer.outcome", string("cancelled")),
        Outcome::Panicked => add("tracer.outcome", string("panicked")),
        _ => {}
    }
    add("error.type", span.error().and_then(|error| string(error.type_name())));
    all
}

fn events(span: &SpanRecord) -> Vec<span::Event> {
    let event = |event: Event<'_>| span::Event {
        time_unix_nano: event.time(),
        name: event.name().to_owned(),
        attributes: last_of_each(event.attributes()),
        dropped_attributes_count: 0,
    };
    span.events().map(event).chain(exception(span)).collect()
}

fn exception(span: &SpanRecord) -> Option<span::Event> {
    let error = span.error()?;
    let mut stack = String::new();
    for (depth, callsite) in span.stack().enumerate() {
        let function = match callsite.module_path() {
            "" => callsite.function_name().to_owned(),
            module => format!("{module}::{}", callsite.function_name()),
        };
        let place = format!("{}:{}", callsite.file(), callsite.line());
        stack = format!("{stack}{depth:4}: {function}\n             at {place}\n");
    }
    // Where the environment asks for it.
    if let Some(backtrace) = error.backtrace() {
        stack = stack + "\n" + backtrace;
    }
    let mut attributes = vec![
        text("exception.type", error.type_name()),
        text("exception.message", error.message()),
        text("exception.stacktrace", &stack),
    ];
    if span.is_passed_on() {
        attributes.push(attribute("tracer.passed_on", Any::BoolValue(true)));
    }
    let any = |text: &str| AnyValue { value: Some(Any::StringValue(text.to_owned())) };
    let values: Vec<_> = error.sources().map(any).collect();
    if !values.is_empty() {
        attributes.push(attribute("tracer.sources", Any::ArrayValue(ArrayValue { values })));
    }
    Some(span::Event {
        time_unix_nano: span.end(),
        name: "exception".to_owned(),
        attributes,
        dropped_attributes_count: 0,
    })
}

fn links(span: &SpanRecord) -> Vec<span::Link> {
    let link = |link: tracer_core::Link| span::Link {
        trace_id: link.trace.to_u128().to_be_bytes().to_vec(),
        span_id: link.span.to_u64().to_be_bytes().to_vec(),
        ..span::Link::default()
    };
    span.links().map(link).collect()
}

/// A key is there once, with its last value, where that one was set.
fn last_of_each<'a>(given: impl Iterator<Item = (&'a str, Value<'a>)>) -> Vec<KeyValue> {
    let mut all: Vec<KeyValue> = Vec::new();
    for (key, value) in given {
        all.retain(|other| other.key != key);
        all.push(attribute(key, any(value)));
    }
    all
}

fn any(value: Value<'_>) -> Any {
    match value {
        Value::Bool(value) => Any::BoolValue(value),
        Value::I64(value) => Any::IntValue(value),
        Value::F64(value) => Any::DoubleValue(value),
        text => Any::StringValue(text.to_string()),
    }
}

fn text(key: &str, value: &str) -> KeyValue {
    attribute(key, Any::StringValue(value.to_owned()))
}

fn attribute(key: &str, value: Any) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}
