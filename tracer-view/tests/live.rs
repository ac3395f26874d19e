//! The command `tracer live`, as programs send to it and browsers ask it.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The command, ended with the test.
struct Backend {
    child: Child,
    address: String,
    token: String,
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _killed = self.child.kill();
        let _ended = self.child.wait();
    }
}

impl Backend {
    fn new(files: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracer"));
        command.args(["live", "--port", "0"]).args(files).stdin(Stdio::null());
        let mut child =
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
        let mut line = String::new();
        let out = child.stdout.take().expect("it is piped");
        BufReader::new(out).read_line(&mut line).expect("it says where it is");
        let url = line.trim_end().strip_prefix("http://").expect("it is an address");
        let (address, token) = url.split_once("/?token=").expect("it has a token");
        let (address, token) = (address.to_owned(), token.to_owned());
        Self { child, address, token }
    }

    /// The head and the body of what is answered.
    fn ask(&self, head: &str, body: &[u8]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let head = head.replacen('\n', &format!(" HTTP/1.1\nHost: {}\n", self.address), 1);
        let head = head.replace('\n', "\r\n") + "\r\n";
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it reads");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("it answers");
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("it has a head");
        let body = answer.split_off(end + 4);
        (String::from_utf8(answer).expect("it is text"), body)
    }

    /// The status, the kind and the body of what is answered to a message.
    fn post(&self, kind: &str, more: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let length = body.len();
        self.post_as(kind, &format!("{more}Content-Length: {length}\n"), body)
    }

    fn post_as(&self, kind: &str, more: &str, body: &[u8]) -> (u16, String, Vec<u8>) {
        let head = format!("POST /v1/traces\nContent-Type: {kind}\n{more}");
        let (head, body) = self.ask(&head, body);
        let kind = head.lines().find_map(|line| line.strip_prefix("Content-Type: "));
        let status = head[9..12].parse().expect("it is a number");
        (status, kind.expect("it has one").to_owned(), body)
    }

    /// The names of all spans that it has.
    fn names(&self) -> Vec<String> {
        let (head, body) = self.ask(&format!("GET /data?token={}\n", self.token), b"");
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*body).read_to_string(&mut text).expect("it is gzip");
        let document: Value = serde_json::from_str(&text).expect("it is JSON");
        let strings = document["strings"].as_array().expect("it is there").iter();
        let names = strings.filter_map(Value::as_str).filter(|name| name.ends_with("-span"));
        let mut names: Vec<_> = names.map(str::to_owned).collect();
        names.sort();
        assert_eq!(document["spans"].as_u64(), Some(names.len() as u64));
        names
    }
}

fn json(name: &str, trace: u8) -> Vec<u8> {
    let id = format!("{trace:032x}");
    let span = format!(
        r#"{{"name":"{name}","traceId":"{id}","spanId":"000000000000000b","startTimeUnixNano":"1","endTimeUnixNano":"9"}}"#
    );
    format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{span}]}}]}}]}}"#).into_bytes()
}

fn protobuf(name: &str) -> Vec<u8> {
    let within = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let at = |tag: u8, nanos: u64| [&[tag], nanos.to_le_bytes().as_slice()].concat();
    let ids = [within(0x0a, &[7; 16]), within(0x12, &[8; 8])].concat();
    let span = [ids, within(0x2a, name.as_bytes()), at(0x39, 1_000), at(0x41, 2_000)].concat();
    within(0x0a, &within(0x12, &within(0x12, &span)))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/x-protobuf";

#[test]
fn what_is_sent_in_any_form_is_on_the_page() {
    let backend = Backend::new(&[]);
    assert_eq!(backend.names(), [""; 0]);
    let taken_json = || (200, JSON.to_owned(), b"{}".to_vec());
    let taken_protobuf = || (200, PROTOBUF.to_owned(), Vec::new());
    assert_eq!(backend.post(JSON, "", &json("a-span", 1)), taken_json());
    assert_eq!(backend.names(), ["a-span"]);
    assert_eq!(
        backend.post("Application/JSON; charset=utf-8", "", &json("b-span", 2)),
        taken_json()
    );
    assert_eq!(backend.post(PROTOBUF, "", &protobuf("c-span")), taken_protobuf());
    let packed = gzip(&json("d-span", 3));
    assert_eq!(backend.post(JSON, "Content-Encoding: gzip\n", &packed), taken_json());
    let mut chunks = String::new();
    let whole = String::from_utf8(json("e-span", 4)).expect("it is text");
    for part in [&whole[..10], &whole[10..]] {
        let _written = write!(chunks, "{:x}\r\n{part}\r\n", part.len());
    }
    chunks.push_str("0\r\n\r\n");
    let chunked = backend.post_as(JSON, "Transfer-Encoding: chunked\n", chunks.as_bytes());
    assert_eq!(chunked, taken_json());
    assert_eq!(backend.post(PROTOBUF, "", b""), taken_protobuf(), "an empty message is one");
    assert_eq!(backend.names(), ["a-span", "b-span", "c-span", "d-span", "e-span"]);
}

#[test]
fn what_cannot_be_taken_is_refused_with_a_status_and_changes_nothing() {
    let backend = Backend::new(&[]);
    let large = format!("Content-Length: {}\n", (64 << 20) + 1);
    let bomb = gzip(&vec![b' '; (64 << 20) + 1]);
    let good = json("a-span", 1);
    for (kind, more, body, expected) in [
        (JSON, "Content-Length: 3\n", b"{\"a".as_slice(), 400),
        (JSON, "Content-Length: 2\n", b"\xff\xff", 400),
        (PROTOBUF, "Content-Length: 2\n", b"{}", 400),
        (JSON, "", b"", 400),
        (JSON, "Content-Length: x\n", &good, 400),
        (JSON, "Content-Length: 1\nTransfer-Encoding: chunked\n", b"0\r\n\r\n", 400),
        (PROTOBUF, &large, b"", 413),
        (JSON, &large, b"", 413),
        (JSON, &format!("Content-Encoding: gzip\nContent-Length: {}\n", bomb.len()), &bomb, 413),
        (JSON, "Content-Encoding: br\nContent-Length: 1\n", b"x", 415),
        ("text/plain", &format!("Content-Length: {}\n", good.len()), &good, 415),
    ] {
        let (status, answered, body) = backend.post_as(kind, more, body);
        assert_eq!(status, expected, "{kind} {more}");
        if answered == JSON {
            let status: Value = serde_json::from_slice(&body).expect("it is JSON");
            assert!(status["message"].is_string(), "{kind} {more}");
        } else {
            assert_eq!((answered.as_str(), &body[..3]), (PROTOBUF, &b"\x08\x03\x12"[..]), "{more}");
        }
    }
    assert_eq!(backend.names(), [""; 0]);
    let (head, _) = backend.ask("GET /v1/traces\n", b"");
    assert!(head.starts_with("HTTP/1.1 403 "), "{head}");
    let (head, _) = backend.ask("OPTIONS /v1/traces\n", b"");
    assert!(head.starts_with("HTTP/1.1 405 "), "{head}");
}

#[test]
fn files_that_are_named_are_there_at_once() {
    let path = std::env::temp_dir().join(format!("tracer-live-{}.json", std::process::id()));
    std::fs::write(&path, json("file-span", 1)).expect("it can be written");
    let backend = Backend::new(&[path.to_str().expect("it is text")]);
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(backend.names(), ["file-span"]);
}

#[test]
fn what_many_send_at_once_has_a_bound_and_may_come_again() {
    let backend = Backend::new(&[]);
    // The largest bodies, of which the last byte does not come.
    let hold = || {
        let mut stream = TcpStream::connect(&backend.address).expect("it listens");
        let length = 64 << 20;
        let head = format!(
            "POST /v1/traces HTTP/1.1\r\nHost: {}\r\nContent-Type: {JSON}\r\nContent-Length: {length}\r\n\r\n",
            backend.address
        );
        stream.write_all(head.as_bytes()).expect("it reads");
        stream.write_all(&vec![b' '; length - 1]).expect("it reads");
        stream
    };
    let largest = [hold(), hold()];
    let small = json("a-span", 1);
    let head = format!("POST /v1/traces\nContent-Type: {JSON}\nContent-Length: {}\n", small.len());
    // The last of what was sent may lie in the system's buffers for a moment.
    let comes_to = |wanted: &str| {
        let began = Instant::now();
        loop {
            let (head, body) = backend.ask(&head, &small);
            if head.starts_with(wanted) {
                return (head, body);
            }
            assert!(began.elapsed() < Duration::from_secs(30), "{wanted}: {head}");
        }
    };
    let (refused, body) = comes_to("HTTP/1.1 503 ");
    assert!(refused.contains("\r\nRetry-After: 1\r\n"), "{refused}");
    let why: Value = serde_json::from_slice(&body).expect("it is JSON");
    assert_eq!((why["code"].as_u64(), why["message"].is_string()), (Some(14), true));
    drop(largest);
    comes_to("HTTP/1.1 200 ");
}
