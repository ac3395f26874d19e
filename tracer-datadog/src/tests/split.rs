//! How spans are put into chunks and payloads, and what is told of those that are open.

use std::time::Duration;

use tracer_core::{Span, Tracer, Unit};

use super::{exported, get, id, meta, metric, tracer};

#[test]
fn a_long_chunk_is_split_and_a_longer_span_goes_alone() {
    let batches = exported(Tracer::builder(), Unit::ManyTraces, 5_000, |tracer| {
        tracer.in_scope(|| {
            drop(Span::new("alone"));
            Span::new("root").in_scope(|| {
                for length in [1_500, 1_500, 6_000, 1_500] {
                    Span::new("child").set_attribute("text", &*"x".repeat(length));
                }
            });
        });
    });
    let sent = || batches.iter().flat_map(|batch| &batch.sent);
    let shape: Vec<Vec<usize>> =
        sent().map(|sent| sent.chunks.iter().map(Vec::len).collect()).collect();
    assert_eq!(shape, [vec![1], vec![3], vec![1], vec![1]]);
    for chunk in sent().flat_map(|sent| &sent.chunks) {
        assert_eq!(metric(&chunk[0], "_sampling_priority_v1"), Some(1.0));
        assert!(meta(&chunk[0], "_dd.p.tid").is_some());
    }
}

#[test]
fn traces_that_are_mixed_are_put_together_their_root_first() {
    let batches = exported(Tracer::builder(), Unit::Spans, usize::MAX, |tracer| {
        tracer.in_scope(|| {
            let (one, other) = (Span::root("one"), Span::root("other"));
            for _ in 0..2 {
                one.in_scope(|| drop(Span::new("child")));
                other.in_scope(|| drop(Span::new("child")));
            }
        });
    });
    let [batch] = &batches[..] else { panic!("one batch") };
    let [one, other] = &batch.sent[0].chunks[..] else { panic!("two chunks") };
    for chunk in [one, other] {
        assert_eq!(chunk.len(), 3);
        assert_eq!(id(&chunk[0], "parent_id"), 0);
        assert!(chunk.iter().all(|span| id(span, "trace_id") == id(&chunk[0], "trace_id")));
    }
}

#[test]
fn a_span_that_was_sent_open_says_so_when_it_has_ended() {
    let builder = Tracer::builder().long_running(Duration::ZERO);
    let (tracer, receiver) = tracer(builder, Unit::ManyTraces, usize::MAX);
    let span = tracer.in_scope(|| Span::new("work"));
    let open = receiver.recv().expect("it is sent while it is open");
    let told = &open.sent[0].chunks[0][0];
    assert!(metric(told, "_dd.partial_version") > Some(1e12));
    assert_eq!(metric(told, "_dd.was_long_running"), None);
    assert_eq!(meta(told, "tracer.outcome"), Some("open"));
    drop(span);
    tracer.shutdown(Duration::from_secs(60)).unwrap();
    let ended = receiver.try_iter().last().unwrap();
    let told = &ended.sent[0].chunks[0][0];
    assert_eq!(metric(told, "_dd.was_long_running"), Some(1.0));
    assert_eq!(metric(told, "_dd.partial_version"), None);
    assert_eq!(get(told, "resource").unwrap().as_str(), Some("work"));
}
