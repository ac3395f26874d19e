//! Traces as other tools draw them: bars that lie in each other on lanes, and arrows between them.
//!
//! What is on one lane has to lie in each other there, so concurrent children and those that outlive
//! their parent get lanes of their own, and so do polls, which begin and end within children.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ops::Range;

use crate::table::{Order, Row, Table, flag};

/// A format of another tool, which takes trace by trace; times are nanoseconds.
pub(super) trait Chart {
    /// Begins a trace.
    fn trace(&mut self, title: &str);
    fn span(&mut self, lane: u32, row: &Row);
    fn poll(&mut self, lane: u32, start: u64, end: u64);
    /// From a lane at a time to another one at a later time.
    fn arrow(&mut self, name: &str, from: (u32, u64), to: (u32, u64));
}

/// Draws the traces by their start, in each of them parents before their children.
pub(super) fn draw(table: &Table, chart: &mut impl Chart) {
    let order = Order::of(table);
    let rows: Vec<&Row> = order.rows.iter().map(|number| &table.rows[*number as usize]).collect();
    let ends = order.traces.iter().skip(1).map(|trace| trace.first);
    let ends: Vec<usize> = ends.chain([rows.len()]).collect();
    for (trace, end) in order.traces.iter().zip(ends) {
        let root = rows[trace.first];
        let id = table.traces[root.trace as usize].to_string();
        chart.trace(&format!("{} {}", &id[..8], table.strings.text(root.name)));
        draw_trace(&rows, &order.parents, trace.first..end, chart);
    }
}

fn draw_trace(rows: &[&Row], parents: &[Option<u32>], spans: Range<usize>, chart: &mut impl Chart) {
    let Places { lanes, polls } = Places::of(rows, parents, spans.clone());
    let first = spans.start;
    let by_id: HashMap<u64, usize> = spans.clone().map(|at| (rows[at].id, at)).collect();
    for at in spans {
        let row = rows[at];
        let lane = lanes[at - first];
        chart.span(lane, row);
        if let Some(lane) = polls[at - first] {
            row.slices.iter().for_each(|(start, end)| chart.poll(lane, *start, *end));
        }
        if let (Some(parent), true) = (parents[at], row.flags & flag::SPAWNED != 0) {
            let from = (lanes[parent as usize - first], row.start);
            chart.arrow("spawn", from, (lane, row.start));
        }
        for wake in row.wakes() {
            let by = wake.by.and_then(|(_, by)| by_id.get(&by.to_u64()));
            if let (Some(by), Some(waited)) = (by, wake.scheduled) {
                let to = polls[at - first].unwrap_or(lane);
                let from = (lanes[*by - first], wake.time);
                chart.arrow("wake", from, (to, wake.time.saturating_add(waited)));
            }
        }
    }
}

/// What a value of an attribute says: its first letter tells of which kind it is.
pub(super) fn shown(value: &str) -> &str {
    value.get(1..).unwrap_or_default()
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
