//! The page that traces are shown on: its modules under node, and the page in a real browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::command::{Outcome, cargo, run};
use crate::crates::{root, target};
use crate::needs::Needs;

pub(crate) const NODE: Needs = Needs { missing: no_node, install: no_way };
pub(crate) const BROWSER: Needs = Needs { missing, install };

const TESTS: &str = "tracer-view/page/test";
const DRIVER: &str = "playwright-core@1.65.1";

/// Modules without a page.
pub(crate) fn modules() -> Outcome {
    let mut node = Command::new("node");
    node.arg("--test");
    run(node.args(scripts(Path::new(TESTS), ".test.js")?))
}

/// Every view of the page, one file of checks after the other.
pub(crate) fn browser() -> Outcome {
    let chromium = chromium().ok_or("no chromium")?;
    // One of the scripts looks at the page that the command serves.
    run(&mut cargo("build -p tracer-view --bin tracer"))?;
    let command = root().join(target()).join("debug/tracer");
    let checkout = checkout()?;
    for script in scripts(&Path::new(TESTS).join("browser"), ".js")? {
        if script.file_name().is_some_and(|name| name == "drive.js") {
            continue;
        }
        let mut node = Command::new("node");
        node.arg(script).env("CHROMIUM", &chromium).env("PLAYWRIGHT_CORE", driver());
        node.env("TRACER_COMMAND", &command).env("TRACER_CHECKOUT", &checkout);
        run(&mut node)?;
    }
    Ok(())
}

/// The page that the example writes; it says where that is.
fn checkout() -> Result<PathBuf, String> {
    let mut example = cargo("run --quiet --example checkout");
    let output = example.env("TRACER", "html").stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| format!("the example: {error}"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    let path = told.lines().find_map(|line| line.strip_prefix("all of it is in "));
    path.map(PathBuf::from).ok_or_else(|| format!("the example has written no page:\n{told}"))
}

fn scripts(folder: &Path, suffix: &str) -> Result<Vec<PathBuf>, String> {
    let wrong = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(root().join(folder)).map_err(wrong)?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()).map_err(wrong));
    let mut paths = paths.collect::<Result<Vec<_>, _>>()?;
    paths.retain(|path| path.to_string_lossy().ends_with(suffix));
    paths.sort();
    Ok(paths)
}

/// Where the driver is installed.
fn folder() -> PathBuf {
    target().join("browser")
}

fn driver() -> PathBuf {
    root().join(folder()).join("node_modules/playwright-core")
}

/// The browser, under one of the names that it has.
fn chromium() -> Option<String> {
    ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(|name| {
        let mut which = Command::new("which");
        let output = which.arg(name).stderr(Stdio::null()).output().ok()?;
        let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
        (!path.is_empty()).then_some(path)
    })
}

fn no_node() -> Option<String> {
    let mut node = Command::new("node");
    let version = node.arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    (!version.is_ok_and(|status| status.success())).then(|| "node is not installed".to_owned())
}

fn no_way() -> Outcome {
    Err("node, from version 20 on, is needed".to_owned())
}

fn missing() -> Option<String> {
    let driver = fs::read_to_string(driver().join("package.json")).unwrap_or_default();
    let version = DRIVER.rsplit('@').next().unwrap_or_default();
    let is_there = driver.contains(&format!("\"version\": \"{version}\"")) && chromium().is_some();
    no_node().or_else(|| (!is_there).then(|| format!("chromium or {DRIVER} is not installed")))
}

fn install() -> Outcome {
    if chromium().is_none() {
        let apt = |words: &[&str]| run(Command::new("apt-get").args(words));
        apt(&["update", "--quiet"])?;
        apt(&["install", "--quiet", "--yes", "--no-install-recommends", "chromium"])?;
    }
    fs::create_dir_all(folder()).map_err(|error| format!("{}: {error}", folder().display()))?;
    let mut npm = Command::new("npm");
    // Nothing of a package runs while it is installed.
    npm.args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]);
    run(npm.arg(folder()).arg(DRIVER))
}
