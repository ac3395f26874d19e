//! Names of attributes: OpenTelemetry's conventions, and ours for what those have no name for.

/// The conventions that the names are of.
pub(crate) const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.42.0";

pub(crate) const FUNCTION: &str = "code.function.name";
pub(crate) const FILE: &str = "code.file.path";
pub(crate) const LINE: &str = "code.line.number";

/// The event that tells of an error, and what is said of the error.
pub(crate) const EXCEPTION: &str = "exception";
pub(crate) const EXCEPTION_TYPE: &str = "exception.type";
pub(crate) const EXCEPTION_MESSAGE: &str = "exception.message";
pub(crate) const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
pub(crate) const ERROR_TYPE: &str = "error.type";

/// Messages of the error's sources, from the nearest to the deepest.
pub(crate) const SOURCES: &str = "tracer.sources";
/// The error came from a child.
pub(crate) const PASSED_ON: &str = "tracer.passed_on";
/// `cancelled`, `panicked` or, of one that has not ended, `open`; one without it was completed.
pub(crate) const OUTCOME: &str = "tracer.outcome";
/// How often the future was polled.
pub(crate) const POLLS: &str = "tracer.polls";
/// When its task was being polled: see `notation`.
pub(crate) const SLICES: &str = "tracer.slices";
/// It ran in another task or thread than its parent.
pub(crate) const SPAWNED: &str = "tracer.spawned";
/// Nanoseconds in all polls and in the longest one, where there are slices: these may be merged.
pub(crate) const POLL_DURATION: &str = "tracer.poll_duration";
pub(crate) const MAX_POLL_DURATION: &str = "tracer.max_poll_duration";
/// When its task was woken and by whom: see `notation`.
pub(crate) const WAKES: &str = "tracer.wakes";
/// What its runtime knows of its task: the number, that of the task that spawned it, and the name.
pub(crate) const TASK_KEY: &str = "tracer.task.key";
pub(crate) const TASK_PARENT_KEY: &str = "tracer.task.parent_key";
pub(crate) const TASK_NAME: &str = "tracer.task.name";
/// Where the task was spawned: `file:line`.
pub(crate) const TASK_SPAWNED_AT: &str = "tracer.task.spawned_at";
/// Nanoseconds from the task's spawn to its first poll.
pub(crate) const TASK_FIRST_POLL_DELAY: &str = "tracer.task.first_poll_delay";
/// How much it matters, where that is not `info`.
pub(crate) const LEVEL: &str = "tracer.level";
/// What a filter knows it by, where that is not the module of its function.
pub(crate) const TARGET: &str = "tracer.target";

/// Whether an attribute of this name may be one that is written here, so that one of the user's of
/// the same name takes its place.
pub(crate) fn is_ours(key: &str) -> bool {
    key.starts_with("code.") || key.starts_with("tracer.") || key == ERROR_TYPE
}
