//! What ours may cost until it is delivered.

use bench_readme::Verdict;

use crate::program::Protocol;
use crate::table::Row;

/// The share of ours that has arrived in all ways, of which none may be lost.
pub(crate) fn arrived(rows: &[Row]) -> Verdict {
    let ours = rows.iter().filter(|row| row.program.is_ours());
    let shares = ours.map(|row| 100.0 * row.surely_arrived() as f64 / row.spent.spans as f64);
    let least = shares.fold(100.0, f64::min);
    Verdict::least("spans of ours that arrive, the worst of its ways", least, 100.0, " %")
}

/// All budgets of what was measured at this rate.
pub(crate) fn verdicts(rows: &[Row], rate: &str) -> Vec<Verdict> {
    let when = if rate == "0" { "in a burst".to_owned() } else { format!("at {rate}/s") };
    let ours = |protocol| {
        rows.iter().find(|row| row.program.is_ours() && row.program.protocol == protocol)
    };
    let mut all = Vec::new();
    let plain = ours(Protocol::Otlp);
    if plain.is_some() {
        let arrived = arrived(rows);
        all.push(Verdict { what: format!("{}, {when}", arrived.what), ..arrived });
    }
    // Of fewer a second each takes more: what is done by the clock is shared by fewer.
    let allowed = match rate {
        "0" => Some(350.0),
        "50000" => Some(1000.0),
        _ => None,
    };
    all.extend(plain.zip(allowed).map(|(row, allowed)| processor(row, &when, allowed)));
    if rate == "0" {
        all.extend(ours(Protocol::OtlpGzip).map(|row| processor(row, &when, 900.0)));
        all.extend(plain.map(|row| {
            let peak = row.spent.peak_kib as f64 / 1024.0;
            Verdict::most(format!("memory at most, {when}"), peak, 200.0, " MiB")
        }));
    } else {
        all.extend(plain.map(|row| {
            let nanos = row.a_span(row.spent.caller_nanos);
            Verdict::most(format!("caller's time a span, {when}"), nanos, 200.0, " ns")
        }));
        all.extend(plain.map(|row| {
            let what = format!("allocations of the caller after warm-up, {when}");
            Verdict::most(what, row.spent.allocations as f64, 0.0, "")
        }));
    }
    all
}

fn processor(row: &Row, when: &str, allowed: f64) -> Verdict {
    let what = format!("processor time a span, {}, {when}", row.program.name);
    Verdict::most(what, row.a_span(row.spent.nanos), allowed, " ns")
}
