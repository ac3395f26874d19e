//! One command for everything: `cargo xtask ci`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through them"
)]

mod annotate;
mod attribute;
mod bench;
mod command;
mod crates;
mod deps;
mod needs;
mod page;
mod pages;
mod receivers;
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
use needs::{Asked, Needs, Readiness};

const USAGE: &str = "\
cargo xtask ci [STEP…]   everything, or the named steps; with --install or CI=true, what a step
                         needs is installed below target/
cargo xtask steps        what the steps are
cargo xtask bless [surface]
                         writes expected compiler messages and other snapshots anew, or the public items alone
cargo xtask bench [--check] [--write] [--only WORKLOAD] [--instructions] [--build] [--smoke] [PART…]
                         what spans cost beside other libraries, and whether budgets are met: spans, burst,
                         10000, 50000, http, growth, build
cargo xtask annotate CRATE[@VERSION] [--recorded] [--runtime FEATURE] [-- ARGUMENT…]
                         traces every fn of a published crate: do its own tests pass as before?";

struct Step {
    name: &'static str,
    what: &'static str,
    run: fn() -> Outcome,
    needs: Option<Needs>,
}

/// In the order in which they run: what fails fastest stands first.
#[rustfmt::skip]
const STEPS: &[Step] = &[
    Step::new("fmt",           "code is formatted",                                 steps::fmt),
    Step::new("rooms",         "sizes, names, sleeps, ignored tests, unsafe",       rooms::check),
    Step::new("deps",          "CONTRIBUTING.md knows each dependency; few crates", deps::check),
    Step::new("lint",          "clippy, with all features and with none",           steps::lint),
    Step::new("test",          "cargo test, as the README says",                    steps::test),
    Step::new("hooks",         "tokio's hooks, under `--cfg tokio_unstable`",       steps::hooks),
    Step::new("test-features", "each feature on its own",                           steps::test_features),
    Step::new("doc",           "rustdoc without warnings, public and private",      steps::doc),
    Step::new("surface",       "public items as in <crate>/public-api.txt",         surface::check),
    Step::new("examples",      "the example of the README runs",                    steps::examples),
    Step::new("page",          "the page's modules, under node",                    page::modules)
        .needing(page::NODE),
    Step::new("browser",       "the page in a real browser",                        page::browser)
        .needing(page::BROWSER),
    Step::new("receivers",     "Jaeger and others have each trace, and go on",      receivers::check)
        .needing(receivers::NEEDS),
    Step::new("loom",          "models of the lock-free parts",                     steps::loom),
    Step::new("bench-smoke",   "benches run, briefly",                              steps::bench_smoke),
];

/// How a step ended.
enum End {
    Passed,
    NotRun(String),
    Failed(String),
}

impl Step {
    const fn new(name: &'static str, what: &'static str, run: fn() -> Outcome) -> Self {
        Self { name, what, run, needs: None }
    }

    const fn needing(mut self, needs: Needs) -> Self {
        self.needs = Some(needs);
        self
    }

    fn end(&self, asked: Asked) -> End {
        let ready = self.needs.as_ref().map(|needs| needs.readiness(self.name, asked));
        match ready.unwrap_or(Readiness::Ready) {
            Readiness::Ready => (self.run)().map_or_else(End::Failed, |()| End::Passed),
            Readiness::NotRun(why) => End::NotRun(why),
            Readiness::Failed(why) => End::Failed(why),
        }
    }
}

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
        ["bench", words @ ..] => match bench::Request::read(words) {
            Ok(request) => shown("bench", &bench::run(&request)),
            Err(why) => wrong_usage(&why),
        },
        ["annotate", words @ ..] => match Request::read(words) {
            Ok(request) => shown("annotate", &annotate::annotate(&request)),
            Err(why) => wrong_usage(&why),
        },
        _ => wrong_usage("what shall be done?"),
    }
}

/// Runs every step even when one fails: one round shows everything there is to mend.
fn ci(words: &[&str]) -> ExitCode {
    let (options, names): (Vec<&str>, Vec<&str>) =
        words.iter().partition(|word| word.starts_with('-'));
    if let Some(unknown) = options.iter().find(|option| **option != "--install") {
        return wrong_usage(&format!("there is no option `{unknown}`"));
    }
    if let Some(unknown) = names.iter().find(|name| STEPS.iter().all(|step| step.name != **name)) {
        return wrong_usage(&format!("there is no step `{unknown}`, see `cargo xtask steps`"));
    }
    let is_ci = env::var("CI").is_ok_and(|value| value == "true");
    let asked = Asked { may_install: is_ci || !options.is_empty(), by_name: !names.is_empty() };
    let chosen = STEPS.iter().filter(|step| names.is_empty() || names.contains(&step.name));
    let results: Vec<_> = chosen.map(|step| timed(step, asked)).collect();

    println!("\n━━ times");
    for (step, time, end) in &results {
        let mark = match end {
            End::Passed => "ok",
            End::NotRun(_) => "not run",
            End::Failed(_) => "FAILED",
        };
        println!("{:<14} {:>7.1} s  {mark}", step.name, time.as_secs_f64());
    }
    let total: Duration = results.iter().map(|(_, time, _)| time).sum();
    println!("{:<14} {:>7.1} s", "total", total.as_secs_f64());

    let mut code = ExitCode::SUCCESS;
    for (step, _, end) in &results {
        match end {
            End::Passed => {}
            End::NotRun(why) => println!("\n{} did not run\n{why}", step.name),
            End::Failed(why) => {
                eprintln!("\n✖ {}\n{why}", step.name);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}

fn timed(step: &'static Step, asked: Asked) -> (&'static Step, Duration, End) {
    println!("\n━━ {}: {}", step.name, step.what);
    let start = Instant::now();
    let end = step.end(asked);
    println!("   {} took {:.1} s", step.name, start.elapsed().as_secs_f64());
    (step, start.elapsed(), end)
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
