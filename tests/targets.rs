//! Files in a folder named `tests` are not found by themselves here: each has to be a `[[test]]`, a
//! `[[bin]]` or a module of one, else its promises are never checked.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::root;

/// The library of the tests, and programs that are expected not to compile.
const APART: &[&str] = &["support", "ui"];

#[test]
fn every_file_belongs_to_a_target() {
    let tests = root().join("tests");
    let manifest = fs::read_to_string(tests.join("Cargo.toml")).expect("a manifest");
    let mut reached = BTreeSet::new();
    let targets = manifest.split("\n[[").skip(1).filter_map(path_of_target);
    for target in targets {
        let file = tests.join(target);
        let folder = file.parent().expect("a file lies in a folder").to_owned();
        reach(&file, &folder, &mut reached);
    }
    let lost: Vec<_> =
        files(&tests).difference(&reached).map(|path| path.display().to_string()).collect();
    assert!(lost.is_empty(), "in no target of tests/Cargo.toml:\n{}", lost.join("\n"));
}

fn path_of_target(table: &str) -> Option<&str> {
    let lines = table.lines().skip(1).take_while(|line| !line.starts_with('['));
    let value = lines.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "path");
    value.map(|(_, path)| path.trim().trim_matches('"'))
}

/// Adds a file and the modules it declares; `inside` is the folder where those lie.
fn reach(file: &Path, inside: &Path, reached: &mut BTreeSet<PathBuf>) {
    let Ok(text) = fs::read_to_string(file) else { return };
    if !reached.insert(file.to_owned()) {
        return;
    }
    for line in text.lines().map(str::trim) {
        let module = line
            .strip_prefix("pub ")
            .unwrap_or(line)
            .strip_prefix("mod ")
            .and_then(|rest| rest.strip_suffix(';'));
        if let Some(name) = module {
            reach(&inside.join(format!("{name}.rs")), &inside.join(name), reached);
            reach(&inside.join(name).join("mod.rs"), &inside.join(name), reached);
        }
        let named = line.strip_prefix("#[path = \"").or_else(|| line.strip_prefix("include!(\""));
        if let Some(path) = named.and_then(|rest| rest.split('"').next()) {
            let beside = file.parent().expect("a file lies in a folder");
            let other = beside.join(path);
            let folder = other.parent().expect("a file lies in a folder").to_owned();
            reach(&other, &folder, reached);
        }
    }
}

/// All sources below a folder, without what stands apart and without packages of their own.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy();
        if path.is_dir() {
            if !APART.contains(&&*name) && name != "target" && !path.join("Cargo.toml").exists() {
                found.extend(files(&path));
            }
        } else if name.ends_with(".rs") {
            found.insert(path);
        }
    }
    found
}
