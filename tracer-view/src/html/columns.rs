//! Spans as the page takes them: a column for each fact, numbers as differences, texts once.

use std::collections::HashMap;
use std::io::{self, Write};
use std::iter;
use std::time::{SystemTime, UNIX_EPOCH};

use tracer_core::{Outcome, SpanKind};

use crate::html::details;
use crate::html::ids;
use crate::json::Json;
use crate::table::{Order, Row, Table, flag};

/// What the page says of all its spans together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heading {
    /// What they come from: a program, or files.
    pub(crate) program: String,
    /// What there was no room for.
    pub(crate) evicted: Evicted,
}

/// What there was no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Evicted {
    pub(crate) traces: u64,
    pub(crate) spans: u64,
}

/// Writes the spans as one document of JSON.
pub(super) fn write<W: Write>(table: &Table, heading: &Heading, to: W) -> io::Result<W> {
    let order = Order::of(table);
    let shown = Shown { table, order: &order };
    let mut json = Json::new(to);
    json.object(|json| {
        json.key("version").number(1);
        json.key("made").plain(iter::once(now()));
        json.key("program").string(&heading.program);
        json.key("evicted").object(|json| {
            json.key("traces").number(heading.evicted.traces.into());
            json.key("spans").number(heading.evicted.spans.into());
        });
        json.key("strings").list(|json| table.strings.iter().for_each(|text| json.string(text)));
        json.key("spans").number(order.rows.len() as i128);
        shown.traces(json);
        shown.places(json);
        shown.identities(json);
        shown.facts(json);
        shown.times(json);
        details::write(json, &shown);
    });
    json.finish()
}

#[expect(clippy::disallowed_methods, reason = "no span is measured by it")]
fn now() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos()
}

/// The spans in the order in which they are shown.
pub(super) struct Shown<'a> {
    pub(super) table: &'a Table,
    order: &'a Order,
}

impl<'a> Shown<'a> {
    pub(super) fn rows(&self) -> impl Iterator<Item = &'a Row> + use<'a> {
        let table = self.table;
        self.order.rows.iter().map(move |number| &table.rows[*number as usize])
    }

    /// Where spans stand, by their traces' numbers and their ids.
    pub(super) fn places_by_id(&self) -> HashMap<(u32, u64), usize> {
        self.rows().enumerate().map(|(place, row)| ((row.trace, row.id), place)).collect()
    }

    /// Each row with that of its parent.
    fn families(&self) -> impl Iterator<Item = (&'a Row, Option<&'a Row>)> + use<'a> {
        let (table, order) = (self.table, self.order);
        let row = move |place: usize| &table.rows[order.rows[place] as usize];
        let parent = move |parent: &Option<u32>| parent.map(|parent| row(parent as usize));
        self.rows().zip(order.parents.iter().map(parent))
    }

    fn traces(&self, json: &mut Json<impl Write>) {
        let traces = &self.order.traces;
        json.key("traces").object(|json| {
            json.key("id").list(|json| {
                let id = |number: u32| self.table.traces[number as usize];
                traces.iter().for_each(|trace| json.plain(iter::once(id(trace.number))));
            });
            json.key("start").list(|json| {
                traces.iter().for_each(|trace| json.plain(iter::once(trace.start)));
            });
        });
        let ends = traces.iter().skip(1).map(|trace| trace.first);
        let ends = ends.chain(iter::once(self.order.rows.len()));
        let spans = traces.iter().zip(ends).enumerate();
        let of = spans
            .flat_map(|(place, (trace, end))| iter::repeat_n(place as i128, end - trace.first));
        json.key("traceOf").numbers(of);
    }

    fn places(&self, json: &mut Json<impl Write>) {
        let places = self.table.places.get(1..).unwrap_or_default();
        json.key("callsites").object(|json| {
            json.key("function").numbers(places.iter().map(|place| place.function.into()));
            json.key("module").numbers(places.iter().map(|place| place.module.into()));
            json.key("file").numbers(places.iter().map(|place| place.file.into()));
            json.key("line").numbers(places.iter().map(|place| place.line.into()));
            json.key("target").numbers(places.iter().map(|place| place.target.into()));
            json.key("level").numbers(places.iter().map(|place| place.level.into()));
        });
    }

    fn identities(&self, json: &mut Json<impl Write>) {
        ids::write(json.key("id"), &self.rows().map(|row| row.id).collect::<Vec<_>>());
        let parents = || self.order.parents.iter().enumerate();
        let back = |(place, parent): (usize, &Option<u32>)| {
            parent.map_or(0, |parent| i128::from(parent) - place as i128)
        };
        json.key("parent").numbers(parents().map(back));
        json.key("remoteParent").object(|json| {
            for (row, (place, parent)) in self.rows().zip(parents()) {
                if parent.is_none() && row.parent != 0 {
                    json.key(&place.to_string()).plain(iter::once(Hex(row.parent)));
                }
            }
        });
    }

    fn facts(&self, json: &mut Json<impl Write>) {
        json.key("name").numbers(self.rows().map(|row| row.name.into()));
        json.key("service").numbers(self.rows().map(|row| row.service.into()));
        json.key("kind").numbers(self.rows().map(|row| kind(row.kind)));
        json.key("callsite").numbers(self.rows().map(|row| i128::from(row.place) - 1));
        json.key("outcome").numbers(self.rows().map(|row| outcome(row.outcome)));
        let passing = self.passing();
        let all = self.families().zip(passing);
        json.key("flags").numbers(all.map(|((row, parent), passing)| flags(row, parent, passing)));
        json.key("polls").numbers(self.rows().map(|row| row.polls.into()));
    }

    /// Whether a child failed with the same error before, which others than our tracers do not say.
    fn passing(&self) -> Vec<bool> {
        let mut passing = vec![false; self.order.rows.len()];
        for ((row, parent), place) in self.families().zip(&self.order.parents) {
            let (Some(parent), Some(place)) = (parent, place) else { continue };
            let message = |row: &Row| row.failure().map_or(0, |failure| failure.message);
            let is_same = [0, message(row)].contains(&message(parent));
            passing[*place as usize] |= row.flags & parent.flags & flag::FAILED != 0 && is_same;
        }
        passing
    }

    fn times(&self, json: &mut Json<impl Write>) {
        let mut trace = None;
        let mut before = 0;
        let starts = self.rows().map(|row| {
            if trace.replace(row.trace) != Some(row.trace) {
                before = row.start;
            }
            i128::from(row.start) - i128::from(std::mem::replace(&mut before, row.start))
        });
        json.key("start").numbers(starts);
        json.key("duration").numbers(self.rows().map(|row| row.duration().into()));
    }
}

/// Sixteen digits.
pub(super) struct Hex(pub(super) u64);

impl std::fmt::Display for Hex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Others than our tracers do not always say that the parent of a span is in another process.
fn flags(row: &Row, parent: Option<&Row>, passing: bool) -> i128 {
    let enters = parent.is_some_and(|parent| parent.service != row.service);
    let found = flag::bits(&[(flag::LOCAL_ROOT, enters), (flag::PASSED_ON, passing)]);
    i128::from(row.flags | found)
}

const fn kind(kind: SpanKind) -> i128 {
    match kind {
        SpanKind::Server => 1,
        SpanKind::Client => 2,
        SpanKind::Producer => 3,
        SpanKind::Consumer => 4,
        _ => 0,
    }
}

const fn outcome(outcome: Outcome) -> i128 {
    match outcome {
        Outcome::Cancelled => 1,
        Outcome::Panicked => 2,
        Outcome::Open => 3,
        _ => 0,
    }
}
