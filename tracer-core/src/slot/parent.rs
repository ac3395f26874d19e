//! Who is the parent where one calls and another polls.

use crate::context::SpanContext;
use crate::id::SpanId;
use crate::provider::is_same_task;
use crate::slot::with;
use crate::stack::Kind;

/// The parent of a span whose future was made where `captured` was current and is polled first
/// where `polled` is; and whether it runs in another task than its parent.
///
/// The caller wins over the poller, unless the poller's frames stand between them: then it is a
/// helper that was handed the future (`retry(child())`).
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

fn is_on_poll_stack(span: SpanId, key: u64) -> bool {
    with(|stack| {
        let seen =
            stack.innermost_first().take_while(|(place, _)| place.kind.get() != Kind::Isolated);
        let is_frame = |kind| matches!(kind, Kind::Frame | Kind::Foreign);
        let frames = seen.filter(|(place, _)| is_frame(place.kind.get()));
        let mut own = frames.take_while(|(_, strand)| is_same_task(strand.key.get(), key));
        own.any(|(frame, _)| frame.span.get() == span || frame.origin.get() == span)
    })
}
