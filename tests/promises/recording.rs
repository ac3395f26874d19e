//! What is said of a span arrives as it was said: values, events, links, polls.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use futures::executor::block_on;
use tracer::{
    Event, FutureExt as _, Memory, Ratio, Span, SpanRecord, Tracer, Value, current, testing, traced,
};
use tracer_tests::{Runtime, on_each_runtime, pause, poll_once, scope};

on_each_runtime!(polls_and_slices);

/// The attributes of the one span that `f` leaves behind, as text.
fn recorded(f: impl FnOnce(&Span)) -> Vec<String> {
    only(f).attributes().map(|(key, value)| format!("{key}={value:?}")).collect()
}

fn only(f: impl FnOnce(&Span)) -> SpanRecord {
    let scope = scope();
    scope.in_scope(|| f(&Span::new("span")));
    scope.spans().remove(0)
}

#[test]
fn values_keep_their_types() {
    let attributes = recorded(|span| {
        span.set_attribute("yes", true);
        span.set_attribute("negative", i64::MIN);
        span.set_attribute("small", -7_i8);
        span.set_attribute("wide", i64::MAX as u64);
        span.set_attribute("wider", u64::MAX);
        span.set_attribute("size", 3_usize);
        span.set_attribute("ratio", 0.1);
        span.set_attribute("not a number", f64::NAN);
        span.set_attribute("text", "żółw 🐢 \"quoted\"\n");
        span.set_attribute("owned", &String::from("owned"));
        span.set_attribute("empty", "");
        span.set_attribute("", "no key");
        span.set_attribute("display", Value::Display(&1.5));
        span.set_attribute("debug", Value::Debug(&Some("x")));
    });
    let expected = [
        "yes=true",
        "negative=-9223372036854775808",
        "small=-7",
        "wide=9223372036854775807",
        "wider=\"18446744073709551615\"",
        "size=3",
        "ratio=0.1",
        "not a number=NaN",
        "text=\"żółw 🐢 \\\"quoted\\\"\\n\"",
        "owned=\"owned\"",
        "empty=\"\"",
        "=\"no key\"",
        "display=\"1.5\"",
        "debug=\"Some(\\\"x\\\")\"",
    ];
    assert_eq!(attributes, expected);
}

#[test]
fn arguments_keep_their_types_and_only_those_asked_for_are_recorded() {
    #[derive(Debug)]
    struct Point {
        #[expect(dead_code, reason = "shown by Debug")]
        x: i32,
    }
    #[traced(args(id, point, flag, text))]
    fn order(id: u64, point: &Point, flag: bool, text: String, _secret: &str) -> usize {
        text.len() + usize::from(flag) + usize::from(id > 0)
    }
    let scope = scope();
    scope.in_scope(|| order(u64::MAX, &Point { x: 1 }, true, "a b".to_owned(), "password"));
    assert_eq!(
        scope.tree(),
        "order(id=18446744073709551615, point=Point { x: 1 }, flag=true, text=a b)\n"
    );
    assert!(!format!("{:?}", scope.spans()).contains("password"));
}

#[test]
fn texts_of_every_length_around_the_slots_and_the_cut() {
    let lengths = (0..200).chain(8_180..8_200).chain([20_000]);
    let span = only(|span| {
        span.set_attribute("dummy", 1);
        for length in [0, 1, 47, 48, 49, 8_191, 8_192, 8_193, 100_000] {
            span.set_attribute(&format!("{length}"), "x".repeat(length).as_str());
        }
    });
    for (key, value) in span.attributes().skip(1) {
        let (length, text) = (key.parse::<usize>().unwrap(), value.to_string());
        let whole = text.len() == length;
        let cut = text.ends_with('…') && text.len() < 8_200 && text.starts_with("xxxx");
        assert!(if length <= 8_192 { whole } else { cut }, "{length} became {}", text.len());
    }
    for length in lengths {
        let text = "ż".repeat(length);
        let recorded = only(|span| span.set_attribute("text", text.as_str()));
        let value = recorded.attribute("text").unwrap().to_string();
        let cut = value.strip_suffix('…').is_some_and(|cut| text.starts_with(cut));
        assert!(value == text || cut, "{length}");
    }
}

#[test]
fn a_later_value_wins() {
    let span = only(|span| {
        span.set_attribute("state", "begun");
        span.set_attribute("other", 1);
        span.set_attribute("state", 2);
    });
    assert_eq!(span.attribute("state"), Some(Value::I64(2)));
    assert_eq!(span.attribute("missing"), None);
}

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
fn a_value_whose_debug_panics_leaves_a_marker_and_harms_nobody() {
    struct Broken;
    impl fmt::Debug for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("on purpose");
        }
    }
    #[traced(args)]
    fn takes(broken: Broken, number: u32) -> u32 {
        drop(broken);
        number
    }
    let scope = scope();
    scope.in_scope(|| takes(Broken, 7));
    assert_eq!(scope.tree(), "takes(broken=(panicked while formatting), number=7)\n");
}

#[test]
fn a_value_whose_debug_calls_traced_code_keeps_the_spans_right() {
    struct Traces;
    impl fmt::Debug for Traces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            drop(poll_once(pin!(formats(7))));
            f.write_str("told")
        }
    }
    #[traced(args)]
    async fn formats(number: u32) {
        leaf(&Some(number));
    }
    #[traced(args)]
    fn leaf(value: &Option<u32>) -> bool {
        value.is_some()
    }
    #[traced(args)]
    async fn takes(traces: Traces, after: &str) -> Traces {
        drop(Span::new("body"));
        traces
    }
    let scope = scope();
    scope.in_scope(|| block_on(takes(Traces, "text")));
    assert_eq!(
        scope.tree(),
        "takes(traces=told, after=text)\n  body\n  formats(number=7)\n    \
         leaf(value=(formatted while formatting another value))\n"
    );
}

static EVALUATED: AtomicU32 = AtomicU32::new(0);

struct Counts;

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        EVALUATED.fetch_add(1, Ordering::Relaxed);
        f.write_str("counted")
    }
}

#[test]
fn values_are_evaluated_only_where_they_are_recorded() {
    #[traced(args)]
    async fn counted(value: Counts) {
        current().set_attribute("more", Value::Debug(&value));
        current().add_event("event", &[("more", Value::Debug(&value))]);
    }
    block_on(counted(Counts));
    let memory = Memory::default();
    let unsampled =
        Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(0.0)).build().unwrap();
    unsampled.in_scope(|| block_on(counted(Counts)));
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 0);
    let scope = scope();
    scope.in_scope(|| block_on(counted(Counts)));
    assert_eq!(EVALUATED.load(Ordering::Relaxed), 3);
    assert!(memory.take().is_empty());
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
    let span = only(|span| {
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
fn keys_of_any_length_harm_nobody() {
    let scope = scope();
    for length in [1_000, 40_000, 200_000] {
        // As records, these letters would say that a span of another tracer has ended.
        let key = "a".repeat(length);
        let before = scope.stats().lost_details;
        scope.in_scope(|| {
            let span = Span::new("span");
            span.set_attribute(&key, 1);
            span.add_event("event", &[(&key, 1.into())]);
            span.set_attribute("after", 2);
        });
        let span = scope.spans().pop().unwrap();
        assert_eq!(span.attribute("after"), Some(Value::I64(2)), "{length}");
        let arrived = span.attributes().count() + span.events().count();
        let lost = scope.stats().lost_details - before;
        assert_eq!(arrived as u64 + lost, 3, "{length}: each is kept, cut, or counted");
    }
}

#[test]
fn a_display_that_ignores_errors_is_cut_all_the_same() {
    struct Endless;
    impl fmt::Display for Endless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            for _ in 0..30_000 {
                let _ignored = f.write_str("x");
            }
            Ok(())
        }
    }
    let span = only(|span| span.set_attribute("endless", Value::Display(&Endless)));
    let text = span.attribute("endless").expect("it is recorded").to_string();
    assert!(text.len() < 8_200 && text.ends_with("x…"), "{} bytes", text.len());
}

#[test]
fn a_later_value_wins_however_often_it_changes() {
    let span = only(|span| (0..500).for_each(|done| span.set_attribute("progress", done)));
    assert_eq!(span.attribute("progress"), Some(Value::I64(499)));
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
    // The log of this thread is read before the teller's, or behind it: both are tried.
    let (stop, stopped) = channel::<()>();
    let flushing = thread::spawn(move || {
        let other = tracer_tests::scope();
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            other.spans();
        }
    });
    for _ in 0..20_000 {
        let span = scope.in_scope(|| Span::root("span"));
        go.send(span.context()).unwrap();
        heard.recv().unwrap();
        drop(span);
    }
    drop((stop, go));
    flushing.join().unwrap();
    teller.join().unwrap();
    let bare = scope.spans().iter().filter(|span| span.attribute("from").is_none()).count();
    assert_eq!(bare, 0, "spans without what was said of them");
}
