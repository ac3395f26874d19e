//! Futures that are not ready: what guards that they hold over an await have made current, and the
//! span that they are dropped in.

use crate::context::SpanContext;
use crate::provider::key;
use crate::slot::{enter, enter_as, with};
use crate::stack::Kind;

/// Whether something is left above the frame above `below` when its poll is over.
#[inline(always)]
pub(crate) fn is_held(below: u32) -> bool {
    with(|stack| stack.depth() != below + 1)
}

/// What guards have entered there, from the outside in: they are held over an await.
#[cold]
pub(crate) fn held(below: u32) -> Vec<SpanContext> {
    with(|stack| {
        let above = stack.depth().saturating_sub(below + 1) as usize;
        let places = stack.innermost_first().take(above);
        let guards = places.filter(|(place, _)| place.kind.get().is_left_by_span());
        let mut held: Vec<_> = guards.map(|(place, strand)| strand.context(place)).collect();
        held.reverse();
        held
    })
}

/// Makes current again what guards had that were held over an await, above the frame, where each finds
/// its own.
#[cold]
pub(crate) fn enter_again(guards: &[SpanContext]) {
    let key = key();
    for context in guards {
        let _below = enter(context, key);
    }
}

/// Enters the context of a future that is about to be dropped unfinished; [`end_drop`] must follow.
pub(crate) fn begin_drop(context: &SpanContext) {
    // Left by its kind.
    let _below = enter_as(Kind::Dropping, context, key());
}

/// Leaves what [`begin_drop`] entered, with guards that were leaked meanwhile.
pub(crate) fn end_drop() {
    with(|stack| {
        let mut places = stack.innermost_first();
        let above = places.position(|(place, _)| place.kind.get() == Kind::Dropping);
        stack.truncate(stack.depth().saturating_sub(above.unwrap_or(0) as u32 + 1));
    });
}
