//! A finished span, as exporters read it.

mod fill;

use crate::callsite::Callsite;
use crate::export::bytes::Few;
use crate::export::detail::{Details, ErrorRecord, Event, Link};
use crate::export::polls::{Polls, Slice, Wake};
use crate::export::task::TaskRecord;
use crate::filter::Level;
use crate::id::{SpanId, TraceId};
use crate::kind::SpanKind;
use crate::path;
use crate::record::{Kind, flag};
use crate::value::Value;

/// A finished span.
///
/// Times are nanoseconds since the Unix epoch, measured by a clock that does not go back.
///
/// # Examples
///
/// ```
/// use tracer_core::{Outcome, Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     request.in_scope(|| Span::new("query").set_attribute("rows", 3));
/// });
///
/// let spans = scope.spans(); // as they ended
/// let [query, request] = &spans[..] else { panic!("two spans") };
/// assert_eq!(query.name(), "query");
/// assert_eq!(query.attribute("rows"), Some(3.into()));
/// assert_eq!(query.outcome(), Outcome::Completed);
///
/// assert!(request.is_local_root() && request.parent_id().is_none());
/// assert_eq!(query.parent_id(), Some(request.span_id()));
/// assert_eq!(query.trace_id(), request.trace_id());
/// assert!(request.start() <= query.start() && query.end() <= request.end());
///
/// let stack: Vec<_> = query.stack().map(|callsite| callsite.name()).collect();
/// assert_eq!(stack, ["query", "request"]);
/// ```
#[derive(Clone, Debug)]
pub struct SpanRecord {
    trace: TraceId,
    span: SpanId,
    parent: SpanId,
    callsite: &'static Callsite,
    path: u32,
    flags: u16,
    polls: u32,
    start: u64,
    end: u64,
    /// Details in the order they came: each a head word and its payload, little endian.
    few: Few,
    /// How many bytes of `few` there are.
    length: u8,
    /// Which kinds of details there are, a bit each: most spans have few, and are asked for all.
    kinds: u16,
    passed_on: bool,
    /// What few spans have, so that the others need no room for it.
    rare: Option<Box<Rare>>,
}

#[derive(Clone, Debug, Default)]
struct Rare {
    recorded: Polls,
    /// Details that are more than a few bytes.
    details: Box<[u8]>,
    backtrace: Option<String>,
}

/// How a span ended, apart from an error that its function returned.
///
/// # Examples
///
/// ```
/// use futures::FutureExt as _;
/// use tracer_core::{FutureExt as _, Outcome, Span, testing};
///
/// let scope = testing::Scope::new();
/// let wait = async { std::future::pending::<()>().in_span(Span::new("wait")).await };
/// assert_eq!(scope.bind(wait).now_or_never(), None);
/// assert_eq!(scope.spans()[0].outcome(), Outcome::Cancelled);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It came to its end, with or without an error.
    Completed,
    /// Its future was polled, and dropped before it was ready.
    Cancelled,
    /// It unwound.
    Panicked,
    /// It has not ended: a span of [`InFlight`](crate::InFlight).
    Open,
}

impl SpanRecord {
    #[inline]
    pub(super) fn details(&self, kind: Kind) -> Details<'_> {
        let is_there = self.kinds & (1 << kind as u16) != 0;
        let bytes = match &self.rare {
            _ if !is_there => &[],
            Some(rare) if self.length == 0 => &*rare.details,
            _ => self.few.first(self.length),
        };
        Details::new(bytes, self.callsite)
    }

    /// Returns the id of the trace.
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// Returns the span's own id.
    pub const fn span_id(&self) -> SpanId {
        self.span
    }

    /// Returns the parent's id; none for the root of a trace.
    ///
    /// A local root may have a parent in another process.
    pub fn parent_id(&self) -> Option<SpanId> {
        (self.parent != SpanId::NONE).then_some(self.parent)
    }

    /// Returns whether this is the first span of its trace in this process.
    pub const fn is_local_root(&self) -> bool {
        self.flags & flag::LOCAL_ROOT != 0
    }

    /// Returns where it was opened.
    pub const fn callsite(&self) -> &'static Callsite {
        self.callsite
    }

    /// Returns its name.
    pub const fn name(&self) -> &'static str {
        self.callsite.name()
    }

    /// Returns what it is to those outside of the program.
    pub const fn kind(&self) -> SpanKind {
        self.callsite.kind()
    }

    /// Returns how much it matters.
    pub const fn level(&self) -> Level {
        self.callsite.level()
    }

    /// Returns what a filter knows it by: the path of its module unless it was given another.
    pub const fn target(&self) -> &'static str {
        self.callsite.target()
    }

    /// Returns the callsites of this span and its ancestors, from the innermost out.
    ///
    /// They go through spawn points too, and are known also where the ancestors are still open.
    pub fn stack(&self) -> impl Iterator<Item = &'static Callsite> {
        path::callsites(self.path)
    }

    /// Returns when it began: nanoseconds since the Unix epoch.
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Returns when it ended: nanoseconds since the Unix epoch, never before its start.
    ///
    /// Of a span that is open, when that was asked.
    pub const fn end(&self) -> u64 {
        self.end
    }

    /// Returns how it ended.
    pub const fn outcome(&self) -> Outcome {
        if self.flags & flag::PANICKED != 0 {
            Outcome::Panicked
        } else if self.flags & flag::CANCELLED != 0 {
            Outcome::Cancelled
        } else if self.flags & flag::OPEN != 0 {
            Outcome::Open
        } else {
            Outcome::Completed
        }
    }

    /// Returns whether it failed: an error was recorded, or it panicked.
    pub fn is_failed(&self) -> bool {
        self.outcome() == Outcome::Panicked || self.error().is_some()
    }

    /// Returns whether its error came from a child: same message, or one of its sources.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let wrong = "x".parse::<u8>().unwrap_err();
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let request = Span::new("request");
    ///     request.in_scope(|| Span::new("parse").record_error(&wrong));
    ///     request.record_error(&wrong);
    /// });
    /// assert_eq!(scope.tree(), "request ⚠\n  parse ✖\n");
    /// assert!(scope.spans()[1].is_passed_on());
    /// ```
    pub const fn is_passed_on(&self) -> bool {
        self.passed_on
    }

    pub(crate) fn set_backtrace(&mut self, backtrace: Option<String>) {
        if backtrace.is_some() {
            self.rare.get_or_insert_default().backtrace = backtrace;
        }
    }

    /// Whether it is for the tail rule to decide about it.
    pub(crate) const fn is_provisional(&self) -> bool {
        self.flags & flag::PROVISIONAL != 0
    }

    pub(crate) const fn pass_on(&mut self) {
        self.passed_on = true;
    }

    /// Returns the error it failed with; the last one where several were recorded.
    pub fn error(&self) -> Option<ErrorRecord<'_>> {
        let backtrace = self.rare.as_ref().and_then(|rare| rare.backtrace.as_deref());
        self.details(Kind::Error).error(backtrace)
    }

    /// Returns how often its future was polled; 0 for what is not a future.
    pub const fn polls(&self) -> u32 {
        self.polls
    }

    /// Returns when its task was being polled: at most 64 stretches, in order.
    ///
    /// Only the outermost span of a task has them, and it has none if its first poll finished it.
    /// More stretches are merged over the shortest gaps between them.
    pub fn slices(&self) -> &[Slice] {
        self.recorded().map_or(&[], |polls| &polls.slices)
    }

    /// Returns the nanoseconds in which its task was being polled, where polls were recorded.
    ///
    /// The outermost span of a task has them, and one with `#[traced(poll)]`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::SpanRecord;
    ///
    /// /// Nanoseconds in which the task waited.
    /// fn idle(span: &SpanRecord) -> Option<u64> {
    ///     Some(span.end() - span.start() - span.poll_duration()?)
    /// }
    /// ```
    pub fn poll_duration(&self) -> Option<u64> {
        self.of_polls(self.recorded().map_or(0, |polls| polls.total))
    }

    /// Returns the nanoseconds of its longest poll, where polls were recorded.
    pub fn max_poll_duration(&self) -> Option<u64> {
        self.of_polls(self.recorded().map_or(0, |polls| polls.longest))
    }

    /// Returns when its task was woken, and by whom; in order, at most 1,024.
    ///
    /// Where [`Builder::wakes`](crate::Builder::wakes) asked for it, the outermost span of a task has
    /// them.
    pub fn wakes(&self) -> &[Wake] {
        self.recorded().map_or(&[], |polls| &polls.wakes)
    }

    /// Returns the nanoseconds in which its task was woken and waited for its poll, if it is known.
    ///
    /// The time before the first poll is not in it: see [`TaskRecord::first_poll_delay`].
    pub fn scheduled_duration(&self) -> Option<u64> {
        let wakes = self.wakes();
        (!wakes.is_empty()).then(|| wakes.iter().filter_map(|wake| wake.scheduled).sum())
    }

    fn recorded(&self) -> Option<&Polls> {
        self.rare.as_ref().map(|rare| &rare.recorded)
    }

    fn of_polls(&self, recorded: u64) -> Option<u64> {
        let is_outermost = self.flags & (flag::SPAWNED | flag::LOCAL_ROOT) != 0;
        let is_one = is_outermost && self.polls == 1 && self.outcome() == Outcome::Completed;
        if self.slices().is_empty() {
            // Its only poll is the span itself.
            return is_one.then(|| self.end - self.start);
        }
        Some(recorded)
    }

    /// Returns whether it ran in another task or thread than its parent.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, in_current, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let request = Span::new("request");
    ///     let hash = request.in_scope(|| in_current(|| drop(Span::new("hash"))));
    ///     std::thread::spawn(hash).join().unwrap();
    /// });
    /// let spans = scope.spans();
    /// let hash = spans.iter().find(|span| span.name() == "hash").unwrap();
    /// assert!(hash.is_spawned());
    /// ```
    pub const fn is_spawned(&self) -> bool {
        self.flags & flag::SPAWNED != 0
    }

    /// Returns what is known of the task that this is the outermost span of, if it is one.
    ///
    /// Roots outside of tasks have none, nor has what a plain thread runs that was told nothing.
    pub fn task(&self) -> Option<TaskRecord<'_>> {
        self.details(Kind::Task).task()
    }

    /// Returns the attributes in the order in which they were set.
    ///
    /// A key that was set several times is there as often; the last one counts.
    #[inline]
    pub fn attributes(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        self.details(Kind::Attributes).attributes()
    }

    /// Returns the value of an attribute, the last one that was set.
    pub fn attribute(&self, key: &str) -> Option<Value<'_>> {
        self.attributes().filter(|(name, _)| *name == key).last().map(|(_, value)| value)
    }

    /// Returns the events in the order in which they were added.
    pub fn events(&self) -> impl Iterator<Item = Event<'_>> {
        self.details(Kind::Event).events()
    }

    /// Returns the links in the order in which they were added.
    pub fn links(&self) -> impl Iterator<Item = Link> {
        self.details(Kind::Link).links()
    }

    /// Moves the start up to the parent's: clocks of two cores may differ by some nanoseconds.
    pub(crate) fn clamp(&mut self, parent_start: u64) {
        self.start = self.start.max(parent_start);
        self.end = self.end.max(self.start);
    }
}
