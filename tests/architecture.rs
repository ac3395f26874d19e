//! ARCHITECTURE.md's arrows, checked: a module and a crate use only what stands below them.

mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The modules of each crate, top to bottom; those in one row do not use each other. A folder is
/// one module. `lib.rs` and programs stand above everything and are not listed.
type Rows = &'static [&'static [&'static str]];

const MODULES: &[(&str, Rows)] = &[
    (
        "tracer",
        &[
            &["guide"],
            &["tokio", "async_std", "smol", "bridge"],
            &["in_flight"],
            &["init"],
            &["environment", "providers"],
        ],
    ),
    (
        "tracer-core",
        &[
            &["testing"],
            &["collector"],
            &["carry", "thread", "rayon", "propagate", "delivery", "told"],
            &["within", "closure", "call", "span_frame", "stream", "export"],
            &["future"],
            &["frame", "returned", "isolated", "foreign"],
            &["outcome"],
            &["span_builder"],
            &["name"],
            &["span", "guard"],
            &["open"],
            &["task", "verdict", "wakes"],
            &["detail", "held", "backtrace"],
            &["slot", "log"],
            &["provider", "stack", "inherited"],
            &["context", "destination", "chunk"],
            &["record", "path", "root", "propagator"],
            &["sample"],
            &["callsite", "value", "clock", "side"],
            &["id", "baggage"],
            &["filter", "kind", "local", "process", "refused", "short_lock", "sync"],
        ],
    ),
    (
        "tracer-macros",
        &[
            &["expand", "runtime"],
            &["body", "whole", "family", "spawn"],
            &["lazy"],
            &["opening", "callsite"],
            &["recorded", "check"],
            &["params", "deferred"],
            &["args", "settings", "item", "output", "parts"],
            &["fields", "told"],
            &["entry", "written", "shape"],
            &["nearest"],
        ],
    ),
    ("tracer-tokio", &[&["spawn", "handle", "hooks", "join_set", "task_tracker"], &["provider"]]),
    ("tracer-async-std", &[&["spawn", "hooks"], &["provider"], &["inherited"]]),
    ("tracer-smol", &[&["executor"], &["spawn"]]),
    (
        "tracer-otlp",
        &[
            &["http", "sdk", "file", "read"],
            &["request"],
            &["message", "json", "protobuf"],
            &["facts"],
            &["value"],
            &["attribute", "field", "notation", "resource", "tree", "wire"],
            &["writer"],
        ],
    ),
    (
        "tracer-datadog",
        &[
            &["agent"],
            &["payload", "sampler"],
            &["chunk"],
            &["span"],
            &["names"],
            &["error", "msgpack", "rates", "tag"],
        ],
    ),
    (
        "tracer-http",
        &[
            &["reqwest"],
            &["client", "server"],
            &["response"],
            &["body"],
            &["exchange"],
            &["request"],
            &["attributes", "failure", "grpc", "method", "peer", "route", "settings", "url"],
        ],
    ),
    (
        "tracer-bridge",
        &[&["lines"], &["tracing", "logger", "opentelemetry"], &["fields", "doubles", "ids"]],
    ),
    (
        "tracer-view",
        &[
            &["command"],
            &["live"],
            &["html", "tree"],
            &["draw"],
            &["failure", "label", "timeline"],
            &["layout"],
            &["critical", "fold", "read", "sketch"],
            &["trace"],
            &["node"],
            &["paint"],
            &["json", "table", "terminal", "text"],
        ],
    ),
];

/// The crates of ours that a published crate may depend on.
const CRATES: &[(&str, &[&str])] = &[
    (
        "tracer",
        &[
            "tracer-core",
            "tracer-macros",
            "tracer-tokio",
            "tracer-async-std",
            "tracer-smol",
            "tracer-otlp",
            "tracer-datadog",
            "tracer-http",
            "tracer-bridge",
            "tracer-view",
        ],
    ),
    ("tracer-core", &[]),
    ("tracer-macros", &[]),
    ("tracer-tokio", &["tracer-core"]),
    ("tracer-async-std", &["tracer-core"]),
    ("tracer-smol", &["tracer-core"]),
    ("tracer-otlp", &["tracer-core"]),
    ("tracer-datadog", &["tracer-core"]),
    ("tracer-http", &["tracer-core"]),
    ("tracer-sql", &["tracer-core"]),
    ("tracer-bridge", &["tracer-core"]),
    ("tracer-metrics", &["tracer-core"]),
    ("tracer-view", &["tracer-core", "tracer-otlp"]),
];

#[test]
fn arrows_between_modules_point_down() {
    let mut broken = Vec::new();
    for name in published() {
        let Some((_, rows)) = MODULES.iter().find(|(listed, _)| *listed == name) else {
            broken.push(format!("{name}: the crate has no rows in MODULES"));
            continue;
        };
        let src = root().join(&name).join("src");
        for path in sources(&src) {
            let module = module(path.strip_prefix(&src).expect("it lies in src"));
            if module.is_empty() {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file is text");
            let wrong = wrong_arrows(rows, &module, &text);
            broken.extend(wrong.into_iter().map(|why| format!("{}: {why}", path.display())));
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn arrows_between_crates_point_down() {
    let mut broken = Vec::new();
    for name in published() {
        let Some((_, allowed)) = CRATES.iter().find(|(listed, _)| *listed == name) else {
            broken.push(format!("{name}: the crate has no line in CRATES"));
            continue;
        };
        let manifest =
            fs::read_to_string(root().join(&name).join("Cargo.toml")).expect("a manifest");
        let wrong = dependencies(&manifest).filter(|used| !allowed.contains(used));
        broken.extend(wrong.map(|used| format!("{name} depends on {used}, which CRATES forbids")));
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests lie in the workspace")
}

/// A folder is named like its crate, and the published ones begin with the family's name.
fn published() -> BTreeSet<String> {
    fs::read_dir(root())
        .expect("the root can be read")
        .map(|entry| entry.expect("the root can be read"))
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name == "tracer" || name.starts_with("tracer-"))
        .collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// `export/memory.rs` is `["export", "memory"]`; nothing for `lib.rs`, programs and files of tests.
fn module(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let mut parts: Vec<String> =
        path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.retain(|part| part != "mod");
    let looks_anywhere = matches!(parts[0].as_str(), "lib" | "main" | "bin")
        || parts.iter().any(|part| part == "tests");
    if looks_anywhere { Vec::new() } else { parts }
}

fn wrong_arrows(rows: Rows, module: &[String], text: &str) -> Vec<String> {
    let row = |name: &str| rows.iter().position(|row| row.contains(&name));
    let name = &module[0];
    let Some(own) = row(name) else {
        return vec![format!("module `{name}` has no row in MODULES")];
    };
    let code = shipped(text);
    let mut wrong = Vec::new();
    for used in used_modules(&code) {
        match row(&used) {
            _ if used == *name => {}
            None => wrong.push(format!(
                "`crate::{used}` is in no row of MODULES: name the module that owns it"
            )),
            Some(other) if other > own => {}
            Some(_) => wrong.push(format!("`{name}` uses `{used}`, which does not stand below it")),
        }
    }
    if climbs_out(&code, module.len() - 1) {
        wrong.push(
            "`super::` leaves the module: write `crate::…`, so that the arrow is seen".into(),
        );
    }
    wrong
}

/// The code without comments, and without the trailing module of tests or models, which may look up.
fn shipped(text: &str) -> String {
    let lines: Vec<_> =
        text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
    let opens_tests = |at: &usize| {
        ["#[cfg(test", "#[cfg(all(test", "#[cfg(loom"].iter().any(|cfg| lines[*at].starts_with(cfg))
            && lines[*at..]
                .iter()
                .find(|line| !line.starts_with('#'))
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    let end = (0..lines.len()).find(opens_tests).unwrap_or(lines.len());
    lines[..end].join("\n")
}

/// The first names after `crate::`, also in a group. `$crate` is another crate's code by then.
fn used_modules(code: &str) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "_$".contains(c)) {
            continue;
        }
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => used.extend(group_names(group)),
            None => used.extend(first_name(rest)),
        }
    }
    used
}

/// The first name of each path of a group, whose opening brace is already read.
fn group_names(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut names = Vec::from_iter(first_name(group));
    for (at, sign) in group.char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.extend(first_name(&group[at + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn first_name(text: &str) -> Option<String> {
    let name: String =
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// Whether a chain of `super::` is longer than the file and its inline modules are deep.
fn climbs_out(code: &str, depth: usize) -> bool {
    // The code is formatted: an inline module ends with a brace as far in as its line.
    let mut inline: Vec<usize> = Vec::new();
    for line in code.lines() {
        let start = line.trim_start();
        let indent = line.len() - start.len();
        if start == "}" && inline.last() == Some(&indent) {
            inline.pop();
        }
        if start.contains(&"super::".repeat(depth + inline.len() + 1)) {
            return true;
        }
        let item = start.trim_start_matches("pub ").trim_start_matches("pub(crate) ");
        if item.starts_with("mod ") && item.ends_with('{') {
            inline.push(indent);
        }
    }
    false
}

/// Those of our crates that a manifest depends on, not counting what only its tests need.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let mut inside = false;
    manifest.lines().filter_map(move |line| {
        let header = line.strip_prefix('[').map(|line| line.trim_end().trim_end_matches(']'));
        let (name, relevant) = match header {
            Some(header) => {
                let (table, name) = header.rsplit_once('.').unwrap_or((header, ""));
                inside = header.ends_with("dependencies") && !header.ends_with("dev-dependencies");
                let entry = table.ends_with("dependencies") && !table.ends_with("dev-dependencies");
                (name, entry)
            }
            None => (line.split(['.', '=', ' ']).next().unwrap_or_default(), inside),
        };
        (relevant && (name == "tracer" || name.starts_with("tracer-"))).then_some(name)
    })
}
