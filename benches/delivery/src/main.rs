//! Spans with three attributes leave the process, and the process ends: how many arrive, and what did
//! it cost all threads together, and the thread that made them?
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -p bench-delivery`, and behind `--`: see
//! [`USAGE`].

mod budget;
mod message;
mod program;
mod sink;
mod table;

use std::env;
use std::process::ExitCode;

use bench_readme::{Verdict, budgets};
use program::{Program, Protocol};
use sink::Sink;
use table::Row;

const USAGE: &str = "\
(nothing)    all spans at once
RATE         so many spans a second: 10000 or 50000
--check      and exit with 1 where a budget is missed
--write      and put the tables into README.md
--only NAME  programs whose name contains NAME
--smoke      only whether all of ours arrive";

const OURS: [Program; 4] = [
    Program::new("ours", "ours", Protocol::Otlp),
    Program::new("ours, gzip", "ours", Protocol::OtlpGzip),
    Program::new("ours, JSON", "ours", Protocol::OtlpJson),
    Program::new("ours, Datadog", "ours", Protocol::Datadog),
];
const NONE: Program = Program::new("none", "none", Protocol::None);
const PEERS: [Program; 4] = [
    Program::new("fastrace", "fastrace", Protocol::Otlp),
    Program::new("tracing-opentelemetry", "tracing", Protocol::Otlp),
    Program::new("opentelemetry", "opentelemetry", Protocol::Otlp),
    Program::new("datadog-opentelemetry", "datadog", Protocol::Datadog),
];

#[derive(Debug, Default)]
struct Arguments {
    /// Spans a second; all at once where there is none.
    rate: Option<String>,
    check: bool,
    write: bool,
    smoke: bool,
    only: String,
}

fn main() -> ExitCode {
    if env::args().nth(1).as_deref() == Some("sink") {
        sink::serve();
        return ExitCode::SUCCESS;
    }
    let Some(arguments) = read(env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let programs: Vec<Program> = if arguments.smoke {
        OURS.to_vec()
    } else {
        let all = OURS.into_iter().chain(PEERS).chain([NONE]);
        all.filter(|program| program.name.contains(&arguments.only)).collect()
    };
    if measure(&arguments, &programs) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn read(mut words: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut arguments = Arguments::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--check" => arguments.check = true,
            "--write" => arguments.write = true,
            "--smoke" => arguments.smoke = true,
            "--only" => arguments.only = words.next()?,
            rate if rate.parse().is_ok_and(|rate: u64| rate > 0) => arguments.rate = Some(word),
            _ => return None,
        }
    }
    // A table in README.md has all programs.
    (!arguments.write || arguments.only.is_empty()).then_some(arguments)
}

/// Runs each program against a sink of its own; false where not all of ours arrive.
fn measure(arguments: &Arguments, programs: &[Program]) -> bool {
    let rate = arguments.rate.as_deref().unwrap_or("0");
    let mut rows: Vec<Row> = Vec::new();
    for program in programs {
        eprintln!("{}", program.name);
        program.build();
        let sink = Sink::start();
        let spent = program.run(&sink.url, rate);
        rows.push(Row { program: *program, spent, got: sink.end(), crates: program.crates() });
    }
    let all_arrive = budget::arrived(&rows);
    let verdicts = if arguments.smoke { vec![all_arrive] } else { budget::verdicts(&rows, rate) };
    let [table, budgets] = [table::of(&rows), budgets(&verdicts)];
    println!("{table}\n{budgets}");
    if arguments.write {
        write(arguments, &format!("{table}\n{budgets}"));
    }
    // What is lost is no miss, but a mistake.
    budget::arrived(&rows).is_met() && (!arguments.check || verdicts.iter().all(Verdict::is_met))
}

fn write(arguments: &Arguments, tables: &str) {
    let facts = bench_readme::facts(&["fastrace", "tracing-opentelemetry", "opentelemetry_sdk"]);
    let rate = arguments.rate.as_deref().map_or_else(String::new, |rate| format!(" {rate}"));
    let mark = format!("<!-- written by bench-delivery{rate} --write -->\n");
    bench_readme::write(&mark, &format!("{facts}\n\n{tables}"));
}
