//! Programs that `process.rs` starts and looks at from outside: the first argument names one.
#![expect(clippy::print_stdout, reason = "the test reads what its program says")]

mod allocations;
mod async_std_spawns;
mod burst;
mod filter;
#[cfg(unix)]
mod forked;
mod inherited;
mod mains;
mod names;
mod propagation;
mod slow_polls;
mod small_log;
mod texts;

use tracer::export::Unit;

fn main() -> std::process::ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "silence" => allocations::nothing_installed(),
        "steady" => allocations::warmed_up(),
        "steady-details" => allocations::details_warmed_up(),
        "burst" => burst::burst(Unit::Spans),
        "burst-of-traces" => burst::burst(Unit::ManyTraces),
        "looked-at" => burst::looked_at(),
        "slow-exporter" => burst::slower_than_spans_come(Unit::Spans),
        "slow-exporter-of-traces" => burst::slower_than_spans_come(Unit::ManyTraces),
        "within-grace" => inherited::within_the_grace(),
        "expired" => inherited::expired(),
        "async-std-inherits" => async_std_spawns::inherits(),
        "async-std-ends" => async_std_spawns::ends(),
        "async-std-many" => async_std_spawns::many(),
        "async-std-expires" => async_std_spawns::expires(),
        "async-std-logger" => async_std_spawns::logger(),
        "async-std-own-logger" => async_std_spawns::own_logger(),
        "registers-late" => inherited::registers_late(),
        #[cfg(unix)]
        "forked" => forked::forked(),
        "slow-polls" => slow_polls::slow_polls(),
        "small-log" => small_log::small_log(),
        "many-failures" => small_log::many_failures(),
        "backtrace" => small_log::backtrace(),
        "filters" => filter::filters(),
        "filter-changes" => filter::changes(),
        "filter-from-environment" => filter::from_environment(),
        "propagation" => propagation::from_environment(),
        "continues" => propagation::continues(),
        "comes" => propagation::comes(),
        "texts" => texts::cut(),
        "names" => names::many(),
        "install" => mains::install(),
        "ok" => return mains::ok(),
        "err" => return mains::err(),
        "panic" => mains::panics(),
        "async-std" => mains::async_std(),
        "smol" => mains::smol(),
        "signal" => mains::signal(),
        #[cfg(unix)]
        "hangs" => mains::hangs(),
        "panic-in-main" => mains::panic_in_main(),
        "left-on-tokio" => mains::left_on_tokio(),
        "left-on-async-std" => mains::left_on_async_std(),
        "left-on-smol" => mains::left_on_smol(),
        "exit" => mains::exit_without_shutdown(),
        "exit-after-shutdown" => mains::exit_after_shutdown(),
        other => panic!("no program `{other}`"),
    }
    println!("done");
    std::process::ExitCode::SUCCESS
}
