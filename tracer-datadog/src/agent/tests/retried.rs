//! What is tried again, when, and for how long.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use tracer_backend_tests::{Reply, SOON, Server, status};

use crate::Datadog;
use crate::agent::tests::run;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_the_agent_cannot_take_just_now_is_sent_again_ever_more_seldom() {
    let busy = [408, 429, 502, 503].map(|code| status(code, ""));
    let server = Server::new(busy.into_iter().chain([status(200, "")]));
    let run = run(Datadog::builder().agent_url(&server.url));
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
fn the_agent_says_when_it_wants_it_again() {
    let server = Server::new([status(429, "Retry-After: 7\r\n"), status(504, ""), status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!(run.spans(1), None);
    let slept: Vec<_> = run.slept.try_iter().collect();
    assert_eq!((slept.len(), slept[0]), (2, 7 * SECOND));
}

#[test]
fn a_payload_is_given_up_when_its_time_is_over() {
    let server = Server::new([status(503, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    let said = run.spans(1).expect("it failed");
    assert_eq!(said, format!("{}: answered 503", server.url));
    assert_eq!(run.counts(), (0, 1, 0));
    assert_eq!(run.slept.try_iter().sum::<Duration>(), 10 * SECOND);
    assert!(server.got.try_iter().count() > 2);
}

#[test]
fn an_agent_that_goes_away_in_the_middle_is_tried_again() {
    let half = Reply::SaysAndCloses("HTTP/1.1 200 OK\r\nContent-Le".to_owned());
    let server = Server::new([Reply::Resets, half, Reply::Resets, status(200, "")]);
    let run = run(Datadog::builder().agent_url(&server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.slept.try_iter().count(), 3);
    assert_eq!(run.counts(), (1, 0, 0));
}

#[test]
fn while_nobody_listens_each_payload_is_tried_once_and_the_first_for_its_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = run(Datadog::builder().agent_url(&url));
    let said = run.spans(1).expect("nobody listens");
    assert!(said.starts_with(&format!("{url}: ")) && said.contains("refused"), "{said}");
    let waits = run.slept.try_iter().collect::<Vec<_>>();
    let total: Duration = waits.iter().sum();
    assert!(waits.len() >= 3 && total < 10 * SECOND, "{waits:?}");
    assert!(run.spans(1).is_some());
    assert_eq!(run.slept.try_iter().count(), 0);
    assert_eq!(run.counts(), (0, 2, 0));
}

#[test]
fn an_agent_that_hangs_is_waited_for_as_long_as_was_said_and_gets_nothing_twice() {
    let server = Server::new([Reply::Hangs, status(200, "")]);
    // time: the timeout is the promise
    let timeout = Duration::from_millis(200);
    let run = run(Datadog::builder().agent_url(&server.url).timeout(timeout));
    let said = run.spans(1).expect("it hangs");
    assert_eq!(said, format!("{}: no answer within 200ms", server.url));
    assert_eq!(run.spans(1), None);
    assert_eq!(run.counts(), (1, 1, 0));
    assert_eq!(server.got.try_iter().count(), 2);
}

#[test]
fn an_agent_that_trickles_is_waited_for_no_longer() {
    for (answer, counts) in [
        // Its head does not end, its body does not.
        ("HTTP/1.1 200 OK\r\nX-Y: zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz", (0, 1, 0)),
        ("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n{", (1, 0, 0)),
    ] {
        let server = Server::new([Reply::Trickles(answer.to_owned())]);
        // time: the timeout is the promise
        let timeout = SECOND / 2;
        let run = run(Datadog::builder().agent_url(&server.url).timeout(timeout));
        let begin = Instant::now();
        let _said = run.spans(1);
        assert!(begin.elapsed() < SOON / 10, "{:?}", begin.elapsed());
        assert_eq!(run.counts(), counts, "{answer}");
    }
}
