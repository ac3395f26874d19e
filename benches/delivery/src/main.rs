//! A burst of a million spans with three attributes leaves the process over OTLP/HTTP, and the
//! process ends: how many arrive, and what did it cost all threads together?
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -p bench-delivery`, and behind `--` spans
//! a second, where they shall not come at once; `--smoke` looks only whether all of ours arrive.

mod program;
mod sink;

use std::env;
use std::process::ExitCode;

use program::{Program, Spent};
use sink::{Got, Sink};

/// Spans of a burst.
const SPANS: u64 = 1_000_000;

const OURS: [Program; 3] = [
    Program { name: "ours", package: "ours", protocol: "http/protobuf", compression: "none" },
    Program { name: "ours, gzip", package: "ours", protocol: "http/protobuf", compression: "gzip" },
    Program { name: "ours, JSON", package: "ours", protocol: "http/json", compression: "none" },
];
const PEERS: [Program; 3] = [
    Program::peer("fastrace", "fastrace"),
    Program::peer("tracing-opentelemetry", "tracing"),
    Program::peer("opentelemetry", "opentelemetry"),
];

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sink"] => {
            sink::serve();
            ExitCode::SUCCESS
        }
        ["--smoke"] => measure("0", &OURS),
        [] => measure("0", &[&OURS[..], &PEERS[..]].concat()),
        [rate] => measure(rate, &[&OURS[..], &PEERS[..]].concat()),
        _ => ExitCode::from(2),
    }
}

/// Runs each program against a sink of its own, and fails where not all of ours arrive.
fn measure(rate: &str, programs: &[Program]) -> ExitCode {
    programs.iter().for_each(Program::build);
    println!(
        "| program | arrived | CPU ns a span | of it sys | an arrived span | ÷ ours | caller ns | peak RSS MiB | bytes a span | requests |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|");
    let (mut all_arrive, mut first) = (true, None);
    for program in programs {
        let sink = Sink::start();
        let spent = program.run(&sink.url, rate);
        let got = sink.end();
        let arrived = spent.acknowledged.unwrap_or(got.spans).max(1);
        let nanos = spent.nanos as f64 / arrived as f64;
        let ratio = nanos / *first.get_or_insert(nanos);
        println!("{}", row(program, &spent, &got, arrived, ratio));
        if program.package == "ours" {
            // Of what is neither compressed nor JSON, the receiver counts the spans itself.
            let is_counted = program.protocol == "http/protobuf" && program.compression == "none";
            all_arrive &= !is_counted || got.spans == SPANS;
            all_arrive &= spent.acknowledged == Some(SPANS);
        }
    }
    if all_arrive { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn row(program: &Program, spent: &Spent, got: &Got, arrived: u64, ratio: f64) -> String {
    let spans = SPANS as f64;
    format!(
        "| {} | {:.1} % | {:.0} | {:.0} | {:.0} | {ratio:.1} | {:.0} | {:.0} | {:.0} | {} |",
        program.name,
        100.0 * arrived as f64 / spans,
        spent.nanos as f64 / spans,
        spent.system_nanos as f64 / spans,
        spent.nanos as f64 / arrived as f64,
        spent.caller_nanos as f64 / spans,
        spent.peak_kib as f64 / 1024.0,
        got.bytes as f64 / arrived as f64,
        got.requests,
    )
}
