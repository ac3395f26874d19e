//! Programs that `process.rs` starts and looks at from outside: the first argument names one.
#![expect(clippy::print_stdout, reason = "the test reads what its program says")]

mod allocations;
mod filter;
#[cfg(unix)]
mod forked;
mod inherited;
mod mains;
mod propagation;
mod small_log;
mod texts;

fn main() -> std::process::ExitCode {
    let name = std::env::args().nth(1).unwrap_or_default();
    match name.as_str() {
        "silence" => allocations::nothing_installed(),
        "steady" => allocations::warmed_up(),
        "steady-details" => allocations::details_warmed_up(),
        "within-grace" => inherited::within_the_grace(),
        "expired" => inherited::expired(),
        "registers-late" => inherited::registers_late(),
        #[cfg(unix)]
        "forked" => forked::forked(),
        "small-log" => small_log::small_log(),
        "many-failures" => small_log::many_failures(),
        "backtrace" => small_log::backtrace(),
        "filters" => filter::filters(),
        "filter-changes" => filter::changes(),
        "filter-from-environment" => filter::from_environment(),
        "propagation" => propagation::from_environment(),
        "texts" => texts::cut(),
        "install" => mains::install(),
        "ok" => return mains::ok(),
        "err" => return mains::err(),
        "panic" => mains::panics(),
        "async-std" => mains::async_std(),
        "smol" => mains::smol(),
        "signal" => mains::signal(),
        "panic-in-main" => mains::panic_in_main(),
        other => panic!("no program `{other}`"),
    }
    println!("done");
    std::process::ExitCode::SUCCESS
}
