//! Reads again what OTLP has no fields for and is written as text: slices, wakes and stacks.

use tracer_core::__private::told::AT;
use tracer_core::{SpanId, TraceId};

/// Reads slices of a span that began at `start`: when each began and ended.
pub(crate) fn read_slices(text: &str, start: u64) -> Option<Vec<(u64, u64)>> {
    let slice = |text: &str| {
        let (offset, length) = text.split_once('+')?;
        let begin = start.checked_add_signed(offset.parse().ok()?)?;
        Some((begin, begin.checked_add(length.parse().ok()?)?))
    };
    text.split(' ').map(slice).collect()
}

/// A wake that was read: when, by which span, and the nanoseconds until the poll.
pub(crate) type Woken = (u64, Option<(TraceId, SpanId)>, Option<u64>);

/// Reads wakes of a span that began at `start`.
pub(crate) fn read_wakes(text: &str, start: u64) -> Option<Vec<Woken>> {
    let wake = |text: &str| {
        let (times, by) = match text.split_once('@') {
            Some((times, by)) => (times, Some(by.split_once('-')?)),
            None => (text, None),
        };
        let (offset, scheduled) = times.split_once('+')?;
        let time = start.checked_add_signed(offset.parse().ok()?)?;
        let scheduled = if scheduled.is_empty() { None } else { Some(scheduled.parse().ok()?) };
        let by = match by {
            Some((trace, span)) => Some((read_trace_id(trace)?, read_span_id(span)?)),
            None => None,
        };
        Some((time, by, scheduled))
    };
    text.split(' ').map(wake).collect()
}

/// Reads the id of a trace: 32 hexadecimal digits, not all of them 0.
pub(crate) fn read_trace_id(digits: &str) -> Option<TraceId> {
    let bits = hexadecimal(digits, 32)?;
    (bits != 0).then(|| TraceId::from_u128(bits))
}

/// Reads the id of a span: 16 hexadecimal digits, not all of them 0.
pub(crate) fn read_span_id(digits: &str) -> Option<SpanId> {
    let bits = hexadecimal(digits, 16)?;
    (bits != 0).then(|| SpanId::from_u64(bits as u64))
}

fn hexadecimal(digits: &str, length: usize) -> Option<u128> {
    let are_digits =
        digits.len() == length && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    u128::from_str_radix(digits, 16).ok().filter(|_| are_digits)
}

/// Reads a file and a line in it.
pub(crate) fn read_place(text: &str) -> Option<(&str, u32)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}

/// A function of a stack, its file, and the line in it.
pub(crate) type Place<'a> = (&'a str, &'a str, u32);

/// Reads a stack: the place of each level, and the system's backtrace.
///
/// None if it is not one of ours.
pub(crate) fn read_stack(text: &str) -> Option<(Vec<Place<'_>>, Option<&str>)> {
    let (own, backtrace) = match text.split_once("\n\n") {
        Some((own, backtrace)) => (own, Some(backtrace)),
        None => (text.strip_suffix('\n')?, None),
    };
    let mut frames = Vec::new();
    let mut lines = own.split('\n');
    while let Some(line) = lines.next() {
        let (depth, function) = line.trim_start().split_once(": ")?;
        let (file, line) = read_place(lines.next()?.strip_prefix(AT)?)?;
        if depth != frames.len().to_string() {
            return None;
        }
        frames.push((function, file, line));
    }
    Some((frames, backtrace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stack_of_others_is_none_of_ours() {
        for text in
            ["", "\n", "Error: x\n    at f (a.js:1:2)\n", "   1: f\n             at a.rs:1\n"]
        {
            assert_eq!(read_stack(text), None, "{text:?}");
        }
        let (function, file) = ("a::f", "src/a b.rs");
        let text = format!("   0: {function}\n{AT}{file}:7\n\n   0: std::x\n");
        assert_eq!(read_stack(&text), Some((vec![(function, file, 7)], Some("   0: std::x\n"))));
    }

    #[test]
    fn slices_that_are_none_are_refused() {
        assert_eq!(read_slices("-5+10 20+0", 100), Some(vec![(95, 105), (120, 120)]));
        for text in ["", "5", "5+", "+", "a+b", "-200+1", "1+18446744073709551615"] {
            assert_eq!(read_slices(text, 100), None, "{text:?}");
        }
    }
}
