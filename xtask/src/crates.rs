//! What the workspace consists of, read from its folders and manifests.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The benches are a workspace of their own, so that the crates they compare with are the newest.
pub(crate) const BENCHES: &str = "benches/Cargo.toml";

/// So is Jaeger's interface, so that what it is made of stays out of our lock file.
pub(crate) const JAEGER: &str = "xtask/receivers/jaeger/Cargo.toml";

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The published crates: a folder is named like its crate, and theirs begin with the family's name.
pub(crate) fn published() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(root())
        .expect("the root can be read")
        .map(|entry| entry.expect("the root can be read"))
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name == "tracer" || name.starts_with("tracer-"))
        .collect();
    names.sort();
    names
}

/// The features of a crate without `default`.
pub(crate) fn features(name: &str) -> Vec<String> {
    let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).expect("a manifest");
    manifest
        .lines()
        .skip_while(|line| line.trim() != "[features]")
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .map(|(feature, _)| feature.trim().to_owned())
        .filter(|feature| feature != "default" && !feature.starts_with('#'))
        .collect()
}
