//! Spans for the tests: random ones of all kinds, recorded ones, very many.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tracer_core::{
    FutureExt as _, Memory, Outcome, Span as Open, SpanKind, SpanRecord, TraceId, Tracer, Value,
};
use tracer_otlp::read::{Span, document};

use crate::table::{Row, Table, flag};

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    fn text(&mut self) -> String {
        const LETTERS: [char; 12] =
            ['a', 'Z', ' ', '\n', '\u{0}', '\u{7f}', '\u{2028}', '\u{202e}', 'ż', '🐢', '<', '/'];
        (0..self.below(12)).map(|_| LETTERS[self.below(12) as usize]).collect()
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len() as u64) as usize]
    }
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("text is JSON")
}

/// Spans of several traces and services, in any order, with all that OTLP has; some parents are not here.
pub(crate) fn random(seed: u64, count: u64) -> Vec<Span> {
    let mut random = Random(seed);
    let mut spans: Vec<String> = (1..=count).map(|id| span(&mut random, id)).collect();
    for place in (1..spans.len()).rev() {
        spans.swap(place, random.below(place as u64 + 1) as usize);
    }
    read(&spans)
}

fn read(spans: &[String]) -> Vec<Span> {
    let resource = |service: &str| {
        format!(
            r#"{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}}"#
        )
    };
    let part = |service: &str, spans: &[String]| {
        let spans = spans.join(",");
        format!(r#"{{"resource":{},"scopeSpans":[{{"spans":[{spans}]}}]}}"#, resource(service))
    };
    let (one, other) = spans.split_at(spans.len() / 2);
    let text = format!(r#"{{"resourceSpans":[{},{}]}}"#, part("web", one), part("stock", other));
    document(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn span(random: &mut Random, id: u64) -> String {
    let trace = id % 5 + 1;
    let start = 1_700_000_000_000_000_000 + id * 1_000 + random.below(900);
    let end = start + (random.bits() >> (24 + random.below(40)));
    let (name, kind) = (quoted(&random.text()), random.below(5) + 1);
    let mut fields = vec![format!(
        r#""traceId":"{trace:032x}","spanId":"{id:016x}","name":{name},"kind":{kind},"startTimeUnixNano":"{start}","endTimeUnixNano":"{end}""#
    )];
    let back = 5 * (1 + random.below(3));
    if id > back {
        let parent = if random.below(9) == 0 { 1 << 40 | id } else { id - back };
        fields.push(format!(r#""parentSpanId":"{parent:016x}""#));
    }
    fields.push(format!(r#""attributes":[{}]"#, attributes(random).join(",")));
    if random.below(3) == 0 {
        let (name, early) = (quoted(&random.text()), start - 5);
        fields.push(format!(
            r#""events":[{{"name":{name},"timeUnixNano":"{end}","attributes":[{{"key":"n","value":{{"intValue":"7"}}}}]}},
               {{"name":"second","timeUnixNano":"{early}"}}]"#
        ));
    }
    if random.below(4) == 0 {
        let (trace, span) = (random.bits() | 1, random.bits() | 1);
        fields.push(format!(r#""links":[{{"traceId":"{trace:032x}","spanId":"{span:016x}"}}]"#));
    }
    if random.below(4) == 0 {
        let message = quoted(&random.text());
        fields.push(format!(r#""status":{{"code":2,"message":{message}}}"#));
    }
    format!("{{{}}}", fields.join(","))
}

/// Of its own, and those that say what OTLP has no fields for.
fn attributes(random: &mut Random) -> Vec<String> {
    let set = |key: &str, kind: &str, value: &str| {
        format!(r#"{{"key":{},"value":{{"{kind}":{value}}}}}"#, quoted(key))
    };
    let mut attributes = Vec::new();
    for key in ["a", "rows", "żółw"].iter().take(random.below(4) as usize) {
        attributes.push(match random.below(4) {
            0 => set(key, "intValue", &format!("\"{}\"", random.bits() as i64)),
            1 => set(key, "boolValue", random.one_of(&["true", "false"])),
            2 => set(key, "doubleValue", &format!("{}.5", random.below(1_000))),
            _ => set(key, "stringValue", &quoted(&random.text())),
        });
    }
    if random.below(2) == 0 {
        let function = random.one_of(&[r#""shop::query""#, r#""shop::pay""#]);
        attributes.push(set("code.function.name", "stringValue", function));
        attributes.push(set("code.file.path", "stringValue", r#""src/main.rs""#));
        attributes.push(set("code.line.number", "intValue", &(random.below(3) + 1).to_string()));
    }
    if random.below(2) == 0 {
        attributes.push(set("tracer.polls", "intValue", "3"));
        attributes.push(set("tracer.slices", "stringValue", r#""0+10 200+7 1500+200""#));
        attributes.push(set("tracer.spawned", "boolValue", "true"));
    }
    if random.below(4) == 0 {
        let outcome = random.one_of(&[r#""cancelled""#, r#""panicked""#, r#""open""#]);
        attributes.push(set("tracer.outcome", "stringValue", outcome));
    }
    attributes
}

/// A span of this name, which is also its only attribute.
pub(super) fn named(name: &str) -> Vec<Span> {
    let name = quoted(name);
    read(&[format!(
        r#"{{"traceId":"{:032x}","spanId":"{:016x}","name":{name},"startTimeUnixNano":"1","endTimeUnixNano":"2",
            "attributes":[{{"key":{name},"value":{{"stringValue":{name}}}}}]}}"#,
        1, 1
    )])
}

/// An error that goes up, and one that became another.
pub(super) fn failed() -> Vec<Span> {
    let span = |id: u8, parent: &str, message: &str| {
        format!(
            r#"{{"traceId":"{:032x}","spanId":"{id:016x}","parentSpanId":"{parent}","startTimeUnixNano":"{id}",
                "endTimeUnixNano":"9","status":{{"code":2,"message":"{message}"}}}}"#,
            1
        )
    };
    let id = |id: u8| format!("{id:016x}");
    read(&[
        span(1, "", ""),
        span(2, &id(1), "no row"),
        span(3, &id(2), "no row"),
        span(4, &id(2), "timeout"),
        span(5, &id(4), "refused"),
    ])
}

/// What a tracer records of a few requests, and the same read from the file that it wrote.
pub(super) fn recorded() -> (Vec<SpanRecord>, Vec<Span>) {
    let path = std::env::temp_dir().join(format!("tracer-view-{}.jsonl", std::process::id()));
    let memory = Memory::default();
    let file = tracer_otlp::File::open(&path).expect("it can be written");
    let tracer = Tracer::builder().service_name("shop").wakes(true);
    let tracer = tracer.exporter(memory.clone()).exporter(file).build().expect("threads");
    tracer.flush(Duration::from_secs(10)).expect("nothing is dropped");
    tracer.in_scope(|| {
        for id in 0..20_i64 {
            let root = Open::builder("request").kind(SpanKind::Server).open();
            root.set_attribute("id", id);
            root.add_event("began", &[("text", Value::Str("\u{2028}")), ("n", 1.into())]);
            if id % 3 == 0 {
                root.record_error(&std::io::Error::other("no such row"));
            }
            polled(&mut Box::pin(yields(id as u32 % 4).in_span(root)), 2);
        }
    });
    tracer.shutdown(Duration::from_secs(10)).expect("nothing is dropped");
    let lines = tracer_otlp::read::lines(std::io::BufReader::new(
        std::fs::File::open(&path).expect("it is there"),
    ));
    let spans = lines.collect::<Result<Vec<_>, _>>().expect("it is OTLP").concat();
    std::fs::remove_file(path).expect("it is there");
    (memory.take(), spans)
}

async fn yields(times: u32) {
    for _ in 0..times {
        let mut pending = true;
        std::future::poll_fn(|context| {
            Open::new("wakes").in_scope(|| context.waker().wake_by_ref());
            if std::mem::take(&mut pending) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

fn polled(future: &mut (impl Future + Unpin), times: u32) {
    let mut future = pin!(future);
    for _ in 0..times {
        if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            break;
        }
    }
}

/// So many spans, as requests have them that ask others; every third one has an attribute.
pub(super) fn large(traces: usize, spans: usize) -> Table {
    let mut random = Random(1);
    let mut table = Table::default();
    let names: Vec<_> =
        (0..20).map(|name| table.strings.number(&format!("shop::fn_{name}"))).collect();
    let (key, service) = (table.strings.number("user.id"), table.strings.number("shop"));
    let values: Vec<_> = (0..100).map(|value| table.strings.number(&format!("n{value}"))).collect();
    for trace in 0..traces {
        table
            .traces
            .push(TraceId::from_u128(u128::from(random.bits()) << 64 | u128::from(random.bits())));
        let base = 1_700_000_000_000_000_000 + trace as u64 * 1_000_000;
        let first = random.bits();
        let mut time = base;
        for span in 0..spans / traces {
            time += random.below(50_000);
            let polls = random.below(4) as u32;
            let length = random.below(2_000_000);
            let step = length / u64::from(polls.max(1));
            let slices = (0..u64::from(polls)).map(|poll| {
                let from = time + poll * step;
                (from, from + random.below(20_000).min(step))
            });
            let id = |span: usize| {
                first.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(span as u64))
            };
            let slices = slices.collect();
            let number = random.below(20) as usize;
            table.rows.push(Row {
                trace: trace as u32,
                id: id(span),
                parent: if span == 0 { 0 } else { id(random.below(span as u64) as usize) },
                name: names[number],
                service,
                place: number as u32 + 1,
                start: time,
                end: time + length,
                polls,
                kind: SpanKind::Internal,
                outcome: Outcome::Completed,
                flags: flag::bits(&[
                    (flag::SPAWNED | flag::POLLED, polls > 0),
                    (flag::LOCAL_ROOT, span == 0),
                ]),
                slices,
                attributes: if span % 3 == 0 {
                    [(key, values[random.below(100) as usize])].into()
                } else {
                    [].into()
                },
                rare: None,
            });
        }
    }
    table
}
