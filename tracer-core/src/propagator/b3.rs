//! B3, Zipkin's headers: one for all, or one for each part.

use crate::id::{SpanId, TraceId};
use crate::propagator::headers::{Extractor, Injector, Only, only};
use crate::propagator::number;
use crate::propagator::parts::Parts;
use crate::refused::Refusal;

pub(super) const SINGLE: &[&str] = &["b3"];
pub(super) const MULTI: &[&str] = &[TRACE, SPAN, SAMPLED, FLAGS];
const TRACE: &str = "x-b3-traceid";
const SPAN: &str = "x-b3-spanid";
const SAMPLED: &str = "x-b3-sampled";
const FLAGS: &str = "x-b3-flags";

pub(super) fn extract(headers: &dyn Extractor) -> Parts {
    let mut parts = Parts::default();
    match only(headers, "b3", parse) {
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value((ids, sampled)) => {
            parts.sampled = sampled;
            if let Some((trace, span)) = ids {
                (parts.trace, parts.span) = (trace, span);
            }
        }
    }
    parts
}

pub(super) fn inject(parts: &Parts, headers: &mut dyn Injector) {
    if parts.has_span() {
        let sampled = parts.sampled.map_or("", |sampled| if sampled { "-1" } else { "-0" });
        headers.set("b3", &format!("{}-{}{sampled}", parts.trace, parts.span));
    }
}

type Ids = Option<(TraceId, SpanId)>;

/// `trace-span`, `trace-span-sampled`, `trace-span-sampled-parent`, or a decision alone.
fn parse(value: &[u8]) -> Option<(Ids, Option<bool>)> {
    if let Some(sampled) = decision(value) {
        return Some((None, Some(sampled)));
    }
    let mut fields = value.split(|byte| *byte == b'-');
    let ids = (trace(fields.next()?)?, number::span(fields.next()?)?);
    let sampled = match fields.next() {
        None => None,
        Some(state) => Some(decision(state)?),
    };
    // The parent's parent is of no use here.
    let is_whole = fields.next().is_none_or(|parent| number::half(parent).is_some());
    (is_whole && fields.next().is_none()).then_some((Some(ids), sampled))
}

pub(super) fn extract_multi(headers: &dyn Extractor) -> Parts {
    let mut parts = Parts::default();
    match (only(headers, TRACE, trace), only(headers, SPAN, number::span)) {
        (Only::Absent, Only::Absent) => {}
        (Only::Value(trace), Only::Value(span)) => (parts.trace, parts.span) = (trace, span),
        _ => parts.refuse(Refusal::Malformed),
    }
    // `1` asks for the trace in any case; other flags are unknown.
    let is_debug = only(headers, FLAGS, |value| (value == b"1").then_some(()));
    match only(headers, SAMPLED, multi_decision) {
        _ if is_debug == Only::Value(()) => parts.sampled = Some(true),
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value(sampled) => parts.sampled = Some(sampled),
    }
    parts
}

pub(super) fn inject_multi(parts: &Parts, headers: &mut dyn Injector) {
    if parts.has_span() {
        headers.set(TRACE, &parts.trace.to_string());
        headers.set(SPAN, &parts.span.to_string());
        if let Some(sampled) = parts.sampled {
            headers.set(SAMPLED, if sampled { "1" } else { "0" });
        }
    }
}

/// 16 or 32 digits, not all zero.
fn trace(digits: &[u8]) -> Option<TraceId> {
    if digits.len() == 16 {
        return number::span(digits).map(|low| TraceId { high: 0, low: low.0 });
    }
    number::trace(digits)
}

fn decision(state: &[u8]) -> Option<bool> {
    match state {
        b"0" => Some(false),
        b"1" | b"d" => Some(true),
        _ => None,
    }
}

/// Older senders write words.
fn multi_decision(state: &[u8]) -> Option<bool> {
    match state {
        b"0" | b"false" => Some(false),
        b"1" | b"true" => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{extract, extract_multi, inject, inject_multi};
    use crate::propagator::parts::Parts;

    const TRACE: &str = "80f198ee56343ba864fe8b2a57d3eff7";
    const SPAN: &str = "e457b5a2e4d86bd1";

    fn read(parts: &Parts) -> (Option<String>, Option<bool>, u64) {
        let ids = parts.has_span().then(|| format!("{}-{}", parts.trace, parts.span));
        (ids, parts.sampled, parts.refused.malformed)
    }

    #[test]
    fn one_header_says_all() {
        let ids = || Some(format!("{TRACE}-{SPAN}"));
        let short = Some(format!("{:0>32}-{SPAN}", &TRACE[16..]));
        for (value, expected) in [
            (format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90"), (ids(), Some(true), 0)),
            (format!("{TRACE}-{SPAN}-d"), (ids(), Some(true), 0)),
            (format!("{TRACE}-{SPAN}-0"), (ids(), Some(false), 0)),
            (format!("{TRACE}-{SPAN}"), (ids(), None, 0)),
            (format!("{}-{SPAN}-1", &TRACE[16..]), (short, Some(true), 0)),
            ("0".to_owned(), (None, Some(false), 0)),
            ("1".to_owned(), (None, Some(true), 0)),
            ("d".to_owned(), (None, Some(true), 0)),
            (String::new(), (None, None, 1)),
            ("2".to_owned(), (None, None, 1)),
            (TRACE.to_owned(), (None, None, 1)),
            (format!("{TRACE}-{SPAN}-2"), (None, None, 1)),
            (format!("{TRACE}-{SPAN}-1-05e3"), (None, None, 1)),
            (format!("{TRACE}-{SPAN}-1-05e3ac9a4f6e3b90-1"), (None, None, 1)),
            (format!("{TRACE}-{SPAN}-1").to_uppercase(), (None, None, 1)),
            (format!("{}-{SPAN}-1", "0".repeat(32)), (None, None, 1)),
            (format!("{TRACE}-{}-1", "0".repeat(16)), (None, None, 1)),
            (format!("{}-{SPAN}-1", &TRACE[1..]), (None, None, 1)),
        ] {
            assert_eq!(read(&extract(&[("b3", &value)])), expected, "{value:?}");
        }
    }

    #[test]
    fn several_headers_say_a_part_each() {
        let ids = || Some(format!("{TRACE}-{SPAN}"));
        let (trace, span) = (("X-B3-TraceId", TRACE), ("X-B3-SpanId", SPAN));
        for (headers, expected) in [
            (vec![trace, span], (ids(), None, 0)),
            (vec![trace, span, ("X-B3-Sampled", "1")], (ids(), Some(true), 0)),
            (vec![trace, span, ("X-B3-Sampled", "false")], (ids(), Some(false), 0)),
            (vec![trace, span, ("X-B3-Flags", "1")], (ids(), Some(true), 0)),
            (vec![trace, span, ("X-B3-Flags", "0")], (ids(), None, 0)),
            (vec![trace, span, ("X-B3-Sampled", "maybe")], (ids(), None, 1)),
            (vec![("X-B3-Sampled", "0")], (None, Some(false), 0)),
            (vec![], (None, None, 0)),
            (vec![trace], (None, None, 1)),
            (vec![span], (None, None, 1)),
            (vec![trace, span, span], (None, None, 1)),
            (vec![trace, ("x-b3-spanid", "0000000000000000")], (None, None, 1)),
            (vec![("x-b3-traceid", "zz"), span], (None, None, 1)),
        ] {
            assert_eq!(read(&extract_multi(&headers)), expected, "{headers:?}");
        }
    }

    #[test]
    fn what_is_written_is_what_was_read() {
        let came = vec![("b3".to_owned(), format!("{TRACE}-{SPAN}-1"))];
        let parts = extract(&came);
        let mut went = Vec::<(String, String)>::new();
        inject(&parts, &mut went);
        assert_eq!(went, came);
        went.clear();
        inject_multi(&parts, &mut went);
        assert_eq!(read(&extract_multi(&went)), read(&parts));
    }
}
