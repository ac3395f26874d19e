//! The contexts that are current on a thread, one on top of the other, in plain cells.
//!
//! Neither this nor what it keeps has a destructor, so that it works while the thread dies.

mod place;

use std::cell::Cell;
use std::mem::ManuallyDrop;

pub(crate) use place::{Kind, NO_WAKER, Place, Strand, Task};

use crate::context::SpanContext;
use crate::id::SpanId;
use crate::path::Path;

/// A place that the stack is too deep for.
#[derive(Clone, Copy, Debug)]
struct Displaced {
    context: SpanContext,
    task: Task,
    origin: SpanId,
    start: u64,
    strand: u8,
    kind: Kind,
}

/// Places of the ring.
pub(crate) const RING: usize = 256;

/// The place at `depth` is the current one; the place at 0 is empty. Places lie in a ring, so that an
/// index needs no check; those that come round displace the lowest to the heap.
pub(crate) struct Stack {
    depth: Cell<u32>,
    /// Some place is on the heap, or was left below others.
    uncommon: Cell<bool>,
    places: [Place; RING],
    strands: [Strand; RING],
    /// A context that is not on the stack, for as long as it takes to read it.
    elsewhere: (Place, Strand),
}

thread_local! {
    /// The lowest places where the stack is deeper than the ring; freed when they are gone.
    static DEEP: Cell<ManuallyDrop<Vec<Displaced>>> =
        const { Cell::new(ManuallyDrop::new(Vec::new())) };
}

impl Stack {
    pub(crate) const fn new() -> Self {
        Self {
            depth: Cell::new(0),
            uncommon: Cell::new(false),
            places: [const { Place::new() }; RING],
            strands: [const { Strand::new() }; RING],
            elsewhere: (Place::new(), Strand::new()),
        }
    }

    /// Lends `context` the form of a place, until this is called again.
    #[cold]
    pub(crate) fn elsewhere(&self, context: SpanContext) -> (&Place, &Strand) {
        let (place, strand) = &self.elsewhere;
        place.set(context.span, context.path, SpanId::NONE, Kind::Guard);
        strand.set(&context, Task { key: 0, waker: NO_WAKER });
        (place, strand)
    }

    #[inline(always)]
    pub(crate) fn depth(&self) -> u32 {
        self.depth.get()
    }

    #[inline(always)]
    fn place(&self, depth: u32) -> &Place {
        &self.places[usize::from(depth as u8)]
    }

    #[inline(always)]
    pub(crate) fn top(&self) -> (&Place, &Strand) {
        let place = self.place(self.depth.get());
        (place, self.strand(place))
    }

    #[inline(always)]
    fn strand(&self, place: &Place) -> &Strand {
        &self.strands[usize::from(place.strand.get())]
    }

    /// The places from the innermost out, without those on the heap.
    pub(crate) fn innermost_first(&self) -> impl Iterator<Item = (&Place, &Strand)> {
        let (depth, count) = (self.depth.get(), self.depth.get().min(RING as u32 - 1));
        (0..count).map(move |back| {
            let place = self.place(depth - back);
            (place, self.strand(place))
        })
    }

    /// Puts a span of the top's trace and task on it; nothing if there is no place for it but by
    /// [`push`](Self::push).
    #[inline(always)]
    pub(crate) fn try_push(
        &self,
        span: SpanId,
        path: Path,
        origin: SpanId,
        kind: Kind,
    ) -> Option<&Place> {
        let below = self.depth.get();
        if below >= RING as u32 - 1 {
            return None;
        }
        let strand = self.place(below).strand.get();
        let place = self.place(below + 1);
        place.set(span, path, origin, kind);
        place.strand.set(strand);
        self.depth.set(below + 1);
        Some(place)
    }

    /// Returns the depth below the new place.
    pub(crate) fn push(
        &self,
        context: &SpanContext,
        task: Task,
        origin: SpanId,
        kind: Kind,
    ) -> u32 {
        let below = self.depth.get();
        let (outer, strand) = self.top();
        let is_another = !(strand.is_of(context) && strand.is_task(task));
        let index = outer.strand.get().wrapping_add(u8::from(is_another));
        let place = self.place(below + 1);
        if below >= RING as u32 - 1 {
            self.displace(place);
        }
        place.set(context.span, context.path, origin, kind);
        place.strand.set(index);
        if is_another {
            self.strands[usize::from(index)].set(context, task);
        }
        self.depth.set(below + 1);
        below
    }

    #[cold]
    fn displace(&self, place: &Place) {
        let strand = self.strand(place);
        let displaced = Displaced {
            context: strand.context(place),
            task: strand.task(),
            origin: place.origin.get(),
            start: place.start.get(),
            strand: place.strand.get(),
            kind: place.kind.get(),
        };
        deep(|places| places.push(displaced));
        self.uncommon.set(true);
    }

    /// Leaves all places above `depth`.
    #[inline(always)]
    pub(crate) fn truncate(&self, depth: u32) {
        self.depth.set(depth);
        if self.uncommon.get() {
            self.restore();
        }
    }

    /// Whether the top can be left by [`leave_to`](Self::leave_to).
    #[inline(always)]
    pub(crate) fn is_common(&self) -> bool {
        !self.uncommon.get()
    }

    /// As [`truncate`](Self::truncate), where the stack [is common](Self::is_common).
    #[inline(always)]
    pub(crate) fn leave_to(&self, depth: u32) {
        self.depth.set(depth);
    }

    /// Brings back what had been displaced, and leaves what was left below others.
    #[cold]
    fn restore(&self) {
        let displaced = deep(|places| {
            while self.depth.get() > 0 && self.is_left(places) {
                self.depth.set(self.depth.get() - 1);
            }
            places.truncate(self.depth.get() as usize + 1);
            let kept = (self.depth.get() as usize + 1).saturating_sub(RING);
            for (depth, lower) in (kept as u32..).zip(places.drain(kept..)) {
                let place = self.place(depth);
                place.set(lower.context.span, lower.context.path, lower.origin, lower.kind);
                place.start.set(lower.start);
                place.strand.set(lower.strand);
                self.strands[usize::from(lower.strand)].set(&lower.context, lower.task);
            }
            kept
        });
        let is_left = |(place, _): (&Place, &Strand)| place.kind.get() == Kind::Left;
        self.uncommon.set(displaced > 0 || self.innermost_first().any(is_left));
    }

    fn is_left(&self, displaced: &[Displaced]) -> bool {
        let depth = self.depth.get();
        let lower = displaced.get(depth as usize);
        lower.map_or_else(|| self.place(depth).kind.get(), |lower| lower.kind) == Kind::Left
    }

    /// Leaves the guard of `span`, entered above `below`, that is not the current one: it goes with
    /// those above it, or went with the frame it was entered in. A guard that was held over an await
    /// may stand elsewhere now.
    #[cold]
    pub(crate) fn leave_out_of_order(&self, span: SpanId, below: u32) {
        let depth = self.depth.get();
        let in_ring = (depth + 1).saturating_sub(RING as u32 - 1).max(1)..=depth;
        let is_its = |depth: &u32| {
            let place = self.place(*depth);
            place.kind.get().is_left_by_span() && place.span.get() == span
        };
        let own = Some(below + 1).filter(|own| in_ring.contains(own) && is_its(own));
        match own.or_else(|| in_ring.rev().find(is_its)) {
            Some(found) if found == depth => self.truncate(depth - 1),
            Some(found) => {
                self.place(found).kind.set(Kind::Left);
                self.uncommon.set(true);
            }
            None => deep(|places| {
                let lower = places.get_mut(below as usize + 1);
                if let Some(lower) = lower.filter(|lower| lower.context.span == span) {
                    lower.kind = Kind::Left;
                }
            }),
        }
    }
}

/// Works on the displaced places.
fn deep<R>(f: impl FnOnce(&mut Vec<Displaced>) -> R) -> R {
    DEEP.with(|cell| {
        let mut places = cell.replace(ManuallyDrop::new(Vec::new()));
        let result = f(&mut places);
        if places.is_empty() {
            drop(ManuallyDrop::into_inner(places));
        } else {
            cell.set(places);
        }
        result
    })
}
