//! Asks a server for carts on connections that stay open, each as soon as it has its answer.
//!
//! `http-load ADDRESS REQUESTS` prints how long all of it took in nanoseconds, how many answers were
//! `200 OK`, and the median and the 99th percentile of their latencies.

use std::env;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;

const CONNECTIONS: usize = 16;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let [address, requests] = &words[..] else { panic!("ADDRESS REQUESTS") };
    let (address, requests) = (Arc::from(&**address), requests.parse().expect("a number"));
    // By hand, and no client of a library's: the server is to be the one who is busy.
    let runtime = Builder::new_current_thread().enable_io().build().expect("a runtime");
    let (nanos, mut latencies) = runtime.block_on(ask(&address, requests));
    latencies.sort_unstable();
    let [median, slow] = [50, 99].map(|percent| latencies[(latencies.len() - 1) * percent / 100]);
    println!("{nanos} {} {median} {slow}", latencies.len());
}

/// How long it took, and the latencies of what was answered well.
async fn ask(address: &Arc<str>, requests: u64) -> (u128, Vec<u64>) {
    let next = Arc::new(AtomicU64::new(0));
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        let stream = TcpStream::connect(&**address).await.expect("it listens");
        stream.set_nodelay(true).expect("a socket of TCP");
        connections.push(stream);
    }
    let begin = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|stream| {
            tokio::spawn(converse(stream, Arc::clone(address), Arc::clone(&next), requests))
        })
        .collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.append(&mut task.await.expect("no panic"));
    }
    (begin.elapsed().as_nanos(), latencies)
}

/// One connection: an answer for each request, until somebody has sent the last of them.
async fn converse(
    mut stream: TcpStream,
    address: Arc<str>,
    next: Arc<AtomicU64>,
    requests: u64,
) -> Vec<u64> {
    let (mut request, mut answer) = (Vec::with_capacity(512), vec![0; 4096]);
    let mut latencies = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return latencies;
        }
        write(&mut request, &address, number);
        let begin = Instant::now();
        stream.write_all(&request).await.expect("the server is there");
        let mut length = 0;
        while !is_whole(&answer[..length]) {
            let more = stream.read(&mut answer[length..]).await.expect("the server is there");
            assert!(more > 0, "the server has closed a connection that was to stay open");
            length += more;
        }
        if answer.starts_with(b"HTTP/1.1 200 OK\r\n") {
            latencies.push(u64::try_from(begin.elapsed().as_nanos()).expect("it is short"));
        }
    }
}

/// Every other one comes out of a trace.
fn write(request: &mut Vec<u8>, address: &str, number: u64) {
    request.clear();
    let id = number % 100_000;
    let head = "user-agent: load/1.0\r\naccept: */*\r\n";
    let mut written = write!(request, "GET /cart/{id} HTTP/1.1\r\nhost: {address}\r\n{head}");
    if number.is_multiple_of(2) {
        // Odd factors: no two are the same, and none is zero.
        let [high, low] = [0x9E37_79B9_7F4A_7C15, 0xC2B2_AE3D_27D4_EB4F]
            .map(|factor| (number + 1).wrapping_mul(factor));
        let parent = format_args!("00-{high:016x}{low:016x}-{low:016x}-01");
        written = written.and_then(|()| write!(request, "traceparent: {parent}\r\n"));
    }
    written.and_then(|()| write!(request, "\r\n")).expect("there is memory");
}

/// Whether head and body are there.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = std::str::from_utf8(&answer[..end]).expect("a head is text");
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("it is known").parse().expect("a number");
    answer.len() >= end + 4 + length
}
