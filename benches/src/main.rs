//! What a span costs, beside the same work without annotation and beside other libraries.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml`, and after `--`: see [`USAGE`].

mod annotation;
mod budget;
mod chain;
mod footprint;
mod instructions;
mod package;
mod plan;
mod program;
mod readme;
mod results;
mod smoke;
mod table;
mod thousand;

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use bench_readme::Verdict;

use plan::{FLOOR, Peer, Run, runs};
use program::Programs;
use readme::Table;
use results::Results;

const USAGE: &str = "\
(nothing)        measure, print one table
--check          and exit with 1 where a budget is missed
--write          and put the table into README.md
--only NAME      workloads whose name contains NAME
--rounds N       how often everything is measured: 7 unless this is given, builds 3
--instructions   count instructions under valgrind instead of time
--build          what annotation costs whoever compiles it, and in bytes; needs valgrind
--smoke          only what cannot fail by chance, in a minute: does it build, run, and add up?";

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the command line")]
struct Arguments {
    check: bool,
    write: bool,
    instructions: bool,
    build: bool,
    smoke: bool,
    only: String,
    rounds: Option<u32>,
}

fn main() -> ExitCode {
    let arguments = match read(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let peers = match (arguments.build, arguments.smoke) {
        (true, _) => &Peer::BUILT[..],
        // Those of OpenTelemetry take long to build.
        (_, true) => &Peer::TIMED[..4],
        _ => &Peer::TIMED,
    };
    let programs = Programs::build(peers);
    let good = if arguments.smoke {
        smoke::run(&programs)
    } else if arguments.instructions {
        instructions::run(&programs, &arguments.only);
        true
    } else if arguments.build {
        annotate(&programs, &arguments)
    } else {
        measure(&programs, &arguments)
    };
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut arguments = Arguments::default();
    let mut words = words;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => arguments.check = true,
            "--write" => arguments.write = true,
            "--instructions" => arguments.instructions = true,
            "--build" => arguments.build = true,
            "--smoke" => arguments.smoke = true,
            "--only" => arguments.only = words.next().ok_or("--only needs a name")?,
            "--rounds" => {
                let number =
                    words.next().and_then(|word| word.parse().ok()).filter(|rounds| *rounds > 0);
                arguments.rounds = Some(number.ok_or("--rounds needs a number")?);
            }
            _ => return Err(format!("unknown argument `{word}`")),
        }
    }
    if arguments.write && !arguments.only.is_empty() {
        return Err("--write needs all workloads".to_owned());
    }
    Ok(arguments)
}

/// Says whether all is well: true without `--check`.
fn measure(programs: &Programs, arguments: &Arguments) -> bool {
    let chosen: Vec<Run> = runs()
        .into_iter()
        .filter(|run| *run == FLOOR || run.case.contains(&arguments.only))
        .collect();
    let rounds = arguments.rounds.unwrap_or(7);
    let mut results = Results::default();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for run in &chosen {
            results.add(*run, programs.nanos(*run, Duration::from_millis(60)));
        }
    }
    let verdicts = budget::verdicts(&results);
    println!("{}", table::times(&results));
    println!("{}", bench_readme::budgets(&verdicts));
    if arguments.write {
        readme::write(Table::Times, &table::ratios(&results), &bench_readme::budgets(&verdicts));
    }
    !arguments.check || verdicts.iter().all(Verdict::is_met)
}

/// The same for what annotation costs where nothing is recorded.
fn annotate(programs: &Programs, arguments: &Arguments) -> bool {
    let costs = annotation::measure(programs, arguments.rounds.unwrap_or(3));
    let (figures, verdicts) = (table::annotation(&costs), budget::annotation(&costs));
    let budgets = bench_readme::budgets(&verdicts);
    println!("{figures}\n{budgets}");
    if arguments.write {
        readme::write(Table::Annotation, &figures, &budgets);
    }
    !arguments.check || verdicts.iter().all(Verdict::is_met)
}
