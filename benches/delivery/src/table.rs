//! The tables: what it cost the process, and what it cost the thread that made the spans.

use std::fmt::Write as _;

use crate::program::{Program, Protocol, Spent};
use crate::sink::Got;

/// A program, and what was measured of it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) program: Program,
    pub(crate) spent: Spent,
    pub(crate) got: Got,
    pub(crate) crates: usize,
}

impl Row {
    /// A span's part.
    pub(crate) fn a_span(&self, nanos: u64) -> f64 {
        nanos as f64 / self.spent.spans as f64
    }

    /// As the receiver counted them, where it can read them, else as the program was told.
    pub(crate) fn arrived(&self) -> u64 {
        self.spent.acknowledged.unwrap_or(self.got.spans)
    }

    /// What both of them know of, where both can know.
    pub(crate) fn surely_arrived(&self) -> u64 {
        let counted = matches!(self.program.protocol, Protocol::Otlp | Protocol::Datadog);
        let told = self.spent.acknowledged.unwrap_or(0);
        if counted { told.min(self.got.spans) } else { told }
    }
}

pub(crate) fn of(rows: &[Row]) -> String {
    let mut text = "| program | arrived | CPU ns a span | of it sys | an arrived span | ÷ ours | peak RSS MiB | bytes a span | requests | crates |\n|---|---|---|---|---|---|---|---|---|---|\n".to_owned();
    let first = rows.first().map(an_arrived);
    for row in rows {
        let Row { program, spent, got, crates } = row;
        let [all, system] = [spent.nanos, spent.system_nanos].map(|nanos| row.a_span(nanos));
        let peak = spent.peak_kib as f64 / 1024.0;
        let line = if program.protocol == Protocol::None {
            writeln!(
                text,
                "| {} | - | {all:.0} | {system:.0} | - | - | {peak:.0} | - | - | - |",
                program.name
            )
        } else {
            let arrived = row.arrived().max(1) as f64;
            let (share, bytes) = (100.0 * arrived / spent.spans as f64, got.bytes as f64 / arrived);
            let ratio = an_arrived(row) / first.expect("it has a row");
            writeln!(
                text,
                "| {} | {share:.1} % | {all:.0} | {system:.0} | {:.0} | {ratio:.1} | {peak:.0} | {bytes:.0} | {} | {crates} |",
                program.name,
                an_arrived(row),
                got.requests,
            )
        };
        line.expect("there is memory");
    }
    text.push_str("\n| the traced thread | CPU ns a span | allocations after warm-up | a trace of 100 spans: p50 µs | p99 | p99.9 | max |\n|---|---|---|---|---|---|---|\n");
    for row in rows {
        let Row { program, spent, .. } = row;
        let caller = row.a_span(spent.caller_nanos);
        let [p50, p99, p999, max] = spent.latencies.map(|nanos| nanos as f64 / 1e3);
        let (name, allocations) = (program.name, spent.allocations);
        writeln!(
            text,
            "| {name} | {caller:.0} | {allocations} | {p50:.1} | {p99:.1} | {p999:.1} | {max:.1} |"
        )
        .expect("there is memory");
    }
    text
}

/// Processor time of all threads for each span that arrived.
fn an_arrived(row: &Row) -> f64 {
    row.spent.nanos as f64 / row.arrived().max(1) as f64
}
