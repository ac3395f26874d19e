//! What operations cost: how often they ran, how long, how many failed, and what they did themselves.

use std::collections::{HashMap, HashSet};

use crate::command::written::Table as Aligned;
use crate::table::{Order, Table, Text, flag};
use crate::text;

/// The operations of some traces.
#[derive(Debug, Default)]
pub(super) struct Operations {
    /// By what they took themselves, the costliest first.
    pub(super) list: Vec<Operation>,
    /// Nanoseconds from the first start to the last end.
    pub(super) span: u64,
    /// How many services there are.
    pub(super) services: usize,
}

/// All spans of one name in one service.
#[derive(Debug, Default)]
pub(super) struct Operation {
    pub(super) service: String,
    pub(super) name: String,
    pub(super) failed: u64,
    /// Nanoseconds, the shortest first.
    pub(super) durations: Vec<u64>,
    /// Nanoseconds in which no child was open.
    pub(super) own: u64,
}

impl Operation {
    /// The duration that so many thousandths do not exceed.
    pub(super) fn quantile(&self, thousandths: usize) -> u64 {
        let rank = (self.durations.len() * thousandths).div_ceil(1_000);
        self.durations.get(rank.saturating_sub(1)).copied().unwrap_or(0)
    }

    pub(super) fn count(&self) -> u64 {
        self.durations.len() as u64
    }

    /// Its name, with that of its service where there are several.
    pub(super) fn title(&self, services: usize) -> String {
        if services < 2 || self.service.is_empty() {
            return self.name.clone();
        }
        format!("{} · {}", self.service, self.name)
    }
}

pub(super) fn of(table: &Table) -> Operations {
    let order = Order::of(table);
    let rows: Vec<_> = order.rows.iter().map(|number| &table.rows[*number as usize]).collect();
    let mut covered: Vec<u64> = vec![0; rows.len()];
    let mut until: Vec<u64> = rows.iter().map(|row| row.start).collect();
    // Siblings come by start, so that what they cover together is known as they come.
    for (row, parent) in rows.iter().zip(&order.parents) {
        let Some(parent) = parent.map(|parent| parent as usize) else { continue };
        let (from, to) = (row.start.max(until[parent]), row.end.min(rows[parent].end));
        covered[parent] += to.saturating_sub(from);
        until[parent] = until[parent].max(to);
    }
    let services: HashSet<Text> = rows.iter().map(|row| row.service).collect();
    let mut by_name: HashMap<(Text, Text), Operation> = HashMap::new();
    for (row, covered) in rows.iter().zip(covered) {
        let operation = by_name.entry((row.service, row.name)).or_default();
        operation.failed += u64::from(row.flags & flag::FAILED != 0);
        operation.durations.push(row.duration());
        operation.own += row.duration().saturating_sub(covered);
    }
    let named = by_name.into_iter().map(|((service, name), mut operation)| {
        let (service, name) = (table.strings.text(service), table.strings.text(name));
        (operation.service, operation.name) = (service.to_owned(), name.to_owned());
        operation.durations.sort_unstable();
        operation
    });
    let mut list: Vec<_> = named.collect();
    list.sort_by(|a, b| {
        b.own.cmp(&a.own).then_with(|| (&a.service, &a.name).cmp(&(&b.service, &b.name)))
    });
    let start = rows.iter().map(|row| row.start).min().unwrap_or(0);
    let end = rows.iter().map(|row| row.end).max().unwrap_or(0);
    Operations { list, span: end.saturating_sub(start), services: services.len() }
}

/// The operations as a table.
pub(super) fn aligned(operations: &Operations) -> Aligned {
    let head = ["operation", "count", "rate", "errors", "p50", "p95", "p99", "self time"];
    let mut table = Aligned::new(&head);
    let all: u64 = operations.list.iter().map(|operation| operation.own).sum();
    for operation in &operations.list {
        let time = |nanos| text::duration(nanos, crate::terminal::is_ascii());
        let quantile = |thousandths| time(operation.quantile(thousandths));
        table.row([
            operation.title(operations.services),
            operation.count().to_string(),
            rate(operation.count(), operations.span),
            share_of(operation.failed, operation.count()),
            quantile(500),
            quantile(950),
            quantile(990),
            format!("{} {:>4}", time(operation.own), percent(operation.own, all)),
        ]);
    }
    table
}

#[expect(clippy::cast_precision_loss, reason = "few digits are shown")]
fn rate(count: u64, nanos: u64) -> String {
    if nanos == 0 {
        return String::new();
    }
    let rate = count as f64 / (nanos as f64 / 1e9);
    match rate {
        0.0..9.95 => format!("{rate:.2}/s"),
        9.95..99.5 => format!("{rate:.1}/s"),
        _ => format!("{rate:.0}/s"),
    }
}

pub(super) fn share_of(part: u64, all: u64) -> String {
    if part == 0 { "0".to_owned() } else { format!("{part} ({})", percent(part, all)) }
}

fn percent(part: u64, all: u64) -> String {
    let thousandths = (u128::from(part) * 1_000).checked_div(u128::from(all)).unwrap_or(0);
    match (part, thousandths) {
        (0, _) => "0%".to_owned(),
        (_, 0..10) => "<1%".to_owned(),
        (_, thousandths) => format!("{}%", (thousandths + 5) / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::{Operation, of};
    use crate::table::Table;

    #[test]
    fn children_that_overlap_or_outlive_their_parent_are_counted_once() {
        let span = |id: u8, parent: u8, name: &str, start: u64, end: u64| {
            format!(
                r#"{{"traceId":"{:032x}","spanId":"{id:016x}","parentSpanId":"{parent:016x}","name":"{name}","startTimeUnixNano":"{start}","endTimeUnixNano":"{end}"}}"#,
                1
            )
        };
        let spans = [
            span(1, 0, "root", 0, 100),
            span(2, 1, "child", 10, 50),
            span(3, 1, "child", 30, 40),
            span(4, 1, "child", 45, 60),
            span(5, 1, "outlives", 90, 300),
            span(6, 5, "inner", 80, 95),
        ];
        let text = spans.join(",");
        let text = format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{text}]}}]}}]}}"#);
        let mut table = Table::default();
        let spans = tracer_otlp::read::document(&text).expect("it is OTLP");
        spans.iter().for_each(|span| table.add_read(span));
        let told = |one: &Operation| (one.name.clone(), one.count(), one.own);
        let operations = of(&table);
        assert_eq!(operations.span, 300);
        let told: Vec<_> = operations.list.iter().map(told).collect();
        let expected = [("outlives", 1, 205), ("child", 3, 65), ("root", 1, 40), ("inner", 1, 15)];
        assert_eq!(told, expected.map(|(name, count, own)| (name.to_owned(), count, own)));
    }

    #[test]
    fn a_quantile_is_the_least_that_enough_do_not_exceed() {
        let of = |durations: std::ops::RangeInclusive<u64>| {
            let operation = Operation { durations: durations.collect(), ..Operation::default() };
            [500, 950, 990].map(|thousandths| operation.quantile(thousandths))
        };
        assert_eq!(of(1..=100), [50, 95, 99]);
        assert_eq!((of(1..=3), of(7..=7)), ([2, 3, 3], [7, 7, 7]));
        assert_eq!(Operation::default().quantile(500), 0);
    }
}
