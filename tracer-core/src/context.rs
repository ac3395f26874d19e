//! The identity of an open span, small enough to be copied wherever it is needed.

use std::fmt;

use crate::id::{SpanId, TraceId};
use crate::path::Path;
use crate::root::Root;

/// Identity of an open span: what children, other tasks and other services need of it.
///
/// It is `Copy` and stays valid after its span has ended; children may outlive parents. Two are
/// equal if they are of the same span.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, current, testing};
///
/// assert!(!current().is_valid(), "no span is open here");
///
/// testing::Scope::new().in_scope(|| {
///     let context = Span::new("request").in_scope(current);
///     assert!(context.is_valid() && context.is_recorded());
///     println!("trace {}", context.trace_id());
/// });
/// ```
#[derive(Clone, Copy)]
pub struct SpanContext {
    pub(crate) trace: TraceId,
    pub(crate) span: SpanId,
    pub(crate) path: Path,
    /// The bits below and, above them, the number of the tracer.
    pub(crate) flags: u32,
    pub(crate) root: Root,
}

/// The span is recorded.
pub(crate) const RECORDED: u32 = 1;
/// A task has this context only because it was spawned there.
pub(crate) const INHERITED: u32 = 1 << 1;
/// Spans in it are told of as they begin, for a tracer that shows what is in flight. It lies in flags
/// that the short ways compare anyway, so that it costs spans of other tracers nothing.
pub(crate) const FOLLOWED: u32 = 1 << 2;
/// Who wakes its tasks is told, for a tracer that asks.
pub(crate) const WOKEN: u32 = 1 << 3;
/// It is a span of another process; also [`INHERITED`], so that whatever is in a hurry refuses it.
const REMOTE: u32 = 1 << 4;
/// Of a remote span: its caller said whether it is recorded, and that it is.
const SAID: u32 = 1 << 5;
const SAMPLED: u32 = 1 << 6;
/// Of a span of ours, whose flags never say the former: its trace began in this process.
const BEGAN_HERE: u32 = SAID;
/// Who began the trace chose its id at random: W3C's flag, which is handed on.
const RANDOM: u32 = 1 << 7;
/// It is recorded for the tail rule alone: the sampler left it out.
pub(crate) const PROVISIONAL: u32 = 1 << 8;
/// Of a context of the running task, what makes it one that the short ways can deal with.
pub(crate) const COMMON: u32 = RECORDED | INHERITED | FOLLOWED | PROVISIONAL;
const TRACER_SHIFT: u32 = 9;

impl SpanContext {
    pub(crate) const NONE: Self =
        Self { trace: TraceId::NONE, span: SpanId::NONE, path: 0, flags: 0, root: Root::NONE };

    /// No span yet, but a tracer: roots below belong to it.
    pub(crate) const fn scope(tracer: u32) -> Self {
        Self { flags: tracer << TRACER_SHIFT, ..Self::NONE }
    }

    /// What is known of the parent of a trace that begins here.
    pub(crate) const NOTHING: Self = Self { flags: REMOTE | INHERITED | RANDOM, ..Self::NONE };

    /// The context of a span that another process told of, as far as it told.
    pub(crate) const fn remote(
        trace: TraceId,
        span: SpanId,
        sampled: Option<bool>,
        tracer: u32,
        root: Root,
    ) -> Self {
        let said = match sampled {
            None => 0,
            Some(false) => SAID,
            Some(true) => SAID | SAMPLED,
        };
        let flags = tracer << TRACER_SHIFT | REMOTE | INHERITED | said;
        Self { trace, span, path: 0, flags, root }
    }

    /// This remote context, where it is known whether its trace has a random id.
    pub(crate) const fn with_random(mut self, random: bool) -> Self {
        self.flags |= if random { RANDOM } else { 0 };
        self
    }

    /// This context of ours, where it is known whether its trace began in this process.
    pub(crate) const fn with_beginning(mut self, here: bool) -> Self {
        self.flags |= if here { BEGAN_HERE } else { 0 };
        self
    }

    /// Returns the id of the trace; zero where [`is_valid`](Self::is_valid) is false.
    pub const fn trace_id(&self) -> TraceId {
        self.trace
    }

    /// Returns the id of the span; zero where [`is_valid`](Self::is_valid) is false.
    pub const fn span_id(&self) -> SpanId {
        self.span
    }

    /// Returns whether this is a span's context, recorded or not.
    pub const fn is_valid(&self) -> bool {
        self.span.0 != 0
    }

    /// Returns whether the span is recorded; where it is not, no attribute is evaluated.
    #[inline(always)]
    pub const fn is_recorded(&self) -> bool {
        self.flags & RECORDED != 0
    }

    #[inline(always)]
    pub(crate) const fn is_none(&self) -> bool {
        self.flags == 0
    }

    /// A recorded span's context, of the running task, and nothing is uncommon in it.
    #[inline(always)]
    pub(crate) const fn is_plain(&self) -> bool {
        self.flags & COMMON == RECORDED
    }

    pub(crate) const fn is_provisional(&self) -> bool {
        self.flags & PROVISIONAL != 0
    }

    pub(crate) const fn is_followed(&self) -> bool {
        self.flags & FOLLOWED != 0
    }

    /// A span's context, of the running task, that is not recorded: nor is what is below it.
    #[inline(always)]
    pub(crate) const fn is_passive(&self) -> bool {
        // None that is not recorded is followed or provisional; so it is one comparison with the above.
        self.flags & COMMON == 0 && self.is_valid()
    }

    #[inline(always)]
    pub(crate) const fn is_inherited(&self) -> bool {
        self.flags & INHERITED != 0
    }

    pub(crate) const fn is_woken(&self) -> bool {
        self.flags & WOKEN != 0
    }

    #[inline(always)]
    pub(crate) const fn is_remote(&self) -> bool {
        self.flags & REMOTE != 0
    }

    /// Whether the trace is recorded; of a remote context, where its caller is, if that was said.
    pub(crate) const fn sampled(&self) -> Option<bool> {
        match (self.is_remote(), self.flags & SAID != 0) {
            (true, false) => None,
            (true, true) => Some(self.flags & SAMPLED != 0),
            (false, _) => Some(self.is_recorded() && !self.is_provisional()),
        }
    }

    pub(crate) const fn began_here(&self) -> bool {
        !self.is_remote() && self.flags & BEGAN_HERE != 0
    }

    pub(crate) const fn is_random(&self) -> bool {
        self.flags & RANDOM != 0
    }

    /// This context where somebody names it as a parent: it is taken as it is.
    pub(crate) const fn given(mut self) -> Self {
        if !self.is_remote() {
            self.flags &= !INHERITED;
        }
        self
    }

    /// This context as a spawned task has it.
    pub(crate) const fn inherited(mut self) -> Self {
        if !self.is_none() {
            self.flags |= INHERITED;
        }
        self
    }

    /// This context as a task has it that outlives the request: no parent, but the origin of a link.
    pub(crate) const fn linked(self) -> Self {
        // As if its root had ended long ago.
        Self { root: Root::NONE, ..self.inherited() }
    }

    #[inline(always)]
    pub(crate) const fn tracer(&self) -> u32 {
        Self::tracer_of(self.flags)
    }

    #[inline(always)]
    pub(crate) const fn tracer_of(flags: u32) -> u32 {
        flags >> TRACER_SHIFT
    }

    /// The flags of a context of `tracer`; `recorded` are those that its spans have where they are
    /// recorded, and 0 where they are not.
    pub(crate) const fn flags_of(tracer: u32, recorded: u32) -> u32 {
        tracer << TRACER_SHIFT | recorded
    }
}

impl PartialEq for SpanContext {
    fn eq(&self, other: &Self) -> bool {
        (self.trace, self.span) == (other.trace, other.span)
    }
}

impl Eq for SpanContext {}

impl fmt::Debug for SpanContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SpanContext")
            .field("trace", &format_args!("{}", self.trace))
            .field("span", &format_args!("{}", self.span))
            .field("recorded", &self.is_recorded())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::SpanContext;
    use crate::id::{SpanId, TraceId};
    use crate::root::Root;

    #[test]
    fn a_remote_context_is_refused_by_whatever_is_in_a_hurry() {
        let trace = TraceId::from_u128(7);
        for sampled in [None, Some(false), Some(true)] {
            let remote = SpanContext::remote(trace, SpanId(8), sampled, 9, Root::NONE);
            for context in [remote, remote.given(), remote.inherited(), remote.linked()] {
                assert!(context.is_remote() && context.is_inherited());
                assert!(!context.is_plain() && !context.is_passive() && !context.is_recorded());
                assert_eq!((context.sampled(), context.tracer()), (sampled, 9));
            }
        }
    }
}
