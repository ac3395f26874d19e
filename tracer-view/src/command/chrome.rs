//! Traces as Chrome's trace events, which Perfetto opens, too: each trace a process, each lane a thread.
//!
//! What is on one thread has to lie in each other there, so concurrent children and those that outlive
//! their parent get lanes of their own, and so do polls, which begin and end within children.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::io::{self, Write};
use std::ops::Range;

use crate::json::Json;
use crate::table::{Order, Row, Table, flag};

/// Writes the traces as one document of JSON.
pub(super) fn write<W: Write>(table: &Table, to: W) -> io::Result<W> {
    let order = Order::of(table);
    let rows: Vec<&Row> = order.rows.iter().map(|number| &table.rows[*number as usize]).collect();
    let ends = order.traces.iter().skip(1).map(|trace| trace.first);
    let ends: Vec<usize> = ends.chain([rows.len()]).collect();
    let mut json = Json::new(to);
    let mut chart = Chart {
        table,
        parents: &order.parents,
        since: rows.iter().map(|row| row.start).min().unwrap_or(0),
        rows,
        process: 0,
        arrows: 0,
    };
    json.object(|json| {
        json.key("displayTimeUnit").string("ns");
        json.key("traceEvents").list(|json| {
            for (trace, end) in order.traces.iter().zip(ends) {
                chart.process += 1;
                chart.trace(json, trace.first..end);
            }
        });
    });
    json.finish()
}

struct Chart<'a> {
    table: &'a Table,
    rows: Vec<&'a Row>,
    parents: &'a [Option<u32>],
    /// The start of all: there are digits for no more than some days.
    since: u64,
    process: u32,
    arrows: u32,
}

impl Chart<'_> {
    fn trace(&mut self, json: &mut Json<impl Write>, spans: Range<usize>) {
        let root = self.rows[spans.start];
        let id = self.table.traces[root.trace as usize].to_string();
        let title = format!("{} {}", &id[..8], self.table.strings.text(root.name));
        let process = self.process;
        event(json, "M", process, 0, |json| {
            json.key("name").string("process_name");
            json.key("args").object(|json| json.key("name").string(&title));
        });
        let Places { lanes, polls } = Places::of(&self.rows, self.parents, spans.clone());
        let first = spans.start;
        let by_id: HashMap<u64, usize> = spans.clone().map(|at| (self.rows[at].id, at)).collect();
        for at in spans {
            let row = self.rows[at];
            let lane = lanes[at - first];
            self.span(json, row, lane);
            if let Some(lane) = polls[at - first] {
                for (start, end) in &row.slices {
                    self.bar(json, "poll", lane, (*start, *end), |_| ());
                }
            }
            if let (Some(parent), true) = (self.parents[at], row.flags & flag::SPAWNED != 0) {
                let from = (lanes[parent as usize - first], row.start);
                self.arrow(json, "spawn", from, (lane, row.start));
            }
            for wake in row.wakes() {
                let by = wake.by.and_then(|(_, by)| by_id.get(&by.to_u64()));
                if let (Some(by), Some(waited)) = (by, wake.scheduled) {
                    let to = polls[at - first].unwrap_or(lane);
                    let from = (lanes[*by - first], wake.time);
                    self.arrow(json, "wake", from, (to, wake.time.saturating_add(waited)));
                }
            }
        }
    }

    fn span(&self, json: &mut Json<impl Write>, row: &Row, lane: u32) {
        let strings = &self.table.strings;
        self.bar(json, strings.text(row.name), lane, (row.start, row.end), |json| {
            json.key("cat").string(strings.text(row.service));
            json.key("args").object(|json| {
                json.key("span id").plain([format!("{:016x}", row.id)].into_iter());
                if let Some(failure) = row.failure() {
                    json.key("error").string(strings.text(failure.message));
                }
                for (key, value) in &row.attributes {
                    // The first letter says of which kind the value is.
                    let value = strings.text(*value).get(1..).unwrap_or_default();
                    json.key(strings.text(*key)).string(value);
                }
            });
        });
    }

    fn bar<W: Write>(
        &self,
        json: &mut Json<W>,
        name: &str,
        lane: u32,
        (start, end): (u64, u64),
        more: impl FnOnce(&mut Json<W>),
    ) {
        event(json, "X", self.process, lane, |json| {
            json.key("name").string(name);
            json.key("ts").thousandths(start.saturating_sub(self.since));
            json.key("dur").thousandths(end.saturating_sub(start));
            more(json);
        });
    }

    /// From a lane at a time to another one at a later time.
    fn arrow(&mut self, json: &mut Json<impl Write>, name: &str, from: (u32, u64), to: (u32, u64)) {
        self.arrows += 1;
        for (phase, (lane, time)) in [("s", from), ("f", to)] {
            event(json, phase, self.process, lane, |json| {
                json.key("name").string(name);
                json.key("cat").string(name);
                json.key("id").number(self.arrows.into());
                json.key("ts").thousandths(time.saturating_sub(self.since));
                if phase == "f" {
                    json.key("bp").string("e");
                }
            });
        }
    }
}

fn event<W: Write>(
    json: &mut Json<W>,
    phase: &str,
    process: u32,
    lane: u32,
    more: impl FnOnce(&mut Json<W>),
) {
    json.object(|json| {
        json.key("ph").string(phase);
        json.key("pid").number(process.into());
        json.key("tid").number(lane.into());
        more(json);
    });
}

/// The lanes of a trace's spans, and of their polls.
struct Places {
    lanes: Vec<u32>,
    polls: Vec<Option<u32>>,
}

impl Places {
    fn of(rows: &[&Row], parents: &[Option<u32>], spans: Range<usize>) -> Self {
        let mut lanes = Lanes::default();
        let mut places = Self { lanes: Vec::new(), polls: Vec::new() };
        // Until when the lane of a span is taken by children of it.
        let mut taken: Vec<u64> = rows[spans.clone()].iter().map(|row| row.start).collect();
        for at in spans.clone() {
            let (row, parent) = (rows[at], parents[at].map(|parent| parent as usize));
            let is_within = |parent: &usize| {
                taken[*parent - spans.start] <= row.start && row.end <= rows[*parent].end
            };
            let lane = match parent.filter(is_within) {
                Some(parent) => {
                    taken[parent - spans.start] = row.end;
                    places.lanes[parent - spans.start]
                }
                None => lanes.take(row.start, row.end),
            };
            places.lanes.push(lane);
            let last = row.slices.iter().map(|(_, end)| *end).max();
            places.polls.push(last.map(|last| lanes.take(row.start, last)));
        }
        places
    }
}

/// Lanes, and until when each is taken.
#[derive(Default)]
struct Lanes {
    until: BinaryHeap<Reverse<(u64, u32)>>,
    count: u32,
}

impl Lanes {
    /// Takes one that is free then, or a new one.
    fn take(&mut self, start: u64, end: u64) -> u32 {
        let is_free = self.until.peek().is_some_and(|Reverse((until, _))| *until <= start);
        let free = if is_free { self.until.pop() } else { None };
        let lane = free.map_or_else(
            || {
                self.count += 1;
                self.count
            },
            |Reverse((_, lane))| lane,
        );
        self.until.push(Reverse((end, lane)));
        lane
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
