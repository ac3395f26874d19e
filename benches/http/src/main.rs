//! What tracing costs a server of HTTP: ours, two others and none, in turn under the same load.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -p bench-http`, and after `--`: see
//! [`USAGE`].

mod instructions;
mod program;
mod server;
mod table;

use std::env;
use std::process::ExitCode;

use program::{PROGRAMS, Program, Programs};
use table::Row;

const USAGE: &str = "\
(nothing)    measure, count instructions if valgrind is there, print one table
--write      and put it into README.md
--rounds N   how often everything is measured: 9 unless this is given
--smoke      only whether all is answered and all of our spans arrive";

/// Requests of a measured run, and of one that looks only whether they are answered.
const MANY: u64 = 60_000;
const FEW: u64 = 500;

#[derive(Debug)]
struct Arguments {
    write: bool,
    smoke: bool,
    rounds: usize,
}

fn main() -> ExitCode {
    let Some(arguments) = read(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if arguments.smoke {
        smoke();
    } else {
        measure(&arguments);
    }
    ExitCode::SUCCESS
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments { write: false, smoke: false, rounds: 9 };
    while let Some(word) = words.next() {
        match word.as_str() {
            "--write" => arguments.write = true,
            "--smoke" => arguments.smoke = true,
            "--rounds" => arguments.rounds = words.next()?.parse().ok().filter(|n| *n > 0)?,
            _ => return None,
        }
    }
    Some(arguments)
}

/// Without the others, which take long to build.
fn smoke() {
    let ours = &PROGRAMS[..4];
    let programs = Programs::build_any(ours);
    for program in ours {
        let run = programs.run(program, FEW, FEW);
        println!("{}: {FEW} answered, {} spans arrived", program.name, run.arrived);
    }
}

fn measure(arguments: &Arguments) {
    let programs = Programs::build(&PROGRAMS);
    let mut rows: Vec<Row> = PROGRAMS.iter().map(Row::new).collect();
    for round in 1..=arguments.rounds {
        eprintln!("round {round} of {}", arguments.rounds);
        for row in &mut rows {
            row.runs.push(programs.run(row.program, MANY / 10, MANY));
        }
    }
    if instructions::can_be_counted() {
        for row in &mut rows {
            eprintln!("instructions of {}", row.program.name);
            row.instructions = Some(instructions::count(&programs, row.program));
        }
    }
    let (table, verdicts) = (table::of(&rows), table::verdicts(&rows));
    let budgets = bench_readme::budgets(&verdicts);
    println!("{table}\n{budgets}");
    if arguments.write {
        let libraries: Vec<_> = PROGRAMS.iter().flat_map(Program::libraries).collect();
        let facts = bench_readme::facts(&libraries);
        bench_readme::write(
            "<!-- written by bench-http --write -->\n",
            &format!("{facts}\n\n{table}\n{budgets}"),
        );
    }
}
