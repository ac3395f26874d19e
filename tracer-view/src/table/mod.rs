//! Spans of any number of traces, from records and from files, side by side in little memory.

#[cfg(feature = "file")]
mod file;
mod order;
mod record;
mod strings;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use tracer_core::{Level, Outcome, SpanId, SpanKind, TraceId};

pub(crate) use order::Order;
pub(crate) use strings::Strings;

/// Spans in the order in which they came, with each text once.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) strings: Strings,
    /// The first one says nothing: it is that of spans of which no place is known.
    pub(crate) places: Vec<Place>,
    pub(crate) traces: Vec<TraceId>,
    pub(crate) rows: Vec<Row>,
    numbers: HashMap<Place, u32>,
    trace_numbers: HashMap<TraceId, u32>,
}

/// A text, by its number in [`Strings`].
pub(crate) type Text = u32;

/// A span.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) trace: u32,
    pub(crate) id: u64,
    /// The parent's id, 0 for none.
    pub(crate) parent: u64,
    pub(crate) name: Text,
    pub(crate) service: Text,
    pub(crate) place: u32,
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) polls: u32,
    pub(crate) kind: SpanKind,
    pub(crate) outcome: Outcome,
    /// What holds of it, as [`flag`] says.
    pub(crate) flags: u8,
    pub(crate) slices: Box<[(u64, u64)]>,
    pub(crate) attributes: Box<[(Text, Text)]>,
    pub(crate) rare: Option<Box<Rare>>,
}

/// Bits of a row's flags, as the page has them.
pub(crate) mod flag {
    pub(crate) const SPAWNED: u8 = 1;
    pub(crate) const FAILED: u8 = 1 << 1;
    /// Its error was that of a child before.
    pub(crate) const PASSED_ON: u8 = 1 << 2;
    pub(crate) const LOCAL_ROOT: u8 = 1 << 3;
    /// It is known when it was polled.
    pub(crate) const POLLED: u8 = 1 << 4;

    /// The bits of those that hold.
    pub(crate) fn bits(all: &[(u8, bool)]) -> u8 {
        all.iter().fold(0, |bits, (bit, holds)| if *holds { bits | bit } else { bits })
    }
}

/// What few spans have.
#[derive(Debug, Default)]
pub(crate) struct Rare {
    pub(crate) wakes: Vec<Wake>,
    pub(crate) events: Vec<Event>,
    pub(crate) links: Vec<(TraceId, SpanId)>,
    pub(crate) failure: Option<Failure>,
    pub(crate) task: Option<Task>,
}

#[derive(Debug)]
pub(crate) struct Wake {
    pub(crate) time: u64,
    pub(crate) by: Option<(TraceId, SpanId)>,
    pub(crate) scheduled: Option<u64>,
}

#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: Text,
    pub(crate) time: u64,
    pub(crate) attributes: Box<[(Text, Text)]>,
}

#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Text,
    pub(crate) message: Text,
    pub(crate) sources: Vec<Text>,
    /// Places, from the innermost out.
    pub(crate) stack: Vec<u32>,
    pub(crate) backtrace: Text,
}

#[derive(Debug)]
pub(crate) struct Task {
    pub(crate) key: Option<u64>,
    pub(crate) parent: Option<u64>,
    pub(crate) name: Text,
    pub(crate) file: Text,
    pub(crate) line: u32,
    pub(crate) delay: Option<u64>,
}

/// Where spans are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    pub(crate) function: Text,
    pub(crate) module: Text,
    pub(crate) file: Text,
    pub(crate) line: u32,
    pub(crate) target: Text,
    /// From 0 for `trace` to 4 for `error`.
    pub(crate) level: u8,
}

impl Rare {
    fn is_empty(&self) -> bool {
        self.wakes.is_empty()
            && self.events.is_empty()
            && self.links.is_empty()
            && self.failure.is_none()
            && self.task.is_none()
    }

    /// Room for it, if there is anything.
    fn kept(self) -> Option<Box<Self>> {
        (!self.is_empty()).then(|| Box::new(self))
    }
}

impl Row {
    pub(crate) const fn duration(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    pub(crate) fn wakes(&self) -> &[Wake] {
        self.rare.as_ref().map_or(&[], |rare| &rare.wakes)
    }

    pub(crate) fn events(&self) -> &[Event] {
        self.rare.as_ref().map_or(&[], |rare| &rare.events)
    }

    pub(crate) fn links(&self) -> &[(TraceId, SpanId)] {
        self.rare.as_ref().map_or(&[], |rare| &rare.links)
    }

    pub(crate) fn failure(&self) -> Option<&Failure> {
        self.rare.as_ref()?.failure.as_ref()
    }

    pub(crate) fn task(&self) -> Option<&Task> {
        self.rare.as_ref()?.task.as_ref()
    }
}

impl Table {
    fn trace(&mut self, id: TraceId) -> u32 {
        *self.trace_numbers.entry(id).or_insert_with(|| {
            self.traces.push(id);
            self.traces.len() as u32 - 1
        })
    }

    fn place(&mut self, place: Place) -> u32 {
        if self.places.is_empty() {
            let nowhere = Place {
                function: 0,
                module: 0,
                file: 0,
                line: 0,
                target: 0,
                level: level(Level::Info),
            };
            self.places.push(nowhere);
            self.numbers.insert(nowhere, 0);
        }
        match self.numbers.entry(place) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                self.places.push(place);
                *new.insert(self.places.len() as u32 - 1)
            }
        }
    }
}

/// In the order in which they were set first; of equal keys the last value.
fn last_of_each(set: Vec<(Text, Text)>) -> Box<[(Text, Text)]> {
    let mut attributes: Vec<(Text, Text)> = Vec::with_capacity(set.len());
    for (key, value) in set {
        match attributes.iter_mut().find(|(known, _)| *known == key) {
            Some((_, old)) => *old = value,
            None => attributes.push((key, value)),
        }
    }
    attributes.into()
}

fn level(level: Level) -> u8 {
    let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];
    levels.iter().position(|known| *known == level).map_or(2, |place| place as u8)
}
