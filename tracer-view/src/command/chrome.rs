//! Traces as Chrome's trace events: each trace a process, each lane a thread.

use std::io::{self, Write};

use crate::command::chart::{self, Chart};
use crate::json::Json;
use crate::table::{Row, Table};

/// Writes the traces as one document of JSON.
pub(super) fn write<W: Write>(table: &Table, to: W) -> io::Result<W> {
    let mut json = Json::new(to);
    json.object(|json| {
        json.key("displayTimeUnit").string("ns");
        json.key("traceEvents").list(|json| {
            let since = table.rows.iter().map(|row| row.start).min().unwrap_or(0);
            chart::draw(table, &mut Chrome { table, json, since, process: 0, arrows: 0 });
        });
    });
    json.finish()
}

struct Chrome<'a, W> {
    table: &'a Table,
    json: &'a mut Json<W>,
    /// The start of all: there are digits for no more than some days.
    since: u64,
    process: u32,
    arrows: u32,
}

impl<W: Write> Chart for Chrome<'_, W> {
    fn trace(&mut self, title: &str) {
        self.process += 1;
        self.event("M", 0, |json, _| {
            json.key("name").string("process_name");
            json.key("args").object(|json| json.key("name").string(title));
        });
    }

    fn span(&mut self, lane: u32, row: &Row) {
        let strings = &self.table.strings;
        self.bar(strings.text(row.name), lane, (row.start, row.end), |json| {
            json.key("cat").string(strings.text(row.service));
            json.key("args").object(|json| {
                json.key("span id").plain([format!("{:016x}", row.id)].into_iter());
                if let Some(failure) = row.failure() {
                    json.key("error").string(strings.text(failure.message));
                }
                for (key, value) in &row.attributes {
                    json.key(strings.text(*key)).string(chart::shown(strings.text(*value)));
                }
            });
        });
    }

    fn poll(&mut self, lane: u32, start: u64, end: u64) {
        self.bar("poll", lane, (start, end), |_| ());
    }

    fn arrow(&mut self, name: &str, from: (u32, u64), to: (u32, u64)) {
        self.arrows += 1;
        let id = self.arrows;
        for (phase, (lane, time)) in [("s", from), ("f", to)] {
            self.event(phase, lane, |json, since| {
                json.key("name").string(name);
                json.key("cat").string(name);
                json.key("id").number(id.into());
                json.key("ts").thousandths(time.saturating_sub(since));
                if phase == "f" {
                    json.key("bp").string("e");
                }
            });
        }
    }
}

impl<W: Write> Chrome<'_, W> {
    fn bar(
        &mut self,
        name: &str,
        lane: u32,
        (start, end): (u64, u64),
        more: impl FnOnce(&mut Json<W>),
    ) {
        self.event("X", lane, |json, since| {
            json.key("name").string(name);
            json.key("ts").thousandths(start.saturating_sub(since));
            json.key("dur").thousandths(end.saturating_sub(start));
            more(json);
        });
    }

    fn event(&mut self, phase: &str, lane: u32, more: impl FnOnce(&mut Json<W>, u64)) {
        let (process, since) = (self.process, self.since);
        self.json.object(|json| {
            json.key("ph").string(phase);
            json.key("pid").number(process.into());
            json.key("tid").number(lane.into());
            more(json, since);
        });
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::write;
    use crate::html::random_spans;
    use crate::table::Table;

    fn events(table: &Table) -> Vec<Value> {
        let text = write(table, Vec::new()).expect("memory takes it");
        let mut document: Value = serde_json::from_slice(&text).expect("it is JSON");
        let Value::Array(events) = document["traceEvents"].take() else { panic!("no list") };
        events
    }

    /// Nanoseconds of what is written as microseconds.
    fn nanos(value: &Value) -> u64 {
        (value.as_f64().expect("a number") * 1e3).round() as u64
    }

    #[test]
    fn what_is_on_one_thread_lies_in_each_other_and_nothing_is_missing() {
        for seed in 0..10 {
            let mut table = Table::default();
            let spans = random_spans(seed, 300);
            spans.iter().for_each(|span| table.add_read(span));
            let mut by_thread: BTreeMap<(u64, u64), Vec<(u64, u64)>> = BTreeMap::new();
            let (mut count, mut polls) = (0, 0);
            for event in events(&table).iter().filter(|event| event["ph"] == "X") {
                let start = nanos(&event["ts"]);
                let thread = (event["pid"].as_u64(), event["tid"].as_u64());
                let thread = (thread.0.expect("one"), thread.1.expect("one"));
                by_thread.entry(thread).or_default().push((start, start + nanos(&event["dur"])));
                count += usize::from(!event["args"].is_null());
                polls += usize::from(event["name"] == "poll");
            }
            assert_eq!(count, spans.len());
            assert_eq!(polls, spans.iter().map(|span| span.slices.len()).sum::<usize>());
            for bars in by_thread.values_mut() {
                bars.sort_by_key(|(start, end)| (*start, std::cmp::Reverse(*end)));
                let mut open: Vec<u64> = Vec::new();
                for (start, end) in bars {
                    open.retain(|until| until > start);
                    assert!(
                        open.iter().all(|until| *end <= *until),
                        "it ends after what is around"
                    );
                    open.push(*end);
                }
            }
        }
    }

    #[test]
    fn arrows_have_two_ends() {
        let mut table = Table::default();
        random_spans(3, 300).iter().for_each(|span| table.add_read(span));
        let events = events(&table);
        let ids = |phase: &str| -> Vec<u64> {
            let of = events.iter().filter(|event| event["ph"] == phase);
            of.map(|event| event["id"].as_u64().expect("one")).collect()
        };
        assert!(ids("s").len() > 10);
        assert_eq!(ids("s"), ids("f"));
    }
}
