//! What is said of a span arrives: attributes, events, links, errors, polls.

use std::fmt;
use std::pin::pin;
use std::sync::mpsc::channel;
use std::thread;

use futures::executor::block_on;
use tracer::export::{Event, Memory, SpanRecord};
use tracer::sample::Ratio;
use tracer::{FutureExt as _, Span, Tracer, Value, current, testing, traced};
use tracer_tests::{Gate, Runtime, on_each_runtime, pause, poll_once, record_of, scope};

on_each_runtime!(polls_and_slices);

#[test]
fn too_many_attributes_and_events_are_counted() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("span");
        (0..130).for_each(|n| span.set_attribute(&format!("{n}"), n));
        (0..140).for_each(|n| span.add_event("event", &[("n", n.into())]));
    });
    let span = scope.spans().remove(0);
    assert_eq!((span.attributes().count(), span.events().count()), (128, 128));
    assert_eq!(scope.stats().lost_details, 2 + 12);
}

#[test]
fn nothing_below_an_unsampled_root_is_recorded() {
    let memory = Memory::default();
    let tracer =
        Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(0.0)).build().unwrap();
    tracer.in_scope(|| {
        let root = Span::new("root");
        root.in_scope(|| {
            assert!(current().is_valid() && !current().is_recorded());
            drop(Span::new("child"));
            let carried = async { drop(Span::new("grandchild")) }.in_current();
            thread::spawn(|| block_on(carried)).join().unwrap();
        });
    });
    drop(tracer);
    assert_eq!(testing::render(&memory.take()), "");
}

#[test]
fn what_other_threads_say_before_the_end_arrives() {
    let scope = scope();
    for _ in 0..200 {
        let span = scope.in_scope(|| Span::new("span"));
        let context = span.context();
        let (told, heard) = channel();
        let thread = thread::spawn(move || {
            context.set_attribute("from", "afar");
            context.add_event("event", &[]);
            context.add_link(&context);
            context.record_error(&fmt::Error);
            told.send(()).unwrap();
        });
        heard.recv().unwrap();
        drop(span);
        thread.join().unwrap();
    }
    let spans = scope.spans();
    let whole = |span: &&SpanRecord| {
        span.attribute("from").is_some()
            && span.events().count() == 1
            && span.links().count() == 1
            && span.is_failed()
    };
    assert_eq!((spans.len(), spans.iter().filter(whole).count()), (200, 200));
    assert_eq!(scope.stats().lost_details, 0);
}

#[test]
fn events_have_their_attributes_and_times_within_the_span() {
    let span = record_of(|span| {
        span.add_event("first", &[]);
        span.add_event("second", &[("attempt", 2.into()), ("why", Value::Debug(&Some(1)))]);
        span.add_event("", &[("", "".into())]);
    });
    let events: Vec<Event<'_>> = span.events().collect();
    let names: Vec<_> = events.iter().map(Event::name).collect();
    assert_eq!(names, ["first", "second", ""]);
    let attributes: Vec<_> =
        events[1].attributes().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(attributes, ["attempt=2", "why=Some(1)"]);
    let times: Vec<_> = events.iter().map(Event::time).collect();
    assert!(times.is_sorted() && span.start() <= times[0] && times[2] <= span.end());
}

#[test]
fn links_name_trace_and_span() {
    let scope = scope();
    scope.in_scope(|| {
        let (one, other) = (Span::root("one"), Span::root("other"));
        other.add_link(&one.context());
    });
    let spans = scope.spans();
    let find = |name| spans.iter().find(|span| span.name() == name).unwrap();
    let link = find("other").links().next().unwrap();
    assert_eq!((link.trace, link.span), (find("one").trace_id(), find("one").span_id()));
    assert_eq!(scope.tree(), "one\nother linked\n");
}

fn polls_and_slices<R: Runtime>() {
    #[traced]
    async fn outer(pauses: u32) {
        inner(pauses).await;
    }
    #[traced]
    async fn inner(pauses: u32) {
        for _ in 0..pauses {
            pause().await;
        }
    }
    let scope = scope();
    R::block_on(scope.bind(async {
        for pauses in [0, 1, 63, 64, 500] {
            outer(pauses).await;
        }
    }));
    let spans = scope.spans();
    let polls = |name| {
        spans.iter().filter(|span| span.name() == name).map(SpanRecord::polls).collect::<Vec<_>>()
    };
    assert_eq!(
        (polls("outer"), polls("inner")),
        (vec![1, 2, 64, 65, 501], vec![1, 2, 64, 65, 501])
    );
    for span in &spans {
        let slices = span.slices();
        let expected = if span.name() == "inner" || span.polls() == 1 { 0..=0 } else { 1..=64 };
        assert!(
            expected.contains(&slices.len()),
            "{} slices of {} polls",
            slices.len(),
            span.polls()
        );
        let mut before = span.start();
        for slice in slices {
            assert!(before <= slice.start && slice.start <= slice.end && slice.end <= span.end());
            before = slice.end;
        }
    }
}

#[test]
fn children_lie_within_their_parents_where_they_do_not_outlive_them() {
    let scope = scope();
    scope.in_scope(|| {
        let root = Span::new("root");
        root.in_scope(|| (0..100).for_each(|_| drop(Span::new("child"))));
    });
    let spans = scope.spans();
    let root = spans.iter().find(|span| span.name() == "root").unwrap();
    assert!(spans.iter().all(|span| root.start() <= span.start() && span.end() <= root.end()));
}

#[test]
fn what_is_said_after_the_end_is_counted_as_lost() {
    let tracer = Tracer::builder().exporter(Memory::default()).build().unwrap();
    let span = tracer.in_scope(|| Span::new("span"));
    let context = span.context();
    drop(span);
    tracer.flush(std::time::Duration::from_secs(30)).unwrap();
    context.set_attribute("too", "late");
    tracer.shutdown(std::time::Duration::from_secs(30)).unwrap();
    assert_eq!(tracer.stats().lost_details, 1);
}

#[test]
fn slices_of_a_future_in_a_span_by_hand_begin_with_its_first_poll() {
    let scope = scope();
    let span = scope.in_scope(|| Span::new("by hand"));
    span.add_event("before the first poll", &[]);
    block_on(async { pause().await }.in_span(span));
    let span = scope.spans().remove(0);
    let before = span.events().next().unwrap().time();
    assert!(span.slices()[0].start >= before);
}

#[test]
fn what_other_threads_say_arrives_while_other_tracers_flush() {
    let scope = scope();
    let (go, spans_to_tell) = channel::<tracer::SpanContext>();
    let (told, heard) = channel();
    let teller = thread::spawn(move || {
        for context in spans_to_tell {
            context.set_attribute("from", "afar");
            told.send(()).unwrap();
        }
    });
    let (stop, stopped) = (Gate::default(), Gate::default());
    let flushing = [stop.clone(), stopped.clone()].map(|stop| {
        thread::spawn(move || {
            let other = tracer_tests::scope();
            while poll_once(pin!(stop.clone())).is_pending() {
                other.spans();
            }
        })
    });
    for _ in 0..40_000 {
        let span = scope.in_scope(|| Span::root("span"));
        go.send(span.context()).unwrap();
        heard.recv().unwrap();
        drop(span);
    }
    stop.open();
    stopped.open();
    drop(go);
    flushing.into_iter().for_each(|thread| thread.join().unwrap());
    teller.join().unwrap();
    let bare = scope.spans().iter().filter(|span| span.attribute("from").is_none()).count();
    assert_eq!(bare, 0, "spans without what was said of them");
}
