//! Facts of a task: what is known of it where it is spawned, and what its runtime knows.
//!
//! They travel with what is spawned, and are written down once by each outermost span of the task.

use std::cell::Cell;
use std::panic::Location;

use crate::clock;
use crate::context::SpanContext;
use crate::detail;
use crate::provider;

/// What a task takes along from where it is spawned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spawned {
    /// Ticks.
    at: u64,
    /// Number of the task that spawned it, 0 outside of tasks.
    by: u64,
    place: &'static Location<'static>,
}

/// What a task was told by its spawner, and for how many ticks it waited then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    spawned: Spawned,
    delay: u64,
}

thread_local! {
    /// The running task's, until a span takes it.
    static ARRIVED: Cell<Option<Arrived>> = const { Cell::new(None) };
}

impl Spawned {
    /// For a task that is spawned now, for the caller.
    #[track_caller]
    pub(crate) fn now() -> Self {
        Self::from(Location::caller())
    }

    /// For a task that is spawned now, there.
    pub(crate) fn from(place: &'static Location<'static>) -> Self {
        Self { at: clock::ticks(), by: provider::running(), place }
    }

    /// The task is polled for the first time, until [`take`] is called.
    pub(crate) fn arrive(self) {
        let delay = clock::ticks().saturating_sub(self.at);
        put(Some(Arrived { spawned: self, delay }));
    }
}

/// Takes what the running task was told by its spawner. If no span did, it is nobody's.
pub(crate) fn take() -> Option<Arrived> {
    ARRIVED.take()
}

/// Puts back what [`take`] took.
pub(crate) fn put(arrived: Option<Arrived>) {
    ARRIVED.set(arrived);
}

/// Writes down what is known of the running task, whose outermost span has just been opened.
#[cold]
pub(crate) fn write(context: &SpanContext) {
    if !context.is_recorded() {
        return;
    }
    let arrived = take();
    provider::describe(|key, mut facts| {
        if let Some(Spawned { by, place, .. }) = arrived.map(|arrived| arrived.spawned) {
            // Hooks know of the spawn as well, but not always who asked for it.
            (facts.spawned_at, facts.spawned_by) = (Some(place), by);
        }
        if key != 0 || arrived.is_some() {
            detail::task(context, key, arrived.map(|arrived| arrived.delay), facts);
        }
    });
}
