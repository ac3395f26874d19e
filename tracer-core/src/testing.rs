//! Tests of traced code: the spans of one test, beside other tests in the same process, as text.
//!
//! A [`Scope`] is a tracer of its own that is not installed. Roots opened in the scope belong to
//! it, in tasks and threads that carry the context too; spans of threads that carry no context go
//! to the installed tracer, if there is one.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::collector::{Stats, Tracer};
use crate::export::{Memory, Outcome, SpanRecord};
use crate::id::SpanId;
use crate::slot;
use crate::within::InContext;

/// A tracer for one test.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     request.in_scope(|| drop(Span::new("query")));
/// });
/// assert_eq!(scope.tree(), "request\n  query\n");
/// ```
#[derive(Clone, Debug)]
pub struct Scope {
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    tracer: Tracer,
    memory: Memory,
}

static SCOPES: Mutex<Option<HashMap<u32, Weak<Running>>>> = Mutex::new(None);

/// A flush that takes longer means that the machine stands still.
const TIMEOUT: Duration = Duration::from_secs(30);

impl Scope {
    /// Starts a tracer for one test.
    ///
    /// # Panics
    ///
    /// If the collector's thread cannot be started.
    #[expect(clippy::new_without_default, reason = "it starts threads")]
    pub fn new() -> Self {
        let memory = Memory::default();
        let tracer =
            Tracer::builder().exporter(memory.clone()).build().expect("the collector starts");
        let number = tracer.context().tracer();
        let running = Arc::new(Running { tracer, memory });
        let mut scopes = SCOPES.lock().unwrap_or_else(PoisonError::into_inner);
        let scopes = scopes.get_or_insert_default();
        scopes.retain(|_, running| running.strong_count() > 0);
        scopes.insert(number, Arc::downgrade(&running));
        Self { running }
    }

    /// Runs `f` in this scope.
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        self.running.tracer.in_scope(f)
    }

    /// Runs `future` in this scope.
    pub fn bind<F: Future>(&self, future: F) -> InContext<F> {
        self.running.tracer.scope(future)
    }

    /// Returns all spans of this scope that have ended.
    ///
    /// # Panics
    ///
    /// If spans were lost: the limits are far beyond a test.
    pub fn spans(&self) -> Vec<SpanRecord> {
        self.running.tracer.flush(TIMEOUT).expect("no span of a test is lost");
        self.running.memory.spans()
    }

    /// Returns the trees of all spans that have ended; see [`render`].
    ///
    /// # Panics
    ///
    /// As [`spans`](Self::spans).
    pub fn tree(&self) -> String {
        render(&self.spans())
    }

    /// Returns what became of the spans of this scope.
    pub fn stats(&self) -> Stats {
        self.running.tracer.stats()
    }
}

/// Returns the trees of all ended spans of the scope that the caller runs in; see [`render`].
///
/// # Panics
///
/// If the caller does not run in a [`Scope`], as `#[tracer::tokio::test]` makes one.
pub fn tree() -> String {
    let number = slot::current().tracer();
    let scopes = SCOPES.lock().unwrap_or_else(PoisonError::into_inner);
    let running = scopes.as_ref().and_then(|scopes| scopes.get(&number)).and_then(Weak::upgrade);
    drop(scopes);
    Scope { running: running.expect("`testing::tree` is called in a `testing::Scope`") }.tree()
}

/// Writes spans as text: a line a span, two spaces a level.
///
/// After the name come the recorded arguments in parentheses, then ` ✖` for an error that began
/// there, ` ⚠` for one that was passed on from a child, ` cancelled`, ` panicked`, ` linked`.
/// Siblings are sorted by name, failed ones first, then by the rest of their text, and so are
/// roots: the text does not depend on timing. Spans whose parent is missing stand under a line that
/// says so.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_core::testing::render(&[]), "");
/// ```
pub fn render(spans: &[SpanRecord]) -> String {
    let mut children: HashMap<Option<SpanId>, Vec<&SpanRecord>> = HashMap::new();
    let known: HashSet<SpanId> = spans.iter().map(SpanRecord::span_id).collect();
    let mut orphans = Vec::new();
    for span in spans {
        match span.parent_id() {
            Some(parent) if !known.contains(&parent) => orphans.push(span),
            parent => children.entry(parent).or_default().push(span),
        }
    }
    let mut text: String = in_order(&children, children.get(&None)).concat();
    for orphan in in_order(&children, Some(&orphans)) {
        text.push_str("(missing parent)\n");
        text.push_str(&indented(&orphan));
    }
    text
}

type Children<'a> = HashMap<Option<SpanId>, Vec<&'a SpanRecord>>;

fn in_order(children: &Children<'_>, siblings: Option<&Vec<&SpanRecord>>) -> Vec<String> {
    let mut texts: Vec<_> = siblings
        .into_iter()
        .flatten()
        .map(|span| (span.name(), !span.is_failed(), subtree(children, span)))
        .collect();
    texts.sort_unstable();
    texts.into_iter().map(|(_, _, text)| text).collect()
}

fn subtree(children: &Children<'_>, span: &SpanRecord) -> String {
    let mut text = line(span);
    for child in in_order(children, children.get(&Some(span.span_id()))) {
        text.push_str(&indented(&child));
    }
    text
}

fn indented(text: &str) -> String {
    text.lines().fold(String::new(), |all, line| all + "  " + line + "\n")
}

fn line(span: &SpanRecord) -> String {
    let mut text = span.name().to_owned();
    let arguments: Vec<_> = span
        .attributes()
        .filter(|(key, _)| span.callsite().has_field(key))
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    if !arguments.is_empty() {
        // Writing to a string does not fail.
        let _written = write!(text, "({})", arguments.join(", "));
    }
    if span.error().is_some() {
        text.push_str(if span.is_passed_on() { " ⚠" } else { " ✖" });
    }
    match span.outcome() {
        Outcome::Completed => {}
        Outcome::Cancelled => text.push_str(" cancelled"),
        Outcome::Panicked => text.push_str(" panicked"),
    }
    if span.links().next().is_some() {
        text.push_str(" linked");
    }
    text.push('\n');
    text
}
