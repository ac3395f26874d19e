//! A page's document taken apart again: what it says of each span, as text.

use std::ops::Range;

use serde_json::Value;
use tracer_otlp::read::{self, Span};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(text: &str) -> Vec<u8> {
    let digits = text.trim_end_matches('=').as_bytes();
    let value =
        |digit: &u8| ALPHABET.iter().position(|known| known == digit).expect("it is base64") as u32;
    let group = |group: &[u8]| {
        let bits = group.iter().fold(0, |bits, digit| bits << 6 | value(digit));
        let bits = bits << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    };
    digits.chunks(4).flat_map(group).collect()
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

pub(super) fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().map(|list| list.iter().map(number).collect()).unwrap_or_default()
}

/// Of each span, or of each event, the numbers of its items.
fn items(column: &Value, count: usize) -> Vec<Range<usize>> {
    let counts = numbers(&column["of"]);
    let mut from = 0;
    let mut item = |count: i64| {
        let range = from..from + count as usize;
        from = range.end;
        range
    };
    (0..count).map(|span| item(counts.get(span).copied().unwrap_or(0))).collect()
}

/// As digits, or as places in sequences.
fn ids(column: &Value, count: usize) -> Vec<String> {
    if let Some(digits) = column.as_str() {
        return (0..count).map(|span| digits[16 * span..16 * span + 16].to_owned()).collect();
    }
    let bases = column["base"].as_array().expect("they are there").iter();
    let bases =
        bases.map(|base| u64::from_str_radix(base.as_str().expect("text"), 16).expect("hex"));
    let mut last: Vec<u64> = bases.collect();
    let steps = numbers(&column["of"]).into_iter().zip(numbers(&column["step"]));
    let ids = steps.map(|(of, step)| {
        let last = &mut last[of as usize];
        *last = last.wrapping_add(0x9E37_79B9_7F4A_7C15_u64.wrapping_mul(step as u64));
        format!("{last:016x}")
    });
    ids.collect()
}

/// A page's document, with what has to be counted together.
struct Columns<'a> {
    document: &'a Value,
    strings: Vec<&'a str>,
    ids: Vec<String>,
    starts: Vec<i64>,
    event_items: Vec<Range<usize>>,
}

impl<'a> Columns<'a> {
    fn new(document: &'a Value) -> Self {
        let strings = document["strings"].as_array().expect("they are there");
        let count = number(&document["spans"]) as usize;
        let events = document["events"]["at"].as_array().map_or(0, Vec::len);
        let (traces, deltas) = (numbers(&document["traceOf"]), numbers(&document["start"]));
        let mut at = 0;
        let starts = (0..count).map(|span| {
            if span == 0 || traces[span] != traces[span - 1] {
                let start = &document["traces"]["start"][traces[span] as usize];
                at = start.as_str().expect("text").parse().expect("nanoseconds");
            }
            at += deltas[span];
            at
        });
        Self {
            document,
            strings: strings.iter().map(|text| text.as_str().expect("it is text")).collect(),
            ids: ids(&document["id"], count),
            starts: starts.collect(),
            event_items: items(&document["events"]["attributes"], events),
        }
    }

    fn text(&self, value: &Value) -> &'a str {
        self.strings[number(value) as usize]
    }

    fn attributes(&self, column: &Value, range: Range<usize>) -> String {
        let one = |at: usize| {
            format!("{}={}", self.text(&column["key"][at]), self.text(&column["value"][at]))
        };
        range.map(one).collect::<Vec<_>>().join(",")
    }

    fn place(&self, at: i64) -> String {
        let Ok(at) = usize::try_from(at) else { return String::new() };
        let places = &self.document["callsites"];
        let [function, module, file, target] =
            ["function", "module", "file", "target"].map(|column| self.text(&places[column][at]));
        let function =
            if module.is_empty() { function.to_owned() } else { format!("{module}::{function}") };
        let (line, level) = (number(&places["line"][at]), number(&places["level"][at]));
        format!("{function} {file}:{line} {target} {level}")
    }

    fn parent(&self, span: usize) -> &str {
        match number(&self.document["parent"][span]) {
            0 => self.document["remoteParent"][span.to_string()].as_str().unwrap_or_default(),
            back => &self.ids[(span as i64 + back) as usize],
        }
    }

    fn slices(&self, span: usize, range: Range<usize>) -> Vec<(i64, i64)> {
        let (column, mut before) = (&self.document["slices"], self.starts[span]);
        let slices = range.map(|slice| {
            let start = before + number(&column["at"][slice]);
            before = start + number(&column["length"][slice]);
            (start, before)
        });
        slices.collect()
    }

    fn wakes(&self, span: usize, range: Range<usize>) -> Vec<(i64, &str, i64)> {
        let (column, mut before) = (&self.document["wakes"], self.starts[span]);
        let wakes = range.map(|wake| {
            before += number(&column["at"][wake]);
            let by = usize::try_from(number(&column["by"][wake]));
            let by = by.map_or("", |by| self.ids[by].as_str());
            (before, by, number(&column["waited"][wake]))
        });
        wakes.collect()
    }

    fn events(&self, span: usize, range: Range<usize>) -> Vec<String> {
        let column = &self.document["events"];
        let events = range.map(|event| {
            let name = self.text(&column["name"][event]);
            let time = self.starts[span] + number(&column["at"][event]);
            let told = self.attributes(&column["attributes"], self.event_items[event].clone());
            format!("{name}@{time}({told})")
        });
        events.collect()
    }

    fn links(&self, range: Range<usize>) -> Vec<String> {
        let column = &self.document["links"];
        range.map(|link| format!("{}{}", column["trace"][link], column["span"][link])).collect()
    }

    fn error(&self, span: usize) -> String {
        let error = &self.document["errors"][span.to_string()];
        if error.is_null() {
            return String::new();
        }
        let sources = error["sources"].as_array().expect("it is a list");
        let sources: Vec<_> = sources.iter().map(|source| self.text(source)).collect();
        let stack: Vec<_> = numbers(&error["stack"])
            .into_iter()
            .map(|at| self.place(at).split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        let [kind, message, backtrace] =
            ["type", "message", "backtrace"].map(|field| self.text(&error[field]));
        format!("{kind}|{message}|{sources:?}|{stack:?}|{backtrace}")
    }

    fn task(&self, span: usize) -> String {
        let task = &self.document["tasks"][span.to_string()];
        if task.is_null() {
            return String::new();
        }
        let (name, file) = (self.text(&task["name"]), self.text(&task["file"]));
        let [key, parent] = ["key", "parent"].map(|field| task[field].as_str().unwrap_or_default());
        format!("{key} {parent} {name} {file}:{} {}", task["line"], task["delay"])
    }
}

/// What the page says of each span, by trace and id.
pub(super) fn spans(document: &Value) -> Vec<(String, String)> {
    let columns = Columns::new(document);
    let count = columns.ids.len();
    let lists = ["slices", "wakes", "attributes", "events", "links"]
        .map(|column| items(&document[column], count));
    let told = (0..count).map(|span| {
        let [slices, wakes, attributes, events, links] =
            lists.each_ref().map(|ranges| ranges[span].clone());
        let trace = number(&document["traceOf"][span]) as usize;
        let trace = document["traces"]["id"][trace].as_str().expect("text");
        let [kind, outcome, flags, polls, duration] =
            ["kind", "outcome", "flags", "polls", "duration"]
                .map(|column| number(&document[column][span]));
        let text = format!(
            "{} in {} below {} {}+{duration} {kind} {outcome} {:04b} {polls} {} \
             {:?} {:?} [{}] {:?} {:?} {} {}",
            columns.text(&document["name"][span]),
            columns.text(&document["service"][span]),
            columns.parent(span),
            columns.starts[span],
            flags & 3,
            columns.place(number(&document["callsite"][span])),
            columns.slices(span, slices),
            columns.wakes(span, wakes),
            columns.attributes(&document["attributes"], attributes),
            columns.events(span, events),
            columns.links(links),
            columns.error(span),
            columns.task(span),
        );
        (format!("{trace}{}", columns.ids[span]), text)
    });
    told.collect()
}

/// What the page has to say of a span without task and wakes, by trace and id.
pub(super) fn expected(span: &Span) -> (String, String) {
    let events: Vec<_> = span
        .events
        .iter()
        .map(|event| format!("{}@{}({})", event.name, event.time, told(&event.attributes)))
        .collect();
    let links = span.links.iter().map(|(trace, span)| format!("\"{trace}\"\"{span}\""));
    let flags = u8::from(span.is_spawned) | u8::from(span.is_failed()) << 1;
    let place = if (span.function.as_str(), span.file.as_str(), span.line) == ("", "", 0) {
        String::new()
    } else {
        let level = span.level as u8;
        format!("{} {}:{} {} {level}", span.function, span.file, span.line, span.target)
    };
    let text = format!(
        "{} in {} below {} {}+{} {} {} {flags:04b} {} {place} {:?} [] [{}] {events:?} {:?} {} ",
        span.name,
        span.service_name(),
        span.parent_id.map_or(String::new(), |id| id.to_string()),
        span.start,
        span.end.saturating_sub(span.start),
        span.kind as u8,
        span.outcome as u8,
        span.polls,
        span.slices,
        told(&span.attributes),
        links.collect::<Vec<_>>(),
        span.error.as_ref().map_or(String::new(), error),
    );
    (format!("{}{}", span.trace_id, span.span_id), text)
}

fn told(set: &[(String, read::Value)]) -> String {
    let one = |(key, value): &(String, read::Value)| {
        let kind = match value {
            read::Value::Bool(_) => 'b',
            read::Value::I64(_) | read::Value::F64(_) => 'n',
            _ => 's',
        };
        format!("{key}={kind}{value}")
    };
    set.iter().map(one).collect::<Vec<_>>().join(",")
}

fn error(error: &read::Failure) -> String {
    let frames = error.stack.iter();
    let stack: Vec<_> =
        frames.map(|frame| format!("{} {}:{}", frame.function, frame.file, frame.line)).collect();
    let backtrace = error.backtrace.as_deref().unwrap_or_default();
    format!("{}|{}|{:?}|{stack:?}|{backtrace}", error.type_name, error.message, error.sources)
}

/// Trace by trace, parents before children, siblings by start.
pub(super) fn check_order(document: &Value) {
    let [traces, parents, starts] =
        ["traceOf", "parent", "start"].map(|column| numbers(&document[column]));
    let mut at = 0;
    let mut last_of: Vec<Option<i64>> = vec![None; traces.len()];
    let mut with_parent = 0;
    for span in 0..traces.len() {
        if span == 0 || traces[span] != traces[span - 1] {
            assert!(span == 0 || traces[span] == traces[span - 1] + 1);
            at = 0;
        }
        at += starts[span];
        assert!(parents[span] <= 0 && at >= 0);
        if parents[span] != 0 {
            with_parent += 1;
            let parent = (span as i64 + parents[span]) as usize;
            assert_eq!(traces[parent], traces[span]);
            assert!(last_of[parent].is_none_or(|last| last <= at), "siblings by start");
            last_of[parent] = Some(at);
        }
    }
    assert!(with_parent > traces.len() / 2);
}
