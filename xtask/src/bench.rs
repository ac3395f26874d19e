//! All benches one after the other, and one table of all budgets at the end.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use crate::command::{Outcome, cargo};
use crate::crates::{BENCHES, root};
use crate::deps;

/// A program of the benches, and what it is asked for.
struct Part {
    name: &'static str,
    package: &'static str,
    words: &'static [&'static str],
    /// What it is asked for where nothing shall be measured; none where another part sees to it.
    smoke: Option<&'static [&'static str]>,
}

const SMOKE: Option<&[&str]> = Some(&["--smoke"]);

const PARTS: [Part; 7] = [
    Part { name: "spans", package: "tracer-bench", words: &[], smoke: SMOKE },
    Part { name: "burst", package: "bench-delivery", words: &[], smoke: SMOKE },
    Part { name: "10000", package: "bench-delivery", words: &["10000"], smoke: None },
    Part { name: "50000", package: "bench-delivery", words: &["50000"], smoke: None },
    Part { name: "http", package: "bench-http", words: &[], smoke: SMOKE },
    Part { name: "growth", package: "bench-growth", words: &[], smoke: SMOKE },
    Part { name: "build", package: "tracer-bench", words: &["--build"], smoke: None },
];

/// What was asked for.
#[derive(Debug, Default)]
pub(crate) struct Request<'a> {
    names: Vec<&'a str>,
    check: bool,
    smoke: bool,
    write: bool,
    /// For the part of spans alone.
    spans: Vec<&'a str>,
}

/// Stands above the rows that each part prints of its budgets.
const HEADING: &str = "| budget | measured | allowed | |";

impl<'a> Request<'a> {
    pub(crate) fn read(words: &[&'a str]) -> Result<Self, String> {
        let mut request = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--check" => request.check = true,
                "--smoke" => request.smoke = true,
                "--write" => request.write = true,
                "--build" => request.names.push("build"),
                "--instructions" => request.spans.push(word),
                "--only" => {
                    let name = words.next().ok_or("--only needs the name of a workload")?;
                    request.spans.extend([word, name]);
                }
                name if PARTS.iter().any(|part| part.name == name) => request.names.push(name),
                _ => {
                    let known: Vec<_> = PARTS.iter().map(|part| part.name).collect();
                    return Err(format!("there is no part `{word}`, but {}", known.join(", ")));
                }
            }
        }
        if request.names.is_empty() && !request.spans.is_empty() {
            request.names.push("spans");
        }
        Ok(request)
    }

    fn asks_for(&self, part: &Part) -> bool {
        (self.names.is_empty() || self.names.contains(&part.name))
            && (!self.smoke || part.smoke.is_some())
    }

    fn words(&self, part: &Part) -> Vec<&'a str> {
        if self.smoke {
            return part.smoke.unwrap_or_default().to_vec();
        }
        let mut words = part.words.to_vec();
        words.extend(self.write.then_some("--write"));
        words.extend(self.spans.iter().filter(|_| part.name == "spans"));
        words
    }
}

/// Runs the parts that are asked for, each to its end: one that fails does not keep others from being measured.
pub(crate) fn run(request: &Request<'_>) -> Outcome {
    let mut budgets = Vec::new();
    let mut failed = Vec::new();
    for part in PARTS.iter().filter(|part| request.asks_for(part)) {
        println!("\n━━ {}", part.name);
        if let Err(why) = measure(part, &request.words(part), &mut budgets) {
            failed.push(format!("{}: {why}", part.name));
        }
        // Only the workspace of what is published can tell.
        if part.name == "build" {
            match deps::beyond_tokio() {
                Ok(added) => budgets.push(crates_row(added.len())),
                Err(why) => failed.push(format!("crates beyond tokio: {why}")),
            }
        }
    }
    if !budgets.is_empty() {
        println!("\n━━ budgets\n{HEADING}\n|---|---|---|---|");
        budgets.iter().for_each(|row| println!("{row}"));
    }
    let missed = budgets.iter().filter(|row| is_missed(row));
    failed.extend(missed.filter(|_| request.check || request.smoke).cloned());
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// Shows what the part prints, and keeps its budgets.
fn measure(part: &Part, words: &[&str], budgets: &mut Vec<String>) -> Outcome {
    if !root().join(BENCHES).exists() {
        return Err("there are no benches".to_owned());
    }
    let package = part.package;
    let mut command = cargo(&format!("run --release --manifest-path {BENCHES} -p {package} --"));
    let command = command.args(words).stdout(Stdio::piped());
    println!("$ cargo run --release --manifest-path {BENCHES} -p {package} -- {}", words.join(" "));
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let output = child.stdout.take().expect("it is piped");
    let mut in_budgets = false;
    for line in BufReader::new(output).lines() {
        let line = line.map_err(|error| error.to_string())?;
        println!("{line}");
        if line == HEADING {
            in_budgets = true;
        } else if !line.starts_with('|') {
            in_budgets = false;
        } else if in_budgets && !line.starts_with("|---") {
            budgets.push(line);
        }
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(status.to_string()) }
}

/// As the parts print theirs.
fn crates_row(added: usize) -> String {
    let allowed = deps::BEYOND_TOKIO;
    let mark = if added <= allowed { "met" } else { "MISSED" };
    format!(
        "| crates in the tree, tracer with tokio, beyond tokio | {added} | {allowed} | {mark} |"
    )
}

fn is_missed(row: &str) -> bool {
    row.ends_with("| MISSED |")
}

#[cfg(test)]
mod tests {
    use super::{PARTS, Request, crates_row, is_missed};
    use crate::deps::BEYOND_TOKIO;

    fn asked(words: &[&'static str]) -> Vec<String> {
        let request = Request::read(words).expect("it can be read");
        let parts = PARTS.iter().filter(|part| request.asks_for(part));
        parts.map(|part| format!("{} {}", part.name, request.words(part).join(" "))).collect()
    }

    #[test]
    fn without_a_name_all_parts_run_and_those_of_a_name_alone() {
        assert_eq!(asked(&[]).len(), PARTS.len());
        assert_eq!(asked(&["50000", "--write"]), ["50000 50000 --write"]);
        assert_eq!(asked(&["--build"]), ["build --build"]);
        assert_eq!(asked(&["--only", "async"]), ["spans --only async"]);
        assert_eq!(asked(&["--smoke", "http"]), ["http --smoke"]);
        assert!(Request::read(&["fast"]).is_err());
    }

    #[test]
    fn a_smoke_run_is_no_measurement() {
        assert!(asked(&["--smoke"]).iter().all(|part| part.ends_with("--smoke")));
    }

    #[test]
    fn a_budget_says_whether_it_is_met() {
        assert!(is_missed("| sync | 2.17× | 1.15× | MISSED |"));
        assert!(!is_missed("| sync | 1.10× | 1.15× | met |"));
        assert!(!is_missed(&crates_row(BEYOND_TOKIO)));
        assert!(is_missed(&crates_row(BEYOND_TOKIO + 1)));
    }
}
