//! The tables in README.md, which nobody writes by hand.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::plan::Peer;
use crate::program::{manifest, output};

/// What stands before a table; [`END`] stands behind it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Times,
    Annotation,
}

const END: &str = "<!-- end -->";

/// Replaces what stands between a table's mark and the next end.
pub(crate) fn write(table: Table, figures: &str, budgets: &str) {
    let (begin, peers) = match table {
        Table::Times => ("<!-- written by --write -->\n", &Peer::TIMED[..]),
        Table::Annotation => ("<!-- written by --build --write -->\n", &Peer::ALL[..]),
    };
    let path = manifest().with_file_name("README.md");
    let text = fs::read_to_string(&path).expect("README.md is there");
    let (before, rest) = text.split_once(begin).expect("the first mark");
    let (_, after) = rest.split_once(END).expect("the second mark");
    let facts = facts(peers);
    let new = format!("{before}{begin}{facts}\n\n{figures}\n{budgets}{END}{after}");
    fs::write(path, new).expect("README.md can be written");
}

/// Without these a ratio means nothing.
fn facts(peers: &[Peer]) -> String {
    let date = output(Command::new("date").args(["-u", "+%F"]));
    let rustc = output(Command::new("rustc").arg("--version"));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let others = peers.iter().filter(|peer| **peer != Peer::Ours);
    let peers: Vec<_> = others
        .filter_map(|peer| Some(format!("{} {}", peer.name(), version(peer.library()?.name))))
        .collect();
    let (machine, peers) = (machine(), peers.join(", "));
    format!("{date}, {rustc}, {machine} ({cores} shared cores), {peers}.")
}

fn machine() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

fn version(package: &str) -> String {
    let lock = fs::read_to_string(Path::new(&manifest()).with_file_name("Cargo.lock"))
        .expect("the lock file");
    let found =
        lock.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
    let line =
        found.and_then(|entry| entry.lines().find_map(|line| line.strip_prefix("version = ")));
    line.expect("it is locked").trim_matches('"').to_owned()
}
