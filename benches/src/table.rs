//! Tables: in nanoseconds for the terminal, as ratios for what is kept.

use std::fmt::Write;
use std::ptr;

use crate::annotation::{self, All, CALLS, Costs};
use crate::plan::{CASES, FLOOR, Mode, Peer, Run};
use crate::program::Sizes;
use crate::results::{Results, median};

type Size = fn(Sizes) -> i64;
type Seconds = fn(&Costs) -> &[f64];

/// Rows of workloads that have values, with the way they are set up.
fn rows(results: &Results) -> Vec<(&'static str, Mode)> {
    let modes = |case| Mode::ALL.map(|mode| (case, mode));
    let all = CASES.into_iter().flat_map(modes);
    all.filter(|(case, mode)| results.nanos(Run { case, mode: *mode, peer: Peer::Ours }).is_some())
        .collect()
}

fn label(case: &str, mode: Mode) -> String {
    if mode == Mode::On { case.to_owned() } else { format!("{case}, {}", mode.name()) }
}

/// Nanoseconds a span.
pub(crate) fn times(results: &Results) -> String {
    let floor = results
        .nanos(FLOOR)
        .map(|nanos| format!("{nanos:.1} ns: two reads of the clock around a call\n\n"));
    let mut text = floor.unwrap_or_default();
    let peers = Peer::OTHERS.map(|peer| format!("| {} | ÷ ", peer.name())).concat();
    let _ = writeln!(
        text,
        "| ns a span | none | ours | net {peers}|\n|---|---|---|---|{}",
        "---|".repeat(8)
    );
    for (case, mode) in rows(results) {
        let bare = results.on(Peer::None, case);
        let ours = results.nanos(Run { case, mode, peer: Peer::Ours });
        let net = ours.zip(bare).map(|(ours, bare)| ours - bare);
        let mut cells = vec![number(bare, 1), number(ours, 1), number(net, 1)];
        for peer in Peer::OTHERS {
            cells.push(number(results.nanos(Run { case, mode, peer }), 1));
            cells.push(number(ratio(results, case, mode, peer), 2));
        }
        let _ = writeln!(text, "| {} | {} |", label(case, mode), cells.join(" | "));
    }
    text
}

/// The same as ratios: times depend on the machine.
pub(crate) fn ratios(results: &Results) -> String {
    let peers = Peer::OTHERS.map(|peer| format!("| ours ÷ {} ", peer.name())).concat();
    let columns = "---|".repeat(2 + Peer::OTHERS.len());
    let mut text = format!("| work | ours ÷ two reads of the clock {peers}|\n|{columns}\n");
    for (case, mode) in rows(results) {
        let ours = Run { case, mode, peer: Peer::Ours };
        let floor = results.combined([ours, FLOOR], |[ours, floor]| ours / floor);
        let others = Peer::OTHERS.map(|peer| ratio(results, case, mode, peer));
        let cells: Vec<_> =
            [floor].into_iter().chain(others).map(|value| number(value, 2)).collect();
        let _ = writeln!(text, "| {} | {} |", label(case, mode), cells.join(" | "));
    }
    text
}

/// What annotation costs where nothing is recorded, a column a program.
pub(crate) fn annotation(all: &All) -> String {
    let names: Vec<_> = all.keys().map(|peer| peer.name()).collect();
    let mut text = format!("| | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let mut row = |what: &str, cell: &dyn Fn(&Costs) -> String| {
        let cells: Vec<_> = all.values().map(cell).collect();
        let _ = writeln!(text, "| {what} | {} |", cells.join(" | "));
    };
    let bare = &all[&Peer::None];
    let is_bare = |costs: &Costs| ptr::eq(costs, bare);
    let sizes: [(&str, Size); 5] = [
        ("future with a small argument, bytes", |sizes| sizes.small),
        ("… with 1 KiB held over an await", |sizes| sizes.held),
        ("… with a 1 KiB argument", |sizes| sizes.large),
        ("… with one that is not used", |sizes| sizes.unused),
        ("a layer of a chain", |sizes| sizes.layer),
    ];
    for (what, size) in sizes {
        row(what, &|costs| {
            let bare = size(bare.sizes);
            let over = size(costs.sizes) - bare;
            if is_bare(costs) { bare.to_string() } else { format!("{over:+}") }
        });
    }
    row("longest chain that compiles", &|costs| costs.depth.to_string());
    row("stack a level, dev build, bytes", &|costs| {
        costs.stack.map_or_else(|| "overflow".to_owned(), |bytes| bytes.to_string())
    });
    let builds: [(&str, Seconds); 2] = [
        ("1,000 fns, release build", |costs| &costs.release),
        ("1,000 fns, dev build", |costs| &costs.dev),
    ];
    for (what, seconds) in builds {
        row(what, &|costs| {
            let ratio = annotation::ratio(seconds(costs), seconds(bare));
            let seconds = format!("{} s", number(median(seconds(costs).to_vec()), 2));
            if is_bare(costs) { seconds } else { format!("{seconds}, {}×", number(ratio, 2)) }
        });
    }
    row("dependencies of the macro crate, s", &|costs| number(costs.below, 1));
    footprint(&mut row, bare);
    for (at, (case, mode)) in CALLS.into_iter().enumerate() {
        let what = format!("instructions added, {}", label(case, mode));
        row(&what, &|costs| number(costs.instructions[at], 0));
    }
    text
}

/// What the libraries bring along.
fn footprint(row: &mut impl FnMut(&str, &dyn Fn(&Costs) -> String), bare: &Costs) {
    row("crates that it depends on", &|costs| {
        costs.footprint.crates.map_or_else(|| "-".to_owned(), |crates| crates.to_string())
    });
    row("clean dev build with them, s", &|costs| number(Some(costs.footprint.seconds), 1));
    row("1,000 fns, release program stripped, KiB", &|costs| {
        let [kib, of_bare] =
            [costs, bare].map(|costs| costs.bytes.map(|bytes| bytes as f64 / 1024.0));
        let over = kib.zip(of_bare).map(|(kib, of_bare)| kib - of_bare);
        match over {
            Some(over) if !ptr::eq(costs, bare) => format!("{over:+.0}"),
            _ => number(kib, 0),
        }
    });
    row("work before main, bytes of pointers to it", &|costs| {
        let [bytes, of_bare] = [costs, bare].map(|costs| costs.footprint.before_main);
        if ptr::eq(costs, bare) {
            bytes.to_string()
        } else {
            format!("{:+}", bytes.cast_signed() - of_bare.cast_signed())
        }
    });
}

fn ratio(results: &Results, case: &'static str, mode: Mode, peer: Peer) -> Option<f64> {
    let runs = [Peer::Ours, peer].map(|peer| Run { case, mode, peer });
    results.combined(runs, |[ours, theirs]| ours / theirs)
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::footprint;
    use crate::annotation::Costs;
    use crate::footprint::Footprint;
    use crate::program::Sizes;

    fn costs(bytes: Option<u64>, footprint: Footprint) -> Costs {
        Costs {
            sizes: Sizes { small: 0, held: 0, large: 0, unused: 0, layer: 0 },
            depth: 1,
            stack: None,
            release: Vec::new(),
            dev: Vec::new(),
            bytes,
            footprint,
            below: None,
            instructions: [None; 4],
        }
    }

    #[test]
    fn what_a_library_brings_along_is_told_over_bare() {
        let bare = costs(Some(4096), Footprint { crates: None, seconds: 0.14, before_main: 16 });
        let library =
            costs(Some(7168), Footprint { crates: Some(27), seconds: 14.25, before_main: 24 });
        let not_built = costs(None, library.footprint);
        let mut rows = Vec::new();
        footprint(
            &mut |_, cell| rows.push([&bare, &library, &not_built].map(cell).join(" ")),
            &bare,
        );
        assert_eq!(rows, ["- 27 27", "0.1 14.2 14.2", "4 +3 -", "16 +8 +8"]);
    }
}
