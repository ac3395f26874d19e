//! Annotates every fn of a published crate and runs its own tests before and after.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::attribute::{self, Retreat, Written};
use crate::command::{Outcome, cargo, output, run};
use crate::crates::{root, target};
use crate::suite::{self, Suite};

/// What is to be annotated, and how it is to be run.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Request {
    name: String,
    /// Else the newest that the compiler can build.
    version: Option<String>,
    /// The feature of `tracer` for the runtime.
    runtime: Option<String>,
    /// With a tracer that records, else with none.
    recorded: bool,
    /// For `cargo test`.
    arguments: Vec<String>,
}

impl Request {
    pub(crate) fn read(words: &[&str]) -> Result<Self, String> {
        let mut request = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            match *word {
                "--" => request.arguments = words.by_ref().map(|&word| word.to_owned()).collect(),
                "--recorded" => request.recorded = true,
                "--runtime" => {
                    let runtime = words.next().ok_or("`--runtime` needs the name of a feature")?;
                    request.runtime = Some((*runtime).to_owned());
                }
                flag if flag.starts_with('-') => return Err(format!("there is no `{flag}`")),
                _ if !request.name.is_empty() => return Err("one crate at a time".to_owned()),
                krate => {
                    let mut parts = krate.splitn(2, '@').map(str::to_owned);
                    request.name = parts.next().unwrap_or_default();
                    request.version = parts.next();
                }
            }
        }
        if request.name.is_empty() { Err("which crate?".to_owned()) } else { Ok(request) }
    }
}

/// Works below `target/annotate`: two copies of the crate, and one folder that both are built in.
pub(crate) fn annotate(request: &Request) -> Outcome {
    let source = download(request)?;
    let version = source.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let place = folder().join(&version);
    let (plain, annotated) = (place.join("plain"), place.join("annotated"));
    for copy in [&plain, &annotated] {
        fresh_copy(&source, copy).map_err(|error| format!("{}: {error}", copy.display()))?;
    }

    depend_on_tracer(request, &annotated)?;
    same_versions(&plain, &annotated)?;

    println!("   {version} as it is");
    let before =
        suite::run(&mut cargo_test("--no-fail-fast", request, &plain), &place.join("plain.log"))?;
    println!("   {} tests pass, {} do not", before.passing.len(), before.others.len());

    let mut written = Written::default();
    attribute::write(&annotated.join("src"), &mut written).map_err(|error| error.to_string())?;
    println!("   {version} with {} fns annotated, {} left", written.traced, written.untraced);
    for file in &written.unreadable {
        println!("   not annotated: {file}");
    }
    let retreat = retreat(request, &annotated, &place.join("build.log"))?;
    for place in &retreat.call_alone {
        println!("   compiles with `as = sync` alone: {place}");
    }
    let counts = place.join("spans");
    let _absent = fs::remove_file(&counts);
    let mut test = cargo_test("--no-fail-fast", request, &annotated);
    test.env("TRACER_RECORDED_SPANS", &counts);
    let after = suite::run(&mut test, &place.join("annotated.log"))?;
    println!(
        "   {} tests pass, {} do not; {} warnings before, {} after",
        after.passing.len(),
        after.others.len(),
        before.warnings,
        after.warnings,
    );
    if request.recorded {
        println!("   at least {} spans recorded", sum(&counts));
    }
    compare(&before, &after, &retreat.refused)
}

fn folder() -> PathBuf {
    target().join("annotate")
}

/// Lets cargo fetch the crate for a package that does nothing but depend on it.
fn download(request: &Request) -> Result<PathBuf, String> {
    let Request { name, version, .. } = request;
    let wanted = version.as_ref().map_or_else(|| "*".to_owned(), |version| format!("={version}"));
    let package = folder().join("download");
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"download\"\nedition = \"2024\"\n\n\
         [dependencies]\n{name} = \"{wanted}\"\n"
    );
    let _absent = fs::remove_file(package.join("Cargo.lock"));
    fs::create_dir_all(package.join("src"))
        .and_then(|()| fs::write(package.join("Cargo.toml"), manifest))
        .and_then(|()| fs::write(package.join("src/lib.rs"), ""))
        .map_err(|error| format!("{}: {error}", package.display()))?;
    let tree = output(cargo("tree --quiet --depth 1 --prefix none").current_dir(&package))?;
    let chosen = tree.lines().nth(1).and_then(|line| line.split_whitespace().nth(1));
    let chosen = chosen.and_then(|version| version.strip_prefix('v'));
    let chosen = chosen.ok_or_else(|| format!("cargo finds no `{name}`"))?;
    let metadata = output(cargo("metadata --quiet --format-version 1").current_dir(&package))?;
    let end = format!("{name}-{chosen}/Cargo.toml");
    let paths = metadata.split("\"manifest_path\":\"").skip(1);
    let manifest =
        paths.filter_map(|rest| rest.split('"').next()).find(|path| path.ends_with(&end));
    let source = manifest.and_then(|path| Path::new(path).parent());
    Ok(source.ok_or_else(|| format!("cargo did not download {name} {chosen}"))?.to_owned())
}

/// A package of its own, although it lies in the folder of a workspace.
fn fresh_copy(source: &Path, copy: &Path) -> std::io::Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    copy_folder(source, copy)?;
    add_to_manifest(copy, "[workspace]")
}

fn copy_folder(source: &Path, copy: &Path) -> std::io::Result<()> {
    fs::create_dir_all(copy)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let to = copy.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

fn add_to_manifest(package: &Path, table: &str) -> std::io::Result<()> {
    let path = package.join("Cargo.toml");
    let manifest = fs::read_to_string(&path)?;
    fs::write(path, format!("{manifest}\n{table}\n"))
}

/// As a library depends on it.
fn depend_on_tracer(request: &Request, annotated: &Path) -> Outcome {
    let (name, path) = if request.recorded {
        ("tracer-recorder", root().join("xtask/recorder"))
    } else {
        ("tracer", root().join("tracer"))
    };
    let macros = if request.recorded { None } else { Some("macros") };
    let features: Vec<_> = macros.into_iter().chain(request.runtime.as_deref()).collect();
    let table = format!(
        "[dependencies.tracer]\npackage = \"{name}\"\npath = \"{}\"\n\
         default-features = false\nfeatures = {features:?}",
        path.display()
    );
    add_to_manifest(annotated, &table).map_err(|error| format!("{}: {error}", annotated.display()))
}

/// The lock file of the package may hold versions that are too old for ours.
fn same_versions(plain: &Path, annotated: &Path) -> Outcome {
    let lock = annotated.join("Cargo.lock");
    let _absent = fs::remove_file(&lock);
    run(cargo("generate-lockfile --quiet").current_dir(annotated))?;
    fs::copy(&lock, plain.join("Cargo.lock"))
        .map(|_| ())
        .map_err(|error| format!("{}: {error}", plain.display()))
}

fn cargo_test(how: &str, request: &Request, package: &Path) -> Command {
    let mut command = cargo(&format!("test {how}"));
    command.args(&request.arguments).current_dir(package);
    // Backtraces are what some tests compare, and they have our frames in them.
    command.env("CARGO_TARGET_DIR", folder().join("build")).env("RUST_BACKTRACE", "0");
    command
}

fn sum(counts: &Path) -> usize {
    let text = fs::read_to_string(counts).unwrap_or_default();
    text.lines().filter_map(|line| line.parse::<usize>().ok()).sum()
}

/// Fns that do not compile with the attribute get less of it, so that the others can still be compared.
fn retreat(request: &Request, annotated: &Path, log: &Path) -> Result<Retreat, String> {
    let mut retreat = Retreat::default();
    loop {
        let errors = suite::errors(&mut cargo_test("--no-run", request, annotated), log)?;
        if errors.is_empty() {
            return Ok(retreat);
        }
        if !retreat.step(annotated, &errors).map_err(|error| error.to_string())? {
            return Err(format!("it does not compile, see {}", log.display()));
        }
    }
}

fn compare(before: &Suite, after: &Suite, refused: &BTreeSet<String>) -> Outcome {
    let mut differences = differences(&before.passing, &after.passing);
    differences.extend(refused.iter().map(|place| format!("does not compile: {place}")));
    if differences.is_empty() {
        println!("   the same tests pass before and after");
        return Ok(());
    }
    Err(differences.join("\n"))
}

fn differences(before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<String> {
    let lost = before.difference(after).map(|test| format!("- {test}"));
    lost.chain(after.difference(before).map(|test| format!("+ {test}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Request, differences};

    #[test]
    fn a_request_is_a_crate_with_options_and_what_cargo_test_gets() {
        let read = |line: &str| Request::read(&line.split(' ').collect::<Vec<_>>());
        let request = read("tower@0.5.3 --recorded --runtime tokio -- --all-features --lib");
        assert_eq!(
            request,
            Ok(Request {
                name: "tower".to_owned(),
                version: Some("0.5.3".to_owned()),
                runtime: Some("tokio".to_owned()),
                recorded: true,
                arguments: vec!["--all-features".to_owned(), "--lib".to_owned()],
            })
        );
        assert_eq!(read("--recorded"), Err("which crate?".to_owned()));
        assert_eq!(read("tower hyper"), Err("one crate at a time".to_owned()));
        assert_eq!(read("tower --quick"), Err("there is no `--quick`".to_owned()));
    }

    #[test]
    fn what_passes_on_one_side_alone_is_a_difference() {
        let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(differences(&list(&["a", "b"]), &list(&["b", "c"])), ["- a", "+ c"]);
        assert!(differences(&list(&["a"]), &list(&["a"])).is_empty());
    }
}
