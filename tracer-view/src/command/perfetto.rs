//! Traces as Perfetto has them: a track for each trace, tracks of its lanes below, and slices on these.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::mem;

use crate::command::chart::{self, Chart};
use crate::command::protobuf::Message;
use crate::table::{Row, Table};

// Numbers of fields, as `perfetto/trace/trace.proto` and those that it imports have them.
const PACKET: u32 = 1;
const PACKET_CLOCKS: u32 = 6;
const PACKET_TIME: u32 = 8;
const PACKET_SEQUENCE: u32 = 10;
const PACKET_EVENT: u32 = 11;
const PACKET_FLAGS: u32 = 13;
const PACKET_TRACK: u32 = 60;
const CLOCKS: u32 = 1;
const CLOCK_ID: u32 = 1;
const CLOCK_TIME: u32 = 2;
const TRACK_ID: u32 = 1;
const TRACK_NAME: u32 = 2;
const TRACK_PARENT: u32 = 5;
const TRACK_ORDERING: u32 = 11;
const TRACK_RANK: u32 = 12;
const EVENT_ANNOTATIONS: u32 = 4;
const EVENT_TYPE: u32 = 9;
const EVENT_TRACK: u32 = 11;
const EVENT_CATEGORY: u32 = 22;
const EVENT_NAME: u32 = 23;
const EVENT_FLOWS: u32 = 47;
const EVENT_ENDING_FLOWS: u32 = 48;
const ANNOTATION_TEXT: u32 = 6;
const ANNOTATION_NAME: u32 = 10;

// Values of enums there.
const REALTIME: u64 = 1;
const BOOTTIME: u64 = 6;
const EXPLICIT: u64 = 3;
const CLEARED: u64 = 1;
const BEGIN: u64 = 1;
const END: u64 = 2;
const INSTANT: u64 = 3;

/// All packets are of one sequence.
const SEQUENCE: u64 = 1;
/// Ids of tracks are those of lanes, above which is the number of the trace.
const LANES: u32 = 32;

/// Writes the traces as one file.
pub(super) fn write<W: Write>(table: &Table, to: W) -> io::Result<W> {
    let mut perfetto = Perfetto {
        table,
        to,
        trace: 0,
        lanes: BTreeMap::new(),
        ending: HashMap::new(),
        flows: 0,
        wrong: None,
    };
    perfetto.clocks();
    chart::draw(table, &mut perfetto);
    perfetto.lanes();
    match perfetto.wrong {
        Some(error) => Err(error),
        None => Ok(perfetto.to),
    }
}

struct Perfetto<'a, W> {
    table: &'a Table,
    to: W,
    trace: u64,
    /// What is on the lanes of the trace that is being drawn.
    lanes: BTreeMap<u32, Vec<Slice>>,
    /// The flows that end on a lane at a time.
    ending: HashMap<(u32, u64), Vec<u64>>,
    flows: u64,
    wrong: Option<io::Error>,
}

/// A slice, or what takes no time; it begins with an event that has these fields.
struct Slice {
    start: u64,
    end: Option<u64>,
    event: Message,
}

impl<W: Write> Chart for Perfetto<'_, W> {
    fn trace(&mut self, title: &str) {
        self.lanes();
        self.trace += 1;
        let mut track = Message::default();
        track.number(TRACK_ID, self.trace << LANES);
        track.text(TRACK_NAME, title);
        track.number(TRACK_ORDERING, EXPLICIT);
        self.track(&track);
    }

    fn span(&mut self, lane: u32, row: &Row) {
        let strings = &self.table.strings;
        let mut event = Message::default();
        event.text(EVENT_NAME, strings.text(row.name));
        event.text(EVENT_CATEGORY, strings.text(row.service));
        annotate(&mut event, "span id", &format!("{:016x}", row.id));
        if let Some(failure) = row.failure() {
            annotate(&mut event, "error", strings.text(failure.message));
        }
        for (key, value) in &row.attributes {
            annotate(&mut event, strings.text(*key), chart::shown(strings.text(*value)));
        }
        self.add(lane, row.start, Some(row.end), event);
    }

    fn poll(&mut self, lane: u32, start: u64, end: u64) {
        let mut event = Message::default();
        event.text(EVENT_NAME, "poll");
        self.add(lane, start, Some(end), event);
    }

    fn arrow(&mut self, name: &str, from: (u32, u64), to: (u32, u64)) {
        self.flows += 1;
        let mut event = Message::default();
        event.text(EVENT_NAME, name);
        event.fixed64(EVENT_FLOWS, self.flows);
        self.add(from.0, from.1, None, event);
        self.ending.entry(to).or_default().push(self.flows);
    }
}

fn annotate(event: &mut Message, key: &str, value: &str) {
    let mut annotation = Message::default();
    annotation.text(ANNOTATION_NAME, key);
    annotation.text(ANNOTATION_TEXT, value);
    event.message(EVENT_ANNOTATIONS, &annotation);
}

impl<W: Write> Perfetto<'_, W> {
    fn add(&mut self, lane: u32, start: u64, end: Option<u64>, event: Message) {
        self.lanes.entry(lane).or_default().push(Slice { start, end, event });
    }

    /// Says that times are those of the day.
    fn clocks(&mut self) {
        let since = self.table.rows.iter().map(|row| row.start).min().unwrap_or(0);
        let mut clocks = Message::default();
        for id in [BOOTTIME, REALTIME] {
            let mut clock = Message::default();
            clock.number(CLOCK_ID, id);
            clock.number(CLOCK_TIME, since);
            clocks.message(CLOCKS, &clock);
        }
        let mut packet = Message::default();
        packet.message(PACKET_CLOCKS, &clocks);
        packet.number(PACKET_FLAGS, CLEARED);
        self.packet(packet);
    }

    /// Writes the lanes of a trace, once all of it is there.
    fn lanes(&mut self) {
        for (lane, mut slices) in mem::take(&mut self.lanes) {
            let id = self.trace << LANES | u64::from(lane);
            let mut track = Message::default();
            track.number(TRACK_ID, id);
            track.number(TRACK_PARENT, self.trace << LANES);
            track.text(TRACK_NAME, &format!("lane {lane}"));
            track.number(TRACK_RANK, lane.into());
            self.track(&track);
            // Of what begins at once the outer slice is first, and before it where a flow begins.
            slices.sort_by_key(|slice| (slice.start, slice.end.is_some(), Reverse(slice.end)));
            self.slices(lane, id, slices);
        }
        // Where a task was woken while it was being polled, no slice begins.
        let mut ending: Vec<_> = mem::take(&mut self.ending).into_iter().collect();
        ending.sort_unstable();
        for ((lane, time), flows) in ending {
            let mut event = Message::default();
            event.text(EVENT_NAME, "woken");
            flows.into_iter().for_each(|flow| event.fixed64(EVENT_ENDING_FLOWS, flow));
            self.event(INSTANT, self.trace << LANES | u64::from(lane), time, &event);
        }
    }

    /// Slices end in the file before what begins then: its order counts where times are equal.
    fn slices(&mut self, lane: u32, track: u64, slices: Vec<Slice>) {
        let mut open: Vec<u64> = Vec::new();
        for mut slice in slices {
            let is_over = |end: &&u64| **end <= slice.start;
            while let Some(end) = open.last().filter(is_over).copied() {
                open.pop();
                self.event(END, track, end, &Message::default());
            }
            let Some(end) = slice.end else {
                self.event(INSTANT, track, slice.start, &slice.event);
                continue;
            };
            for flow in self.ending.remove(&(lane, slice.start)).unwrap_or_default() {
                slice.event.fixed64(EVENT_ENDING_FLOWS, flow);
            }
            self.event(BEGIN, track, slice.start, &slice.event);
            open.push(end);
        }
        while let Some(end) = open.pop() {
            self.event(END, track, end, &Message::default());
        }
    }

    fn event(&mut self, kind: u64, track: u64, time: u64, fields: &Message) {
        let mut event = Message::default();
        event.number(EVENT_TYPE, kind);
        event.number(EVENT_TRACK, track);
        event.extend(fields);
        let mut packet = Message::default();
        packet.number(PACKET_TIME, time);
        packet.message(PACKET_EVENT, &event);
        self.packet(packet);
    }

    fn track(&mut self, track: &Message) {
        let mut packet = Message::default();
        packet.message(PACKET_TRACK, track);
        self.packet(packet);
    }

    fn packet(&mut self, mut packet: Message) {
        packet.number(PACKET_SEQUENCE, SEQUENCE);
        let mut trace = Message::default();
        trace.message(PACKET, &packet);
        if self.wrong.is_none() {
            self.wrong = self.to.write_all(trace.written()).err();
        }
    }
}

#[cfg(test)]
mod tests;
