//! Tracers as the traced threads see them: a number to route records by, a sampler, what was lost.
//!
//! Logs belong to the process and tracers are destinations of records. Numbers are never used
//! twice, so that a context left over from a tracer that is gone cannot reach another.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::propagator::Propagators;
use crate::refused;
use crate::sample::Sampler;

/// What is known of one tracer; leaked, because contexts may name it for as long as they live.
#[derive(Debug)]
pub(crate) struct Destination {
    pub(crate) settings: Settings,
    /// What came in and was not taken over.
    pub(crate) refused: refused::Counts,
    /// Spans and details that ended where the log had no room for them.
    pub(crate) lost: Lost,
    /// Polls that took longer than its builder allowed.
    pub(crate) slow_polls: AtomicU64,
}

/// What traced threads have to know of a tracer.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) sampler: Box<dyn Sampler>,
    /// Flags that the contexts of its spans have, of those that the sampler takes and of the others.
    pub(crate) sampled: u32,
    pub(crate) unsampled: u32,
    pub(crate) service: Service<String>,
    /// How its contexts leave the process and come in.
    pub(crate) propagators: Propagators,
}

/// What a service is known by; empty where it is not said.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "it is for crates of the same version")]
pub struct Service<T> {
    /// `service.name`.
    pub name: T,
    /// `deployment.environment.name`.
    pub environment: T,
    /// `service.version`.
    pub version: T,
}

/// Counts of records that could not be written.
#[derive(Debug, Default)]
pub(crate) struct Lost {
    pub(crate) spans: AtomicU64,
    pub(crate) details: AtomicU64,
    /// Ended after their tracer was shut down.
    pub(crate) late_spans: AtomicU64,
}

/// Tracers that record now: while there is none, traced code does nothing.
static ACTIVE: AtomicU32 = AtomicU32::new(0);
/// The tracer of roots that no scope gives to another; 0 when there is none.
static INSTALLED: AtomicU32 = AtomicU32::new(0);
static NEXT: AtomicU32 = AtomicU32::new(1);

const SEGMENT: usize = 4096;
type Segment = Box<[OnceLock<&'static Destination>]>;
static TABLE: [OnceLock<Segment>; 2048] = [const { OnceLock::new() }; 2048];

/// Returns whether any tracer records: the whole cost of traced code where none does.
#[doc(hidden)]
#[inline(always)]
pub fn is_active() -> bool {
    // Relaxed: a span that begins while a tracer starts or stops may be recorded or not.
    ACTIVE.load(Ordering::Relaxed) != 0
}

thread_local! {
    static IS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// This thread is ours: a trace that began here would be of the tracer itself, and never end.
pub(crate) fn begin_own_thread() {
    IS_OWN.set(true);
}

pub(crate) fn is_own_thread() -> bool {
    IS_OWN.get()
}

/// Returns the installed tracer's number, 0 when there is none.
#[inline(always)]
pub(crate) fn installed() -> u32 {
    INSTALLED.load(Ordering::Relaxed)
}

/// Makes `number` the tracer of roots without a scope; false if another one is.
pub(crate) fn install(number: u32) -> bool {
    INSTALLED.compare_exchange(0, number, Ordering::AcqRel, Ordering::Relaxed).is_ok()
}

/// Forgets the parent's tracers in a forked child; elsewhere there are none yet.
pub(crate) fn begin_anew() {
    // Relaxed: the threads of the child that record are started later, or by the parent.
    INSTALLED.store(0, Ordering::Relaxed);
    ACTIVE.store(0, Ordering::Relaxed);
}

/// Announces a tracer and returns its number, from 1; nothing when all 2^23 have been used.
pub(crate) fn open(settings: Settings) -> Option<(u32, &'static Destination)> {
    let number = NEXT.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
        ((next as usize) < SEGMENT * TABLE.len()).then_some(next + 1)
    });
    let number = number.ok()?;
    let segment = TABLE[number as usize / SEGMENT]
        .get_or_init(|| (0..SEGMENT).map(|_| OnceLock::new()).collect());
    let destination = segment[number as usize % SEGMENT].get_or_init(|| {
        Box::leak(Box::new(Destination {
            settings,
            refused: refused::Counts::default(),
            lost: Lost::default(),
            slow_polls: AtomicU64::new(0),
        }))
    });
    ACTIVE.fetch_add(1, Ordering::Relaxed);
    Some((number, destination))
}

/// Takes a tracer back; records that still name it are counted as too late.
pub(crate) fn close(number: u32) {
    let _other = INSTALLED.compare_exchange(number, 0, Ordering::Relaxed, Ordering::Relaxed);
    ACTIVE.fetch_sub(1, Ordering::Relaxed);
}

/// Finds a tracer by its number.
pub(crate) fn find(number: u32) -> Option<&'static Destination> {
    TABLE.get(number as usize / SEGMENT)?.get()?.get(number as usize % SEGMENT)?.get().copied()
}
