//! What passes between exporter and sampler, and what a client does by itself.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use tracer_backend_tests::{Reply, SOON, Server, status};

use crate::Datadog;
use crate::agent::client::{Client, Request};
use crate::agent::endpoint::Endpoint;

fn client(server: &Server) -> Client {
    let endpoint = Endpoint::read(&server.url).unwrap();
    Client::new(endpoint, &[("Datadog-External-Env", "cn-web".to_owned())], SOON)
}

#[test]
fn the_agent_is_told_of_traces_that_were_left_out() {
    let server = Server::new([status(200, "")]);
    let request = Request { body: b"\x90", traces: 3, left_out: 17 };
    client(&server).put(&request, SOON).unwrap();
    let head = server.got.recv().unwrap().head;
    for line in [
        "X-Datadog-Trace-Count: 3",
        "Datadog-Client-Dropped-P0-Traces: 17",
        "Datadog-External-Env: cn-web",
        "Content-Length: 1",
    ] {
        assert!(head.lines().any(|it| it == line), "{line}\n{head}");
    }
}

#[test]
fn traces_that_were_left_out_are_told_of_again_where_the_agent_did_not_hear_it() {
    let server = Server::new([status(500, ""), status(200, "")]);
    let datadog = Datadog::builder().agent_url(&server.url).build().unwrap();
    let rates = Arc::clone(&datadog.rates);
    rates.give_back(5);
    let run = tracer_backend_tests::Run::new(|_| datadog);
    assert!(run.spans(1).is_some());
    rates.give_back(2);
    assert_eq!((run.spans(1), run.spans(1)), (None, None));
    let counts: Vec<_> = server.got.try_iter().map(|got| dropped(&got.head)).collect();
    assert_eq!(counts, [Some(5), Some(7), None]);
}

fn dropped(head: &str) -> Option<u64> {
    let value = |line: &str| Some(line.strip_prefix("Datadog-Client-Dropped-P0-Traces: ")?.parse());
    head.lines().find_map(value).map(Result::unwrap)
}

#[test]
fn who_refuses_a_long_payload_before_it_is_all_there_is_heard() {
    let answer = "HTTP/1.1 413 X\r\ncontent-length: 8\r\n\r\ntoo long";
    let server = Server::new([Reply::Interrupts(answer.to_owned())]);
    let body = vec![0; 32 << 20];
    let response = client(&server).put(&Request { body: &body, traces: 1, left_out: 0 }, SOON);
    let response = response.unwrap();
    assert_eq!((response.status, response.keeps), (413, false));
}

#[test]
fn who_says_that_it_has_what_it_has_not_is_not_believed() {
    let answer = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    let server = Server::new([Reply::Interrupts(answer.to_owned())]);
    let body = vec![0; 32 << 20];
    let response = client(&server).put(&Request { body: &body, traces: 1, left_out: 0 }, SOON);
    let unreachable = response.unwrap_err();
    assert!(!unreachable.for_good, "{unreachable:?}");
}

#[test]
fn a_long_payload_arrives_whole() {
    let server = Server::new([status(200, "")]);
    let body: Vec<u8> = (0..5_000_000_u32).map(|number| number as u8).collect();
    let response = client(&server).put(&Request { body: &body, traces: 1, left_out: 0 }, SOON);
    assert_eq!(response.unwrap().status, 200);
    assert_eq!(server.got.recv().unwrap().body, body);
}

#[test]
fn no_more_time_than_is_left_is_spent() {
    let server = Server::new([Reply::Hangs]);
    // time: what is left is the promise
    let left = Duration::from_millis(100);
    let said = client(&server).put(&Request { body: b"\x90", traces: 1, left_out: 0 }, left);
    assert_eq!(said.unwrap_err().why, "no answer within 100ms");
}

#[test]
fn what_an_agent_says_unasked_is_no_answer_to_the_next_request() {
    const EMPTY: &str = "content-length: 0\r\n\r\n";
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = Endpoint::read(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let mut client = Client::new(endpoint, &[], SOON);
    let (answered, is_answered) = channel();
    let (said, is_said) = channel();
    let agent = thread::spawn(move || {
        let (mut first, _) = listener.accept().unwrap();
        first.read_exact(&mut [0]).unwrap();
        write!(first, "HTTP/1.1 200 OK\r\n{EMPTY}").unwrap();
        is_answered.recv().unwrap();
        write!(first, "HTTP/1.1 408 Idle\r\n{EMPTY}").unwrap();
        said.send(()).unwrap();
        let (mut second, _) = listener.accept().unwrap();
        second.read_exact(&mut [0]).unwrap();
        write!(second, "HTTP/1.1 201 OK\r\n{EMPTY}").unwrap();
        // It goes away when it has been heard.
        let _heard = is_answered.recv();
    });
    let request = Request { body: b"\x90", traces: 1, left_out: 0 };
    assert_eq!(client.put(&request, SOON).unwrap().status, 200);
    answered.send(()).unwrap();
    is_said.recv().unwrap();
    assert_eq!(client.put(&request, SOON).unwrap().status, 201);
    drop(answered);
    agent.join().unwrap();
}
