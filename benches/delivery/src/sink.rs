//! A receiver that counts what comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use crate::message;

/// A receiver in a process of its own.
#[derive(Debug)]
pub(crate) struct Sink {
    pub(crate) url: String,
    child: Child,
}

/// What came.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) spans: u64,
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
}

impl Sink {
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("this program");
        let mut command = Command::new(program);
        command.arg("sink").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let mut address = String::new();
        let output = child.stdout.as_mut().expect("it is piped");
        BufReader::with_capacity(1, output).read_line(&mut address).expect("it prints a line");
        Self { url: format!("http://{}", address.trim()), child }
    }

    /// It ends with its input.
    pub(crate) fn end(self) -> Got {
        let output = self.child.wait_with_output().expect("it ends");
        let text = String::from_utf8(output.stdout).expect("it prints numbers");
        let mut numbers = text.split_whitespace().map(|word| word.parse().expect("a number"));
        let mut next = || numbers.next().expect("three numbers");
        Got { spans: next(), requests: next(), bytes: next() }
    }
}

static SPANS: AtomicU64 = AtomicU64::new(0);
static REQUESTS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);

/// Takes connections until its input ends, and prints what came.
pub(crate) fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    println!("{}", listener.local_addr().expect("it listens"));
    thread::spawn(move || {
        listener.incoming().flatten().for_each(|stream| _ = thread::spawn(move || take(&stream)));
    });
    std::io::stdin().read_to_end(&mut Vec::new()).expect("it ends");
    // Whoever sends waits for the answers, so that all is counted by now.
    let [spans, requests, bytes] =
        [&SPANS, &REQUESTS, &BYTES].map(|count| count.load(Ordering::Relaxed));
    println!("{spans} {requests} {bytes}");
}

fn take(mut stream: &TcpStream) {
    let mut reader = BufReader::with_capacity(1 << 18, stream);
    while let Some((head, body)) = request(&mut reader) {
        let spans = match head.kind {
            Kind::Otlp => message::otlp_spans(&body),
            Kind::Datadog => message::datadog_spans(&body),
            Kind::Other => 0,
        };
        if head.kind != Kind::Other || head.is_trace {
            REQUESTS.fetch_add(1, Ordering::Relaxed);
            BYTES.fetch_add(body.len() as u64, Ordering::Relaxed);
            SPANS.fetch_add(spans, Ordering::Relaxed);
        }
        if stream.write_all(head.answer().as_bytes()).is_err() {
            return;
        }
    }
}

/// Whose spans a body holds, where they can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Otlp,
    Datadog,
    Other,
}

/// What stands before a body.
struct Head {
    kind: Kind,
    /// It holds spans, whether they can be counted or not.
    is_trace: bool,
    length: usize,
    is_chunked: bool,
}

impl Head {
    fn answer(&self) -> String {
        let (status, body) = match (self.kind, self.is_trace) {
            // As the agent does: what share of each service's traces it wants.
            (Kind::Datadog, _) => ("200 OK", "{\"rate_by_service\":{}}"),
            (_, true) => ("200 OK", ""),
            // What the agent can do more, this one cannot.
            _ => ("404 Not Found", ""),
        };
        let length = body.len();
        let kind = "content-type: application/json";
        format!("HTTP/1.1 {status}\r\n{kind}\r\ncontent-length: {length}\r\n\r\n{body}")
    }
}

/// Nothing behind the last request.
fn request(reader: &mut BufReader<&TcpStream>) -> Option<(Head, Vec<u8>)> {
    let head = head(reader)?;
    let mut body = vec![0; head.length];
    reader.read_exact(&mut body).ok()?;
    if head.is_chunked {
        chunks(reader, &mut body)?;
    }
    Some((head, body))
}

fn chunks(reader: &mut BufReader<&TcpStream>, body: &mut Vec<u8>) -> Option<()> {
    loop {
        let length = usize::from_str_radix(line(reader)?.trim(), 16).expect("a chunk's length");
        let begin = body.len();
        body.resize(begin + length, 0);
        reader.read_exact(&mut body[begin..]).ok()?;
        line(reader)?;
        if length == 0 {
            return Some(());
        }
    }
}

fn head(reader: &mut BufReader<&TcpStream>) -> Option<Head> {
    let first = line(reader)?;
    let path = first.split(' ').nth(1).unwrap_or_default();
    let (is_datadog, is_otlp) = (path == "/v0.4/traces", path == "/v1/traces");
    let kind = if is_datadog { Kind::Datadog } else { Kind::Other };
    let kind = if is_otlp { Kind::Otlp } else { kind };
    let is_trace = is_datadog || is_otlp;
    let mut head = Head { kind, is_trace, length: 0, is_chunked: false };
    loop {
        let line = line(reader)?.to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => head.length = value.parse().expect("a number"),
            Some(("transfer-encoding", "chunked")) => head.is_chunked = true,
            Some(("content-encoding", _) | ("content-type", "application/json")) => {
                head.kind = Kind::Other;
            }
            None if line.is_empty() => return Some(head),
            _ => {}
        }
    }
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    let length = reader.read_line(&mut line).unwrap_or(0);
    (length > 0).then(|| line.trim_end().to_owned())
}
