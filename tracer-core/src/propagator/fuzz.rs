//! Headers of any kind: nothing panics, what is kept is bounded, and what was written is read again.

use std::collections::BTreeMap;

use crate::id::{SpanId, TraceId, mix};
use crate::propagator::{Extractor, Parts, Propagator, Propagators, Style};

const ROUNDS: u64 = 45_000;
const STYLES: [Style; 5] =
    [Style::TraceContext, Style::Baggage, Style::Datadog, Style::B3, Style::B3Multi];

/// A sequence of numbers; a seed has always the same.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, all: &[&'a T]) -> &'a T {
        all[self.below(all.len())]
    }
}

type Headers = Vec<(String, Vec<u8>)>;

/// What a sender of ours may write, all styles together.
fn parts(numbers: &mut Numbers) -> Parts {
    let trace = TraceId { high: numbers.next(), low: numbers.next() | 1 };
    let mut parts = Parts::new(trace, SpanId(numbers.next() | 1));
    parts.set_sampled(numbers.below(2) == 0);
    parts.random = numbers.below(2) == 0;
    for _ in 0..numbers.below(4) {
        let value = numbers.pick(&["", "7", "a b,c;d=e", "żółw 🐢", "100 %", "\r\n\0"]);
        let _full = parts.baggage_mut().set(numbers.pick(&["user", "tier", "x-y_z"]), value);
    }
    if numbers.below(2) == 0 {
        let side = parts.side_mut();
        numbers.pick(&["a=1", "a=1,b@c=~ x", "dd=s:1;o:rum"]).clone_into(&mut side.trace_state);
        numbers.pick(&["", "rum", "synthetics"]).clone_into(&mut side.datadog.origin);
        numbers
            .pick(&["", "_dd.p.dm=-4", "_dd.p.a=b,_dd.p.c=d"])
            .clone_into(&mut side.datadog.tags);
    }
    parts
}

fn written(styles: &Propagators, parts: &Parts) -> Headers {
    let mut headers = Vec::<(String, String)>::new();
    styles.inject(parts, &mut headers);
    headers.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
}

/// Changes some headers in some way that a bad or hostile sender might.
fn mutate(headers: &mut Headers, numbers: &mut Numbers) -> usize {
    let count = numbers.below(4) + 1;
    for _ in 0..count {
        let at = numbers.below(headers.len());
        let other = headers[numbers.below(headers.len())].clone();
        let (name, value) = &mut headers[at];
        let place = numbers.below(value.len() + 1);
        let byte = numbers.next() as u8;
        match numbers.below(10) {
            0 => value.truncate(place),
            1 => value.insert(place, byte),
            2 => value.insert(place, b"-,;=%@ \t0fFd"[numbers.below(12)]),
            3 if place < value.len() => value[place] = byte,
            4 => *value = value.repeat(numbers.below(40)),
            5 => value.extend_from_slice(&other.1),
            6 => *value = (0..numbers.below(200)).map(|_| numbers.next() as u8).collect(),
            7 => *name = name.to_uppercase(),
            8 => *value = numbers.pick(&[&b"0"[..], b"d", b"-1", b"", b"ff"]).to_vec(),
            _ => headers.push(other),
        }
    }
    count
}

fn assert_bounded(parts: &Parts) {
    assert!(parts.baggage().as_str().len() <= 8_192 && parts.baggage().iter().count() <= 64);
    assert!(parts.trace_state().len() <= 512 && parts.trace_state().split(',').count() <= 32);
    if let Some(side) = &parts.side {
        assert!(side.datadog.tags.len() <= 512 && side.datadog.origin.len() <= 128);
        assert!(side.links.len() <= STYLES.len());
    }
}

fn all_styles() -> Propagators {
    STYLES.into_iter().fold(Propagators::none(), Propagators::with)
}

/// All that crosses, in a form to compare.
fn told(parts: &Parts) -> BTreeMap<&'static str, String> {
    let side = parts.side.clone().unwrap_or_default();
    BTreeMap::from([
        ("ids", format!("{}-{}-{:?}", parts.trace, parts.span, parts.sampled)),
        ("random", parts.random.to_string()),
        ("trace state", side.trace_state.clone()),
        ("baggage", side.baggage.to_string()),
        ("datadog", format!("{} {}", side.datadog.origin, side.datadog.tags)),
        ("links", format!("{:?}", side.links)),
    ])
}

#[test]
fn what_was_written_is_read_again() {
    let (mut numbers, styles) = (Numbers(1), all_styles());
    for round in 0..ROUNDS / 4 {
        let parts = parts(&mut numbers);
        let headers = written(&styles, &parts);
        let read = styles.extract(&headers);
        assert_eq!(told(&read), told(&parts), "round {round}");
        assert_eq!(read.refused.total(), 0, "round {round}: {headers:?}");
        for style in [Style::TraceContext, Style::Datadog, Style::B3, Style::B3Multi] {
            let read = style.extract(&headers);
            assert_eq!(told(&read)["ids"], told(&parts)["ids"], "round {round}: {style}");
        }
    }
}

#[test]
fn whatever_comes_is_read_or_counted() {
    let (mut numbers, styles) = (Numbers(2), all_styles());
    let (mut found, mut refused, mut mutated) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mut headers = written(&styles, &parts(&mut numbers));
        mutated += mutate(&mut headers, &mut numbers);
        let read: Vec<_> = STYLES.iter().map(|style| style.extract(&headers)).collect();
        read.iter().for_each(assert_bounded);
        let all = styles.extract(&headers as &dyn Extractor);
        assert_bounded(&all);
        found += u64::from(all.has_span());
        refused += u64::from(all.refused.total() > 0);

        // What is handed on is well-formed, whatever came.
        let again = styles.extract(&written(&styles, &all));
        assert_eq!(again.refused.total(), 0, "round {round}: {headers:?}");
        assert_eq!(again.has_span(), all.has_span() && all.trace.low != 0, "round {round}");
        if all.has_span() {
            assert_eq!(told(&again)["baggage"], told(&all)["baggage"], "round {round}");
            assert_eq!(told(&again)["trace state"], told(&all)["trace state"], "round {round}");
        }
    }
    // Else the headers are all right, or all wrong, and this shows little.
    assert!(mutated >= 100_000, "{mutated} mutated headers");
    assert!(found > ROUNDS / 2 && refused > ROUNDS / 4, "{found} found, {refused} with refusals");
}
