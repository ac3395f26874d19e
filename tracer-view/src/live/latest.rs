//! The traces that are kept, and who waits for new ones.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

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

/// Between two times that data are made for pages that ask by themselves, there is at least this many
/// times what it takes: a tenth of a processor is used for it at most.
const REST: u32 = 9;

/// The traces of a version as the page takes them.
pub(super) struct Made {
    pub(super) version: u64,
    pub(super) program: String,
    /// Gzip of JSON.
    pub(super) data: Vec<u8>,
    /// When those of a later version may be made.
    pub(super) rests_until: Instant,
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
        self.make(&mut locked(&self.made))
    }

    /// Traces of a later version than that which was seen; none where it is not yet time for them.
    pub(super) fn made_after(&self, seen: u64, now: Instant) -> io::Result<Option<Arc<Made>>> {
        let mut made = locked(&self.made);
        if let Some(made) = made.as_ref().filter(|made| now < made.rests_until) {
            return Ok((made.version > seen).then(|| Arc::clone(made)));
        }
        if locked(&self.state).version <= seen {
            return Ok(None);
        }
        self.make(&mut made).map(Some)
    }

    fn make(&self, made: &mut Option<Arc<Made>>) -> io::Result<Arc<Made>> {
        let state = locked(&self.state);
        let version = state.version;
        if let Some(made) = made.as_ref().filter(|made| made.version == version) {
            return Ok(Arc::clone(made));
        }
        let (spans, evicted) = (state.store.spans(), state.store.evicted());
        let service = state.service.clone();
        drop(state);
        let began = Instant::now();
        let mut table = Table::default();
        let spans = spans.iter().flat_map(|spans| &**spans);
        spans.for_each(|span| span.add_to(&mut table, &service));
        let program = if service.is_empty() { html::program() } else { service };
        let heading = Heading { program, evicted };
        let data = html::gzip(&table, &heading)?;
        let ended = Instant::now();
        let rests_until = ended + (ended - began) * REST;
        let new = Arc::new(Made { version, program: heading.program, data, rests_until });
        *made = Some(Arc::clone(&new));
        Ok(new)
    }
}

/// What panicked elsewhere does not matter here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tracer_core::{Memory, Span, SpanRecord, Tracer};

    use super::Latest;

    fn records() -> Arc<[SpanRecord]> {
        let memory = Memory::default();
        let tracer = Tracer::builder().exporter(memory.clone()).build().expect("threads");
        tracer.in_scope(|| drop(Span::root("work")));
        tracer.flush(Duration::from_secs(10)).expect("nothing is dropped");
        memory.take().into()
    }

    #[test]
    fn pages_that_ask_by_themselves_get_new_data_after_a_rest_and_a_reader_at_once() {
        let latest = Latest::new(1 << 20);
        latest.add([records()], "shop");
        let first = latest.made().expect("memory takes it");
        latest.add([records()], "shop");
        let version = |seen, now| {
            let made = latest.made_after(seen, now).expect("memory takes it");
            made.map(|made| made.version)
        };
        let ends = first.rests_until;
        let before = ends.checked_sub(Duration::from_nanos(1)).expect("it is no first moment");
        assert_eq!(version(0, before), Some(1), "what is there costs nothing");
        assert_eq!(version(1, before), None);
        assert_eq!(version(1, ends), Some(2));
        assert_eq!(version(2, ends + Duration::from_secs(3600)), None, "there is nothing new");
        latest.add([records()], "shop");
        assert_eq!(latest.made().expect("memory takes it").version, 3);
    }
}
