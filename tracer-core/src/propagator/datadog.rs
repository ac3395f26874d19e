//! Datadog's headers: ids as decimal numbers, the upper half of the trace id among the tags.

use crate::id::{SpanId, TraceId};
use crate::propagator::headers::{Extractor, Injector, Only, only};
use crate::propagator::number;
use crate::propagator::parts::Parts;
use crate::refused::Refusal;
use crate::sample::{Decision, Maker};
use crate::side::{Datadog, Rates};

pub(super) const HEADERS: &[&str] = &[TRACE, PARENT, PRIORITY, ORIGIN, TAGS];
const TRACE: &str = "x-datadog-trace-id";
const PARENT: &str = "x-datadog-parent-id";
const PRIORITY: &str = "x-datadog-sampling-priority";
const ORIGIN: &str = "x-datadog-origin";
const TAGS: &str = "x-datadog-tags";

/// The tag that holds the upper half of the trace id.
const UPPER_HALF: &str = "_dd.p.tid";
/// Only tags that begin so are handed on.
pub(super) const HANDED_ON: &str = "_dd.p.";
/// The tag that says who decided that the trace is kept.
const DECISION_MAKER: &str = "_dd.p.dm";
const NOBODY: &str = "_dd.p.dm=-0";
const AGENT: &str = "_dd.p.dm=-1";
const RULE: &str = "_dd.p.dm=-3";
const SOMEBODY: &str = "_dd.p.dm=-4";
const MAX_TAGS: usize = 512;
/// Bytes that the upper half takes among them, in any case.
const OWN_TAG: usize = UPPER_HALF.len() + "=0123456789abcdef,".len();
pub(super) const MAX_ORIGIN: usize = 128;

pub(super) fn extract(headers: &dyn Extractor) -> Parts {
    let mut parts = Parts::default();
    // A trace without a parent is one that begins elsewhere than at a span: a browser, a test.
    let parent = only(headers, PARENT, number::decimal);
    match (only(headers, TRACE, number::decimal), parent) {
        (Only::Absent, _) => return parts,
        (Only::Malformed | Only::Value(0), _) | (_, Only::Malformed) => {
            parts.refuse(Refusal::Malformed);
            return parts;
        }
        (Only::Value(trace), Only::Absent) => parts.trace.low = trace,
        (Only::Value(trace), Only::Value(parent)) => {
            (parts.trace.low, parts.span) = (trace, SpanId(parent));
        }
    }
    let mut datadog = Datadog::default();
    match only(headers, PRIORITY, priority) {
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value(priority) => {
            parts.sampled = Some(priority > 0);
            datadog.priority = Some(priority);
        }
    }
    match only(headers, ORIGIN, |value| Some(text(value, MAX_ORIGIN))) {
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value(Err(refusal)) => parts.refuse(refusal),
        Only::Value(Ok(origin)) => datadog.origin = origin,
    }
    match only(headers, TAGS, |value| Some(text(value, MAX_TAGS))) {
        Only::Absent => {}
        Only::Malformed => parts.refuse(Refusal::Malformed),
        Only::Value(Err(refusal)) => parts.refuse(refusal),
        Only::Value(Ok(tags)) => datadog.tags = read_tags(&tags, &mut parts),
    }
    if datadog != Datadog::default() {
        parts.side_mut().datadog = datadog;
    }
    parts
}

/// Takes the upper half of the trace id out of the tags, and keeps those that are handed on.
fn read_tags(tags: &str, parts: &mut Parts) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for tag in tags.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
        match tag.split_once('=') {
            Some((UPPER_HALF, half)) => match number::half(half.as_bytes()) {
                Some(high) => parts.trace.high = high,
                None => parts.refuse(Refusal::Malformed),
            },
            Some((key, value)) if key.starts_with(HANDED_ON) && !value.is_empty() => kept.push(tag),
            Some(_) => {}
            None => parts.refuse(Refusal::Malformed),
        }
    }
    let kept = kept.join(",");
    if kept.len() + OWN_TAG > MAX_TAGS {
        // Part of them might say something else.
        parts.refuse(Refusal::OverLimit);
        return String::new();
    }
    kept
}

pub(super) fn inject(parts: &Parts, headers: &mut dyn Injector) {
    let TraceId { high, low } = parts.trace;
    if !parts.has_span() || low == 0 {
        return;
    }
    headers.set(TRACE, &low.to_string());
    headers.set(PARENT, &parts.span.0.to_string());
    let (priority, mut tags) = decided(parts);
    if let Some(priority) = priority {
        headers.set(PRIORITY, &priority.to_string());
    }
    let Datadog { origin, .. } = parts.datadog();
    if !origin.is_empty() {
        headers.set(ORIGIN, origin);
    }
    if high != 0 {
        let comma = if tags.is_empty() { "" } else { "," };
        tags = format!("{UPPER_HALF}={high:016x}{comma}{tags}");
    }
    if !tags.is_empty() {
        headers.set(TAGS, &tags);
    }
}

/// The priority to hand on, and the tags with it.
pub(super) fn decided(parts: &Parts) -> (Option<i8>, String) {
    let datadog = parts.datadog();
    match parts.sampled {
        None => (datadog.priority, datadog.tags.clone()),
        Some(true) if parts.began_here && datadog.priority.is_none() => {
            (Some(1), made_by(&datadog.tags, Some(NOBODY)))
        }
        Some(sampled) => judged(datadog, sampled),
    }
}

/// What came says more than a flag, unless it has been decided otherwise since: then who decided is
/// nobody in particular.
pub(crate) fn judged(datadog: &Datadog, sampled: bool) -> (Option<i8>, String) {
    let Datadog { priority: came, tags, .. } = datadog;
    match came {
        Some(came) if (*came > 0) == sampled => (Some(*came), tags.clone()),
        None => (Some(i8::from(sampled)), tags.clone()),
        Some(_) => {
            let had_maker = tags.split(',').any(is_maker);
            let maker = (had_maker && sampled).then_some(NOBODY);
            (Some(i8::from(sampled)), made_by(tags, maker))
        }
    }
}

/// Somebody decides by hand: the priority, and that it was somebody.
pub(crate) fn decide(datadog: &mut Datadog, keep: bool) {
    datadog.priority = Some(if keep { 2 } else { -1 });
    datadog.tags = made_by(&datadog.tags, keep.then_some(SOMEBODY));
}

/// A sampler decides, and says what made it so.
pub(crate) fn decide_by(datadog: &mut Datadog, decision: Decision) {
    let (kept, left_out, maker) = match decision.maker() {
        Maker::Nobody => return,
        Maker::Agent { rate } => {
            datadog.rates = Rates { agent: Some(rate), ..Rates::default() };
            (1, 0, AGENT)
        }
        Maker::Rule { rate, limit } => {
            datadog.rates = Rates { rule: Some(rate), limit, ..Rates::default() };
            (2, -1, RULE)
        }
    };
    let keep = decision.is_sampled();
    datadog.priority = Some(if keep { kept } else { left_out });
    datadog.tags = made_by(&datadog.tags, keep.then_some(maker));
}

/// The tags with another decision maker, if there is room; a trace that is not kept has none.
fn made_by(tags: &str, maker: Option<&str>) -> String {
    let mut tags: Vec<&str> =
        tags.split(',').filter(|tag| !tag.is_empty() && !is_maker(tag)).collect();
    let length: usize = tags.iter().map(|tag| tag.len() + 1).sum();
    tags.extend(maker.filter(|maker| length + maker.len() + OWN_TAG <= MAX_TAGS));
    tags.join(",")
}

fn is_maker(tag: &str) -> bool {
    tag.split('=').next() == Some(DECISION_MAKER)
}

/// -1 and 2 are what somebody said by hand, 0 and 1 what a sampler did.
pub(super) fn priority(value: &[u8]) -> Option<i8> {
    match value {
        b"-1" => Some(-1),
        b"0" => Some(0),
        b"1" => Some(1),
        b"2" => Some(2),
        _ => None,
    }
}

fn text(value: &[u8], limit: usize) -> Result<String, Refusal> {
    if value.len() > limit {
        return Err(Refusal::OverLimit);
    }
    let is_printable = value.iter().all(|byte| matches!(byte, b' '..=b'~'));
    let text = is_printable.then(|| String::from_utf8_lossy(value).into_owned());
    text.ok_or(Refusal::Malformed)
}

#[cfg(test)]
mod tests {
    use super::{MAX_ORIGIN, MAX_TAGS, OWN_TAG, decide, extract, inject};
    use crate::propagator::parts::Parts;
    use crate::refused::Refused;

    type Headers<'a> = &'a [(&'a str, &'a str)];

    /// What is handed on of headers that came, in short, and what was refused.
    fn handed_on(came: Headers<'_>) -> (String, Refused) {
        let parts = extract(&came);
        (written(&parts), parts.refused)
    }

    fn written(parts: &Parts) -> String {
        let mut went = Vec::<(String, String)>::new();
        inject(parts, &mut went);
        let short = |(name, value): &(String, String)| {
            format!("{}: {value}", name.trim_start_matches("x-datadog-"))
        };
        went.iter().map(short).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn headers_are_read_and_handed_on() {
        const IDS: [(&str, &str); 2] = [("x-datadog-trace-id", "7"), ("x-datadog-parent-id", "8")];
        let full = [
            ("X-Datadog-Trace-Id", "18446744073709551615"),
            ("X-Datadog-Parent-Id", "8"),
            ("X-Datadog-Sampling-Priority", "2"),
            ("X-Datadog-Origin", "rum"),
            ("X-Datadog-Tags", "_dd.p.dm=-4,_dd.p.tid=640cfd8d00000000,other=1"),
        ];
        let with = |name, value| handed_on(&[IDS[0], IDS[1], (name, value)]);
        for ((went, refused), expected, malformed, over_limit) in [
            (
                handed_on(&full),
                "trace-id: 18446744073709551615 | parent-id: 8 | sampling-priority: 2 | \
                 origin: rum | tags: _dd.p.tid=640cfd8d00000000,_dd.p.dm=-4",
                0,
                0,
            ),
            (handed_on(&IDS), "trace-id: 7 | parent-id: 8", 0, 0),
            (with("x-datadog-sampling-priority", "0"), KEPT_0, 0, 0),
            (with("x-datadog-sampling-priority", "-1"), KEPT_MINUS, 0, 0),
            (with("x-datadog-sampling-priority", "3"), KEPT, 1, 0),
            (with("x-datadog-sampling-priority", "yes"), KEPT, 1, 0),
            (with("x-datadog-tags", "_dd.p.tid=0"), KEPT, 1, 0),
            (with("x-datadog-tags", "_dd.p.tid=640CFD8D00000000"), KEPT, 1, 0),
            (with("x-datadog-tags", "rubbish"), KEPT, 1, 0),
            (with("x-datadog-tags", "_dd.p.x=ä"), KEPT, 1, 0),
            (with("x-datadog-tags", &"x".repeat(MAX_TAGS + 1)), KEPT, 0, 1),
            (with("x-datadog-tags", &format!("_dd.p.a={}", "x".repeat(480))), KEPT, 0, 1),
            (with("x-datadog-origin", &"x".repeat(MAX_ORIGIN + 1)), KEPT, 0, 1),
            (with("x-datadog-origin", "a\u{1}"), KEPT, 1, 0),
            (with("X-Datadog-Trace-Id", "7"), "", 1, 0),
            (handed_on(&[("x-datadog-trace-id", "0"), IDS[1]]), "", 1, 0),
            (handed_on(&[("x-datadog-trace-id", "7a"), IDS[1]]), "", 1, 0),
            (handed_on(&[("x-datadog-trace-id", "18446744073709551616"), IDS[1]]), "", 1, 0),
            (handed_on(&[IDS[0], ("x-datadog-parent-id", "-8")]), "", 1, 0),
            (handed_on(&[IDS[1], ("x-datadog-origin", "rum")]), "", 0, 0),
        ] {
            assert_eq!((went.as_str(), refused.malformed), (expected, malformed));
            assert_eq!(refused.over_limit, over_limit);
        }
    }

    const KEPT: &str = "trace-id: 7 | parent-id: 8";
    const KEPT_0: &str = "trace-id: 7 | parent-id: 8 | sampling-priority: 0";
    const KEPT_MINUS: &str = "trace-id: 7 | parent-id: 8 | sampling-priority: -1";

    #[test]
    fn a_trace_may_begin_elsewhere_than_at_a_span() {
        for parent in [&[][..], &[("x-datadog-parent-id", "0")]] {
            let headers = [&[("x-datadog-trace-id", "7")], parent].concat();
            let parts = extract(&headers);
            assert_eq!((parts.trace.low, parts.has_span()), (7, false));
            assert_eq!(parts.refused, Refused::default());
        }
    }

    #[test]
    fn a_decision_that_was_changed_is_handed_on() {
        let came = [
            ("x-datadog-trace-id", "7"),
            ("x-datadog-parent-id", "8"),
            ("x-datadog-sampling-priority", "2"),
        ];
        let mut parts = extract(&came);
        parts.set_sampled(false);
        let mut went = Vec::<(String, String)>::new();
        inject(&parts, &mut went);
        assert_eq!(went[2].1, "0");
    }

    #[test]
    fn who_decides_by_hand_is_handed_on() {
        let long = format!("_dd.p.a={}", "x".repeat(MAX_TAGS - OWN_TAG - "_dd.p.a=".len()));
        for (came, keep, went) in [
            ("", true, "2 | tags: _dd.p.dm=-4"),
            ("_dd.p.dm=-0,_dd.p.usr=7", true, "2 | tags: _dd.p.usr=7,_dd.p.dm=-4"),
            ("_dd.p.dm=-0,_dd.p.usr=7", false, "-1 | tags: _dd.p.usr=7"),
            ("_dd.p.dm=-4", false, "-1"),
            (&long, true, &format!("2 | tags: {long}")),
        ] {
            let ids = [("x-datadog-trace-id", "7"), ("x-datadog-parent-id", "8")];
            let mut parts = extract(&[ids[0], ids[1], ("x-datadog-tags", came)]);
            decide(&mut parts.side_mut().datadog, keep);
            parts.set_sampled(keep);
            let expected = format!("trace-id: 7 | parent-id: 8 | sampling-priority: {went}");
            assert_eq!(written(&parts), expected, "{came} {keep}");
        }
    }
}
