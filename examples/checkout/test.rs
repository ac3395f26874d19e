//! The example `checkout`, run as a program: every request is one tree over all services, and nothing
//! is lost.
//!
//! `cargo test` builds the examples; `cargo test --test checkout` alone takes the one that is there.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

#[test]
fn every_request_is_one_tree_over_all_services() {
    let output = run();
    let trees = trees(&output);
    let requests: Vec<_> = trees.iter().map(|tree| root(tree[0])).collect();
    let checkout = "web · POST /checkout/{order}";
    assert_eq!(requests, [[checkout; 6].as_slice(), &["web · GET /report"]].concat());
    // Functions record the order they work for: none may do so in the tree of another.
    for (tree, number) in trees.iter().zip(1..=6) {
        let orders: Vec<u32> = tree.iter().filter_map(|line| order(line)).collect();
        assert!(orders.len() >= 4 && orders.iter().all(|order| *order == number), "{tree:#?}");
    }
    compare("examples/checkout/expected.txt", &masked(&output));
}

#[test]
fn the_tree_in_the_readme_is_one_of_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it lies in the workspace");
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md is there");
    let shown = readme.split("```text\n").find(|block| block.contains("web · POST"));
    let shown = shown.and_then(|block| block.split("```").next()).expect("it shows one");
    let expected = fs::read_to_string(root.join("examples/checkout/expected.txt"));
    assert!(expected.expect("it is there").contains(&masked(shown)), "{}", masked(shown));
}

#[test]
fn every_span_is_accounted_for() {
    let output = run();
    let heads = output.lines().filter(|line| line.starts_with("trace "));
    let shown: usize = heads.map(|head| number_before(head, "spans")).sum();
    let mut all = 0;
    for service in ["web", "stock", "payment"] {
        let account = output.lines().find(|line| line.starts_with(service) && line.contains(" = "));
        let account = account.unwrap_or_else(|| panic!("of {service}: {output}"));
        let [ended, acknowledged, dropped, queued] =
            ["ended", "acknowledged", "dropped", "queued"].map(|word| number_before(account, word));
        assert_eq!(ended, acknowledged + dropped + queued, "{account}");
        assert_eq!((dropped, queued), (0, 0), "{account}");
        all += ended;
    }
    assert_eq!(all, shown, "{output}");
}

#[test]
fn a_service_ends_when_the_one_who_started_it_is_gone() {
    let file = env::temp_dir().join(format!("checkout-test-{}.jsonl", std::process::id()));
    let mut service = Command::new(example("checkout"));
    service.arg("stock").arg(&file).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut service = service.spawn().expect("`cargo test` builds it");
    let mut output = BufReader::new(service.stdout.take().expect("it was asked for"));
    let mut address = String::new();
    output.read_line(&mut address).expect("it says where it listens");
    assert!(address.starts_with("127.0.0.1:"), "{address}");
    // As the system does with all that a killed process had open; then nobody listens, either.
    drop((service.stdin.take(), output));
    let status = service.wait().expect("it ends");
    fs::remove_file(file).expect("it has written its spans there");
    assert!(status.success(), "{status}");
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

/// The lines of each tree, without its head.
fn trees(output: &str) -> Vec<Vec<&str>> {
    let blocks = output.split("\n\n").filter(|block| block.starts_with("trace "));
    blocks.map(|block| block.lines().skip(1).collect()).collect()
}

fn root(line: &str) -> &str {
    line.split("  ").next().unwrap_or_default().trim_end_matches(" cancelled")
}

/// The order that a span works for.
fn order(line: &str) -> Option<u32> {
    let (_, rest) = line.split_once("(order=")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split_whitespace().collect();
    let place = words.iter().position(|found| found.trim_end_matches(',') == word);
    let number = place.and_then(|place| words[..place].last()?.parse().ok());
    number.unwrap_or_else(|| panic!("no number of {word}: {line}"))
}

/// Without all that differs from run to run: ids, times, bars, bytes.
fn masked(output: &str) -> String {
    let lines = output.lines().filter(|line| !line.starts_with('█'));
    lines.map(|line| masked_line(line) + "\n").collect()
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
