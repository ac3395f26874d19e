//! How what backends have no fields for is written as text: slices, wakes and stacks.

use std::fmt::Write as _;

use crate::callsite::Callsite;
use crate::export::{ErrorRecord, SpanRecord};

/// Writes slices as `offset+length` in nanoseconds after the span's start, one after the other.
pub(super) fn write_slices(text: &mut String, span: &SpanRecord) {
    for slice in span.slices() {
        let separator = if text.is_empty() { "" } else { " " };
        let offset = slice.start.wrapping_sub(span.start()) as i64;
        // Writing to a string does not fail.
        let _written = write!(text, "{separator}{offset}+{}", slice.end - slice.start);
    }
}

/// Writes wakes as slices are written, the length being the time until the poll, if there was one;
/// behind them the span that woke it, if it was one, as `@trace-span`.
pub(super) fn write_wakes(text: &mut String, span: &SpanRecord) {
    for wake in span.wakes() {
        let separator = if text.is_empty() { "" } else { " " };
        let offset = wake.time.wrapping_sub(span.start()) as i64;
        let _written = write!(text, "{separator}{offset}+");
        if let Some(scheduled) = wake.scheduled {
            let _written = write!(text, "{scheduled}");
        }
        if let Some(by) = wake.by {
            let _written = write!(text, "@{}-{}", by.trace, by.span);
        }
    }
}

/// Writes where something is in a source file.
pub(super) fn write_place(text: &mut String, file: &str, line: u32) {
    let _written = write!(text, "{file}:{line}");
}

/// What stands before a place in a stack.
pub const AT: &str = "             at ";

/// Writes the stack of a failed span as Rust's backtraces are written, and the system's below it.
pub fn write_stack(text: &mut String, span: &SpanRecord, backtrace: Option<&str>) {
    for (depth, callsite) in span.stack().enumerate() {
        let _written = write!(text, "{depth:4}: ");
        write_function(text, callsite);
        let _written = write!(text, "\n{AT}");
        write_place(text, callsite.file(), callsite.line());
        text.push('\n');
    }
    if let Some(backtrace) = backtrace {
        text.push('\n');
        text.push_str(backtrace);
    }
}

/// Writes the messages of an error's sources, from the nearest to the deepest, a line each.
pub fn write_sources(text: &mut String, error: &ErrorRecord<'_>) {
    for source in error.sources() {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(source);
    }
}

/// Writes a function with its module; what was opened by hand has only its name.
pub(super) fn write_function(text: &mut String, callsite: &Callsite) {
    if !callsite.module_path().is_empty() {
        text.push_str(callsite.module_path());
        text.push_str("::");
    }
    text.push_str(callsite.function_name());
}

/// What stands before the last name of a function: its module, or that and a type.
pub fn module_of(function: &str) -> &str {
    function.rsplit_once("::").map_or("", |(module, _)| module)
}
