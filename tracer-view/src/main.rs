//! The command `tracer`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracer_view::command::main()
}
