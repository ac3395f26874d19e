//! The traces that are kept, and who waits for new ones.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::html::{self, Heading, Store, Stored};
use crate::table::Table;

/// The traces that are kept. They are locked only while spans are put in or referred to.
pub(crate) struct Latest<S> {
    state: Mutex<State<S>>,
    changed: Condvar,
    /// Locked while it is made, so that this is done once for all who want it.
    made: Mutex<Option<Arc<Made>>>,
}

struct State<S> {
    store: Store<S>,
    /// The name of the program's service, once a trace said it.
    service: String,
    /// How often something came.
    version: u64,
    is_closed: bool,
}

/// The traces of a version as the page takes them.
pub(super) struct Made {
    pub(super) version: u64,
    pub(super) program: String,
    /// Gzip of JSON.
    pub(super) data: Vec<u8>,
}

/// What there is after a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Traces of this version.
    Version(u64),
    Nothing,
    /// There will be no more.
    Closed,
}

impl<S: Stored> Latest<S> {
    pub(super) fn new(max_bytes: usize) -> Self {
        let store = Store::new(max_bytes, html::SLOWEST);
        let state = State { store, service: String::new(), version: 0, is_closed: false };
        Self { state: Mutex::new(state), changed: Condvar::new(), made: Mutex::new(None) }
    }

    /// Adds spans, in groups of one trace each; those of the tracer itself are of `service`.
    pub(crate) fn add(&self, traces: impl IntoIterator<Item = Arc<[S]>>, service: &str) {
        let mut state = locked(&self.state);
        if state.service.is_empty() {
            service.clone_into(&mut state.service);
        }
        traces.into_iter().for_each(|spans| state.store.add(spans));
        state.version += 1;
        drop(state);
        self.changed.notify_all();
    }

    /// Ends all waiting.
    pub(super) fn close(&self) {
        locked(&self.state).is_closed = true;
        self.changed.notify_all();
    }

    /// Waits for a later version than that which was seen.
    pub(super) fn wait(&self, seen: u64, longest: Duration) -> News {
        let is_old = |state: &mut State<S>| state.version <= seen && !state.is_closed;
        let waited = self.changed.wait_timeout_while(locked(&self.state), longest, is_old);
        let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (state.is_closed, state.version) {
            (true, _) => News::Closed,
            (false, version) if version > seen => News::Version(version),
            (false, _) => News::Nothing,
        }
    }

    /// The traces that are there now.
    pub(super) fn made(&self) -> io::Result<Arc<Made>> {
        let mut made = locked(&self.made);
        let state = locked(&self.state);
        let version = state.version;
        if let Some(made) = made.as_ref().filter(|made| made.version == version) {
            return Ok(Arc::clone(made));
        }
        let (spans, evicted) = (state.store.spans(), state.store.evicted());
        let service = state.service.clone();
        drop(state);
        let mut table = Table::default();
        let spans = spans.iter().flat_map(|spans| &**spans);
        spans.for_each(|span| span.add_to(&mut table, &service));
        let program = if service.is_empty() { html::program() } else { service };
        let heading = Heading { program, evicted };
        let data = html::gzip(&table, &heading)?;
        let new = Arc::new(Made { version, program: heading.program, data });
        *made = Some(Arc::clone(&new));
        Ok(new)
    }
}

/// What panicked elsewhere does not matter here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
