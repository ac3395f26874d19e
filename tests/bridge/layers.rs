//! Among other layers and filters of `tracing_subscriber`.

use std::fmt;
use std::panic::catch_unwind;

use tracer::testing::Scope;
use tracer::traced;
use tracer_bridge::Tracing;
use tracing::field::{Empty, debug};
use tracing::subscriber::with_default;
use tracing::{Level, Subscriber, debug_span, info, info_span};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

#[traced]
fn leaf() {}

fn tree(subscriber: impl Subscriber + Send + Sync + 'static, f: impl FnOnce()) -> String {
    let scope = Scope::new();
    with_default(subscriber, || scope.in_scope(f));
    let spans = scope.spans();
    let events = spans.iter().flat_map(|span| span.events().map(|event| event.name().to_owned()));
    let events: Vec<_> = events.collect();
    scope.tree() + &events.join(",")
}

fn work() {
    info_span!("outer").in_scope(|| {
        debug_span!("middle").in_scope(|| {
            info_span!("inner").in_scope(leaf);
            info!("said");
        });
    });
}

#[test]
fn a_filter_of_this_layer_leaves_spans_out() {
    let filtered = registry().with(Tracing::new().with_filter(LevelFilter::INFO));
    assert_eq!(tree(filtered, work), "outer\n  inner\n    leaf\nsaid");
    let spans_only =
        registry().with(Tracing::new().with_filter(filter_fn(|metadata| !metadata.is_event())));
    assert_eq!(tree(spans_only, work), "outer\n  middle\n    inner\n      leaf\n");
}

#[test]
fn a_filter_of_all_layers_leaves_spans_out() {
    let filtered = registry().with(LevelFilter::INFO).with(Tracing::new());
    assert_eq!(tree(filtered, work), "outer\n  inner\n    leaf\nsaid");
}

#[test]
fn a_named_parent_that_is_left_out_stands_for_the_next_one_around_it() {
    let filtered = registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .with(Tracing::new().with_filter(LevelFilter::INFO));
    let told = tree(filtered, || {
        info_span!("outer").in_scope(|| {
            let middle = debug_span!("middle");
            info_span!("other").in_scope(|| drop(info_span!(parent: &middle, "inner")));
        });
    });
    assert_eq!(told, "outer\n  inner\n  other\n");
}

#[test]
fn a_second_one_opens_no_second_span() {
    let twice = registry().with(Tracing::new()).with(Tracing::new());
    let told = tree(twice, || info_span!("outer", of = 1).in_scope(leaf));
    assert_eq!(told, "outer\n  leaf\n");
}

#[test]
fn it_leaves_other_layers_as_they_are() {
    let others = registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .with(Tracing::new().with_filter(LevelFilter::from_level(Level::INFO)));
    assert_eq!(tree(others, work), "outer\n  inner\n    leaf\nsaid");
}

struct Panics;

impl fmt::Debug for Panics {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("on purpose")
    }
}

/// That layer leaves the span's extensions poisoned, and handles are dropped while it unwinds.
#[test]
fn a_panic_in_another_layer_is_no_more_than_that() {
    let others = registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink))
        .with(Tracing::new());
    let told = tree(others, || {
        let outcome = catch_unwind(|| {
            let span = info_span!("span", value = Empty);
            let _entered = span.enter();
            span.record("value", debug(Panics));
        });
        assert!(outcome.is_err());
        leaf();
    });
    assert_eq!(told, "leaf\nspan panicked\n");
}

#[test]
fn without_it_nothing_of_tracing_is_seen() {
    assert_eq!(tree(registry(), || info_span!("outer").in_scope(leaf)), "leaf\n");
}
