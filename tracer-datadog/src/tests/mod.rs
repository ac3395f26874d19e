//! Spans of a real tracer, and what the agent is told of them.

mod random;
mod read_back;
mod split;
mod told;

use std::fmt;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rmpv::Value;
use tracer_core::{Batch, Builder, ExportError, Exporter, SpanRecord, Tracer, Unit};

use crate::payload::Payloads;

/// An exporter that is a function.
struct Does<F>(Unit, F);

impl<F> fmt::Debug for Does<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Does")
    }
}

impl<F: FnMut(&Batch) + Send> Exporter for Does<F> {
    fn name(&self) -> &'static str {
        "does"
    }

    fn unit(&self) -> Unit {
        self.0
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        (self.1)(batch);
        Ok(())
    }
}

/// A payload, read, and its length.
struct Sent {
    chunks: Vec<Vec<Value>>,
    bytes: usize,
}

/// What became of a batch.
struct Exported {
    records: Vec<SpanRecord>,
    sent: Vec<Sent>,
}

/// A tracer whose batches become payloads of at most so many bytes, in units of `unit`.
fn tracer(builder: Builder, unit: Unit, max_bytes: usize) -> (Tracer, Receiver<Exported>) {
    let (sender, receiver) = channel();
    let mut payloads = Payloads::new(max_bytes);
    let exporter = Does(unit, move |batch: &Batch| {
        let mut sent = Vec::new();
        payloads.each(batch, |payload| {
            let read = read(payload.body);
            assert_eq!(read.chunks.len(), payload.traces);
            assert_eq!(read.chunks.iter().map(Vec::len).sum::<usize>(), payload.spans);
            sent.push(read);
        });
        let exported = Exported { records: batch.spans().to_vec(), sent };
        sender.send(exported).expect("the test listens");
    });
    (builder.exporter(exporter).build().expect("the tracer is built"), receiver)
}

/// What `work` became, one batch after the other.
fn exported(builder: Builder, unit: Unit, max: usize, work: impl FnOnce(&Tracer)) -> Vec<Exported> {
    let (tracer, receiver) = tracer(builder, unit, max);
    work(&tracer);
    tracer.shutdown(Duration::from_secs(60)).expect("all is handed on in time");
    receiver.try_iter().collect()
}

fn read(mut body: &[u8]) -> Sent {
    let bytes = body.len();
    let value = rmpv::decode::read_value(&mut body).expect("it is MessagePack");
    assert!(body.is_empty(), "nothing is behind it");
    let array = |value: Value| match value {
        Value::Array(values) => values,
        other => panic!("{other} is no array"),
    };
    Sent { chunks: array(value).into_iter().map(array).collect(), bytes }
}

/// The value of a key, which must be there only once.
fn get<'v>(map: &'v Value, key: &str) -> Option<&'v Value> {
    let entries = map.as_map().unwrap_or_else(|| panic!("{map} is no map"));
    let mut found = entries.iter().filter(|(name, _)| name.as_str() == Some(key));
    let value = found.next().map(|(_, value)| value);
    assert!(found.next().is_none(), "{key} is there twice");
    value
}

fn id(span: &Value, key: &str) -> u64 {
    get(span, key).and_then(Value::as_u64).unwrap_or_else(|| panic!("{key} of {span}"))
}

fn meta<'v>(span: &'v Value, key: &str) -> Option<&'v str> {
    get(get(span, "meta")?, key).and_then(Value::as_str)
}

fn metric(span: &Value, key: &str) -> Option<f64> {
    get(get(span, "metrics")?, key).and_then(Value::as_f64)
}
