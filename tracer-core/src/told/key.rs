//! Keys of what is told of every span.

/// Where it was opened, as OpenTelemetry calls it.
pub const FUNCTION: &str = "code.function.name";
pub const FILE: &str = "code.file.path";
pub const LINE: &str = "code.line.number";

/// Messages of the error's sources, from the nearest to the deepest.
pub const SOURCES: &str = "tracer.sources";
/// The error came from a child.
pub const PASSED_ON: &str = "tracer.passed_on";
/// `cancelled`, `panicked` or, of one that has not ended, `open`; one without it was completed.
pub const OUTCOME: &str = "tracer.outcome";
/// How often the future was polled.
pub const POLLS: &str = "tracer.polls";
/// When its task was being polled: see `notation`.
pub const SLICES: &str = "tracer.slices";
/// It ran in another task or thread than its parent.
pub const SPAWNED: &str = "tracer.spawned";
/// Nanoseconds in all polls and in the longest one, where there are slices: these may be merged.
pub const POLL_DURATION: &str = "tracer.poll_duration";
pub const MAX_POLL_DURATION: &str = "tracer.max_poll_duration";
/// When its task was woken and by whom: see `notation`.
pub const WAKES: &str = "tracer.wakes";
/// What its runtime knows of its task: the number, that of the task that spawned it, and the name.
pub const TASK_KEY: &str = "tracer.task.key";
pub const TASK_PARENT_KEY: &str = "tracer.task.parent_key";
pub const TASK_NAME: &str = "tracer.task.name";
/// Where the task was spawned: `file:line`.
pub const TASK_SPAWNED_AT: &str = "tracer.task.spawned_at";
/// Nanoseconds from the task's spawn to its first poll.
pub const TASK_FIRST_POLL_DELAY: &str = "tracer.task.first_poll_delay";
/// How much it matters, where that is not `info`.
pub const LEVEL: &str = "tracer.level";
/// What a filter knows it by, where that is not the module of its function.
pub const TARGET: &str = "tracer.target";
