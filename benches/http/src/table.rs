//! The table: medians over rounds, and ratios to no tracing within a round.

use std::fmt::Write as _;

use bench_readme::Verdict;

use crate::instructions::Instructions;
use crate::program::{Program, Run};

/// A program, and what was measured of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) program: &'static Program,
    /// One a round.
    pub(crate) runs: Vec<Run>,
    pub(crate) instructions: Option<Instructions>,
}

impl Row {
    pub(crate) const fn new(program: &'static Program) -> Self {
        Self { program, runs: Vec::new(), instructions: None }
    }

    /// The median of a figure, and that of its ratio to the same of `base`.
    fn median(&self, base: &Self, figure: fn(&Run) -> f64) -> (f64, f64) {
        let own = self.runs.iter().map(figure).collect();
        let runs = self.runs.iter().zip(&base.runs);
        let ratios = runs.map(|(run, base)| figure(run) / figure(base)).collect();
        (median(own), median(ratios))
    }
}

/// The first row is what the others are compared with.
pub(crate) fn of(rows: &[Row]) -> String {
    let base = &rows[0];
    let mut text = "| server | requests/s | ÷ none | p50 µs | p99 µs | ÷ none | CPU µs a request | ÷ none | instructions, serving thread | added | all threads | added | spans arrived |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|\n".to_owned();
    for row in rows {
        let (rate, rates) = row.median(base, |run| run.requests as f64 * 1e9 / run.nanos as f64);
        let (middle, _) = row.median(base, |run| run.median as f64 / 1e3);
        let (slow, slows) = row.median(base, |run| run.slow as f64 / 1e3);
        let (processor, processors) =
            row.median(base, |run| run.processor as f64 / 1e3 / run.requests as f64);
        let serving = cells(row, base, |counted| counted.serving);
        let all = cells(row, base, |counted| counted.all);
        let line = writeln!(
            text,
            "| {} | {rate:.0} | {rates:.3} | {middle:.0} | {slow:.0} | {slows:.2} | {processor:.2} | {processors:.3} | {serving} | {all} | {} |",
            row.program.name,
            arrived(row),
        );
        line.expect("there is memory");
    }
    text
}

/// Ours against each of the others: neither the server nor its slowest requests may fare worse.
pub(crate) fn verdicts(rows: &[Row]) -> Vec<Verdict> {
    let [_none, ours, ..] = rows else { return Vec::new() };
    let others = rows.iter().filter(|row| row.program.libraries().count() > 1);
    let each = |other: &Row| {
        let name = other.program.name;
        let (_, processor) = ours.median(other, |run| run.processor as f64 / run.requests as f64);
        let (_, slow) = ours.median(other, |run| run.slow as f64);
        [
            Verdict::most(format!("HTTP, processor time ÷ {name}"), processor, 1.0, "×"),
            Verdict::most(format!("HTTP, p99 ÷ {name}"), slow, 1.0, "×"),
        ]
    };
    others.flat_map(each).collect()
}

/// A count, and what it is more than that of the base.
fn cells(row: &Row, base: &Row, which: fn(Instructions) -> f64) -> String {
    match [row, base].map(|row| row.instructions.map(which)) {
        [Some(counted), Some(base)] => format!("{counted:.0} | {:.0}", counted - base),
        _ => "- | -".to_owned(),
    }
}

/// The share of all rounds' spans.
fn arrived(row: &Row) -> String {
    let sum = |each: fn(&Run) -> u64| row.runs.iter().map(each).sum::<u64>() as f64;
    let due = sum(|run| run.requests) * row.program.spans as f64;
    if due == 0.0 {
        "-".to_owned()
    } else {
        format!("{:.1} %", 100.0 * sum(|run| run.arrived) / due)
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
