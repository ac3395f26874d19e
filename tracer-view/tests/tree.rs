//! Trees of real traces, from the span to the text; durations and bars are masked.

use std::future::Future;
use std::io::{self, Write};
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tracer_core::__private::{arguments, outcome, traced};
use tracer_core::{Builder, Callsite, FutureExt, Span, Tracer, Value};
use tracer_view::{Color, Tree};

/// A writer that keeps what each call was given; clones share it.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<String>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8(bytes.to_vec()).map_err(io::Error::other)?;
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn tree(written: &Written) -> Tree {
    Tree::to(written.clone()).color(Color::Never).ascii(false).width(80)
}

/// A tracer that is known to the collector: spans that end before are counted as dropped.
fn started(builder: Builder) -> Tracer {
    let tracer = builder.build().expect("a thread can be started");
    flushed(&tracer);
    tracer
}

fn flushed(tracer: &Tracer) {
    tracer.flush(Duration::from_secs(10)).expect("nothing is dropped");
}

/// Pending once, so that a span is polled twice.
fn later() -> impl Future<Output = ()> {
    let mut polled = false;
    std::future::poll_fn(move |_| {
        if std::mem::replace(&mut polled, true) { Poll::Ready(()) } else { Poll::Pending }
    })
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return value;
        }
    }
}

/// Polls all of them until all are ready.
async fn join<T: Unpin + Send>(futures: Vec<Pin<Box<dyn Future<Output = T> + Send>>>) -> Vec<T> {
    let mut open: Vec<_> = futures.into_iter().map(|future| (future, None)).collect();
    std::future::poll_fn(move |cx| {
        for (future, done) in open.iter_mut().filter(|(_, done)| done.is_none()) {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                *done = Some(value);
            }
        }
        if open.iter().any(|(_, done)| done.is_none()) {
            return Poll::Pending;
        }
        Poll::Ready(open.drain(..).filter_map(|(_, done)| done).collect())
    })
    .await
}

fn query(id: u32) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
    static QUERY: Callsite =
        Callsite::new("query", "shop::db", "src/db.rs", 4, || {}).fields(&["id"]);
    let body = async move {
        arguments(&QUERY, &[Value::from(id)]);
        for _ in 0..id {
            later().await;
        }
        if id == 3 { Err(format!("row {id} not found")) } else { Ok(id) }
    };
    Box::pin(traced(&QUERY, body, outcome!(Result<u32, String>)))
}

async fn audit() {
    static AUDIT: Callsite = Callsite::new("audit", "shop", "src/main.rs", 20, || {});
    traced(&AUDIT, later(), outcome!(())).await;
}

async fn handle_request() -> Result<(), String> {
    static HANDLE: Callsite = Callsite::new("handle_request", "shop", "src/main.rs", 10, || {});
    let body = async {
        block_on(audit().in_current());
        let results = join(vec![query(1), query(2), query(3)]).await;
        results.into_iter().try_for_each(|result| result.map(drop))
    };
    traced(&HANDLE, body, outcome!(Result<(), String>)).await
}

/// Masks trace ids, durations and bars.
fn masked(text: &str) -> String {
    text.lines().map(|line| masked_line(line) + "\n").collect()
}

fn masked_line(line: &str) -> String {
    let (label, bar) = line.split_once('▕').unwrap_or((line, ""));
    if !bar.is_empty() {
        assert_eq!(bar.trim_end_matches('▏').chars().count(), 32, "{line}");
        let critical = if label.ends_with('◆') { " ◆" } else { "" };
        let (label, _) = label.trim_end_matches(['◆', ' ']).rsplit_once("  ").expect("a duration");
        return format!("{}{critical}", label.trim_end());
    }
    let Some(rest) = line.strip_prefix("trace ") else { return line.to_owned() };
    let (id, rest) = rest.split_once("  ").expect("what follows on the id");
    assert!(id.len() == 8 && id.chars().all(|c| c.is_ascii_hexdigit()), "{line}");
    let is_duration = |part: &&str| {
        part.ends_with('s')
            && part.starts_with(|c: char| c.is_ascii_digit())
            && !part.contains("span")
    };
    let parts: Vec<_> =
        rest.split("  ").map(|part| if is_duration(&part) { "TIME" } else { part }).collect();
    format!("trace ID  {}", parts.join("  "))
}

#[test]
fn a_request_is_one_tree_with_its_error_below_its_origin() {
    let written = Written::default();
    let tracer = started(Tracer::builder().service_name("shop").exporter(tree(&written)));
    block_on(tracer.scope(handle_request())).unwrap_err();
    flushed(&tracer);
    let written = written.take();
    assert_eq!(written.len(), 1, "one write, so that nothing comes in between");
    let expected = "\
trace ID  shop  TIME  5 spans · 2 tasks · 2 with error
handle_request
├─ audit ⇢ ◆
├─ query(id=1) ∥
├─ query(id=2) ∥
└─ query(id=3) ∥ ◆
      ✖ row 3 not found
        at shop::db::query src/db.rs:4  ← shop::handle_request src/main.rs:10
█ polled  ░ waiting  ∥ concurrent  ⇢ spawned  ◆ critical path
";
    assert_eq!(masked(&written[0]), expected);
}

#[cfg(feature = "file")]
#[test]
fn what_is_read_from_a_file_is_drawn_as_it_was() {
    let path = std::env::temp_dir().join(format!("tracer-view-{}.jsonl", std::process::id()));
    let written = Written::default();
    let file = tracer_otlp::File::open(&path).expect("there is room for it");
    let builder = Tracer::builder().service_name("shop").wakes(true);
    let tracer = started(builder.exporter(tree(&written)).exporter(file));
    tracer.in_scope(|| {
        Span::new("serve").in_scope(|| {
            block_on(handle_request()).unwrap_err();
            let failed = Span::new("parse");
            failed.set_attribute("http.route", "/cart");
            failed.record_error(&io::Error::other("no cart"));
        });
    });
    tracer.shutdown(Duration::from_secs(10)).expect("nothing is dropped");

    let file = std::fs::File::open(&path).expect("it was written");
    let lines = tracer_otlp::read::lines(io::BufReader::new(file));
    let spans = lines.collect::<Result<Vec<_>, _>>().expect("it can be read").concat();
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(tree(&written).draw(&spans), written.take().concat());
}

#[test]
fn the_legend_is_told_once_and_lines_replace_trees_beyond_the_rate() {
    let written = Written::default();
    let tracer = started(Tracer::builder().exporter(tree(&written).rate(0)));
    for _ in 0..2 {
        tracer.in_scope(|| Span::new("work").in_scope(|| ()));
        flushed(&tracer);
    }
    let written = written.take();
    assert_eq!(written.len(), 2);
    assert!(
        written.iter().all(|line| masked(line) == "trace ID  work  TIME  1 span\n"),
        "{written:?}"
    );

    let written = Written::default();
    let tracer = started(Tracer::builder().exporter(tree(&written).unlimited()));
    for _ in 0..40 {
        tracer.in_scope(|| Span::new("work").in_scope(|| ()));
        flushed(&tracer);
    }
    let written = written.take();
    assert_eq!(written.iter().filter(|text| text.contains("◆ critical path")).count(), 1);
    assert!(written.iter().all(|text| text.contains("\nwork ")));
}

#[test]
fn what_comes_after_its_trace_is_shown_as_late() {
    let written = Written::default();
    let tracer = started(Tracer::builder().exporter(tree(&written)));
    let root = tracer.in_scope(|| Span::new("request"));
    let late = root.in_scope(|| Span::new("cleanup"));
    drop(root);
    flushed(&tracer);
    drop(late);
    tracer.shutdown(Duration::from_secs(10)).unwrap();
    let written = written.take();
    assert_eq!(written.len(), 2);
    let lines: Vec<_> = written[1].lines().collect();
    assert!(lines[0].is_empty(), "trees stand apart");
    assert!(lines[1].starts_with("late part of trace "), "{}", lines[1]);
    assert_eq!(lines[2], "(parent not here)");
    assert!(lines[3].starts_with("└─ cleanup "), "{}", lines[3]);
}

#[test]
fn a_panic_is_told_where_it_began() {
    let written = Written::default();
    let tracer = started(Tracer::builder().exporter(tree(&written)));
    let unwound = std::panic::catch_unwind(AssertUnwindSafe(|| {
        tracer.in_scope(|| {
            Span::new("outer").in_scope(|| {
                let inner = Span::new("inner");
                inner.in_scope(|| std::panic::resume_unwind(Box::new("quiet")));
            });
        });
    }));
    unwound.unwrap_err();
    flushed(&tracer);
    let written = written.take();
    assert!(written[0].contains("\n└─ inner panicked "), "{}", written[0]);
    assert_eq!(written[0].matches("✖ panicked").count(), 1, "{}", written[0]);
}

/// A pipe whose reader has gone.
struct Closed;

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_closed_pipe_is_counted_and_harms_nobody() {
    let tracer = started(Tracer::builder().exporter(Tree::to(Closed)));
    tracer.in_scope(|| Span::new("work").in_scope(|| ()));
    tracer.flush(Duration::from_secs(10)).unwrap_err();
    let stats = tracer.stats();
    assert_eq!((stats.exporters[0].ended, stats.exporters[0].dropped.failed), (1, 1));
}
