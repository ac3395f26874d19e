//! Whose context: the span that is current on this thread, in this task.
//!
//! The stack of a thread is filled only while frames of ours are being polled or guards are
//! entered, and each entry says which task it is current for: another task that runs on top of it (a
//! `LocalSet` driven inside a request, a nested `block_on`) does not see it.

use std::cell::Cell;
use std::task::Waker;

use crate::callsite::Callsite;
use crate::context::{INHERITED, RECORDED, SpanContext};
use crate::id::SpanId;
use crate::path;
use crate::provider::{self, ContextProvider, inherited, is_same_task, key};
use crate::stack::{Kind, Stack, Task};

thread_local! {
    static STACK: Stack = const { Stack::new() };
    /// Ticks from the spawn of the running task to its first poll, until a span takes them.
    static DELAY: Cell<u64> = const { Cell::new(0) };
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
    STACK.with(|stack| {
        let top = stack.top();
        if top.flags.get() != 0 && is_same_task(top.key.get(), key) {
            top.context()
        } else {
            inherited()
        }
    })
}

/// Whether `context`, which is a span's, is the one that counts for the task `key`, as it stands
/// there: inherited or not.
#[inline(always)]
pub(crate) fn is_current(context: &SpanContext, key: u64) -> bool {
    STACK.with(|stack| {
        let top = stack.top();
        top.span.get() == context.span
            && top.trace.get() == context.trace
            && top.flags.get() == context.flags
            && is_same_task(top.key.get(), key)
    })
}

/// Whether the context on top is recorded; false negatives only where a foreign task runs on top.
#[inline(always)]
pub fn is_recorded() -> bool {
    STACK.with(|stack| stack.top().flags.get() & RECORDED != 0)
}

/// The context on top, whichever task it is current for.
#[inline(always)]
pub(crate) fn top() -> SpanContext {
    STACK.with(|stack| stack.top().context())
}

/// The span on top and the tracer it is recorded by.
#[inline(always)]
pub(crate) fn top_recorded() -> (SpanId, u32) {
    STACK.with(|stack| {
        let top = stack.top();
        (top.span.get(), SpanContext::tracer_of(top.flags.get()))
    })
}

/// The parent of a span whose future was made where `captured` was current and is polled first
/// where `polled` is; and whether it runs in another task than its parent.
///
/// The caller wins over the poller, unless the poller's frames stand between them: then it is a
/// helper that was handed the future (`retry(child())`).
#[inline(always)]
pub(crate) fn parent(captured: SpanContext, polled: SpanContext, key: u64) -> (SpanContext, bool) {
    if captured.is_none() || (captured == polled && captured.tracer() == polled.tracer()) {
        return (polled, polled.is_inherited());
    }
    if polled.is_none() {
        return (captured, captured.is_valid());
    }
    if !captured.is_valid() {
        // Called in a mere scope: as without a context, but never in another tracer's trace.
        let own = captured.tracer() == polled.tracer();
        return if own { (polled, polled.is_inherited()) } else { (captured, false) };
    }
    if is_on_poll_stack(captured.span, key) {
        (polled, polled.is_inherited())
    } else {
        (captured, true)
    }
}

#[inline(never)]
fn is_on_poll_stack(span: SpanId, key: u64) -> bool {
    STACK.with(|stack| {
        let entries = stack.entries().iter().rev();
        let frames = entries.filter(|place| place.kind.get() == Kind::Frame);
        let mut own = frames.take_while(|frame| is_same_task(frame.key.get(), key));
        own.any(|frame| frame.span.get() == span || frame.origin.get() == span)
    })
}

/// Makes `context` current for the task `key`, until [`leave`] is called with what this returns.
#[inline(always)]
pub(crate) fn enter(context: SpanContext, key: u64) -> usize {
    let task = Task { key, waker: 0 };
    STACK.with(|stack| stack.push(&context, task, SpanId::NONE, Kind::Guard))
}

/// What [`enter_child`] found on top.
pub(crate) enum OnTop {
    /// A recorded span: its child is current now. The parent, and the depth below the child.
    Parent(SpanId, usize),
    /// A span that is not recorded: nor is what it calls, and that is current already.
    Passive,
    /// Something else: no span, an inherited one, or one of another task.
    Uncommon,
}

/// Makes a child of the span on top current, if that one is simply the running task's.
#[inline(always)]
pub(crate) fn enter_child(callsite: &'static Callsite, key: u64) -> OnTop {
    STACK.with(|stack| {
        let top = stack.top();
        if !is_same_task(top.key.get(), key) {
            return OnTop::Uncommon;
        }
        match top.flags.get() & (RECORDED | INHERITED) {
            RECORDED => {
                let parent = top.context();
                let span = SpanId::new();
                let child =
                    SpanContext { span, path: path::child(parent.path, callsite), ..parent };
                let below = stack.push(&child, top.task(), SpanId::NONE, Kind::Guard);
                OnTop::Parent(parent.span, below)
            }
            0 if top.span.get() != SpanId::NONE => OnTop::Passive,
            _ => OnTop::Uncommon,
        }
    })
}

/// Leaves what the guard of `span` entered, if that guard is the current one; else it will be left
/// with the guards above, which would otherwise bring its context back.
#[inline(always)]
pub(crate) fn leave(span: SpanId, below: usize) {
    STACK.with(|stack| {
        if stack.depth.get() == below + 1 && stack.top().span.get() == span {
            stack.truncate(below);
        } else {
            stack.leave_out_of_order(span, below);
        }
    });
}

/// Leaves what was entered above `below`, and all above it: a guard that was leaked there ends with
/// the function that leaked it. Returns what was entered.
#[inline(always)]
pub(crate) fn leave_with_all_above(below: usize) -> SpanContext {
    STACK.with(|stack| {
        if stack.depth.get() != below + 1 {
            stack.truncate(below + 1);
        }
        let context = stack.top().context();
        stack.truncate(below);
        context
    })
}

/// What was entered above `below`.
#[inline(always)]
pub(crate) fn entered(below: usize) -> SpanContext {
    STACK.with(|stack| {
        if stack.depth.get() != below + 1 {
            stack.truncate(below + 1);
        }
        stack.top().context()
    })
}

/// The running task, as a poll with this waker shows it.
#[inline(always)]
pub(crate) fn task_of(waker: &Waker) -> Task {
    // Null where a waker does nothing: it may be any task's.
    let data = waker.data().addr();
    STACK.with(|stack| {
        let top = stack.top();
        if data != 0 && top.waker.get() == data {
            top.task()
        } else {
            Task { key: key(), waker: data }
        }
    })
}

/// A frame being polled; dropping it restores the slot, also while unwinding.
#[derive(Debug)]
pub(crate) struct Polling {
    below: usize,
    /// No span of the same task encloses it: its polls are the task's.
    pub(crate) is_outermost: bool,
}

impl Polling {
    /// Enters the frame of `context`, which was made where `origin` was current.
    ///
    /// Not inlined: a traced function would be several times longer than a plain one.
    #[inline(never)]
    pub(crate) fn enter(context: &SpanContext, origin: SpanId, waker: &Waker) -> Self {
        STACK.with(|stack| {
            let outer = stack.top();
            let data = waker.data().addr();
            if data != 0 && outer.waker.get() == data {
                let is_outermost =
                    outer.flags.get() & INHERITED != 0 || outer.span.get() == SpanId::NONE;
                let below = stack.push(context, outer.task(), origin, Kind::Frame);
                return Self { below, is_outermost };
            }
            Self::enter_as(stack, context, origin, Task { key: key(), waker: data })
        })
    }

    fn enter_as(stack: &Stack, context: &SpanContext, origin: SpanId, task: Task) -> Self {
        let outer = stack.top();
        let is_outermost = outer.span.get() == SpanId::NONE
            || outer.flags.get() & INHERITED != 0
            || !is_same_task(outer.key.get(), task.key);
        let below = stack.push(context, task, origin, Kind::Frame);
        Self { below, is_outermost }
    }

    /// What is on top of this frame when its poll is over: a guard that is held over an await.
    #[inline(always)]
    pub(crate) fn held(&self) -> Option<SpanContext> {
        STACK.with(|stack| (stack.depth.get() != self.below + 1).then(|| stack.top().context()))
    }
}

impl Drop for Polling {
    #[inline(always)]
    fn drop(&mut self) {
        STACK.with(|stack| stack.truncate(self.below));
    }
}

/// Leaves word of how long the running task waited for its first poll.
pub(crate) fn set_delay(ticks: u64) {
    DELAY.set(ticks);
}

/// Takes what [`set_delay`] left.
pub(crate) fn take_delay() -> u64 {
    DELAY.replace(0)
}

/// Enters the context of a future that is about to be dropped unfinished; [`end_drop`] must follow.
pub(crate) fn begin_drop(context: SpanContext) {
    enter(context, key());
}

/// Leaves what [`begin_drop`] entered.
pub(crate) fn end_drop() {
    STACK.with(|stack| stack.truncate(stack.depth.get().saturating_sub(1)));
}

#[cfg(test)]
mod tests {
    use crate::span::Span;
    use crate::stack::MAX;
    use crate::testing::Scope;

    fn nest(levels: usize) {
        let span = Span::new("level");
        let entered = span.enter();
        if levels > 1 {
            nest(levels - 1);
        }
        assert_eq!(super::current(), span.context());
        drop(entered);
    }

    #[test]
    fn parents_are_right_beyond_the_last_entry() {
        let scope = Scope::new();
        for _ in 0..2 {
            scope.in_scope(|| nest(2 * MAX));
        }
        let spans = scope.spans();
        let parents: std::collections::HashSet<_> =
            spans.iter().map(crate::SpanRecord::parent_id).collect();
        assert_eq!(spans.len(), 4 * MAX);
        assert_eq!(
            parents.len(),
            4 * MAX - 1,
            "each but the two innermost has one child; the roots have none"
        );
        assert!(super::current().is_none());
    }

    #[test]
    fn a_guard_left_below_others_is_gone_with_them() {
        let scope = Scope::new();
        scope.in_scope(|| {
            let spans = ["a", "b", "c"].map(Span::new);
            let [a, b, c] = [0, 1, 2].map(|index: usize| spans[index].enter());
            drop(b);
            assert_eq!(super::current(), spans[2].context());
            drop(c);
            assert_eq!(super::current(), spans[0].context());
            drop(a);
            assert!(!super::current().is_valid());
        });
    }
}
