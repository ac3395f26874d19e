//! The test suite of a crate that is not ours: run whole, and read by what it prints.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

/// The tests by how they ended, each with the program that it is in.
#[derive(Default)]
pub(crate) struct Suite {
    pub(crate) passing: BTreeSet<String>,
    pub(crate) others: BTreeSet<String>,
    pub(crate) warnings: usize,
    errors: BTreeSet<String>,
}

/// Runs `cargo test`; what it prints goes into the file `log`.
pub(crate) fn run(cargo_test: &mut Command, log: &Path) -> Result<Suite, String> {
    let suite = read(&printed(cargo_test, log)?);
    if suite.passing.is_empty() {
        return Err(format!("the suite does not run, see {}", log.display()));
    }
    Ok(suite)
}

/// Runs what builds the tests and returns the places of the errors, `file:line` each.
pub(crate) fn errors(cargo_test: &mut Command, log: &Path) -> Result<BTreeSet<String>, String> {
    Ok(read(&printed(cargo_test, log)?).errors)
}

fn printed(cargo_test: &mut Command, log: &Path) -> Result<String, String> {
    let shown = |error| format!("{}: {error}", log.display());
    let file = File::create(log).map_err(shown)?;
    let twin = file.try_clone().map_err(shown)?;
    // Failing tests are part of what is compared.
    cargo_test.stdout(file).stderr(twin).status().map_err(|error| format!("cargo: {error}"))?;
    Ok(String::from_utf8_lossy(&fs::read(log).map_err(shown)?).into_owned())
}

fn read(text: &str) -> Suite {
    let mut suite = Suite::default();
    let (mut program, mut is_error) = ("", false);
    for line in text.lines() {
        let start = line.trim_start();
        if let Some(rest) = start.strip_prefix("Running ") {
            // The path of the program changes with whatever is compiled.
            program = rest.split(" (").next().unwrap_or(rest);
        } else if start.starts_with("Doc-tests ") {
            program = start;
        } else if line.starts_with("error") {
            is_error = true;
        } else if let Some(place) = start.strip_prefix("--> ").filter(|_| is_error) {
            is_error = false;
            suite.errors.insert(place.rsplit_once(':').map_or(place, |(line, _)| line).to_owned());
        } else if line.starts_with("warning: ") && !line.contains(" generated ") {
            suite.warnings += 1;
        } else if let Some((test, end)) =
            line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... "))
        {
            let list = if end == "ok" { &mut suite.passing } else { &mut suite.others };
            list.insert(format!("{program}: {test}"));
        }
    }
    suite
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn tests_are_told_by_program_name_and_end() {
        let suite = read(
            "warning: unused variable\nwarning: `x` (lib) generated 1 warning\n     \
             Running unittests src/lib.rs (target/debug/deps/x-1)\n\ntest a ... ok\n\
             test b - should panic ... ok\ntest c ... FAILED\ntest d ... ignored, slow\n\
             test e has been running for over 60 seconds\n   Doc-tests x\n\
             test src/lib.rs - a (line 3) ... ok\ntest result: ok. 1 passed; 0 failed;\n",
        );
        let passing: Vec<_> = suite.passing.iter().map(String::as_str).collect();
        let others: Vec<_> = suite.others.iter().map(String::as_str).collect();
        assert_eq!(
            passing,
            [
                "Doc-tests x: src/lib.rs - a (line 3)",
                "unittests src/lib.rs: a",
                "unittests src/lib.rs: b - should panic",
            ]
        );
        assert_eq!(others, ["unittests src/lib.rs: c", "unittests src/lib.rs: d"]);
        assert_eq!(suite.warnings, 1);
    }

    #[test]
    fn errors_are_told_by_their_first_place() {
        let suite = read(
            "warning: unused\n --> src/a.rs:1:1\nerror[E0309]: too short\n  --> src/b.rs:2:5\n\
             note: there\n --> src/c.rs:3:1\nerror: could not compile `x`\n",
        );
        assert_eq!(suite.errors.into_iter().collect::<Vec<_>>(), ["src/b.rs:2"]);
    }
}
