//! The tables in README.md, which nobody writes by hand.

mod budget;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use budget::{Verdict, budgets};

const END: &str = "<!-- end -->";

/// Replaces what stands between `begin` and the next end.
pub fn write(begin: &str, text: &str) {
    let path = beside("README.md");
    let readme = fs::read_to_string(&path).expect("README.md is there");
    let (before, rest) = readme.split_once(begin).expect("the first mark");
    let (_, after) = rest.split_once(END).expect("the second mark");
    let new = format!("{before}{begin}{text}{END}{after}");
    fs::write(path, new).expect("README.md can be written");
}

/// When, where and with which versions of `packages`: without these a ratio means nothing.
pub fn facts(packages: &[&str]) -> String {
    let date = output(Command::new("date").args(["-u", "+%F"]));
    let rustc = output(Command::new("rustc").arg("--version"));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let versions: String =
        packages.iter().map(|package| format!(", {package} {}", version(package))).collect();
    let machine = machine();
    format!("{date}, {rustc}, {machine} ({cores} shared cores){versions}.")
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

fn version(package: &str) -> String {
    let lock = fs::read_to_string(beside("Cargo.lock")).expect("the lock file");
    let found =
        lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
    let line =
        found.and_then(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")));
    line.expect("it is locked").trim_matches('"').to_owned()
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// A file of the workspace of benches.
fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name(name)
}
