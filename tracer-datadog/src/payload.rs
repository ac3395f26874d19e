//! Payloads for the agent: traces in chunks, each payload within the size that the agent takes.

use tracer_core::{Batch, SpanRecord};

use crate::chunk::{Chunk, Chunks};
use crate::msgpack;
use crate::span::Given;

/// Makes payloads of batches, in a buffer that is used again.
#[derive(Debug)]
pub(crate) struct Payloads {
    max_bytes: usize,
    body: Vec<u8>,
    chunks: Chunks,
}

/// One request's body, and what is in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Payload<'a> {
    pub(crate) body: &'a [u8],
    /// Chunks, which the header `X-Datadog-Trace-Count` tells.
    pub(crate) traces: usize,
    pub(crate) spans: usize,
}

impl Payloads {
    /// Payloads of at most so many bytes, unless a single span is longer.
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { max_bytes, body: Vec::new(), chunks: Chunks::new() }
    }

    /// Gives the payloads of a batch to `send`, one after the other.
    pub(crate) fn each(&mut self, batch: &Batch, send: impl FnMut(Payload<'_>)) {
        let Self { max_bytes, body, chunks } = self;
        chunks.learn(batch);
        let mut given = Given::default();
        let mut open = Open::new(body, *max_bytes, send);
        for_each_trace(batch.spans(), |trace| {
            let mut chunk = chunks.chunk(trace);
            open.chunk(chunks, &mut chunk, &mut given);
            chunks.remember(trace);
        });
        open.send();
    }
}

/// The payload that is being written.
struct Open<'b, S> {
    body: &'b mut Vec<u8>,
    max_bytes: usize,
    send: S,
    /// Where chunks begin.
    head: usize,
    traces: usize,
    spans: usize,
}

impl<'b, S: FnMut(Payload<'_>)> Open<'b, S> {
    fn new(body: &'b mut Vec<u8>, max_bytes: usize, send: S) -> Self {
        body.clear();
        msgpack::begin_array(body);
        let head = body.len();
        Self { body, max_bytes, send, head, traces: 0, spans: 0 }
    }

    /// Writes a chunk, and if it is too long, several.
    fn chunk<'a>(&mut self, chunks: &mut Chunks, chunk: &mut Chunk<'a, '_>, given: &mut Given<'a>) {
        let mut next = 0;
        while next < chunk.len() {
            let mut at = msgpack::begin_array(self.body);
            let (first, mut count) = (next, 0);
            while next < chunk.len() {
                let mut before = self.body.len();
                if !chunks.write(self.body, chunk, next, count == 0, given) {
                    (next, count) = (first, 0);
                    self.body.truncate(at);
                    at = msgpack::begin_array(self.body);
                    continue;
                }
                if self.is_too_long() && self.traces > 0 {
                    // What was there before goes alone; the chunk stays as it is.
                    self.send_until(at);
                    before -= at - self.head;
                    at = self.head;
                }
                if self.is_too_long() && count > 0 {
                    self.body.truncate(before);
                    break;
                }
                (next, count) = (next + 1, count + 1);
            }
            msgpack::end(self.body, at, count);
            (self.traces, self.spans) = (self.traces + 1, self.spans + count as usize);
            if next < chunk.len() {
                self.send();
            }
        }
    }

    fn is_too_long(&self) -> bool {
        self.body.len() > self.max_bytes
    }

    /// Sends all that was written, if it is anything.
    fn send(&mut self) {
        if self.traces > 0 {
            self.send_until(self.body.len());
        }
    }

    /// Sends the chunks that were ended, which end here, and keeps the one behind them.
    fn send_until(&mut self, end: usize) {
        let Self { body, head, traces, spans, .. } = self;
        msgpack::end(body, 0, *traces as u32);
        (self.send)(Payload { body: &body[..end], traces: *traces, spans: *spans });
        (*traces, *spans) = (0, 0);
        body.drain(*head..end);
    }
}

/// Spans of one trace that stand together.
#[derive(Clone, Copy, Debug)]
struct Run {
    trace: u128,
    begin: usize,
    end: usize,
}

/// Gives the spans of each trace, which stand together in most batches.
fn for_each_trace<'a>(spans: &'a [SpanRecord], mut each: impl FnMut(&mut [&'a SpanRecord])) {
    let mut runs: Vec<Run> = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        let trace = span.trace_id().to_u128();
        match runs.last_mut() {
            Some(run) if run.trace == trace => run.end = at + 1,
            _ => runs.push(Run { trace, begin: at, end: at + 1 }),
        }
    }
    let mut sorted = runs.clone();
    sorted.sort_unstable_by_key(|run| (run.trace, run.begin));
    if sorted.windows(2).any(|two| two[0].trace == two[1].trace) {
        runs = sorted;
    }
    let mut group: Vec<&SpanRecord> = Vec::new();
    for of_trace in runs.chunk_by(|one, other| one.trace == other.trace) {
        group.clear();
        group.extend(of_trace.iter().flat_map(|run| &spans[run.begin..run.end]));
        each(&mut group);
    }
}
