//! Traces are read back by their ids from software that is not ours, and go on in services that have
//! spans of others: `xtask/receivers/README.md`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::command::{Outcome, cargo, run};
use crate::crates::{JAEGER, root, target};
use crate::needs::Needs;
use crate::steps::in_its_own_target;

pub(crate) const NEEDS: Needs = Needs { missing, install };

const PROGRAM: &str = "tracer-receivers";
/// Three services, whose traces Datadog's agent gets.
const SHOP: &str = "checkout";
const SOURCES: &str = "xtask/receivers";
const REQUIREMENTS: &str = "xtask/receivers/requirements.txt";

pub(crate) fn check() -> Outcome {
    run(&mut cargo(&format!("build --quiet -p {PROGRAM}")))?;
    run(&mut cargo(&format!("build --quiet -p tracer-examples --example {SHOP}")))?;
    jaeger()?;
    // Bytecode would lie among the sources.
    let mut check = Command::new(folder().join("venv/bin/python"));
    check.arg("-B").arg(root().join(SOURCES).join("check.py"));
    run(check.arg(target().join("debug").join(PROGRAM)).arg(folder()))
}

/// Built once: the next time cargo sees that nothing has changed.
fn jaeger() -> Outcome {
    let mut build = cargo(&format!("build --quiet --locked --manifest-path {JAEGER}"));
    // Absolute, since its build script runs in another folder.
    build.env("PROTOC", root().join(folder()).join("venv/bin/protoc"));
    run(in_its_own_target(&mut build, "receivers/jaeger"))
}

/// Where all that is installed or written lies.
fn folder() -> PathBuf {
    target().join("receivers")
}

/// The requirements as they were installed.
fn installed() -> PathBuf {
    folder().join("venv/requirements.txt")
}

fn missing() -> Option<String> {
    let wanted = fs::read_to_string(root().join(REQUIREMENTS)).ok();
    let is_there = wanted.is_some() && wanted == fs::read_to_string(installed()).ok();
    (!is_there).then(|| format!("what {REQUIREMENTS} lists is not installed"))
}

fn install() -> Outcome {
    venv()?;
    let mut pip = Command::new(folder().join("venv/bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--retries", "2"]);
    // Built ones alone: nothing of a package runs while it is installed.
    pip.args(["--only-binary", ":all:"]);
    run(pip.arg("--requirement").arg(root().join(REQUIREMENTS)))
        .map_err(|why| format!("{why}\npip installs the receivers: can it reach its packages?"))?;
    fs::copy(root().join(REQUIREMENTS), installed())
        .map(drop)
        .map_err(|error| format!("the venv: {error}"))
}

/// Debian's Python makes one only with a package of its own.
fn venv() -> Outcome {
    let made = || {
        let mut venv = Command::new("python3");
        run(venv.args(["-m", "venv", "--clear"]).arg(folder().join("venv")))
    };
    made().or_else(|why| {
        let apt = |words: &[&str]| run(Command::new("apt-get").args(words));
        apt(&["update", "--quiet"])
            .and_then(|()| apt(&["install", "--quiet", "--yes", "python3-venv"]))
            .map_err(|also| format!("{why}\n{also}\nPython with its module venv is needed"))?;
        made()
    })
}
