//! What is wrong is said once, where it stands, whatever compiler says it: each mistake is one error
//! with its code, its line and what is underlined, and the item stays, so that nothing else is wrong.
//!
//! `ui.rs` compares whole texts, which change with the compiler; here is what may not change.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// File, line, code (none for a message of ours, which has its text instead), what is underlined.
type Mistake = (String, u64, String, String);

#[test]
fn each_mistake_is_one_error_at_its_place() {
    let programs = programs();
    let expected: Vec<Mistake> = programs.iter().flat_map(|path| expected(path)).collect();
    let found = found(&programs);
    let missing = without(&expected, &found);
    let more = without(&found, &expected);
    assert!(missing.is_empty() && more.is_empty(), "missing: {missing:#?}\nmore: {more:#?}");
    assert!(expected.len() > 100, "only {} mistakes", expected.len());
}

/// What is in `all` more often than in `others`.
fn without(all: &[Mistake], others: &[Mistake]) -> Vec<Mistake> {
    let mut others = others.to_vec();
    let mut rest = all.to_vec();
    rest.retain(|mistake| match others.iter().position(|other| other == mistake) {
        Some(at) => {
            others.swap_remove(at);
            false
        }
        None => true,
    });
    rest
}

fn programs() -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all: Vec<PathBuf> = ["refused", "typed"]
        .iter()
        .flat_map(|folder| fs::read_dir(here.join(folder)).expect("a folder can be read"))
        .map(|entry| entry.expect("a folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    all.sort();
    all
}

fn file(path: &Path) -> String {
    path.file_name().expect("a file has a name").to_string_lossy().into_owned()
}

/// From the message beside the program, or from `//~ CODE what` in its lines.
fn expected(path: &Path) -> Vec<Mistake> {
    let text = fs::read_to_string(path).expect("a program is text");
    match fs::read_to_string(path.with_extension("stderr")) {
        Ok(messages) => {
            messages.split("\n\n").filter_map(|message| in_message(path, message)).collect()
        }
        Err(_) => in_comments(path, &text),
    }
}

fn in_comments(path: &Path, text: &str) -> Vec<Mistake> {
    let lines = (1..).zip(text.lines());
    let marked = lines.filter_map(|(line, text)| Some((line, text.split_once("//~ ")?.1)));
    marked
        .map(|(line, mark)| {
            let (code, what) = mark.split_once(' ').expect("a code and what is underlined");
            (file(path), line, code.to_owned(), what.to_owned())
        })
        .collect()
}

fn in_message(path: &Path, message: &str) -> Option<Mistake> {
    let mut lines = message.lines();
    let (what, text) = lines.next()?.split_once(": ")?;
    let code = match what.strip_prefix("error")? {
        "" => text.to_owned(),
        code => code.trim_matches(['[', ']']).to_owned(),
    };
    let place: Vec<&str> = lines.next()?.rsplit(':').collect();
    let (line, column): (u64, usize) = (place[1].parse().ok()?, place[0].parse().ok()?);
    let source = fs::read_to_string(path).expect("a program is text");
    let source = source.lines().nth(line as usize - 1).expect("the line is there");
    // The line with the marks belongs to the line with the source.
    let numbered = format!("{line} |");
    let marks = lines.skip_while(|text| !text.trim_start().starts_with(&numbered)).nth(1)?;
    let length = marks.chars().filter(|mark| *mark == '^').count();
    let underlined: String = source.chars().skip(column - 1).take(length).collect();
    Some((file(path), line, code, underlined))
}

/// All of them compiled, each as a program of its own.
fn found(programs: &[PathBuf]) -> Vec<Mistake> {
    let package = package(programs);
    let output = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--keep-going", "--message-format=json", "--manifest-path"])
        .arg(package.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", package.join("target"))
        .output()
        .expect("cargo starts");
    let said = String::from_utf8(output.stdout).expect("cargo speaks UTF-8");
    let messages = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mistakes: Vec<_> = messages.filter_map(|message| mistake(&message["message"])).collect();
    assert!(!mistakes.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    mistakes
}

fn package(programs: &[PathBuf]) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.parent().and_then(Path::parent).expect("it lies in the workspace");
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("messages");
    let dependency = |name: &str, more: &str| {
        format!("{name} = {{ path = '{}'{more} }}\n", root.join(name).display())
    };
    let mut manifest =
        "[package]\nname = \"messages\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n"
            .to_owned();
    manifest += &dependency("tracer", ", default-features = false, features = [\"macros\"]");
    manifest += &dependency("tracer-macros", "");
    for path in programs {
        let name = file(path).replace(".rs", "");
        // Writing to a string does not fail.
        let _written = writeln!(manifest, "[[bin]]\nname = '{name}'\npath = '{}'", path.display());
    }
    fs::create_dir_all(&package).expect("a folder can be made");
    fs::write(package.join("Cargo.toml"), manifest).expect("a file can be written");
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).expect("a file can be copied");
    package
}

fn mistake(message: &Value) -> Option<Mistake> {
    let spans = message["spans"].as_array()?;
    let span = spans.iter().find(|span| span["is_primary"] == true)?;
    if message["level"] != "error" {
        return None;
    }
    let text = &span["text"][0];
    let column = |name: &str| text[name].as_u64().map(|column| column as usize - 1);
    let (start, end) = (column("highlight_start")?, column("highlight_end")?);
    let underlined = text["text"].as_str()?.chars().skip(start).take(end - start).collect();
    let code = message["code"]["code"].as_str().or_else(|| message["message"].as_str())?;
    let path = Path::new(span["file_name"].as_str()?);
    Some((file(path), span["line_start"].as_u64()?, code.to_owned(), underlined))
}
