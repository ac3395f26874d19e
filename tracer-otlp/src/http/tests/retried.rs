//! What is tried again, when, and for how long.

use std::net::TcpListener;
use std::time::Duration;

use tracer_backend_tests::{Reply, Server, status};

use crate::Otlp;
use crate::http::tests::run;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_the_backend_cannot_take_just_now_is_sent_again_ever_more_seldom() {
    let busy = [429, 502, 503, 504].map(|code| status(code, ""));
    let server = Server::new(busy.into_iter().chain([status(200, "")]));
    let run = run(Otlp::builder().endpoint(&server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.counts(), (1, 0, 0));
    let bodies: Vec<_> = server.got.try_iter().map(|got| got.body).collect();
    assert_eq!(bodies.len(), 5);
    assert!(bodies.iter().all(|body| *body == bodies[0]), "the same again");
    let slept: Vec<_> = run.slept.try_iter().collect();
    for (slept, whole) in slept.iter().zip([SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND]) {
        assert!(whole / 2 < *slept && *slept <= whole, "{slept:?} of {whole:?}");
    }
    assert_eq!(slept.len(), 4);
}

#[test]
fn the_backend_says_when_it_wants_it_again() {
    let later = status(429, "retry-after: 7\r\n");
    let date =
        "date: Sun, 06 Nov 1994 08:49:37 GMT\r\nretry-after: Sun, 06 Nov 1994 08:49:39 GMT\r\n";
    let server = Server::new([later, status(503, date), status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.slept.try_iter().collect::<Vec<_>>(), [7 * SECOND, 2 * SECOND]);
}

#[test]
fn a_request_is_given_up_when_its_time_is_over() {
    let server = Server::new([status(503, "")]);
    let run = run(Otlp::builder().endpoint(&server.url).timeout(5 * SECOND));
    let said = run.spans(1).expect("it failed");
    assert_eq!(said, format!("{}/v1/traces: answered 503", server.url));
    assert_eq!(run.counts(), (0, 1, 0));
    assert_eq!(run.slept.try_iter().sum::<Duration>(), 5 * SECOND);
    assert!(server.got.try_iter().count() > 2);
}

#[test]
fn a_backend_that_wants_to_be_left_alone_is_left_alone_by_the_next_request_too() {
    let server = Server::new([status(429, "retry-after: 25\r\n"), status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url));
    assert_eq!(run.spans(1).map(|said| said.ends_with("answered 429")), Some(true));
    assert!(run.spans(1).expect("its time is over, too").contains("left alone"));
    assert_eq!(server.got.try_iter().count(), 1);
    assert_eq!(run.spans(1), None);
    let slept: Vec<_> = run.slept.try_iter().collect();
    assert_eq!(slept, [10 * SECOND, 10 * SECOND, 5 * SECOND]);
    assert_eq!(run.counts(), (1, 2, 0));
}

#[test]
fn a_connection_that_is_reset_is_tried_again() {
    let server = Server::new([Reply::Resets, Reply::Resets, status(200, "")]);
    let run = run(Otlp::builder().endpoint(&server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.slept.try_iter().count(), 2);
    assert_eq!(run.counts(), (1, 0, 0));
}

#[test]
fn while_nobody_listens_each_request_is_tried_once_and_the_first_for_its_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://me:secret@{}", listener.local_addr().unwrap());
    drop(listener);
    let run = run(Otlp::builder().endpoint(&url));
    let said = run.spans(1).expect("nobody listens");
    let shown = url.replace("me:secret@", "");
    assert!(said.starts_with(&format!("{shown}/v1/traces: ")), "{said}");
    assert!(!said.contains("secret"), "{said}");
    let waits = run.slept.try_iter().collect::<Vec<_>>();
    let total: Duration = waits.iter().sum();
    assert!(waits.len() >= 3 && total < 10 * SECOND, "{waits:?}");
    assert!(run.spans(1).is_some());
    assert_eq!(run.slept.try_iter().count(), 0);
    assert_eq!(run.counts(), (0, 2, 0));
}

#[test]
fn a_backend_that_hangs_is_waited_for_as_long_as_was_said() {
    let server = Server::new([Reply::Hangs, status(200, "")]);
    // time: the timeout is the promise
    let timeout = Duration::from_millis(200);
    let run = run(Otlp::builder().endpoint(&server.url).timeout(timeout));
    let said = run.spans(1).expect("it hangs");
    assert_eq!(said, format!("{}/v1/traces: no answer within 200ms", server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.counts(), (1, 1, 0));
}
