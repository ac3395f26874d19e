//! Columns of what not every span has, each with how many there are of each span.

use std::io::Write;

use crate::html::columns::{Hex, Shown};
use crate::json::Json;
use crate::table::{Event, Failure, Row, Task, Text};

pub(super) fn write(json: &mut Json<impl Write>, shown: &Shown<'_>) {
    slices(json, shown);
    wakes(json, shown);
    let set = || shown.rows().map(|row| &*row.attributes);
    if set().any(|set| !set.is_empty()) {
        json.key("attributes").object(|json| attributes(json, set));
    }
    events(json, shown);
    links(json, shown);
    json.key("errors").object(|json| {
        for (place, row) in shown.rows().enumerate() {
            if let Some(failure) = row.failure() {
                json.key(&place.to_string()).object(|json| error(json, failure));
            }
        }
    });
    json.key("tasks").object(|json| {
        for (place, row) in shown.rows().enumerate() {
            if let Some(told) = row.task() {
                json.key(&place.to_string()).object(|json| task(json, told));
            }
        }
    });
}

fn slices(json: &mut Json<impl Write>, shown: &Shown<'_>) {
    if shown.rows().all(|row| row.slices.is_empty()) {
        return;
    }
    json.key("slices").object(|json| {
        json.key("of").numbers(shown.rows().map(|row| row.slices.len() as i128));
        json.key("at").numbers(shown.rows().flat_map(|row| {
            let before = std::iter::once(row.start).chain(row.slices.iter().map(|(_, end)| *end));
            before.zip(&row.slices).map(|(before, (start, _))| difference(*start, before))
        }));
        let slices = shown.rows().flat_map(|row| &row.slices);
        json.key("length").numbers(slices.map(|(start, end)| difference(*end, *start)));
    });
}

fn wakes(json: &mut Json<impl Write>, shown: &Shown<'_>) {
    if shown.rows().all(|row| row.wakes().is_empty()) {
        return;
    }
    let places = shown.places_by_id();
    let numbers: std::collections::HashMap<_, _> =
        shown.table.traces.iter().zip(0_u32..).map(|(id, number)| (*id, number)).collect();
    json.key("wakes").object(|json| {
        json.key("of").numbers(shown.rows().map(|row| row.wakes().len() as i128));
        json.key("at").numbers(shown.rows().flat_map(|row| {
            let before = std::iter::once(row.start).chain(row.wakes().iter().map(|wake| wake.time));
            before.zip(row.wakes()).map(|(before, wake)| difference(wake.time, before))
        }));
        let all = || shown.rows().flat_map(Row::wakes);
        let by = all().map(|wake| {
            let by = wake
                .by
                .and_then(|(trace, span)| places.get(&(*numbers.get(&trace)?, span.to_u64())));
            by.map_or(-1, |place| *place as i128)
        });
        json.key("by").numbers(by);
        json.key("waited").numbers(all().map(|wake| wake.scheduled.map_or(-1, Into::into)));
    });
}

/// Attributes of spans, or of events.
fn attributes<'a, I: Iterator<Item = &'a [(Text, Text)]>>(
    json: &mut Json<impl Write>,
    sets: impl Fn() -> I,
) {
    json.key("of").numbers(sets().map(|set| set.len() as i128));
    json.key("key").numbers(sets().flatten().map(|(key, _)| i128::from(*key)));
    json.key("value").numbers(sets().flatten().map(|(_, value)| i128::from(*value)));
}

fn events(json: &mut Json<impl Write>, shown: &Shown<'_>) {
    if shown.rows().all(|row| row.events().is_empty()) {
        return;
    }
    let all = || shown.rows().flat_map(Row::events);
    json.key("events").object(|json| {
        json.key("of").numbers(shown.rows().map(|row| row.events().len() as i128));
        json.key("at").numbers(shown.rows().flat_map(|row| {
            row.events().iter().map(|event: &Event| difference(event.time, row.start))
        }));
        json.key("name").numbers(all().map(|event| event.name.into()));
        json.key("attributes")
            .object(|json| attributes(json, || all().map(|event| &*event.attributes)));
    });
}

fn links(json: &mut Json<impl Write>, shown: &Shown<'_>) {
    if shown.rows().all(|row| row.links().is_empty()) {
        return;
    }
    let all = || shown.rows().flat_map(Row::links);
    json.key("links").object(|json| {
        json.key("of").numbers(shown.rows().map(|row| row.links().len() as i128));
        json.key("trace").list(|json| {
            all().for_each(|(trace, _)| json.plain(std::iter::once(trace)));
        });
        json.key("span").list(|json| {
            all().for_each(|(_, span)| json.plain(std::iter::once(span)));
        });
    });
}

fn error(json: &mut Json<impl Write>, failure: &Failure) {
    json.key("type").number(failure.kind.into());
    json.key("message").number(failure.message.into());
    json.key("sources").numbers(failure.sources.iter().map(|source| (*source).into()));
    json.key("stack").numbers(failure.stack.iter().map(|place| i128::from(*place) - 1));
    json.key("backtrace").number(failure.backtrace.into());
}

fn task(json: &mut Json<impl Write>, task: &Task) {
    let mut id = |name, id: Option<u64>| {
        if let Some(id) = id {
            json.key(name).plain(std::iter::once(Hex(id)));
        }
    };
    id("key", task.key);
    id("parent", task.parent);
    json.key("name").number(task.name.into());
    json.key("file").number(task.file.into());
    json.key("line").number(task.line.into());
    if let Some(delay) = task.delay {
        json.key("delay").number(delay.into());
    }
}

fn difference(later: u64, earlier: u64) -> i128 {
    i128::from(later) - i128::from(earlier)
}
