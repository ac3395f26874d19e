//! Programs that `process.rs` starts and looks at from outside: each is named by the first argument.

fn main() {}
