//! By a Unix socket.

use std::fs;
#[cfg(target_os = "linux")]
use std::io::ErrorKind;
#[cfg(target_os = "linux")]
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
#[cfg(target_os = "linux")]
use std::time::{Duration, Instant};

#[cfg(target_os = "linux")]
use tracer_backend_tests::SOON;
use tracer_backend_tests::{Reply, Server, status};

use crate::Datadog;
#[cfg(target_os = "linux")]
use crate::agent::connection::Opening;
#[cfg(target_os = "linux")]
use crate::agent::endpoint::Place;
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
#[cfg(target_os = "linux")]
fn an_agent_that_takes_no_connection_is_waited_for_no_longer_than_was_said() {
    let folder = Folder::new("full");
    let path = folder.socket();
    let listener = UnixListener::bind(&path).unwrap();
    // Room for one, which is taken: who comes next waits, and no option of the socket bounds that.
    rustix::net::listen(&listener, 0).unwrap();
    let _first = UnixStream::connect(&path).unwrap();
    // time: the timeout is the promise
    let timeout = Duration::from_millis(100);
    let url = format!("unix://{}", path.display());
    let run = run(Datadog::builder().agent_url(&url).timeout(timeout));
    let said = run.spans(1).expect("there is no room");
    assert!(said.starts_with(&format!("{url}: no connection within ")), "{said}");
    assert_eq!(run.counts(), (0, 1, 0));
}

#[test]
#[cfg(target_os = "linux")]
fn a_connection_that_took_too_long_is_the_next_one() {
    let folder = Folder::new("late");
    let path = folder.socket();
    let listener = UnixListener::bind(&path).unwrap();
    rustix::net::listen(&listener, 0).unwrap();
    let _first = UnixStream::connect(&path).unwrap();
    let place = Place::Socket(path);
    let mut opening = Opening::default();
    // time: it waits for a place, and it is only counted that it does
    let late = opening.open(&place, Instant::now() + Duration::from_millis(100));
    assert_eq!(late.unwrap_err().kind(), ErrorKind::TimedOut);
    let _first_accepted = listener.accept().unwrap();
    let _open = opening.open(&place, Instant::now() + SOON).unwrap();
    let _second_accepted = listener.accept().unwrap();
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "it is the same");
}
