//! Tests of traced code: the spans of one test, beside other tests, as text.
//!
//! A [`Scope`] is a tracer of its own that is not installed, so that tests run side by side in one
//! process. [`Scope::in_scope`] runs a closure in it, [`Scope::bind`] a future, and
//! `#[tracer::tokio::test]` and `#[tracer::async_std::test]` the whole test, in which [`tree`] finds
//! the scope. Nothing is sampled away, and asking for spans flushes first: no test sleeps.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{FutureExt, Span, current, testing};
//!
//! async fn pay(card: &str) -> Result<u64, std::num::ParseIntError> {
//!     let checked = async { card.parse().inspect_err(|error| current().record_error(error)) };
//!     checked.in_span(Span::new("pay")).await // in a program: `#[traced]` on the fn
//! }
//!
//! let scope = testing::Scope::new();
//! assert!(futures::executor::block_on(scope.bind(pay("none"))).is_err());
//! assert_eq!(scope.tree(), "pay ✖\n");
//! assert_eq!(scope.spans()[0].error().unwrap().message(), "invalid digit found in string");
//! ```
//!
//! # What the text says
//!
//! A line a span, two spaces a level: its name, and in parentheses the arguments that
//! `#[traced(args)]` records. Then the marks:
//!
//! | mark | meaning |
//! |---|---|
//! | `✖` | an error was recorded, and it began here |
//! | `⚠` | an error was recorded that came from a child |
//! | `cancelled` | the future was dropped before it was ready |
//! | `panicked` | the span unwound |
//! | `linked` | the span has links to others |
//!
//! Siblings are sorted by name, failed ones first, then by the rest of their text, and so are
//! roots: the text does not depend on timing. Only spans that have ended are there; one whose
//! parent is not stands under a line `(missing parent)`, unless that is in another process.
//!
//! # What belongs to the scope
//!
//! Every root that is opened while the scope is current, and all that is below it, in other tasks
//! and threads too if they carry the context: through the `spawn` functions of `tracer::tokio` and
//! `tracer::async_std`, [`in_current`](crate::in_current) or
//! [`FutureExt::in_current`](crate::FutureExt::in_current). A thread or task that carries no
//! context knows nothing of the scope: its roots go to the installed tracer, and nowhere where none
//! is.

use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use crate::collector::{Stats, Tracer};
use crate::export::{Memory, Outcome, SpanRecord};
use crate::id::SpanId;
use crate::process::PerProcess;
use crate::slot;
use crate::within::InContext;

/// A tracer for one test; clones are the same one.
///
/// It ends when the last clone is dropped.
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

static SCOPES: PerProcess<Mutex<HashMap<u32, Weak<Running>>>> = PerProcess::new();

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
        let mut scopes = SCOPES.get().lock().unwrap_or_else(PoisonError::into_inner);
        scopes.retain(|_, running| running.strong_count() > 0);
        scopes.insert(number, Arc::downgrade(&running));
        Self { running }
    }

    /// Runs `f` in this scope: roots opened in it belong to the scope.
    pub fn in_scope<R>(&self, f: impl FnOnce() -> R) -> R {
        self.running.tracer.in_scope(f)
    }

    /// Runs `future` in this scope: roots opened in it belong to the scope.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// futures::executor::block_on(scope.bind(async { drop(Span::new("work")) }));
    /// assert_eq!(scope.tree(), "work\n");
    /// ```
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`.
    pub fn bind<F: Future>(&self, future: F) -> InContext<F> {
        self.running.tracer.scope(future)
    }

    /// Returns all spans of this scope that have ended.
    ///
    /// Those of one thread are in the order in which they ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| Span::new("call").set_attribute("attempt", 2));
    /// assert_eq!(scope.spans()[0].attribute("attempt"), Some(2.into()));
    /// ```
    ///
    /// # Panics
    ///
    /// If spans were lost, or took longer than 30 seconds: the limits are far beyond a test.
    pub fn spans(&self) -> Vec<SpanRecord> {
        self.running.tracer.flush(TIMEOUT).expect("no span of a test is lost");
        self.running.memory.spans()
    }

    /// Returns the trees of all spans that have ended, as text; see [`render`].
    ///
    /// # Panics
    ///
    /// As [`spans`](Self::spans).
    pub fn tree(&self) -> String {
        render(&self.spans())
    }

    /// Returns what became of the spans of this scope; exact after [`spans`](Self::spans).
    pub fn stats(&self) -> Stats {
        self.running.tracer.stats()
    }
}

/// Returns the trees of all ended spans of the caller's [`Scope`], as text.
///
/// See [`render`].
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// testing::Scope::new().in_scope(|| {
///     drop(Span::new("work"));
///     assert_eq!(testing::tree(), "work\n");
/// });
/// ```
///
/// # Panics
///
/// If the caller does not run in a [`Scope`], as `#[tracer::tokio::test]` makes one.
pub fn tree() -> String {
    let number = slot::current().tracer();
    let scopes = SCOPES.get().lock().unwrap_or_else(PoisonError::into_inner);
    let running = scopes.get(&number).and_then(Weak::upgrade);
    drop(scopes);
    Scope { running: running.expect("`testing::tree` is called in a `testing::Scope`") }.tree()
}

/// Writes spans as text: a line a span, two spaces a level.
///
/// The [module](self) says what the text says.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| Span::new("request").in_scope(|| drop(Span::new("query"))));
///
/// let mut spans = scope.spans();
/// assert_eq!(testing::render(&spans), "request\n  query\n");
/// spans.pop();
/// assert_eq!(testing::render(&spans), "(missing parent)\n  query\n");
/// ```
pub fn render(spans: &[SpanRecord]) -> String {
    let mut children: HashMap<Option<SpanId>, Vec<&SpanRecord>> = HashMap::new();
    let known: HashSet<SpanId> = spans.iter().map(SpanRecord::span_id).collect();
    let mut orphans = Vec::new();
    for span in spans {
        match span.parent_id() {
            Some(parent) if known.contains(&parent) => {
                children.entry(Some(parent)).or_default().push(span);
            }
            Some(_) if !span.is_local_root() => orphans.push(span),
            _ => children.entry(None).or_default().push(span),
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
        Outcome::Completed | Outcome::Open => {}
        Outcome::Cancelled => text.push_str(" cancelled"),
        Outcome::Panicked => text.push_str(" panicked"),
    }
    if span.links().next().is_some() {
        text.push_str(" linked");
    }
    text.push('\n');
    text
}
