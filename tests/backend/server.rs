//! A backend that does what a test wants.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixListener;
#[cfg(unix)]
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// What the backend does with a request.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_enums, reason = "tests make them")]
pub enum Reply {
    /// Answers with these bytes.
    Says(String),
    /// The same, and closes the connection.
    SaysAndCloses(String),
    /// The same, a byte now and then, until the other side goes away.
    Trickles(String),
    /// Answers with a status, a content type and a body.
    Answers(u16, &'static str, Vec<u8>),
    /// Answers nothing until the other side goes away.
    Hangs,
    /// Goes away in the middle of the request.
    Resets,
    /// Answers with these bytes in the middle of the request, and goes away.
    Interrupts(String),
}

/// A request as it came.
#[derive(Debug)]
#[non_exhaustive]
pub struct Got {
    /// Its first line and its headers.
    pub head: String,
    /// What came behind them.
    pub body: Vec<u8>,
    /// Which connection it came by, from 0.
    pub connection: usize,
}

/// A backend on this machine.
#[derive(Debug)]
#[non_exhaustive]
pub struct Server {
    /// Where it is.
    pub url: String,
    /// What it got.
    pub got: Receiver<Got>,
}

impl Server {
    /// Replies to one request after the other; the last reply is for all that follow.
    pub fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::wrapped(replies, |port| format!("http://127.0.0.1:{port}"), |stream| stream)
    }

    /// The same, over what is put around its connections; `url` tells where it is at a port.
    pub fn wrapped<S: Read + Write>(
        replies: impl IntoIterator<Item = Reply>,
        url: impl FnOnce(u16) -> String,
        wrap: impl Fn(TcpStream) -> S + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let url = url(listener.local_addr().expect("it listens").port());
        let (replies, sender, got) = prepared(replies);
        thread::spawn(move || {
            let streams =
                listener.incoming().map(|stream| wrap(stream.expect("somebody connects")));
            serve_all(streams, replies, &sender);
        });
        Self { url, got }
    }

    /// The same, at a Unix socket.
    #[cfg(unix)]
    pub fn at(path: &Path, replies: impl IntoIterator<Item = Reply>) -> Self {
        let listener = UnixListener::bind(path).expect("the path is free");
        let (replies, sender, got) = prepared(replies);
        thread::spawn(move || {
            let streams = listener.incoming().map(|stream| stream.expect("somebody connects"));
            serve_all(streams, replies, &sender);
        });
        Self { url: format!("unix://{}", path.display()), got }
    }
}

/// An answer without a body.
pub fn status(status: u16, headers: &str) -> Reply {
    Reply::Says(format!("HTTP/1.1 {status} X\r\n{headers}content-length: 0\r\n\r\n"))
}

fn prepared(replies: impl IntoIterator<Item = Reply>) -> (Vec<Reply>, Sender<Got>, Receiver<Got>) {
    let mut replies: Vec<_> = replies.into_iter().collect();
    replies.reverse();
    let (sender, got) = channel();
    (replies, sender, got)
}

fn serve_all<S: Read + Write>(
    streams: impl Iterator<Item = S>,
    mut replies: Vec<Reply>,
    sender: &Sender<Got>,
) {
    for (number, stream) in streams.enumerate() {
        serve(stream, number, &mut replies, sender);
    }
}

/// One connection at a time: all here keep to one.
fn serve(
    stream: impl Read + Write,
    connection: usize,
    replies: &mut Vec<Reply>,
    sender: &Sender<Got>,
) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if reader.read_line(&mut head).unwrap_or(0) == 0 {
                return;
            }
        }
        let reply = match &replies[..] {
            [last] => last.clone(),
            _ => replies.pop().expect("there is a reply"),
        };
        match reply {
            Reply::Resets => return,
            Reply::Interrupts(text) => {
                let _gone = reader.get_mut().write_all(text.as_bytes());
                return;
            }
            _ => {}
        }
        let mut body = vec![0; length(&head)];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let _nobody_asks = sender.send(Got { head, body, connection });
        let (bytes, closes) = match reply {
            Reply::Says(text) => (text.into_bytes(), false),
            Reply::SaysAndCloses(text) => (text.into_bytes(), true),
            Reply::Answers(status, kind, body) => (answer(status, kind, &body), false),
            Reply::Trickles(text) => return trickle(reader.get_mut(), text.as_bytes()),
            Reply::Hangs | Reply::Resets | Reply::Interrupts(_) => {
                let _gone = reader.read_to_end(&mut Vec::new());
                return;
            }
        };
        let stream = reader.get_mut();
        if stream.write_all(&bytes).and_then(|()| stream.flush()).is_err() || closes {
            return;
        }
    }
}

fn length(head: &str) -> usize {
    let mut headers = head.lines().filter_map(|line| line.split_once(": "));
    let length = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    length.expect("it has a length").1.parse().expect("it is a number")
}

fn trickle(stream: &mut impl Write, bytes: &[u8]) {
    for byte in bytes.iter().cycle() {
        // time: that it takes some is the point
        thread::sleep(Duration::from_millis(5));
        if stream.write_all(&[*byte]).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}
