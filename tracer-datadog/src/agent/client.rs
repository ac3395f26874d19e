//! Puts a payload and waits for the answer.

use std::fmt::Write as _;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use tracer_core::__private::Unreachable;

use crate::agent::connection::{Connection, Opening};
use crate::agent::endpoint::Endpoint;
use crate::agent::response::Response;

/// A connection that is kept, and opened anew where it has to be.
#[derive(Debug)]
pub(crate) struct Client {
    endpoint: Endpoint,
    /// The head of all requests, but for what depends on the payload.
    head: String,
    /// How long one answer is waited for.
    patience: Duration,
    opening: Opening,
    kept: Option<Connection>,
}

/// What is put.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    pub(crate) body: &'a [u8],
    /// Traces in it.
    pub(crate) traces: usize,
    /// Traces that the sampler left out since the agent was told last.
    pub(crate) left_out: u64,
}

/// Why there was no answer.
struct Failure {
    error: io::Error,
    stage: Stage,
}

/// How far a request got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Written,
    Awaited,
    Answered,
}

/// What the agent is told of us in each request.
const ABOUT_US: &[(&str, &str)] = &[
    ("User-Agent", concat!("tracer-datadog/", env!("CARGO_PKG_VERSION"))),
    ("Content-Type", "application/msgpack"),
    ("Datadog-Meta-Lang", "rust"),
    ("Datadog-Meta-Lang-Version", env!("TRACER_RUSTC_VERSION")),
    ("Datadog-Meta-Lang-Interpreter", "rustc"),
    ("Datadog-Meta-Tracer-Version", env!("CARGO_PKG_VERSION")),
    // Top-level spans have their mark.
    ("Datadog-Client-Computed-Top-Level", "yes"),
    // Else an agent that has no time says 200.
    ("Datadog-Send-Real-Http-Status", "yes"),
];

impl Client {
    /// Adds `headers`, whose values are clean, to each request.
    pub(crate) fn new(
        endpoint: Endpoint,
        headers: &[(&'static str, String)],
        patience: Duration,
    ) -> Self {
        let (prefix, host) = (endpoint.prefix(), endpoint.host());
        let mut head = format!("PUT {prefix}/v0.4/traces HTTP/1.1\r\nHost: {host}\r\n");
        let own = headers.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in ABOUT_US.iter().copied().chain(own) {
            let _never_fails = write!(head, "{name}: {value}\r\n");
        }
        Self { endpoint, head, patience, opening: Opening::default(), kept: None }
    }

    /// Sends a request once, in at most so much time.
    pub(crate) fn put(
        &mut self,
        request: &Request<'_>,
        left: Duration,
    ) -> Result<Response, Unreachable> {
        let patience = left.min(self.patience);
        let deadline = Instant::now() + patience;
        let head = self.head_of(request);
        if let Some(mut kept) = self.kept.take() {
            if kept.is_idle() {
                match exchange(&mut kept, &head, request.body, deadline) {
                    // The agent closed it as the request came.
                    Err(failure) if failure.is_of_closed() => {}
                    done => return self.finish(done, kept, patience),
                }
            }
        }
        let opened = self.opening.open(self.endpoint.place(), deadline);
        let mut connection = opened.map_err(|error| Unreachable {
            why: match error.kind() {
                ErrorKind::TimedOut => format!("no connection within {:?}", in_millis(patience)),
                _ => error.to_string(),
            },
            for_good: false,
        })?;
        let done = exchange(&mut connection, &head, request.body, deadline);
        self.finish(done, connection, patience)
    }

    /// The address as it is said.
    pub(crate) fn address(&self) -> &str {
        self.endpoint.shown()
    }

    /// How long one answer is waited for.
    #[cfg(test)]
    pub(crate) const fn patience(&self) -> Duration {
        self.patience
    }

    fn head_of(&self, request: &Request<'_>) -> String {
        let Request { body, traces, left_out } = request;
        let mut head = String::with_capacity(self.head.len() + 160);
        head.push_str(&self.head);
        let length = body.len();
        let _never_fails = write!(head, "X-Datadog-Trace-Count: {traces}\r\n");
        if *left_out > 0 {
            let _never_fails = write!(head, "Datadog-Client-Dropped-P0-Traces: {left_out}\r\n");
        }
        let _never_fails = write!(head, "Content-Length: {length}\r\n\r\n");
        head
    }

    fn finish(
        &mut self,
        done: Result<Response, Failure>,
        connection: Connection,
        patience: Duration,
    ) -> Result<Response, Unreachable> {
        match done {
            Ok(response) => {
                self.kept = response.keeps.then_some(connection);
                Ok(response)
            }
            Err(failure) => Err(failure.unreachable(patience)),
        }
    }
}

fn exchange(
    connection: &mut Connection,
    head: &str,
    body: &[u8],
    deadline: Instant,
) -> Result<Response, Failure> {
    let written =
        connection.write(head.as_bytes(), deadline).and_then(|()| connection.write(body, deadline));
    let mut stage = if written.is_ok() { Stage::Awaited } else { Stage::Written };
    // Who refuses a long request says so before it is all there, and goes away.
    let read = Response::read(|bytes| {
        let count = connection.read(bytes, deadline)?;
        if count > 0 {
            stage = Stage::Answered;
        }
        Ok(count)
    });
    match (written, read) {
        (Ok(()), Ok(response)) => Ok(response),
        (Err(_), Ok(response)) if !(200..=299).contains(&response.status) => {
            Ok(Response { keeps: false, ..response })
        }
        (Err(error), _) | (Ok(()), Err(error)) => Err(Failure { error, stage }),
    }
}

impl Failure {
    /// Whether it was closed before there was an answer, so that another connection may have one.
    fn is_of_closed(&self) -> bool {
        let is_closed = !matches!(self.error.kind(), ErrorKind::TimedOut | ErrorKind::InvalidData);
        is_closed && self.stage != Stage::Answered
    }

    fn unreachable(self, patience: Duration) -> Unreachable {
        let Self { error, stage } = self;
        match error.kind() {
            // It may have got the traces: sent again, they would be counted twice.
            ErrorKind::TimedOut => Unreachable {
                why: format!("no answer within {:?}", in_millis(patience)),
                for_good: stage != Stage::Written,
            },
            ErrorKind::InvalidData => {
                Unreachable { why: format!("it does not speak HTTP/1.1: {error}"), for_good: true }
            }
            ErrorKind::UnexpectedEof => {
                let why = "it closed the connection instead of answering".to_owned();
                Unreachable { why, for_good: false }
            }
            _ => Unreachable { why: error.to_string(), for_good: false },
        }
    }
}

/// As it is said.
const fn in_millis(time: Duration) -> Duration {
    Duration::from_millis(time.as_millis() as u64)
}
