//! Names of attributes: OpenTelemetry's conventions, and ours for what those have no name for.

/// The conventions that the names are of.
pub(crate) const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.42.0";

/// The event that tells of an error, and what is said of the error.
pub(crate) const EXCEPTION: &str = "exception";
pub(crate) const EXCEPTION_TYPE: &str = "exception.type";
pub(crate) const EXCEPTION_MESSAGE: &str = "exception.message";
pub(crate) const EXCEPTION_STACKTRACE: &str = "exception.stacktrace";
pub(crate) const ERROR_TYPE: &str = "error.type";

pub(crate) use tracer_core::__private::told::key::{
    FILE, FUNCTION, LEVEL, LINE, MAX_POLL_DURATION, OUTCOME, PASSED_ON, POLL_DURATION, POLLS,
    SLICES, SOURCES, SPAWNED, TARGET, TASK_FIRST_POLL_DELAY, TASK_KEY, TASK_NAME, TASK_PARENT_KEY,
    TASK_SPAWNED_AT, WAKES,
};

/// Whether an attribute of this name may be one that is written here, so that one of the user's of
/// the same name takes its place.
pub(crate) fn is_ours(key: &str) -> bool {
    key.starts_with("code.") || key.starts_with("tracer.") || key == ERROR_TYPE
}
