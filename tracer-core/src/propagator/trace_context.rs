//! W3C Trace Context: `traceparent` and `tracestate`.

use crate::id::{SpanId, TraceId};
use crate::propagator::headers::{Extractor, Injector, Only, only};
use crate::propagator::number;
use crate::propagator::parts::Parts;
use crate::propagator::trace_state;
use crate::refused::Refusal;

pub(super) const HEADERS: &[&str] = &["traceparent", "tracestate"];

/// Bytes of version 00, of which later ones keep the layout.
const LENGTH: usize = 55;
const SAMPLED: u8 = 1;
const RANDOM: u8 = 1 << 1;

pub(super) fn extract(headers: &dyn Extractor) -> Parts {
    let mut parts = Parts::default();
    match only(headers, "traceparent", parse) {
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value((trace, span, flags)) => {
            (parts.trace, parts.span) = (trace, span);
            parts.sampled = Some(flags & SAMPLED != 0);
            parts.random = flags & RANDOM != 0;
            trace_state::extract(headers, &mut parts);
        }
    }
    parts
}

pub(super) fn inject(parts: &Parts, headers: &mut dyn Injector) {
    if parts.has_span() {
        let mut parent = String::with_capacity(LENGTH);
        parent.push_str("00-");
        number::push_trace(&mut parent, parts.trace);
        parent.push('-');
        number::push_half(&mut parent, parts.span.0);
        parent.push_str(match (parts.sampled == Some(true), parts.random) {
            (false, false) => "-00",
            (true, false) => "-01",
            (false, true) => "-02",
            (true, true) => "-03",
        });
        headers.set("traceparent", &parent);
        if !parts.trace_state().is_empty() {
            headers.set("tracestate", parts.trace_state());
        }
    }
}

fn parse(value: &[u8]) -> Option<(TraceId, SpanId, u8)> {
    let (known, later) = value.split_at_checked(LENGTH)?;
    if [2, 35, 52].iter().any(|at| known[*at] != b'-') {
        return None;
    }
    let is_version = match number::byte(&known[..2])? {
        0 => later.is_empty(),
        0xFF => false,
        _ => later.is_empty() || later[0] == b'-',
    };
    let (trace, span) = (number::trace(&known[3..35])?, number::span(&known[36..52])?);
    let flags = number::byte(&known[53..])?;
    is_version.then_some((trace, span, flags))
}

#[cfg(test)]
mod tests {
    use super::{extract, inject};

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    #[test]
    fn a_parent_is_read_as_the_standard_has_it() {
        let parent = |version: &str, flags: &str| format!("{version}-{TRACE}-{SPAN}-{flags}");
        for (value, sampled) in [
            (parent("00", "01"), Some(true)),
            (parent("00", "00"), Some(false)),
            (parent("00", "ff"), Some(true)),
            (parent("00", "02"), Some(false)),
            (format!(" \t{} ", parent("00", "01")), Some(true)),
            // Later versions keep the four fields and may add others.
            (parent("01", "01"), Some(true)),
            (parent("cc", "01-what-is-more"), Some(true)),
            (parent("fe", "00-"), Some(false)),
            // What is wrong:
            (String::new(), None),
            (parent("ff", "01"), None),
            (parent("0", "01"), None),
            (parent("00", "01-more"), None),
            (parent("00", "1"), None),
            (parent("00", "0g"), None),
            (parent("cc", "01.more"), None),
            (parent("0G", "01"), None),
            (parent("00", "01").to_uppercase(), None),
            (parent("00", "01").replace('-', "_"), None),
            (format!("00-{}-{SPAN}-01", "0".repeat(32)), None),
            (format!("00-{TRACE}-{}-01", "0".repeat(16)), None),
            (format!("00-{}-{SPAN}-01", &TRACE[1..]), None),
            (format!("00-{TRACE}0-{SPAN}-01"), None),
            (format!("00-{TRACE}-{SPAN}"), None),
        ] {
            let parts = extract(&[("traceparent", &value)]);
            let ids = sampled.map(|_| (TRACE.to_owned(), SPAN.to_owned()));
            let read = parts.has_span().then(|| (parts.trace.to_string(), parts.span.to_string()));
            assert_eq!((read, parts.sampled), (ids, sampled), "{value:?}");
            assert_eq!(parts.refused.malformed, u64::from(sampled.is_none()), "{value:?}");
        }
    }

    #[test]
    fn without_a_parent_there_is_nothing() {
        let parts = extract(&[("tracestate", "a=1")]);
        assert!(!parts.has_trace() && parts.trace_state().is_empty());
        assert_eq!(parts.refused.total(), 0);
    }

    #[test]
    fn several_parents_are_none() {
        let parent = format!("00-{TRACE}-{SPAN}-01");
        let parts = extract(&[("traceparent", &parent), ("Traceparent", &parent)]);
        assert_eq!((parts.has_trace(), parts.refused.malformed), (false, 1));
    }

    #[test]
    fn what_is_written_is_what_was_read_but_for_unknown_flags() {
        for (flags, known) in [("00", "00"), ("01", "01"), ("02", "02"), ("03", "03"), ("f5", "01")]
        {
            let headers = |flags: &str| {
                let parent = format!("00-{TRACE}-{SPAN}-{flags}");
                vec![("traceparent".to_owned(), parent), ("tracestate".into(), "a=1".into())]
            };
            let mut went = Vec::<(String, String)>::new();
            inject(&extract(&headers(flags)), &mut went);
            assert_eq!(went, headers(known));
        }
    }
}
