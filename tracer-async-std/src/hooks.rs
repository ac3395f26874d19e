//! Whatever spawns a task, third-party crates among them, is its spans' parent: if one asks for it.
//!
//! async-std writes a record to the `log` crate whenever a task is spawned, at trace level, before
//! the task runs. [`inherit_context`] installs a logger that reads these; [`inherit_context_before`]
//! puts it before your own logger, which sees what it would see without. It takes the
//! program's one place for a logger, and raises `log`'s maximum level to trace: each `trace!` in the
//! program then costs a call, whoever throws its record away. So it is not done unless asked for.
//!
//! Contexts are kept of the newest 262,144 tasks, about 20 MiB, as async-std does not tell when a task
//! ends. One that has asked for its context, by opening a span, is forgotten when it ends; one that
//! never asks, when newer ones need the room, and [`evicted`] counts it.
//!
//! async-std does not tell of `spawn_blocking`, and nothing below it does of what is spawned there
//! (`async_global_executor::spawn`): there it takes [`spawn_blocking`](crate::spawn_blocking()), or a
//! traced fn that spawns. What `block_on` runs inside of a task is a task of its own, as ever.
//!
//! # Examples
//!
//! ```
//! use tracer_core::{Span, testing};
//!
//! tracer_async_std::hooks::inherit_context()?;
//!
//! let scope = testing::Scope::new();
//! async_std::task::block_on(scope.bind(async {
//!     let request = Span::new("request");
//!     request.in_scope(|| async_std::task::spawn(async { drop(Span::new("audit")) })).await;
//! }));
//! assert_eq!(scope.tree(), "request\n  audit\n");
//! # Ok::<_, tracer_async_std::hooks::InheritError>(())
//! ```

use std::error::Error;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use log::kv::Key;
use log::{LevelFilter, Log, Metadata, Record};
use tracer_core::__private::inheritable;

use crate::inherited;
use crate::provider::register;

/// Lets all tasks inherit the context in which they are spawned, in a program without a logger.
///
/// # Examples
///
/// ```
/// tracer_async_std::hooks::inherit_context()?;
/// assert!(tracer_async_std::hooks::inherit_context().is_err(), "there is one logger");
/// # Ok::<_, tracer_async_std::hooks::InheritError>(())
/// ```
///
/// # Errors
///
/// If a logger is installed already, or `log` is built without its trace level.
pub fn inherit_context() -> Result<(), InheritError> {
    install(None, LevelFilter::Off)
}

/// As [`inherit_context`], and hands on to `logger` what is at most of `max_level`.
///
/// Both as they would have been given to `log::set_boxed_logger` and `log::set_max_level`. To change
/// the level later there is [`set_max_level`]: `log`'s own would end the inheritance.
///
/// # Examples
///
/// ```
/// use log::{LevelFilter, Log, Metadata, Record};
///
/// /// Whichever logger you use.
/// struct Lines;
///
/// impl Log for Lines {
///     fn enabled(&self, _: &Metadata<'_>) -> bool {
///         true
///     }
///     fn log(&self, record: &Record<'_>) {
///         println!("{} {}", record.level(), record.args());
///     }
///     fn flush(&self) {}
/// }
///
/// tracer_async_std::hooks::inherit_context_before(Box::new(Lines), LevelFilter::Info)?;
/// log::info!("ready"); // is printed
/// async_std::task::block_on(async_std::task::spawn(async {})); // prints nothing
/// # Ok::<_, tracer_async_std::hooks::InheritError>(())
/// ```
///
/// # Errors
///
/// As [`inherit_context`].
pub fn inherit_context_before(
    logger: Box<dyn Log>,
    max_level: LevelFilter,
) -> Result<(), InheritError> {
    install(Some(logger), max_level)
}

/// Sets the level up to which your logger gets records, in place of `log::set_max_level`.
///
/// # Examples
///
/// ```
/// tracer_async_std::hooks::set_max_level(log::LevelFilter::Debug);
/// ```
pub fn set_max_level(max_level: LevelFilter) {
    // Relaxed: it guards nothing but itself, as log's own.
    MAX_LEVEL.store(max_level as usize, Ordering::Relaxed);
}

/// Keeps the current context for the task that is being spawned, if a record says so.
///
/// For a logger of your own that is installed without these functions; `log`'s maximum level has to be
/// trace.
///
/// # Examples
///
/// ```
/// use log::{Log, Metadata, Record};
///
/// struct Own;
///
/// impl Log for Own {
///     fn enabled(&self, _: &Metadata<'_>) -> bool {
///         true
///     }
///     fn log(&self, record: &Record<'_>) {
///         tracer_async_std::hooks::on_log(record);
///     }
///     fn flush(&self) {}
/// }
/// ```
pub fn on_log(record: &Record<'_>) {
    if record.target() != "async_std::task::builder" {
        return;
    }
    if !matches!(record.args().as_str(), Some("spawn" | "spawn_local")) {
        return;
    }
    let task = record.key_values().get(Key::from_str("task_id")).and_then(|id| id.to_u64());
    if let (Some(task), Some(context)) = (task, inheritable()) {
        inherited::keep(task, context);
    }
}

/// Returns of how many tasks contexts are kept.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_async_std::hooks::kept(), 0, "nothing was spawned yet");
/// ```
pub fn kept() -> usize {
    inherited::tasks()
}

/// Returns how many contexts made room for newer ones, most of them of tasks that had ended.
///
/// # Examples
///
/// ```
/// assert_eq!(tracer_async_std::hooks::evicted(), 0);
/// ```
pub fn evicted() -> u64 {
    inherited::evicted()
}

/// Why tasks do not inherit the context in which they are spawned.
///
/// # Examples
///
/// ```
/// use tracer_async_std::hooks;
///
/// hooks::inherit_context()?;
/// let error = hooks::inherit_context().unwrap_err();
/// assert!(error.to_string().starts_with("a logger is installed already"));
/// # Ok::<_, hooks::InheritError>(())
/// ```
#[derive(Debug)]
pub struct InheritError {
    built_with: LevelFilter,
}

impl fmt::Display for InheritError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.built_with {
            LevelFilter::Trace => f.write_str(
                "a logger is installed already; hand it to `inherit_context_before` instead, or call \
                 `on_log` from it",
            ),
            level => write!(
                f,
                "the crate `log` is built with at most the level `{level}`; async-std tells of spawns at \
                 `TRACE`, which takes `log` without its features `max_level_…`"
            ),
        }
    }
}

impl Error for InheritError {}

/// Up to which level the user's logger gets records.
static MAX_LEVEL: AtomicUsize = AtomicUsize::new(LevelFilter::Off as usize);

fn install(next: Option<Box<dyn Log>>, max_level: LevelFilter) -> Result<(), InheritError> {
    let built_with = log::STATIC_MAX_LEVEL;
    let refused = InheritError { built_with };
    if built_with < LevelFilter::Trace {
        return Err(refused);
    }
    register();
    log::set_boxed_logger(Box::new(Spawns { next })).map_err(|_| refused)?;
    set_max_level(max_level);
    log::set_max_level(LevelFilter::Trace);
    Ok(())
}

/// Reads what async-std says of spawns, and hands on what the user's logger is to see.
struct Spawns {
    next: Option<Box<dyn Log>>,
}

impl Spawns {
    fn next(&self, metadata: &Metadata<'_>) -> Option<&dyn Log> {
        // Relaxed: it guards nothing but itself, as log's own.
        let wanted = metadata.level() as usize <= MAX_LEVEL.load(Ordering::Relaxed);
        self.next.as_deref().filter(|_| wanted)
    }
}

impl Log for Spawns {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.next(metadata).is_some_and(|next| next.enabled(metadata))
    }

    fn log(&self, record: &Record<'_>) {
        on_log(record);
        if let Some(next) = self.next(record.metadata()) {
            next.log(record);
        }
    }

    fn flush(&self) {
        if let Some(next) = &self.next {
            next.flush();
        }
    }
}
