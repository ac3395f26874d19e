//! Random traces, with everything in them that somebody may say of a span.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use tracer::export::{Datadog, SpanKind};
use tracer::{Span, SpanContext, Tracer, Value};

use crate::told::Told;

/// Some are what Datadog calls its own.
const KEYS: &[&str] = &[
    "plain",
    "żółw 🐢",
    "",
    "with space",
    "with\nline",
    "error",
    "error.msg",
    "name",
    "service",
    "resource",
    "type",
    "parent_id",
    "trace_id",
    "meta",
    "metrics",
    "_dd.p.dm",
    "_dd.p.tid",
    "_dd.top_level",
    "_dd.origin",
    "_sampling_priority_v1",
    "language",
    "span.kind",
    "runtime-id",
    "events",
    "component",
    "env",
    "version",
    "manual.drop",
    "sampling.priority",
    "team\0",
];
const TEXTS: &[&str] = &["", "word", "水\n\"", "\\u0000\0", "🐢", "null", "\u{feff}x", "{\"a\":1}"];
const NAMES: &[&str] = &["find", "żółw", "", "a b/c?d", "SELECT 1", "\"", "GET /item/{id}"];
const KINDS: [SpanKind; 5] = [
    SpanKind::Internal,
    SpanKind::Server,
    SpanKind::Client,
    SpanKind::Producer,
    SpanKind::Consumer,
];
const DEEPEST: u64 = 60;

/// Sends so many spans and prints each; the same ones, but for ids and times, for the same seed.
pub(crate) fn send(url: &str, seed: u64, spans: usize) -> Result<(), Box<dyn Error>> {
    let datadog = Datadog::builder().agent_url(url).build()?;
    let builder = Tracer::builder().service_name("shop").exporter(Told);
    let tracer = builder.exporter(datadog).install()?;
    let mut dice = Dice(seed);
    let mut random = Random { left: spans, before: Vec::new() };
    while random.left > 0 {
        let deepest = dice.below(DEEPEST);
        random.span(&mut dice, None, deepest);
    }
    tracer.shutdown(Duration::from_secs(30))?;
    Ok(())
}

struct Random {
    left: usize,
    /// What a span may be linked to.
    before: Vec<SpanContext>,
}

impl Random {
    fn span(&mut self, dice: &mut Dice, parent: Option<&SpanContext>, below: u64) {
        self.left = self.left.saturating_sub(1);
        let span = open(dice, parent);
        for _ in 0..dice.few() {
            dice.attribute(|key, value| span.set_attribute(key, value));
        }
        for _ in 0..dice.few() {
            dice.attribute(|key, value| span.add_event(key, &[(key, value), ("n", 7.into())]));
        }
        for _ in 0..dice.few() {
            if let Some(to) = self.before.get(dice.below(64) as usize) {
                span.add_link(to);
            }
        }
        match dice.below(10) {
            0 => {
                span.record_error(&Failed(dice.text(), Some(Failed("why".into(), None).into())));
            }
            1 => span.record_error(&Failed(dice.text(), None)),
            2 => span.context().set_failed("503"),
            _ => {}
        }
        let context = span.context();
        if self.before.len() < 64 {
            self.before.push(context);
        }
        // Some are deep and some are wide, and a child may outlive its parent.
        let children =
            if below == 0 { 0 } else { 1 + dice.below(40) * u64::from(dice.below(8) == 0) };
        let mut span = Some(span);
        for _ in 0..children {
            if self.left == 0 {
                return;
            }
            if dice.below(16) == 0 {
                drop(span.take());
            }
            let deepest = below.min(1 + dice.below(below));
            self.span(dice, Some(&context), deepest - 1);
        }
    }
}

fn open(dice: &mut Dice, parent: Option<&SpanContext>) -> Span {
    let builder = Span::builder("random").name(dice.of(NAMES)).kind(*dice.of_all(&KINDS));
    match parent {
        Some(parent) => builder.parent(parent).open(),
        None => builder.root().open(),
    }
}

/// The generator `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Mostly none, at times many.
    fn few(&mut self) -> u64 {
        match self.below(12) {
            0..6 => 0,
            11 => self.below(20),
            few => few - 5,
        }
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        let word: &&'static str = self.of_all(words);
        word
    }

    fn of_all<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len() as u64) as usize]
    }

    fn text(&mut self) -> String {
        let times = if self.below(30) == 0 { self.below(3000) as usize } else { 1 };
        self.of(TEXTS).repeat(times)
    }

    fn attribute(&mut self, add: impl FnOnce(&str, Value<'_>)) {
        let (key, text) = (self.of(KEYS), self.text());
        let bits = self.next();
        let value = match self.below(8) {
            0 => Value::Bool(bits % 2 == 0),
            1 => Value::I64((bits as i64) >> self.below(64)),
            2 => Value::U64(bits >> self.below(64)),
            3 => Value::F64(f64::from_bits(bits)),
            4 => Value::F64(f64::from(bits as u16) / 7.0),
            5 => Value::F64(*self.of_all(&[f64::NAN, f64::INFINITY, -0.0, f64::MIN_POSITIVE])),
            _ => Value::Str(&text),
        };
        add(key, value);
    }
}

#[derive(Debug)]
struct Failed(String, Option<Box<Self>>);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_ref().map(|source| &**source as &(dyn Error + 'static))
    }
}
