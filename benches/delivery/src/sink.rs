//! A receiver that counts what comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// A receiver in a process of its own.
pub struct Sink {
    pub url: String,
    child: Child,
}

/// What came.
pub struct Got {
    pub spans: u64,
    pub requests: u64,
    pub bytes: u64,
}

impl Sink {
    pub fn start() -> Self {
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
    pub fn end(self) -> Got {
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
pub fn serve() {
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
    let mut body = Vec::new();
    while let Some((length, is_plain)) = head(&mut reader) {
        body.resize(length, 0);
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        REQUESTS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(length as u64, Ordering::Relaxed);
        SPANS.fetch_add(if is_plain { spans(&body) } else { 0 }, Ordering::Relaxed);
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
        if stream.write_all(answer).is_err() {
            return;
        }
    }
}

/// The length of a body, and whether it is protobuf as it stands; nothing behind the last request.
fn head(reader: &mut BufReader<&TcpStream>) -> Option<(usize, bool)> {
    let (mut length, mut is_plain) = (0, true);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return None;
        }
        let line = line.trim_end().to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().expect("a number"),
            Some(("content-encoding", _) | ("content-type", "application/json")) => {
                is_plain = false;
            }
            None if line.is_empty() => return Some((length, is_plain)),
            _ => {}
        }
    }
}

/// Field 2 of field 2 of field 1: no more of the message is looked at.
fn spans(request: &[u8]) -> u64 {
    fields(request, 1)
        .flat_map(|resource| fields(resource, 2))
        .flat_map(|scope| fields(scope, 2))
        .count() as u64
}

/// The messages and texts of a message that have this number; it has nothing else.
fn fields(mut rest: &[u8], wanted: u64) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let number = varint(&mut rest) >> 3;
            let length = usize::try_from(varint(&mut rest)).expect("it lies in memory");
            let (value, behind) = rest.split_at(length);
            rest = behind;
            if number == wanted {
                return Some(value);
            }
        }
        None
    })
}

fn varint(rest: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = rest[0];
        *rest = &rest[1..];
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            break;
        }
    }
    value
}
