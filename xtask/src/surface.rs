//! The public items of each published crate, kept as text in the repository, so that a change of
//! what users can name is seen in a diff and never happens by accident.
//!
//! rustdoc's JSON needs a nightly compiler; its pages list the same, already without what is
//! private or hidden. `pages` reads them.

use std::collections::BTreeSet;
use std::env;
use std::fs;

use crate::command::{Outcome, cargo, run};
use crate::crates::{published, root, target};
use crate::pages;
use crate::steps::in_its_own_target;

/// Where the pages are built. Not the common folder: private items may have been documented there.
const FOLDER: &str = "surface";

pub(crate) fn check() -> Outcome {
    compare(env::var("TRACER_BLESS").is_ok_and(|value| value == "1"))
}

pub(crate) fn bless() -> Outcome {
    compare(true)
}

fn compare(bless: bool) -> Outcome {
    let names = published();
    let packages = names.join(" -p ");
    let mut doc = cargo(&format!("doc --quiet --no-deps --all-features -p {packages}"));
    run(in_its_own_target(&mut doc, FOLDER))?;

    let mut changes = Vec::new();
    for name in &names {
        let now = pages::items(&target().join(FOLDER).join("doc").join(name.replace('-', "_")))
            .map_err(|error| format!("the pages of {name}: {error}"))?;
        let file = root().join(name).join("public-api.txt");
        if bless {
            let lines: Vec<_> = now.into_iter().map(|item| item + "\n").collect();
            fs::write(&file, lines.concat())
                .map_err(|error| format!("{}: {error}", file.display()))?;
            continue;
        }
        let text = fs::read_to_string(&file).unwrap_or_default();
        let kept: BTreeSet<String> = text.lines().map(str::to_owned).collect();
        changes.extend(kept.difference(&now).map(|gone| format!("{name} - {gone}")));
        changes.extend(now.difference(&kept).map(|new| format!("{name} + {new}")));
    }
    if changes.is_empty() {
        return Ok(());
    }
    changes.push("If that is meant: `cargo xtask bless`, and a line in CHANGELOG.md".to_owned());
    Err(changes.join("\n"))
}
