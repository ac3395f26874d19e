//! Instructions a span, counted by callgrind: the same on a busy machine as on an idle one.

use std::fs;
use std::process::Stdio;

use crate::plan::{Peer, Run, runs};
use crate::program::{self, Programs, output};

/// Only what runs below this function counts.
const REGION: &str = "--toggle-collect=*counted_region*";

/// Prints a line a workload, a column a program.
pub(crate) fn run(programs: &Programs, only: &str) {
    check();
    let names = Peer::TIMED.map(|peer| format!("{:>22}", peer.name())).concat();
    println!("{:28}{names}", "instructions a span");
    let runs = runs();
    let mut rest = &runs[..];
    while let Some(first) = rest.first() {
        let length =
            rest.iter().take_while(|run| (run.case, run.mode) == (first.case, first.mode)).count();
        let (row, more) = rest.split_at(length);
        rest = more;
        // On other threads nobody counts.
        if !first.case.contains(only) || first.case.contains("thread") {
            continue;
        }
        let cell = |peer| row.iter().find(|run| run.peer == peer).map(|run| count(programs, *run));
        let cells = Peer::TIMED
            .map(cell)
            .map(|value| value.map_or_else(|| "-".to_owned(), |n| format!("{n:.1}")))
            .map(|cell| format!("{cell:>22}"))
            .concat();
        let label = format!("{} {}", first.case, first.mode.name());
        println!("{label:28}{cells}");
    }
}

/// Panics where nothing can be counted.
pub(crate) fn check() {
    assert!(program::runs(&["valgrind", "--version"]), "valgrind is not installed");
}

/// Instructions a span: the difference of two lengths of run, in which what happens once cancels out.
pub(crate) fn count(programs: &Programs, run: Run) -> f64 {
    let (few, many) = if run.case.ends_with("yield100") { (1, 5) } else { (4, 36) };
    let (less, calls) = total(programs, run, few);
    let (more, _) = total(programs, run, many);
    (more - less) as f64 / f64::from(many - few) / calls
}

/// Instructions of the thread that calls, and calls a repetition.
fn total(programs: &Programs, run: Run, times: u32) -> (i64, f64) {
    let file = std::env::temp_dir().join(format!("tracer-bench-{}", std::process::id()));
    let out = format!("--callgrind-out-file={}", file.display());
    let tool = ["valgrind", "--tool=callgrind", "--separate-threads=yes", "--quiet", REGION, &out];
    let mut command = programs.command(&tool, run.program());
    let calls = output(
        command
            .args(["count", run.mode.word(), run.case, &times.to_string()])
            .stderr(Stdio::null()),
    );
    let path = file.with_extension("");
    let folder = path.parent().expect("a temporary folder");
    let stem = path.file_name().expect("it has a name").to_string_lossy().into_owned();
    let mut found = 0;
    for entry in fs::read_dir(folder).expect("the temporary folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == stem || name.starts_with(&format!("{stem}-")) {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            if name == format!("{stem}-01") {
                found = summary(&text);
            }
            // What is left behind would be read the next time.
            let _gone = fs::remove_file(entry.path());
        }
    }
    (found, calls.parse().expect("a number"))
}

fn summary(text: &str) -> i64 {
    let words = ["summary: ", "totals: "];
    let line = text.lines().find_map(|line| words.iter().find_map(|word| line.strip_prefix(word)));
    line.and_then(|number| number.trim().parse().ok()).expect("callgrind's total")
}
