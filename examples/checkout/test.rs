//! The example `checkout`, run as a program: every request is one tree, and nothing is lost.
//!
//! `cargo test` builds the examples; `cargo test --test checkout` alone takes the one that is there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

const ORDERS: u32 = 40;

#[test]
fn every_request_is_one_tree() {
    let output = run();
    let requests: Vec<u32> = trees(&output).iter().filter_map(|tree| order(tree[0])).collect();
    assert_eq!(requests.len(), trees(&output).len());
    assert_eq!(requests.iter().copied().collect::<BTreeSet<_>>(), (1..=ORDERS).collect());
    assert_eq!(requests.len() as u32, ORDERS);
    // All functions record the order they work for: none may do so in the tree of another.
    for tree in trees(&output) {
        let strangers = tree.iter().filter(|line| is_span(line) && order(line) != order(tree[0]));
        assert_eq!(strangers.collect::<Vec<_>>(), [&""; 0], "in the tree of {}", tree[0]);
    }
    compare("examples/checkout/expected.txt", &masked(&output));
}

#[test]
fn every_span_is_accounted_for() {
    let output = run();
    let shown = trees(&output).concat().into_iter().filter(|line| is_span(line)).count();
    let accounts: Vec<_> = output.lines().filter(|line| line.contains(" ended = ")).collect();
    assert!(!accounts.is_empty(), "{output}");
    for account in accounts {
        let digits = account.split(|c: char| !c.is_ascii_digit());
        let numbers: Vec<usize> = digits.filter_map(|number| number.parse().ok()).collect();
        let [ended, acknowledged, dropped, queued] = numbers[..] else { panic!("{account}") };
        assert_eq!(ended, acknowledged + dropped + queued, "{account}");
        assert_eq!((ended, dropped, queued), (shown, 0, 0), "{account}");
    }
}

/// What the program prints; it has nothing to complain about.
fn run() -> String {
    let example = example("checkout");
    let mut command = Command::new(&example);
    // What a tree depends on: its width, its letters, and system backtraces, which take time.
    command.envs([("COLUMNS", "200"), ("LC_ALL", "C.UTF-8"), ("NO_COLOR", "1")]);
    let output = command.env_remove("RUST_BACKTRACE").output().unwrap_or_else(|error| {
        panic!("{}, which `cargo test` builds: {error}", example.display())
    });
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{}\n{errors}", output.status);
    String::from_utf8(output.stdout).expect("trees are text")
}

/// Beside the folder that this test was built into.
fn example(name: &str) -> PathBuf {
    let test = env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("it lies in target/<profile>/deps");
    profile.join("examples").join(name).with_extension(env::consts::EXE_EXTENSION)
}

/// The lines of each tree. Only roots stand at the margin and have arguments.
fn trees(output: &str) -> Vec<Vec<&str>> {
    let mut trees: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in output.lines() {
        let is_root = is_span(line) && line.starts_with(char::is_alphanumeric);
        inside = is_root || (inside && line.starts_with([' ', '│', '├', '└']));
        match trees.last_mut() {
            _ if is_root => trees.push(vec![line]),
            Some(tree) if inside => tree.push(line),
            _ => {}
        }
    }
    trees
}

fn is_span(line: &str) -> bool {
    line.contains("(order=")
}

/// The order that a span works for.
fn order(line: &str) -> Option<u32> {
    let (_, rest) = line.split_once("(order=")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Without all that differs from run to run: ids, times, bars, bytes, and the order of trees.
fn masked(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.starts_with('█')).map(masked_line);
    let text = lines.collect::<Vec<_>>().join("\n");
    let (mut trees, others): (Vec<_>, Vec<_>) =
        text.split("\n\n").partition(|block| block.starts_with("trace "));
    trees.sort_unstable();
    [trees, others].concat().join("\n\n") + "\n"
}

fn masked_line(line: &str) -> String {
    let line = line.split('▕').next().unwrap_or_default().trim_end_matches([' ', '◆']);
    let mut words: Vec<&str> = Vec::new();
    for word in line.split(' ') {
        let number = words.last().is_some_and(|last| last.parse::<f64>().is_ok());
        let mask = match word {
            "ns" | "µs" | "ms" | "s" if number => "TIME",
            "KiB" if number => "SIZE",
            // A thread that is held up longer than a sleep finds it over, and nothing ran at once.
            "∥" => continue,
            _ if words == ["trace"] => "ID",
            _ => {
                words.push(word);
                continue;
            }
        };
        if number {
            words.pop();
            // Columns are as wide as their numbers.
            while words.last().is_some_and(|last| last.is_empty()) {
                words.pop();
            }
        }
        words.push(mask);
    }
    words.join(" ")
}

/// Compares with a file of the project, or writes it where `TRACER_BLESS=1` asks for that.
fn compare(path: &str, text: &str) {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("examples lie in the workspace");
    let file = root.join(path);
    if env::var_os("TRACER_BLESS").is_some_and(|bless| bless == "1") {
        fs::write(&file, text).expect("the file can be written");
    }
    let expected = fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let differs = text.lines().zip(expected.lines()).position(|(is, should)| is != should);
    let line = differs.unwrap_or_else(|| text.lines().count().min(expected.lines().count()));
    assert!(
        text == expected,
        "{path}:{}: TRACER_BLESS=1 writes it anew\n  expected: {}\n  was:      {}",
        line + 1,
        expected.lines().nth(line).unwrap_or("(nothing)"),
        text.lines().nth(line).unwrap_or("(nothing)"),
    );
}
