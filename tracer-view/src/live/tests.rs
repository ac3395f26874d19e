//! The page of a program that runs, as browsers and others ask for it: over real connections.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use tracer_core::{Span, Tracer};

use crate::html;
use crate::live::Live;
use crate::live::server;

/// A program of which the page is asked for.
struct Program {
    tracer: Tracer,
    address: String,
    token: String,
}

impl Program {
    fn new() -> Self {
        let live = Live::on(0).expect("some port is free");
        let url = live.url().strip_prefix("http://").expect("it is one");
        let (address, token) = url.split_once("/?token=").expect("it has a token");
        let (address, token) = (address.to_owned(), token.to_owned());
        let tracer = Tracer::builder().exporter(live).build().expect("there are threads");
        Self { tracer, address, token }
    }

    /// Makes a trace, and waits until it is exported.
    fn trace(&self, name: &'static str) {
        self.tracer.in_scope(|| drop(Span::root(name)));
        self.tracer.flush(Duration::from_secs(10)).expect("nothing is dropped");
    }

    /// Sends a head with a valid host.
    fn send(&self, head: &str) -> BufReader<TcpStream> {
        self.send_to(&self.address, head)
    }

    fn send_to(&self, host: &str, head: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("it is a time");
        let head = format!("{head} HTTP/1.1\r\nHost: {host}\r\n\r\n");
        stream.write_all(head.as_bytes()).expect("it reads");
        BufReader::new(stream)
    }

    fn get(&self, path: &str) -> BufReader<TcpStream> {
        self.send(&format!("GET {path}?token={}", self.token))
    }

    fn events(&self) -> BufReader<TcpStream> {
        let mut events = self.get("/live");
        let head = head(&mut events);
        assert!(head.starts_with("HTTP/1.1 200 ") && head.contains(": text/event-stream\r\n"));
        events
    }
}

/// The head of an answer.
fn head(answer: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(answer.read_line(&mut head).expect("it is answered") > 0, "it ends: {head}");
    }
    head
}

fn status(answer: &mut impl BufRead) -> u16 {
    head(answer)[9..12].parse().expect("it is a number")
}

fn body(mut answer: impl BufRead) -> Vec<u8> {
    assert_eq!(status(&mut answer), 200);
    let mut body = Vec::new();
    answer.read_to_end(&mut body).expect("it is answered");
    body
}

fn document(gzip: &[u8]) -> Value {
    let mut text = String::new();
    flate2::read::GzDecoder::new(gzip).read_to_string(&mut text).expect("it is gzip");
    serde_json::from_str(&text).expect("it is JSON")
}

fn names(document: &Value) -> Vec<&str> {
    let names = document["strings"].as_array().expect("it is there").iter();
    names.filter_map(Value::as_str).filter(|name| name.ends_with("-span")).collect()
}

/// Whether it does in time; each try waits for an answer.
fn comes_true(is_true: impl Fn() -> bool) -> bool {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(30) {
        if is_true() {
            return true;
        }
    }
    false
}

fn next_event(events: &mut impl BufRead) -> Option<u64> {
    let mut event = String::new();
    while !event.ends_with("\n\n") {
        if events.read_line(&mut event).ok()? == 0 {
            return None;
        }
    }
    event.trim_end().strip_prefix("data: ")?.parse().ok()
}

#[test]
fn the_page_has_its_data_and_each_new_trace_is_told() {
    let program = Program::new();
    program.trace("first-span");
    let page = String::from_utf8(body(program.get("/"))).expect("it is text");
    let tag = "<script id=\"data\" type=\"text/plain\" data-version=\"1\">";
    let (_, data) = page.split_once(tag).expect("it has data of version 1");
    let (data, _) = data.split_once('<').expect("they end");
    assert_eq!(names(&document(&html::base64(data))), ["first-span"]);

    let mut events = program.events();
    assert_eq!(next_event(&mut events), Some(1));
    program.trace("second-span");
    assert_eq!(next_event(&mut events), Some(2));
    let mut data = program.get("/data");
    let head = head(&mut data);
    assert!(head.contains("\r\nTracer-Version: 2\r\n"), "{head}");
    let mut gzip = Vec::new();
    data.read_to_end(&mut gzip).expect("it is answered");
    let document = document(&gzip);
    let mut names = names(&document);
    names.sort_unstable();
    assert_eq!((names, document["spans"].as_u64()), (vec!["first-span", "second-span"], Some(2)));

    let after = |seen: u64| {
        status(&mut program.send(&format!("GET /data?token={}&after={seen}", program.token)))
    };
    assert_eq!((after(1), after(2)), (200, 204), "a page has what is there");
}

#[test]
fn who_does_not_know_the_token_or_comes_by_another_name_gets_nothing() {
    let program = Program::new();
    program.trace("secret-span");
    let (token, address) = (&program.token, program.address.as_str());
    let port = address.rsplit_once(':').expect("it has a port").1;
    let wrong = "0".repeat(32);
    let long = "a".repeat(20_000);
    for (host, request, expected) in [
        (address, format!("GET /?token={token}"), 200),
        (&format!("LocalHost:{port}"), format!("GET /?token={token}"), 200),
        (address, "GET /".to_owned(), 403),
        (address, format!("GET /?token={wrong}"), 403),
        (address, format!("GET /data?token={token}0"), 403),
        (address, format!("GET /live?token={}", &token[1..]), 403),
        (address, format!("GET /favicon.ico?tokens={token}"), 403),
        ("evil.example", format!("GET /?token={token}"), 403),
        (&format!("evil.example:{port}"), format!("GET /data?token={token}"), 403),
        ("127.0.0.1", format!("GET /?token={token}"), 403),
        ("127.0.0.1:1", format!("GET /?token={token}"), 403),
        (&format!("{address}\r\nHost: {address}"), format!("GET /?token={token}"), 403),
        (address, format!("POST /?token={token}"), 405),
        (address, format!("POST /v1/traces?token={token}"), 405),
        (address, format!("OPTIONS /data?token={token}"), 405),
        (address, format!("HEAD /?token={token}"), 405),
        (address, format!("GET /other?token={token}"), 404),
        (address, format!("GET /{long}?token={token}"), 400),
        (address, "no request".to_owned(), 400),
    ] {
        let mut answer = program.send_to(host, &request);
        let head = head(&mut answer);
        let request = &request[..request.len().min(60)];
        assert_eq!(head[9..12].parse(), Ok(expected), "{host}: {request}");
        assert!(!head.to_lowercase().contains("access-control"), "{head}");
        let mut body = String::new();
        answer.read_to_string(&mut body).expect("it is text");
        assert_eq!(body.len() > 1000, expected == 200, "{host}: {request}: {body}");
    }
}

#[test]
fn who_is_silent_or_reads_nothing_holds_up_neither_the_program_nor_others() {
    let program = Program::new();
    program.trace("first-span");
    let silent: Vec<_> = (0..server::MAX)
        .map(|_| TcpStream::connect(&program.address).expect("it listens"))
        .collect();
    // All places are taken once one that came later is refused.
    let mut refused = BufReader::new(TcpStream::connect(&program.address).expect("it listens"));
    assert_eq!(status(&mut refused), 503);
    program.trace("second-span");
    drop(silent);
    let is_answered = || {
        let mut answer = program.get("/data");
        let mut first = String::new();
        // A connection that is refused may be closed before its request is read.
        answer.read_line(&mut first).is_ok() && first.starts_with("HTTP/1.1 200 ")
    };
    assert!(comes_true(is_answered), "the places are free again");
}

#[test]
fn news_leave_places_for_others_and_a_browser_that_left_takes_none() {
    let program = Program::new();
    program.trace("first-span");
    let open = || {
        let mut events = program.get("/live");
        (status(&mut events), events)
    };
    let mut waiting = Vec::new();
    loop {
        let (status, events) = open();
        if status != 200 {
            assert_eq!((status, waiting.len()), (503, server::MAX - 4));
            break;
        }
        waiting.push(events);
    }
    assert_eq!(status(&mut program.get("/data")), 200);
    drop(waiting);
    assert!(comes_true(|| open().0 == 200), "those who left are noticed");
}

#[test]
fn at_the_end_connections_are_closed_and_nobody_listens() {
    let program = Program::new();
    let mut events = program.events();
    let mut silent = TcpStream::connect(&program.address).expect("it listens");
    let (told, ended) = mpsc::channel();
    let address = program.address.clone();
    program.tracer.shutdown(Duration::from_secs(10)).expect("it ends");
    let tracer = Arc::new(program.tracer);
    std::thread::spawn(move || {
        drop(tracer);
        let left = next_event(&mut events);
        let read = silent.read(&mut [0]).unwrap_or(0);
        let _told = told.send((left, read, TcpStream::connect(address).is_err()));
    });
    // A head that does not come would end its connection later than this.
    assert_eq!(ended.recv_timeout(Duration::from_secs(5)), Ok((None, 0, true)));
}
