//! What users download with us: each dependency is accounted for, and there are few.

use std::collections::BTreeSet;
use std::fs;

use crate::command::{Outcome, cargo, output};
use crate::crates::{published, root, target};

/// Crates that `tracer` with the feature `tokio` may add to a program that has tokio already.
pub(crate) const BEYOND_TOKIO: usize = 12;

pub(crate) fn check() -> Outcome {
    let used = direct()?;
    let listed = listed()?;
    for stale in listed.difference(&used) {
        println!("   note: CONTRIBUTING.md lists `{stale}`, which no published crate uses");
    }
    let missing: Vec<_> = used.difference(&listed).cloned().collect();
    if !missing.is_empty() {
        return Err(format!(
            "not in the table under `## Dependencies` of CONTRIBUTING.md: {}",
            missing.join(", ")
        ));
    }
    few_beyond_tokio()
}

/// Direct dependencies of the published crates, on any target, without the family itself.
fn direct() -> Result<BTreeSet<String>, String> {
    let family = published();
    let mut names = BTreeSet::new();
    for name in &family {
        let tree = output(&mut cargo(&format!(
            "tree -p {name} --all-features --target all -e normal --depth 1 --prefix none"
        )))?;
        names.extend(
            tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned),
        );
    }
    names.retain(|name| !family.contains(name));
    Ok(names)
}

/// First column of the table under `## Dependencies`, where it is a name in backticks.
fn listed() -> Result<BTreeSet<String>, String> {
    let text = fs::read_to_string(root().join("CONTRIBUTING.md"))
        .map_err(|error| format!("CONTRIBUTING.md: {error}"))?;
    let section = text.lines().skip_while(|line| line.trim() != "## Dependencies").skip(1);
    Ok(section
        .take_while(|line| !line.starts_with("## "))
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .map(str::to_owned)
        .collect())
}

fn few_beyond_tokio() -> Outcome {
    let added = beyond_tokio()?;
    println!("   {} crates beyond tokio: {}", added.len(), added.join(", "));
    if added.len() > BEYOND_TOKIO {
        return Err(format!(
            "`tracer` with `tokio` adds {} crates, {BEYOND_TOKIO} are allowed",
            added.len()
        ));
    }
    Ok(())
}

/// What `tracer` with the feature `tokio` adds to a program that has tokio already.
pub(crate) fn beyond_tokio() -> Result<Vec<String>, String> {
    let ours =
        crates(&output(&mut cargo("tree -p tracer --features tokio -e normal --prefix none"))?);
    let theirs = tokio_full()?;
    Ok(ours.difference(&theirs).cloned().collect())
}

/// What tokio brings by itself. No member uses all of it, so a package outside the workspace asks,
/// with the workspace's lock file, for the same versions.
fn tokio_full() -> Result<BTreeSet<String>, String> {
    let folder = target().join("xtask-tokio-full");
    let manifest = "[workspace]\n\n[package]\nname = \"tokio-full\"\nedition = \"2024\"\n\n\
                    [dependencies]\ntokio = { version = \"1\", features = [\"full\"] }\n";
    fs::create_dir_all(folder.join("src"))
        .and_then(|()| fs::write(folder.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(folder.join("src/lib.rs"), ""))
        .and_then(|()| fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut tree = cargo("tree -e normal --prefix none");
    Ok(crates(&output(tree.current_dir(folder))?))
}

/// `name vX.Y.Z` of each line; a crate in two versions is two crates to build.
fn crates(tree: &str) -> BTreeSet<String> {
    tree.lines()
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .filter(|name| !name.is_empty())
        .collect()
}
