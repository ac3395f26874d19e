//! Whether a span costs more where there are more: spans of a trace, threads, callsites, attributes.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -p bench-growth`, and after `--`: see
//! [`USAGE`].

mod budget;
mod plan;
mod program;

use std::env;
use std::fmt::Write as _;
use std::process::ExitCode;

use bench_readme::{Verdict, budgets};
use plan::{GROWTHS, Growth};
use program::{Cost, Programs};

const USAGE: &str = "\
(nothing)    measure, print one table
--check      and exit with 1 where something grows too much
--write      and put the table into README.md
--only NAME  what contains NAME: traces, threads, idle, callsites, attributes
--smoke      only whether all arrives, of few";

#[derive(Debug, Default)]
struct Arguments {
    check: bool,
    write: bool,
    smoke: bool,
    only: String,
}

fn main() -> ExitCode {
    let Some(arguments) = read(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let programs = Programs::build();
    if arguments.smoke {
        // Each asserts that all of its spans arrive. To build many callsites takes too long for this.
        for growth in GROWTHS.iter().filter(|growth| growth.name != "callsites") {
            let counts = &growth.counts[growth.counts.len().saturating_sub(2)..];
            counts.iter().for_each(|count| _ = programs.run(growth.name, *count, 20_000));
            println!("{}: all arrived", growth.name);
        }
        return ExitCode::SUCCESS;
    }
    let verdicts = measure(&programs, &arguments);
    let is_good = !arguments.check || verdicts.iter().all(Verdict::is_met);
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => arguments.check = true,
            "--write" => arguments.write = true,
            "--smoke" => arguments.smoke = true,
            "--only" => arguments.only = words.next()?,
            _ => return None,
        }
    }
    // A table in README.md has all of it.
    (!arguments.write || arguments.only.is_empty()).then_some(arguments)
}

fn measure(programs: &Programs, arguments: &Arguments) -> Vec<Verdict> {
    let mut table = "| what there is more of | how many | caller ns | ÷ fewest | all threads ns | ÷ fewest | peak RSS MiB |\n|---|---|---|---|---|---|---|\n".to_owned();
    let mut verdicts = Vec::new();
    for growth in GROWTHS.iter().filter(|growth| growth.name.contains(&arguments.only)) {
        let costs: Vec<Cost> =
            growth.counts.iter().map(|count| median(programs, growth, *count)).collect();
        for (count, cost) in growth.counts.iter().zip(&costs) {
            let [caller, process] =
                [cost.caller / costs[0].caller, cost.process / costs[0].process];
            let Growth { what, .. } = growth;
            writeln!(
                table,
                "| {what} | {count} | {:.1} | {caller:.2} | {:.1} | {process:.2} | {:.0} |",
                cost.caller, cost.process, cost.mebibytes
            )
            .expect("there is memory");
        }
        verdicts.extend(budget::verdicts(growth, &costs));
    }
    let budgets = budgets(&verdicts);
    println!("{table}\n{budgets}");
    if arguments.write {
        let facts = bench_readme::facts(&[]);
        bench_readme::write(
            "<!-- written by bench-growth --write -->\n",
            &format!("{facts}\n\n{table}\n{budgets}"),
        );
    }
    verdicts
}

/// Each figure's own median over rounds.
fn median(programs: &Programs, growth: &Growth, count: u64) -> Cost {
    eprintln!("{}: {count}", growth.name);
    let runs: Vec<Cost> = (0..3).map(|_| programs.run(growth.name, count, growth.spans)).collect();
    let of = |figure: fn(&Cost) -> f64| {
        let mut figures: Vec<f64> = runs.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    Cost {
        caller: of(|cost| cost.caller) / growth.shares(count),
        process: of(|cost| cost.process) / growth.shares(count),
        mebibytes: of(|cost| cost.mebibytes),
    }
}
