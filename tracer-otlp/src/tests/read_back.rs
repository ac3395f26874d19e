//! What is read from a file is what was written.

use std::io::BufReader;
use std::sync::mpsc::channel;
use std::time::Duration;

use tracer_core::{Outcome, SpanRecord, Tracer, Value};

use crate::File;
use crate::protobuf::Protobuf;
use crate::read::{self, Message, Span};
use crate::request::{MAX_BYTES, Requests};
use crate::tests::folder::Folder;
use crate::tests::random::{self, Does, Random};

const SOON: Duration = Duration::from_secs(60);

#[test]
fn twelve_thousand_random_spans_are_read_as_they_were_written() {
    let folder = Folder::new("read-back");
    let path = folder.path("traces.jsonl");
    let (sender, receiver) = channel();
    let (encoded, messages) = channel();
    let mut requests = Requests::<Protobuf>::new(MAX_BYTES);
    let records = Does(move |batch: &tracer_core::Batch| {
        sender.send(batch.spans().to_vec()).expect("the test listens");
        requests.each(batch, |bytes, _| encoded.send(bytes.to_vec()).expect("the test listens"));
    });
    let file = File::builder(&path).max_bytes(u64::MAX).open().unwrap();
    let builder = Tracer::builder().service_name("shop \"1\"").wakes(true).exporter(file);
    let tracer = builder.exporter(records).build().unwrap();
    random::spans(&tracer, &mut Random::plain(2), 12_000);
    tracer.shutdown(SOON).unwrap();

    let lines = read::lines(BufReader::new(std::fs::File::open(&path).unwrap()));
    let read = lines.collect::<Result<Vec<_>, _>>().unwrap().concat();
    let written: Vec<_> = receiver.try_iter().flatten().collect();
    assert!(written.len() >= 12_000 && read.len() == written.len());
    for (read, written) in read.iter().zip(&written) {
        let (read, written) = (told(read), told_of_record(written));
        let difference = read.lines().zip(written.lines()).find(|(read, written)| read != written);
        assert!(read == written, "{difference:#?}");
    }
    let messages: Vec<_> = messages.try_iter().collect();
    let of_protobuf = messages.iter().map(|bytes| read::protobuf(bytes));
    // As JSON of a protobuf.
    let converted = messages.iter().map(|bytes| {
        let json = Message::protobuf(bytes)?.to_string();
        read::document(&json)
    });
    for all in [of_protobuf.collect::<Result<Vec<_>, _>>(), converted.collect()] {
        let all = all.unwrap().concat();
        assert_eq!(all.len(), read.len());
        for (one, other) in all.iter().zip(&read) {
            assert_eq!(told(one), told(other), "both encodings say the same");
            assert_eq!(one.service_name(), other.service_name());
        }
    }
    assert_eq!(read[0].service_name(), "shop \"1\"");
    let version = read[0].resource.iter().find(|(key, _)| key == "telemetry.sdk.name");
    assert_eq!(version.and_then(|(_, value)| value.as_text()), Some("tracer"));
}

#[test]
fn a_span_that_hangs_is_read_as_open_and_then_as_it_ended() {
    let folder = Folder::new("open");
    let path = folder.path("traces.jsonl");
    let (sender, receiver) = channel();
    let listens = Does(move |_: &tracer_core::Batch| _ = sender.send(()));
    let builder = Tracer::builder().exporter(File::open(&path).unwrap()).exporter(listens);
    let tracer = builder.long_running(Duration::from_millis(1)).build().unwrap();
    let hangs = tracer.in_scope(|| tracer_core::Span::new("hangs"));
    receiver.recv_timeout(SOON).expect("it is sent while it hangs");
    drop(hangs);
    tracer.shutdown(SOON).unwrap();

    let lines = read::lines(BufReader::new(std::fs::File::open(&path).unwrap()));
    let read = lines.collect::<Result<Vec<_>, _>>().unwrap().concat();
    let (ended, open) = read.split_last().expect("there are two at least");
    assert!(!open.is_empty() && open.iter().all(|span| span.outcome == Outcome::Open), "{open:?}");
    assert_eq!((ended.outcome, ended.span_id), (Outcome::Completed, open[0].span_id));
}

/// All that a span has, a line each.
fn told(span: &Span) -> String {
    let attribute = |(key, value): &(String, read::Value)| format!("{key}={value:?}");
    let attributes = |all: &[(String, read::Value)]| all.iter().map(attribute).collect::<Vec<_>>();
    let events = span.events.iter().map(|e| (&e.name, e.time, attributes(&e.attributes)));
    let error = span.error.as_ref().map(|error| {
        let stack = error.stack.iter().map(|f| format!("{} {}:{}", f.function, f.file, f.line));
        (
            error.type_name.clone(),
            error.message.clone(),
            error.sources.clone(),
            error.is_passed_on,
            stack.collect::<Vec<_>>(),
            error.backtrace.clone(),
        )
    });
    [
        format!("{} {} {:?}", span.trace_id, span.span_id, span.parent_id),
        span.trace_state.clone(),
        format!("{} {:?} {:?}", span.name, span.kind, span.level),
        format!("{} {}", span.is_local_root, span.is_spawned),
        format!("{} {} {} {}", span.target, span.function, span.file, span.line),
        format!("{} {} {:?} {:?}", span.start, span.end, span.outcome, span.task),
        format!("{} {:?} {:?}", span.polls, span.slices, span.wakes),
        format!("{:?} {:?}", span.poll_duration, span.max_poll_duration),
        format!("{:?}", attributes(&span.attributes)),
        format!("{:?}", events.collect::<Vec<_>>()),
        format!("{:?}", span.links),
        format!("{error:?}"),
    ]
    .join("\n")
}

fn told_of_record(span: &SpanRecord) -> String {
    let callsite = span.callsite();
    let path = |callsite: &tracer_core::Callsite| match callsite.module_path() {
        "" => callsite.function_name().to_owned(),
        module => format!("{module}::{}", callsite.function_name()),
    };
    let function = if callsite.module_path().is_empty() { String::new() } else { path(callsite) };
    let events =
        span.events().map(|e| (e.name().to_owned(), e.time(), last_of_each(e.attributes())));
    let error = span.error().map(|error| {
        let stack = span.stack().map(|at| format!("{} {}:{}", path(at), at.file(), at.line()));
        (
            error.type_name().to_owned(),
            error.message().to_owned(),
            error.sources().collect::<Vec<_>>(),
            span.is_passed_on(),
            stack.collect::<Vec<_>>(),
            error.backtrace().map(str::to_owned),
        )
    });
    let slices: Vec<_> = span.slices().iter().map(|slice| (slice.start, slice.end)).collect();
    let wakes = span.wakes().iter().map(|wake| read::Wake {
        time: wake.time,
        by: wake.by.map(|by| (by.trace, by.span)),
        scheduled: wake.scheduled,
    });
    let wakes: Vec<_> = wakes.collect();
    let task = span.task().map(|task| read::Task {
        key: task.key(),
        parent_key: task.parent_key(),
        name: task.name().map(str::to_owned),
        spawned_at: task.spawned_at().map(|(file, line)| (file.to_owned(), line)),
        first_poll_delay: task.first_poll_delay(),
    });
    let task = task.filter(|task| *task != read::Task::default());
    let links: Vec<_> = span.links().map(|link| (link.trace, link.span)).collect();
    [
        format!("{} {} {:?}", span.trace_id(), span.span_id(), span.parent_id()),
        span.trace_state(),
        format!("{} {:?} {:?}", span.name(), span.kind(), span.level()),
        format!("{} {}", span.is_local_root(), span.is_spawned()),
        format!("{} {} {} {}", span.target(), function, callsite.file(), callsite.line()),
        format!("{} {} {:?} {task:?}", span.start(), span.end(), span.outcome()),
        format!("{} {slices:?} {wakes:?}", span.polls()),
        format!("{:?} {:?}", span.poll_duration(), span.max_poll_duration()),
        format!("{:?}", last_of_each(span.attributes())),
        format!("{:?}", events.collect::<Vec<_>>()),
        format!("{links:?}"),
        format!("{error:?}"),
    ]
    .join("\n")
}

fn last_of_each<'a>(given: impl Iterator<Item = (&'a str, Value<'a>)>) -> Vec<String> {
    let mut all: Vec<(&str, read::Value)> = Vec::new();
    for (key, value) in given {
        all.retain(|(other, _)| *other != key);
        let value = match value {
            Value::Bool(value) => read::Value::Bool(value),
            Value::I64(value) => read::Value::I64(value),
            Value::F64(value) => read::Value::F64(value),
            text => read::Value::Text(text.to_string()),
        };
        all.push((key, value));
    }
    all.into_iter().map(|(key, value)| format!("{key}={value:?}")).collect()
}
