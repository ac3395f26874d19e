//! By a Unix socket.

use std::fs;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::time::Duration;

use tracer_backend_tests::{Reply, Server, status};

use crate::Datadog;
use crate::agent::tests::run;

/// A folder of a test's own, which goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tracer-dd-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("apm.socket")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn spans_arrive_over_one_connection() {
    let folder = Folder::new("arrive");
    let server = Server::at(&folder.socket(), [status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!((run.spans(1), run.spans(2)), (None, None));
    assert_eq!(run.counts(), (3, 0, 0));
    let got: Vec<_> = server.got.try_iter().collect();
    assert!(got.iter().all(|got| got.connection == 0 && got.head.contains("Host: localhost\r\n")));
    assert_eq!(got.len(), 2);
}

#[test]
fn a_connection_that_was_closed_is_opened_anew_at_once() {
    let folder = Folder::new("closed");
    let closes = Reply::SaysAndCloses("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned());
    let server =
        Server::at(&folder.socket(), [closes, status(200, ""), Reply::Resets, status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!((run.spans(1), run.spans(1), run.spans(1)), (None, None, None));
    assert_eq!(run.slept.try_iter().count(), 0);
    assert_eq!(run.counts(), (3, 0, 0));
    let connections: Vec<_> = server.got.try_iter().map(|got| got.connection).collect();
    assert_eq!(connections, [0, 1, 2]);
}

#[test]
fn a_socket_that_is_not_there_is_said() {
    let folder = Folder::new("missing");
    let url = format!("unix://{}", folder.socket().display());
    let run = run(Datadog::builder().agent_url(&url));
    let said = run.spans(1).expect("there is none");
    assert!(said.starts_with(&format!("{url}: ")), "{said}");
    assert_eq!(run.counts(), (0, 1, 0));
}

#[test]
fn an_agent_that_takes_no_connection_is_waited_for_no_longer_than_was_said() {
    let folder = Folder::new("full");
    let path = folder.socket();
    let _listener = UnixListener::bind(&path).unwrap();
    // Who connects waits once the listener has no room, which each of these takes a place of.
    let (sender, taken) = std::sync::mpsc::channel();
    let at = path.clone();
    std::thread::spawn(move || {
        while let Ok(stream) = UnixStream::connect(&at) {
            if sender.send(stream).is_err() {
                break;
            }
        }
    });
    // time: a connection that takes so long is one that waits
    let wait = Duration::from_millis(500);
    let streams: Vec<_> = std::iter::from_fn(|| taken.recv_timeout(wait).ok()).collect();
    assert!(!streams.is_empty());
    let timeout = Duration::from_millis(200);
    let run =
        run(Datadog::builder().agent_url(&format!("unix://{}", path.display())).timeout(timeout));
    let said = run.spans(1).expect("there is no room");
    assert!(said.ends_with("no connection within 200ms"), "{said}");
    assert_eq!(run.counts(), (0, 1, 0));
}
