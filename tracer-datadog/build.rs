//! Tells which compiler builds: the agent is told the version of the language.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let version = rustc_version().unwrap_or_else(|| "unknown".to_owned());
    println!("cargo:rustc-env=TRACER_RUSTC_VERSION={version}");
}

/// The second word of `rustc 1.85.0 (…)`.
fn rustc_version() -> Option<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told =
        String::from_utf8(Command::new(rustc).arg("--version").output().ok()?.stdout).ok()?;
    let version = told.split_whitespace().nth(1)?;
    version.bytes().all(|byte| byte.is_ascii_graphic()).then(|| version.to_owned())
}
