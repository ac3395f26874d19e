//! What the tests of bridges share: runtimes, and trees with attributes and events.

use std::fmt::Write as _;
use std::future::Future;
use std::sync::Once;

use tokio::runtime::{Builder, Runtime};
use tracer::export::SpanRecord;
use tracer::testing::Scope;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Installs the layer for the whole test program, once.
///
/// # Panics
///
/// If somebody installed another subscriber.
pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let layer = tracer_bridge::Tracing::new();
        tracing_subscriber::registry().with(layer).try_init().expect("the only subscriber");
    });
}

/// One of one thread and one of two.
///
/// # Panics
///
/// If a runtime does not start.
pub fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        builder.worker_threads(2).enable_all();
        builder.build().expect("a runtime starts")
    })
}

/// What is recorded of a future, the same on both kinds of runtime.
///
/// # Panics
///
/// If it is not the same.
pub fn tree<F: Future<Output = ()>>(future: impl Fn() -> F) -> String {
    install();
    let [one, many] = runtimes().map(|runtime| {
        let scope = Scope::new();
        runtime.block_on(scope.bind(future()));
        drop(runtime);
        scope.tree()
    });
    assert_eq!(one, many);
    one
}

/// All that is said of the spans, in the order in which they began, but for lines of this file.
pub fn details(spans: &[SpanRecord]) -> String {
    let mut text = String::new();
    let mut spans: Vec<_> = spans.iter().collect();
    spans.sort_by_key(|span| span.start());
    for span in spans {
        let kind = span.kind().as_str();
        let _written = writeln!(text, "{} {kind}", span.name());
        for (key, value) in span.attributes() {
            let _written = writeln!(text, "  {key}={value:?}");
        }
        for event in span.events() {
            let name = event.name().trim_end_matches(|c: char| c.is_ascii_digit());
            let _written = writeln!(text, "  - {name}");
            for (key, value) in event.attributes().filter(|(key, _)| !key.starts_with("code.")) {
                let _written = writeln!(text, "      {key}={value:?}");
            }
        }
        for _ in span.links() {
            text.push_str("  linked\n");
        }
        if let Some(error) = span.error() {
            let sources: Vec<_> = error.sources().collect();
            let _written = writeln!(text, "  ✖ {:?} ← {sources:?}", error.message());
        }
    }
    text
}

/// What is said of the spans that `f` opens.
pub fn detailed(f: impl FnOnce()) -> String {
    install();
    let scope = Scope::new();
    scope.in_scope(f);
    details(&scope.spans())
}
