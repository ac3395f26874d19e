//! A burst of a million spans with three attributes leaves the process over OTLP/HTTP, and the
//! process ends: how many arrive, and what did it cost all threads together?
//!
//! `cargo run --release --manifest-path benches/Cargo.toml -p bench-delivery`, and behind `--` spans
//! a second, where they shall not come at once.

mod burst;
mod sink;

use std::env;
use std::process::ExitCode;

use sink::Sink;

const TRACES: u32 = 10_000;
const SPANS: u32 = 100;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sink"] => sink::serve(),
        ["burst", rate] => burst::run(rate.parse().expect("spans a second")),
        [] => return compare("0"),
        [rate] => return compare(rate),
        _ => return ExitCode::from(2),
    }
    ExitCode::SUCCESS
}

/// Runs each encoding in a process of its own, against a sink of its own.
fn compare(rate: &str) -> ExitCode {
    println!(
        "| encoding | arrived | CPU ns a span | of it sys | peak RSS MiB | bytes a span | requests |"
    );
    println!("|---|---|---|---|---|---|---|");
    let mut whole = true;
    for (name, protocol, compression) in [
        ("protobuf", "http/protobuf", "none"),
        ("protobuf, gzip", "http/protobuf", "gzip"),
        ("JSON", "http/json", "none"),
    ] {
        let sink = Sink::start();
        let spent = burst::start(&sink.url, protocol, compression, rate);
        let got = sink.end();
        let spans = f64::from(TRACES * SPANS);
        println!(
            "| {name} | {:.1} % | {:.0} | {:.0} | {:.0} | {:.0} | {} |",
            100.0 * spent.acknowledged as f64 / spans,
            spent.nanos as f64 / spans,
            spent.system_nanos as f64 / spans,
            spent.peak_kib as f64 / 1024.0,
            got.bytes as f64 / spent.acknowledged as f64,
            got.requests,
        );
        // Of what is neither compressed nor JSON, the receiver counts the spans itself.
        let counted = compression == "gzip" || protocol == "http/json";
        whole &= counted || got.spans == spent.acknowledged;
        whole &= spent.acknowledged == u64::from(TRACES * SPANS);
    }
    if whole { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
