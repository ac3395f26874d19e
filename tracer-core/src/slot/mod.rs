//! Whose context: the span that is current on this thread, in this task.
//!
//! The stack of a thread is filled only while frames of ours are being polled or guards are
//! entered, and each entry says which task it is current for: another task that runs on top of it (a
//! `LocalSet` driven inside a request, a nested `block_on`) does not see it.

mod parent;
mod unfinished;

use std::task::Waker;

pub(crate) use parent::parent;
pub(crate) use unfinished::{begin_drop, end_drop, enter_again, held, is_held};

use crate::callsite::Callsite;
use crate::clock;
use crate::context::{COMMON, INHERITED, RECORDED, SpanContext};
use crate::id::SpanId;
use crate::local;
use crate::path;
use crate::provider::{self, ContextProvider, inherited, is_same_task, key};
use crate::stack::{Kind, NO_WAKER, Place, Stack, Strand, Task};

thread_local! {
    static STACK: Stack = const { Stack::new() };
}

/// Works on this thread's stack.
#[inline(always)]
pub(crate) fn with<R>(f: impl FnOnce(&Stack) -> R) -> R {
    local::with(&STACK, f)
}

/// Registers a runtime's provider; a second one of the same name changes nothing.
///
/// At most eight are registered, and never taken back. The adapters do this themselves; so does
/// every `#[traced]` function for the runtimes whose features are on.
///
/// # Examples
///
/// ```
/// use tracer_core::ContextProvider;
///
/// struct Executor;
///
/// impl ContextProvider for Executor {
///     fn runtime(&self) -> &'static str {
///         "my-executor"
///     }
///
///     fn key(&self) -> u64 {
///         0 // no task runs here
///     }
/// }
///
/// tracer_core::register(&Executor);
/// ```
pub fn register(provider: &'static dyn ContextProvider) {
    provider::add(provider);
}

/// Returns the context of the span that is current in the running task.
///
/// Where none is, what is said of it is dropped: see [`SpanContext::is_valid`].
///
/// # Examples
///
/// ```
/// use tracer_core::Span;
///
/// let span = Span::new("work");
/// span.in_scope(|| assert_eq!(tracer_core::current(), span.context()));
/// ```
pub fn current() -> SpanContext {
    current_of(key())
}

/// The context that counts for the task `key`, which is the running one.
#[inline(always)]
pub(crate) fn current_of(key: u64) -> SpanContext {
    with(|stack| {
        let (top, strand) = stack.top();
        let is_own = strand.flags.get() != 0 && strand.key.get() == key;
        if is_own { strand.context(top) } else { uncommon(key) }
    })
}

/// The place that holds the context current where a function is called.
#[inline(never)]
pub(crate) fn caller<'a>(stack: &'a Stack, callsite: &'static Callsite) -> (&'a Place, &'a Strand) {
    // Registers the providers before the key is asked for the first time.
    callsite.id();
    let key = key();
    let (top, strand) = stack.top();
    if strand.flags.get() != 0 && strand.key.get() == key {
        (top, strand)
    } else {
        stack.elsewhere(uncommon(key))
    }
}

/// Where the entry on top was made with another key, or there is none, or it hides what is below.
#[cold]
fn uncommon(key: u64) -> SpanContext {
    with(|stack| {
        let (top, strand) = stack.top();
        let counts = strand.flags.get() != 0 || top.kind.get() == Kind::Isolated;
        let is_own = counts && is_same_task(strand.key.get(), key);
        if is_own { strand.context(top) } else { inherited() }
    })
}

/// Whether the context on top is this one, which is not recorded (all of its trace is one span), and
/// of the task that polls with this waker.
#[inline(always)]
pub(crate) fn is_top_of(waker: &Waker, context: &SpanContext) -> bool {
    let data = waker.data().addr();
    with(|stack| {
        let (_, strand) = stack.top();
        data != NO_WAKER && strand.waker.get() == data && strand.has_root_of(context)
    })
}

/// Returns whether the context on top is recorded, whichever task it is current for; what the macro
/// asks in the span that it has just entered.
#[inline(always)]
pub fn is_recorded() -> bool {
    with(|stack| stack.top().1.flags.get() & RECORDED != 0)
}

/// The context on top, whichever task it is current for.
#[inline(always)]
pub(crate) fn top() -> SpanContext {
    with(|stack| {
        let (top, strand) = stack.top();
        strand.context(top)
    })
}

/// The span on top and the tracer it is recorded by.
#[inline(always)]
pub(crate) fn top_recorded() -> (SpanId, u32) {
    with(|stack| {
        let (top, strand) = stack.top();
        (top.span.get(), SpanContext::tracer_of(strand.flags.get()))
    })
}

/// Makes `context` current for the task `key`, until [`leave`] is called with what this returns.
#[inline(always)]
pub(crate) fn enter(context: &SpanContext, key: u64) -> u32 {
    enter_as(Kind::Guard, context, key)
}

#[inline(always)]
fn enter_as(kind: Kind, context: &SpanContext, key: u64) -> u32 {
    with(|stack| {
        let (_, strand) = stack.top();
        let below = stack.depth();
        let is_beside = strand.key.get() == key && strand.is_of(context);
        let place = || stack.try_push(context.span, context.path, SpanId::NONE, kind);
        if is_beside && place().is_some() { below } else { enter_anew(kind, context, key) }
    })
}

#[cold]
fn enter_anew(kind: Kind, context: &SpanContext, key: u64) -> u32 {
    with(|stack| stack.push(context, task_on_top(stack, key), SpanId::NONE, kind))
}

/// Makes a span of other instrumentation current, which was made where `origin` was, until
/// [`leave_foreign`] is called.
pub(crate) fn enter_foreign(context: &SpanContext, origin: SpanId) {
    let key = key();
    with(|stack| {
        let (outer, strand) = stack.top();
        let is_outermost = outer.span.get() == SpanId::NONE || strand.flags.get() & INHERITED != 0;
        // Without a waker, so that the first frame in it is polled in the uncommon way: see below.
        let task =
            if is_outermost { Task { key, waker: NO_WAKER } } else { task_on_top(stack, key) };
        stack.push(context, task, origin, Kind::Foreign)
    });
}

/// Leaves what [`enter_foreign`] entered last of this span.
pub(crate) fn leave_foreign(span: SpanId) {
    let depth = with(Stack::depth);
    if let Some(below) = depth.checked_sub(1) {
        leave(span, below);
    }
}

/// The task `key`, with its waker where it is the task on top.
#[inline(always)]
fn task_on_top(stack: &Stack, key: u64) -> Task {
    let task = stack.top().1.task();
    if task.key == key { task } else { Task { key, waker: NO_WAKER } }
}

/// Hides what is current from what runs now, until [`leave_with_all_above`] is called with what this
/// returns. No waker is known there: those that come are asked for their task.
pub(crate) fn isolate() -> u32 {
    let task = Task { key: key(), waker: NO_WAKER };
    with(|stack| stack.push(&SpanContext::NONE, task, SpanId::NONE, Kind::Isolated))
}

/// What [`enter_child`] found on top.
pub(crate) enum OnTop {
    /// A recorded span: its child is current now. The depth below the child.
    Parent(u32),
    /// A span that is not recorded: nor is what it calls, and that is current already.
    Passive,
    /// Something else: no span, an inherited one, one of another task, or one that is followed or provisional.
    Uncommon,
}

/// Makes a child of the span on top current, if that one is simply the running task's.
#[inline(always)]
pub(crate) fn enter_child(callsite: &'static Callsite, key: u64) -> OnTop {
    with(|stack| {
        let (top, strand) = stack.top();
        if strand.key.get() != key {
            return OnTop::Uncommon;
        }
        match strand.flags.get() & COMMON {
            RECORDED => {
                try_enter_child(stack, top, callsite).map_or(OnTop::Uncommon, OnTop::Parent)
            }
            0 if top.span.get() != SpanId::NONE => OnTop::Passive,
            _ => OnTop::Uncommon,
        }
    })
}

#[inline(always)]
fn try_enter_child(stack: &Stack, top: &Place, callsite: &'static Callsite) -> Option<u32> {
    let path = path::try_child(top.path.get(), callsite)?;
    let (span, start) = (SpanId::try_new()?, clock::try_ticks()?);
    let below = stack.depth();
    stack.try_push(span, path, top.span.get(), Kind::Guard)?.start.set(start);
    Some(below)
}

/// Enters the span of a function, which began at `start`.
pub(crate) fn enter_function(context: SpanContext, parent: SpanId, start: u64, key: u64) -> u32 {
    let below = enter(&context, key);
    with(|stack| {
        let (top, _) = stack.top();
        top.origin.set(parent);
        top.start.set(start);
    });
    below
}

/// Leaves what the guard of `span` entered, if that guard is the current one; else it will be left
/// with the guards above, which would otherwise bring its context back.
#[inline(always)]
pub(crate) fn leave(span: SpanId, below: u32) {
    with(|stack| {
        let (top, _) = stack.top();
        let is_top = top.span.get() == span && top.kind.get().is_left_by_span();
        if stack.depth() == below + 1 && is_top {
            stack.truncate(below);
        } else {
            stack.leave_out_of_order(span, below);
        }
    });
}

/// Leaves what was entered above `below`, and all above it: a guard that was leaked there ends with
/// the function, scope or poll that leaked it.
pub(crate) fn leave_with_all_above(below: u32) {
    with(|stack| stack.truncate(below));
}

/// Leaves what was entered above `below` if it is on top, nothing uncommon lies below, and `f`, which
/// gets it, its parent and its start, says so.
#[inline(always)]
pub(crate) fn leave_if(below: u32, f: impl FnOnce(&SpanContext, SpanId, u64) -> bool) -> bool {
    with(|stack| {
        let (top, strand) = stack.top();
        let leaves = stack.is_common()
            && stack.depth() == below + 1
            && f(&strand.context(top), top.origin.get(), top.start.get());
        if leaves {
            stack.leave_to(below);
        }
        leaves
    })
}

/// What was entered above `below`, its parent and its start; what lies above it is left.
pub(crate) fn entered(below: u32) -> (SpanContext, SpanId, u64) {
    with(|stack| {
        if stack.depth() != below + 1 {
            stack.truncate(below + 1);
        }
        let (top, strand) = stack.top();
        (strand.context(top), top.origin.get(), top.start.get())
    })
}

/// Enters a frame that `task` polls: the depth below it, and whether no span of the same task encloses
/// it, so that its polls are the task's.
pub(crate) fn enter_frame(context: &SpanContext, origin: SpanId, task: Task) -> (u32, bool) {
    with(|stack| {
        let (outer, strand) = stack.top();
        // Other instrumentation tells of no polls: the first frame in its span stands in for it.
        let stands_in = outer.kind.get() == Kind::Foreign && strand.waker.get() == NO_WAKER;
        let is_outermost = outer.span.get() == SpanId::NONE
            || stands_in
            || strand.flags.get() & INHERITED != 0
            || !is_same_task(strand.key.get(), task.key);
        (stack.push(context, task, origin, Kind::Frame), is_outermost)
    })
}

/// The running task, as a poll with this waker shows it.
pub(crate) fn task_of(waker: &Waker) -> Task {
    // Null where a waker does nothing: it may be any task's.
    let data = waker.data().addr();
    with(|stack| {
        let task = stack.top().1.task();
        if data != NO_WAKER && task.waker == data { task } else { Task { key: key(), waker: data } }
    })
}

/// The frame on top, the outermost one of its task, polls with this waker.
pub(crate) fn set_waker(waker: &Waker) {
    with(|stack| stack.top().1.waker.set(waker.data().addr()));
}

#[cfg(test)]
mod tests;
