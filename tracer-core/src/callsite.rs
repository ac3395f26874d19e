//! Static facts of a traced function: what every span opened there has in common.

mod table;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

pub(crate) use table::{find, set_filter};

use crate::filter::{self, Filter, Level};
use crate::kind::SpanKind;

/// Where spans are opened: the name they get and the place in the source.
///
/// `#[traced]` makes one static per function; [`Span::new`](crate::Span::new) makes one per name
/// and place. A record carries its number, not its text.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| drop(Span::new("parse")));
///
/// let callsite = scope.spans()[0].callsite();
/// assert_eq!(callsite.name(), "parse");
/// assert_eq!(callsite.file(), file!());
/// ```
#[derive(Debug)]
pub struct Callsite {
    name: &'static str,
    function: &'static str,
    module: &'static str,
    file: &'static str,
    line: u32,
    fields: &'static [&'static str],
    kind: SpanKind,
    level: Level,
    target: &'static str,
    span_type: &'static str,
    root: bool,
    polls: bool,
    /// Run once before the first span: registers the context providers of the enabled runtimes.
    prepare: fn(),
    /// 0 until the first span.
    id: AtomicU32,
    /// What the filter says: one of the four below.
    passes: AtomicU8,
    /// A mistake was reported here.
    reported: AtomicBool,
    /// The last answer of [`path`](crate::path): parent path in the high half, own path in the low.
    pub(crate) last_path: AtomicU64,
}

/// Nobody has asked the filter yet.
const UNKNOWN: u8 = 0;
/// Its spans are as those of most functions.
const COMMON: u8 = 1;
/// They are opened, but each is a root or has its polls recorded.
const UNCOMMON: u8 = 2;
const FILTERED: u8 = 3;

impl Callsite {
    /// Describes a place in the source; what the macro writes.
    #[doc(hidden)]
    pub const fn new(
        name: &'static str,
        module: &'static str,
        file: &'static str,
        line: u32,
        prepare: fn(),
    ) -> Self {
        Self {
            name,
            function: name,
            module,
            file,
            line,
            fields: &[],
            kind: SpanKind::Internal,
            level: Level::Info,
            target: module,
            span_type: "",
            root: false,
            polls: false,
            prepare,
            id: AtomicU32::new(0),
            passes: AtomicU8::new(UNKNOWN),
            reported: AtomicBool::new(false),
            last_path: AtomicU64::new(0),
        }
    }

    /// Names the function where the span's name is another.
    #[doc(hidden)]
    #[must_use]
    pub const fn function(mut self, function: &'static str) -> Self {
        self.function = function;
        self
    }

    /// Names the values that are recorded, in their order, and then those that come later.
    #[doc(hidden)]
    #[must_use]
    pub const fn fields(mut self, fields: &'static [&'static str]) -> Self {
        self.fields = fields;
        self
    }

    /// Spans opened here start a trace of their own.
    #[doc(hidden)]
    #[must_use]
    pub const fn root(mut self) -> Self {
        self.root = true;
        self
    }

    /// Records each poll of these spans, not only of a task's outermost one.
    #[doc(hidden)]
    #[must_use]
    pub const fn polls(mut self) -> Self {
        self.polls = true;
        self
    }

    /// What its spans are to those outside.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_kind(mut self, kind: SpanKind) -> Self {
        self.kind = kind;
        self
    }

    /// How much its spans matter.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// What a filter knows it by.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_target(mut self, target: &'static str) -> Self {
        self.target = target;
        self
    }

    /// What Datadog groups its spans by.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_span_type(mut self, span_type: &'static str) -> Self {
        self.span_type = span_type;
        self
    }

    /// Returns the name its spans get.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the function's identifier, without its module.
    ///
    /// Where a span is made by hand it is the span's name: the function is not known.
    pub const fn function_name(&self) -> &'static str {
        self.function
    }

    /// Returns the path of the module, as `module_path!()` has it.
    ///
    /// Empty where a span is made by hand.
    pub const fn module_path(&self) -> &'static str {
        self.module
    }

    /// Returns the source file, as `file!()` has it.
    pub const fn file(&self) -> &'static str {
        self.file
    }

    /// Returns the line in the file, from 1.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Returns what its spans are to those outside; internal unless `#[traced(kind = …)]` says so.
    pub const fn kind(&self) -> SpanKind {
        self.kind
    }

    /// Returns how much its spans matter; info unless `#[traced(level = …)]` says so.
    pub const fn level(&self) -> Level {
        self.level
    }

    /// Returns what a [`Filter`] knows it by.
    ///
    /// It is the path of the module unless `#[traced(target = …)]` says so.
    pub const fn target(&self) -> &'static str {
        self.target
    }

    /// Returns what Datadog groups its spans by, such as `web` or `sql`, if it is set.
    pub const fn span_type(&self) -> Option<&'static str> {
        if self.span_type.is_empty() { None } else { Some(self.span_type) }
    }

    /// Returns whether `key` is one of the values that `#[traced]` was asked to record here.
    pub fn has_field(&self, key: &str) -> bool {
        self.fields.contains(&key)
    }

    pub(crate) fn field(&self, index: usize) -> Option<&'static str> {
        self.fields.get(index).copied()
    }

    #[inline(always)]
    pub(crate) const fn is_root(&self) -> bool {
        self.root
    }

    /// Whether each poll of its spans is recorded, also where they are not a task's outermost.
    #[inline(always)]
    pub(crate) const fn records_polls(&self) -> bool {
        self.polls
    }

    /// Whether its spans begin what somebody outside asked for: no task's context is their parent.
    pub(crate) const fn is_entry(&self) -> bool {
        matches!(self.kind, SpanKind::Server | SpanKind::Consumer)
    }

    /// Returns whether the filter lets its spans through; the first call registers it and the
    /// providers.
    #[inline(always)]
    pub(crate) fn is_enabled(&'static self) -> bool {
        // Acquire: pairs with the release in `ask`; who sees an answer finds the providers.
        match self.passes.load(Ordering::Acquire) {
            UNKNOWN => self.ask_filter(),
            answer => answer != FILTERED,
        }
    }

    /// Whether its spans are let through and have nothing to them that takes longer.
    #[inline(always)]
    pub(crate) fn is_common(&self) -> bool {
        // Acquire: as above.
        self.passes.load(Ordering::Acquire) == COMMON
    }

    #[cold]
    fn ask_filter(&'static self) -> bool {
        // Before the filter is asked: who changes it tells all that are registered.
        self.id();
        // While somebody changes it the span is recorded, and the next one asks again.
        filter::try_with(|filter| self.ask(filter));
        self.passes.load(Ordering::Relaxed) != FILTERED
    }

    fn ask(&self, filter: &Filter) {
        let passes = match filter.allows(self.target, self.level) {
            false => FILTERED,
            true if self.root || self.polls => UNCOMMON,
            true => COMMON,
        };
        // Release: pairs with the acquire in `is_enabled`.
        self.passes.store(passes, Ordering::Release);
    }

    /// Returns this callsite's number, from 1; the first call registers it and the providers.
    #[inline(always)]
    pub(crate) fn id(&'static self) -> u32 {
        // Acquire: pairs with the release in `register`; who sees the number may look it up.
        match self.id.load(Ordering::Acquire) {
            0 => self.register(),
            id => id,
        }
    }

    /// Returns the number, 0 before the first span.
    #[inline(always)]
    pub(crate) fn known_id(&self) -> u32 {
        // Acquire: pairs with the release in `register`.
        self.id.load(Ordering::Acquire)
    }

    /// Returns true once.
    pub(crate) fn is_first_report(&self) -> bool {
        !self.reported.swap(true, Ordering::Relaxed)
    }

    #[cold]
    fn register(&'static self) -> u32 {
        (self.prepare)();
        let id = table::append(self);
        // Release: pairs with the acquire in `id`. Two threads that register at once get two
        // numbers for one callsite, which does no harm.
        self.id.store(id, Ordering::Release);
        id
    }
}
