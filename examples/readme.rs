//! What README.md shows: its program is the example `hello`, and it prints what is shown.

use std::process::Command;
use std::{env, fs};

#[test]
fn the_program_is_the_example() {
    let example = fs::read_to_string(beside("hello.rs")).expect("the example is there");
    let is_preface =
        |line: &&str| line.is_empty() || line.starts_with("//!") || line.starts_with("#!");
    let code = example.lines().skip_while(is_preface);
    assert_eq!(block("rust"), code.collect::<Vec<_>>().join("\n") + "\n");
}

#[test]
fn the_output_is_what_it_prints() {
    let test = env::current_exe().expect("the path of this test");
    let profile = test.ancestors().nth(2).expect("it lies in target/<profile>/deps");
    let program = profile.join("examples/hello").with_extension(env::consts::EXE_EXTENSION);
    let mut command = Command::new(&program);
    command.envs([("TRACER", "tree"), ("COLUMNS", "100"), ("LC_ALL", "C.UTF-8")]);
    let output = command.env_remove("RUST_BACKTRACE").output().expect("`cargo test` builds it");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(masked(&block("text")), masked(&printed));
}

fn beside(file: &str) -> String {
    format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))
}

/// The first block of a language in README.md.
fn block(language: &str) -> String {
    let readme = fs::read_to_string(beside("../README.md")).expect("README.md is there");
    let (_, rest) = readme.split_once(&format!("```{language}\n")).expect("it has such a block");
    rest.split_once("```").expect("the block ends").0.to_owned()
}

/// Without ids, durations and bars, which differ from run to run.
fn masked(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let line = line.split('▕').next().unwrap_or_default();
        let words = line.split_whitespace().map(|word| {
            let number = word.parse::<f64>().is_ok() && word.contains('.');
            let id = word.len() == 8 && word.chars().all(|c| c.is_ascii_hexdigit());
            if number || id { "…" } else { word }
        });
        lines.push_str(&words.collect::<Vec<_>>().join(" "));
        lines.push('\n');
    }
    lines
}
