//! A page's document taken apart again: what it says of each span, as text.

use serde_json::Value;
use tracer_otlp::read::{self, Span};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(super) fn base64(text: &str) -> Vec<u8> {
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

/// Reads the columns in order.
struct Columns<'a> {
    document: &'a Value,
    strings: Vec<&'a str>,
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn numbers(value: &Value) -> Vec<i64> {
    value.as_array().map(|list| list.iter().map(number).collect()).unwrap_or_default()
}

/// Of each span the numbers of its items.
fn items(column: &Value, spans: usize) -> Vec<std::ops::Range<usize>> {
    let counts = numbers(&column["of"]);
    let mut from = 0;
    let mut item = |count: i64| {
        let range = from..from + count as usize;
        from = range.end;
        range
    };
    (0..spans).map(|span| item(counts.get(span).copied().unwrap_or(0))).collect()
}

impl<'a> Columns<'a> {
    fn text(&self, value: &Value) -> &'a str {
        self.strings[number(value) as usize]
    }

    fn attributes(&self, column: &Value, range: std::ops::Range<usize>) -> String {
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

    fn error(&self, error: &Value) -> String {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let sources = list(&error["sources"]);
        let sources: Vec<_> = sources.iter().map(|source| self.text(source)).collect();
        let stack: Vec<_> = numbers(&error["stack"])
            .into_iter()
            .map(|at| self.place(at).split(' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        let [kind, message, backtrace] =
            ["type", "message", "backtrace"].map(|field| self.text(&error[field]));
        format!("{kind}|{message}|{sources:?}|{stack:?}|{backtrace}")
    }
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

/// What the page says of each span, by trace and id.
pub(super) fn spans(document: &Value) -> Vec<(String, String)> {
    let strings = document["strings"].as_array().expect("they are there");
    let strings = strings.iter().map(|text| text.as_str().expect("it is text")).collect();
    let columns = Columns { document, strings };
    let count = number(&document["spans"]) as usize;
    let of = |column: &str| numbers(&document[column]);
    let ids = ids(&document["id"], count);
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let traces = of("traceOf");
    let (starts, durations) = (of("start"), of("duration"));
    let mut at = 0;
    let mut told = Vec::new();
    let lists = ["slices", "wakes", "attributes", "events", "links"]
        .map(|column| items(&document[column], count));
    let events = document["events"]["at"].as_array().map_or(0, Vec::len);
    let of_events = items(&document["events"]["attributes"], events);
    for span in 0..count {
        let trace = &document["traces"];
        if span == 0 || traces[span] != traces[span - 1] {
            at = trace["start"][traces[span] as usize].as_str().expect("text").parse().expect("ns");
        }
        at += starts[span];
        let parent = match number(&document["parent"][span]) {
            0 => document["remoteParent"][span.to_string()].as_str().unwrap_or("").to_owned(),
            back => ids[(span as i64 + back) as usize].to_owned(),
        };
        let [slices, wakes, attributes, own_events, links] =
            lists.each_ref().map(|ranges| ranges[span].clone());
        let mut before = at;
        let slices = slices.map(|slice| {
            let start = before + number(&document["slices"]["at"][slice]);
            before = start + number(&document["slices"]["length"][slice]);
            (start, before)
        });
        let slices: Vec<_> = slices.collect();
        let mut before = at;
        let wakes = wakes.map(|wake| {
            before += number(&document["wakes"]["at"][wake]);
            let by = number(&document["wakes"]["by"][wake]);
            let by = usize::try_from(by).map_or("", |by| ids[by]);
            (before, by, number(&document["wakes"]["waited"][wake]))
        });
        let wakes: Vec<_> = wakes.collect();
        let own_events = own_events.map(|event| {
            let name = columns.text(&document["events"]["name"][event]);
            let time = at + number(&document["events"]["at"][event]);
            let set = &document["events"]["attributes"];
            format!("{name}@{time}({})", columns.attributes(set, of_events[event].clone()))
        });
        let own_events: Vec<_> = own_events.collect();
        let links = links.map(|link| {
            let column = &document["links"];
            format!("{}{}", column["trace"][link], column["span"][link])
        });
        let links: Vec<_> = links.collect();
        let error = &document["errors"][span.to_string()];
        let error = if error.is_null() { String::new() } else { columns.error(error) };
        let task = &document["tasks"][span.to_string()];
        let task = if task.is_null() {
            String::new()
        } else {
            let (name, file) = (columns.text(&task["name"]), columns.text(&task["file"]));
            let [key, parent] =
                ["key", "parent"].map(|field| task[field].as_str().unwrap_or_default());
            format!("{key} {parent} {name} {file}:{} {}", task["line"], task["delay"])
        };
        let id =
            format!("{}{}", trace["id"][traces[span] as usize].as_str().expect("text"), ids[span]);
        let [kind, outcome, flags, polls] =
            ["kind", "outcome", "flags", "polls"].map(|column| number(&document[column][span]));
        told.push((
            id,
            format!(
                "{} in {} below {parent} {at}+{} {kind} {outcome} {:04b} {polls} {} \
                 {slices:?} {wakes:?} [{}] {own_events:?} {links:?} {error} {task}",
                columns.text(&document["name"][span]),
                columns.text(&document["service"][span]),
                durations[span],
                flags & 7,
                columns.place(number(&document["callsite"][span])),
                columns.attributes(&document["attributes"], attributes),
            ),
        ));
    }
    told
}

/// What the page has to say of a span, by trace and id.
pub(super) fn expected(span: &Span) -> (String, String) {
    let attributes = |set: &[(String, read::Value)]| {
        let one = |(key, value): &(String, read::Value)| {
            let kind = match value {
                read::Value::Bool(_) => 'b',
                read::Value::I64(_) | read::Value::F64(_) => 'n',
                _ => 's',
            };
            format!("{key}={kind}{value}")
        };
        set.iter().map(one).collect::<Vec<_>>().join(",")
    };
    let id = |id: tracer_core::SpanId| id.to_string();
    let wakes: Vec<(i64, String, i64)> = span
        .wakes
        .iter()
        .map(|wake| {
            let by = wake.by.filter(|(trace, _)| *trace == span.trace_id);
            (wake.time as i64, by.map_or(String::new(), |(_, by)| id(by)), -1)
        })
        .collect();
    let events: Vec<_> = span
        .events
        .iter()
        .map(|event| format!("{}@{}({})", event.name, event.time, attributes(&event.attributes)))
        .collect();
    let links: Vec<_> =
        span.links.iter().map(|(trace, span)| format!("\"{trace}\"\"{span}\"")).collect();
    let error = span.error.as_ref().map_or(String::new(), |error| {
        let stack: Vec<_> = error
            .stack
            .iter()
            .map(|frame| format!("{} {}:{}", frame.function, frame.file, frame.line))
            .collect();
        let backtrace = error.backtrace.as_deref().unwrap_or_default();
        format!("{}|{}|{:?}|{stack:?}|{backtrace}", error.type_name, error.message, error.sources)
    });
    let passed_on = span.error.as_ref().is_some_and(|error| error.is_passed_on);
    let flags =
        u8::from(span.is_spawned) | u8::from(span.is_failed()) << 1 | u8::from(passed_on) << 2;
    let place = if (span.function.as_str(), span.file.as_str(), span.line) == ("", "", 0) {
        String::new()
    } else {
        let level = span.level as u8;
        format!("{} {}:{} {} {level}", span.function, span.file, span.line, span.target)
    };
    (
        format!("{}{}", span.trace_id, span.span_id),
        format!(
            "{} in {} below {} {}+{} {} {} {flags:04b} {} {place} \
             {:?} {wakes:?} [{}] {events:?} {links:?} {error} ",
            span.name,
            span.service_name(),
            span.parent_id.map_or(String::new(), id),
            span.start,
            span.end.saturating_sub(span.start),
            span.kind as u8,
            span.outcome as u8,
            span.polls,
            span.slices.iter().map(|(start, end)| (*start as i64, *end as i64)).collect::<Vec<_>>(),
            attributes(&span.attributes),
        ),
    )
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
