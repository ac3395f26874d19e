//! Values of attributes and arguments arrive with their type, cut where they are too long, and are
//! evaluated only where they are recorded.

use std::fmt;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};

use futures::executor::block_on;
use tracer::export::Memory;
use tracer::sample::Ratio;
use tracer::{Span, Tracer, Value, current, traced};
use tracer_tests::{poll_once, record_of, scope};

/// The attributes of the one span that `f` leaves behind, as text.
fn recorded(f: impl FnOnce(&Span)) -> Vec<String> {
    record_of(f).attributes().map(|(key, value)| format!("{key}={value:?}")).collect()
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
    let span = record_of(|span| {
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
        let recorded = record_of(|span| span.set_attribute("text", text.as_str()));
        let value = recorded.attribute("text").unwrap().to_string();
        let cut = value.strip_suffix('…').is_some_and(|cut| text.starts_with(cut));
        assert!(value == text || cut, "{length}");
    }
}

#[test]
fn a_later_value_wins() {
    let span = record_of(|span| {
        span.set_attribute("state", "begun");
        span.set_attribute("other", 1);
        span.set_attribute("state", 2);
    });
    assert_eq!(span.attribute("state"), Some(Value::I64(2)));
    assert_eq!(span.attribute("missing"), None);
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
        let Broken = broken;
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
            assert!(poll_once(pin!(formats(7))).is_ready());
            f.write_str("told")
        }
    }
    #[traced(args)]
    async fn formats(number: u32) {
        leaf(Some(number));
    }
    #[traced(args)]
    fn leaf(value: Option<u32>) -> bool {
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
    let span = record_of(|span| span.set_attribute("endless", Value::Display(&Endless)));
    let text = span.attribute("endless").expect("it is recorded").to_string();
    assert!(text.len() < 8_200 && text.ends_with("x…"), "{} bytes", text.len());
}

#[test]
fn a_later_value_wins_however_often_it_changes() {
    let span = record_of(|span| (0..500).for_each(|done| span.set_attribute("progress", done)));
    assert_eq!(span.attribute("progress"), Some(Value::I64(499)));
}
