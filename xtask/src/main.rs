//! One command for everything: `cargo xtask ci`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through them"
)]

mod annotate;
mod attribute;
mod command;
mod crates;
mod deps;
mod pages;
mod rooms;
mod rules;
mod steps;
mod suite;
mod surface;

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use annotate::Request;
use command::Outcome;

const USAGE: &str = "\
cargo xtask ci [STEP…]   everything, or the named steps
cargo xtask steps        what the steps are
cargo xtask bless [surface]
                         writes expected compiler messages and other snapshots anew, or the public items alone
cargo xtask annotate CRATE[@VERSION] [--recorded] [--runtime FEATURE] [-- ARGUMENT…]
                         traces every fn of a published crate: do its own tests pass as before?";

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
}

/// In the order in which they run: what fails fastest stands first.
#[rustfmt::skip]
const STEPS: &[Step] = &[
    Step { name: "fmt",           what: "code is formatted",                                run: steps::fmt },
    Step { name: "rooms",         what: "sizes, names, sleeps, ignored tests, unsafe",      run: rooms::check },
    Step { name: "deps",          what: "CONTRIBUTING.md knows each dependency; few crates", run: deps::check },
    Step { name: "lint",          what: "clippy, with all features and with none",          run: steps::lint },
    Step { name: "test",          what: "cargo test, as the README says",                   run: steps::test },
    Step { name: "hooks",         what: "tokio's hooks, under `--cfg tokio_unstable`",      run: steps::hooks },
    Step { name: "test-features", what: "each feature on its own",                          run: steps::test_features },
    Step { name: "doc",           what: "rustdoc without warnings, public and private",     run: steps::doc },
    Step { name: "surface",       what: "public items as in <crate>/public-api.txt",        run: surface::check },
    Step { name: "examples",      what: "the example of the README runs",                   run: steps::examples },
    Step { name: "loom",          what: "models of the lock-free parts",                    run: steps::loom },
    Step { name: "bench-smoke",   what: "benches run, briefly",                             run: steps::bench_smoke },
];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["ci", names @ ..] => ci(names),
        ["steps"] => {
            for step in STEPS {
                println!("{:<14} {}", step.name, step.what);
            }
            ExitCode::SUCCESS
        }
        ["bless"] => shown("bless", &bless()),
        ["bless", "surface"] => shown("bless surface", &surface::bless()),
        ["annotate", words @ ..] => match Request::read(words) {
            Ok(request) => shown("annotate", &annotate::annotate(&request)),
            Err(why) => wrong_usage(&why),
        },
        _ => wrong_usage("what shall be done?"),
    }
}

/// Runs every step even when one fails: one round shows everything there is to mend.
fn ci(names: &[&str]) -> ExitCode {
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return wrong_usage(&format!("there is no step `{unknown}`, see `cargo xtask steps`"));
    }
    let chosen = STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name));
    let results: Vec<_> = chosen.map(timed).collect();

    println!("\n━━ times");
    for (step, time, outcome) in &results {
        let mark = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("{:<14} {:>7.1} s  {mark}", step.name, time.as_secs_f64());
    }
    let total: Duration = results.iter().map(|(_, time, _)| time).sum();
    println!("{:<14} {:>7.1} s", "total", total.as_secs_f64());

    let mut code = ExitCode::SUCCESS;
    for (step, _, outcome) in &results {
        if let Err(why) = outcome {
            eprintln!("\n✖ {}\n{why}", step.name);
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn timed(step: &'static Step) -> (&'static Step, Duration, Outcome) {
    println!("\n━━ {}: {}", step.name, step.what);
    let start = Instant::now();
    let outcome = (step.run)();
    println!("   {} took {:.1} s", step.name, start.elapsed().as_secs_f64());
    (step, start.elapsed(), outcome)
}

/// A test that fails for another reason does not keep the rest from being written.
fn bless() -> Outcome {
    let (tests, surface) = (steps::bless(), surface::bless());
    tests.and(surface)
}

fn shown(what: &str, outcome: &Outcome) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\n✖ {what}\n{why}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage(why: &str) -> ExitCode {
    eprintln!("{why}\n\n{USAGE}");
    ExitCode::from(2)
}
