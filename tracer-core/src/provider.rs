//! Which task runs here: asked of the runtimes that registered.

use std::hash::{Hash, Hasher};
use std::panic::Location;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::context::SpanContext;

/// Tells the tracer which task runs on this thread: one implementation a runtime.
///
/// All registered providers are asked at every poll of a traced future, so [`key`](Self::key) must
/// be a few instructions; each answers for the tasks of its own runtime.
///
/// # Examples
///
/// ```
/// use std::cell::Cell;
///
/// use tracer_core::ContextProvider;
///
/// thread_local!(static TASK: Cell<u64> = const { Cell::new(0) });
///
/// /// An executor that puts the running task's number there.
/// struct Executor;
///
/// impl ContextProvider for Executor {
///     fn runtime(&self) -> &'static str {
///         "my-executor"
///     }
///
///     fn key(&self) -> u64 {
///         TASK.get()
///     }
/// }
///
/// TASK.set(7);
/// assert_eq!(Executor.key(), 7);
/// assert!(Executor.inherited().is_none(), "it does not keep contexts");
/// ```
pub trait ContextProvider: Sync {
    /// Returns the runtime's name; a second provider of that name is not registered.
    fn runtime(&self) -> &'static str;

    /// Returns the running task's number, 0 outside of tasks.
    ///
    /// No two tasks of the runtime that are alive at the same time have the same.
    fn key(&self) -> u64;

    /// Returns the context that the running task was spawned in, if the runtime keeps it.
    ///
    /// Asked only where no span of the task itself is current.
    fn inherited(&self) -> Option<SpanContext> {
        None
    }

    /// Tells what the runtime knows of the running task beside its number, in one call of `tell`.
    ///
    /// Asked once for each outermost span of a task.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{ContextProvider, TaskFacts};
    ///
    /// /// An executor of one task, which has a name.
    /// struct Executor;
    ///
    /// impl ContextProvider for Executor {
    ///     fn runtime(&self) -> &'static str {
    ///         "my-executor"
    ///     }
    ///
    ///     fn key(&self) -> u64 {
    ///         1
    ///     }
    ///
    ///     fn describe(&self, tell: &mut dyn FnMut(TaskFacts<'_>)) {
    ///         tell(TaskFacts::default().name("audit"));
    ///     }
    /// }
    /// ```
    fn describe(&self, tell: &mut dyn FnMut(TaskFacts<'_>)) {
        tell(TaskFacts::default());
    }
}

/// What a runtime knows of a task beside its number.
///
/// # Examples
///
/// ```
/// use std::panic::Location;
///
/// use tracer_core::TaskFacts;
///
/// let facts = TaskFacts::default().name("audit").spawned_at(Location::caller()).spawned_by(7);
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "facts do nothing until they are told"]
pub struct TaskFacts<'a> {
    pub(crate) name: Option<&'a str>,
    pub(crate) spawned_at: Option<&'static Location<'static>>,
    /// 0 if it is not known.
    pub(crate) spawned_by: u64,
}

impl<'a> TaskFacts<'a> {
    /// Names the task.
    pub const fn name(self, name: &'a str) -> Self {
        Self { name: Some(name), ..self }
    }

    /// Says where it was spawned.
    pub const fn spawned_at(self, place: &'static Location<'static>) -> Self {
        Self { spawned_at: Some(place), ..self }
    }

    /// Says by which task it was spawned: the number that [`ContextProvider::key`] gave there.
    pub const fn spawned_by(self, key: u64) -> Self {
        Self { spawned_by: key, ..self }
    }
}

/// More runtimes than this in one process are not registered.
const MAX_PROVIDERS: usize = 8;
static PROVIDERS: [OnceLock<&'static dyn ContextProvider>; MAX_PROVIDERS] =
    [const { OnceLock::new() }; MAX_PROVIDERS];
static REGISTERED: AtomicUsize = AtomicUsize::new(0);

/// Adds a runtime's provider; a second one of the same name changes nothing.
pub(crate) fn add(provider: &'static dyn ContextProvider) {
    for (index, slot) in PROVIDERS.iter().enumerate() {
        match slot.get() {
            Some(other) if other.runtime() == provider.runtime() => return,
            Some(_) => {}
            None if slot.set(provider).is_ok() => {
                // Release: pairs with the acquire in `key`.
                REGISTERED.fetch_max(index + 1, Ordering::Release);
                return;
            }
            // Another thread was faster: look at what it registered.
            None => return add(provider),
        }
    }
}

/// How many providers a key was made of stands in its lowest bits.
const COUNT: u64 = 0xF;

/// The running task: all providers' answers as one number, and how many they were.
#[inline(always)]
pub(crate) fn key() -> u64 {
    match only() {
        Ok(only) => only.key() << 4 | 1,
        Err(count) => keys(count),
    }
}

/// The provider where there is one, as nearly always, else how many there are.
#[inline(always)]
fn only() -> Result<&'static dyn ContextProvider, usize> {
    // Acquire: pairs with the release in `add`.
    let count = REGISTERED.load(Ordering::Acquire);
    match PROVIDERS[0].get() {
        Some(only) if count == 1 => Ok(*only),
        _ => Err(count),
    }
}

fn all(count: usize) -> impl Iterator<Item = &'static dyn ContextProvider> {
    PROVIDERS[..count].iter().filter_map(|slot| slot.get().copied())
}

#[cold]
fn keys(count: usize) -> u64 {
    let keys = all(count).map(ContextProvider::key);
    keys.fold(0, |all: u64, key| all.rotate_left(17) ^ key) << 4 | count as u64
}

/// Whether `entered` is the key of the running task, whose key is `now`: a provider may have been
/// registered in between.
#[inline(always)]
pub(crate) fn is_same_task(entered: u64, now: u64) -> bool {
    entered == now || (entered & COUNT != now & COUNT && is_same_but_for_new(entered))
}

#[cold]
fn is_same_but_for_new(entered: u64) -> bool {
    match (entered & COUNT) as usize {
        0 => true,
        count => keys(count) == entered,
    }
}

/// The number of the running task as its runtime gives it, 0 outside of tasks. Where a task of one
/// runtime is driven inside that of another, both count.
#[cold]
pub(crate) fn running() -> u64 {
    running_in().0
}

/// As [`running`], and the first provider that knows of a task here.
fn running_in() -> (u64, Option<&'static dyn ContextProvider>) {
    let found = |provider: &'static dyn ContextProvider| {
        let key = provider.key();
        (key, (key != 0).then_some(provider))
    };
    match only() {
        Ok(only) => found(only),
        Err(count) => all(count).map(found).filter(|(key, _)| *key != 0).fold(
            (0, None),
            |(all, first): (u64, _), (key, provider)| {
                (all.rotate_left(17) ^ key, first.or(provider))
            },
        ),
    }
}

/// Calls `f` with the number of the running task, as [`running`] gives it, and what its runtime knows
/// of it.
#[cold]
pub(crate) fn describe(f: impl FnOnce(u64, TaskFacts<'_>)) {
    let (key, own) = running_in();
    let Some(provider) = own else { return f(0, TaskFacts::default()) };
    let mut f = Some(f);
    let mut tell = |facts: TaskFacts<'_>| {
        if let Some(f) = f.take() {
            f(key, facts);
        }
    };
    provider.describe(&mut tell);
    tell(TaskFacts::default());
}

/// The context that the running task had when it was spawned, if its runtime knows.
#[inline(never)]
pub(crate) fn inherited() -> SpanContext {
    let found = match only() {
        Ok(only) => only.inherited(),
        Err(count) => all(count).find_map(ContextProvider::inherited),
    };
    found.map_or(SpanContext::NONE, SpanContext::inherited)
}

/// Returns the number in a runtime's task id, for [`ContextProvider::key`].
///
/// It is the number that the id hashes: ids give it away in no other way but as text, which would
/// allocate.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_core::key_of(&7_u64), 7);
/// ```
#[inline]
pub fn key_of(id: &impl Hash) -> u64 {
    let mut number = Number(0);
    id.hash(&mut number);
    number.0
}

struct Number(u64);

impl Hasher for Number {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    #[inline]
    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }

    #[inline]
    fn write_usize(&mut self, number: usize) {
        self.0 = number as u64;
    }
}
