//! A backend that does what a test wants.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What the backend does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Answers with these bytes.
    Says(String),
    /// The same, and closes the connection.
    SaysAndCloses(String),
    /// Answers with a status, a content type and a body.
    Answers(u16, &'static str, Vec<u8>),
    /// Answers nothing until the other side goes away.
    Hangs,
    /// Goes away in the middle of the request.
    Resets,
}

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
    /// Which connection it came by, from 0.
    pub(crate) connection: usize,
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: String,
    pub(crate) got: Receiver<Got>,
}

impl Server {
    /// Replies to one request after the other; the last reply is for all that follow.
    pub(crate) fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(replies, None)
    }

    /// As [`new`](Self::new), over TLS, as `localhost`.
    pub(crate) fn secured(
        replies: impl IntoIterator<Item = Reply>,
        tls: Arc<ServerConfig>,
    ) -> Self {
        Self::start(replies, Some(tls))
    }

    fn start(replies: impl IntoIterator<Item = Reply>, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let port = listener.local_addr().expect("it listens").port();
        let url = match &tls {
            Some(_) => format!("https://localhost:{port}"),
            None => format!("http://127.0.0.1:{port}"),
        };
        let (sender, got) = channel();
        let mut replies: Vec<_> = replies.into_iter().collect();
        replies.reverse();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let stream = stream.expect("somebody connects");
                match &tls {
                    Some(tls) => {
                        let own = ServerConnection::new(Arc::clone(tls)).expect("a session");
                        serve(StreamOwned::new(own, stream), number, &mut replies, &sender);
                    }
                    None => serve(stream, number, &mut replies, &sender),
                }
            }
        });
        Self { url, got }
    }
}

pub(crate) fn status(status: u16, headers: &str) -> Reply {
    Reply::Says(format!("HTTP/1.1 {status} X\r\n{headers}content-length: 0\r\n\r\n"))
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
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let reply = match &replies[..] {
            [last] => last.clone(),
            _ => replies.pop().expect("there is a reply"),
        };
        if matches!(reply, Reply::Resets) {
            return;
        }
        let mut body = vec![0; length.expect("it has a length").parse().expect("it is a number")];
        if reader.read_exact(&mut body).is_err() {
            return;
        }
        let _nobody_asks = sender.send(Got { head, body, connection });
        let (bytes, closes) = match reply {
            Reply::Says(text) => (text.into_bytes(), false),
            Reply::SaysAndCloses(text) => (text.into_bytes(), true),
            Reply::Answers(status, kind, body) => (answer(status, kind, &body), false),
            Reply::Hangs | Reply::Resets => {
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

fn answer(status: u16, kind: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}
