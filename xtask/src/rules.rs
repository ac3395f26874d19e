//! The rules of the house that no lint knows.

/// Lines of a file without its trailing test module: above the first it is named, above the second
/// it is refused.
pub(crate) const LONG: usize = 300;
const TOO_LONG: usize = 400;

/// Names that say nothing about what is inside.
const EMPTY_WORDS: &[&str] = &["util", "utils", "common", "helper", "helpers"];

/// The only files that may open `unsafe_code`, each with its reason.
const UNSAFE: &[&str] = &[
    "benches/delivery/burst/src/allocations.rs",
    "tracer-core/src/clock.rs",
    "tests/programs/allocations.rs",
    "tests/programs/forked.rs",
    "tests/ui/shapes/unsafe_fns.rs",
];

/// Programs that must not compile: what is unsafe there never runs.
const REFUSED: &str = "tests/ui/refused/";

/// Who may open the print lints. A published crate may not: `eprintln!` panics when standard error
/// is gone, and tracing never fails the traced program.
const PRINTING: &[&str] = &["xtask/", "examples/", "benches/", "tests/"];

/// A source file, its path relative to the root.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What is wrong with a file, a line each.
pub(crate) fn broken(file: &File) -> Vec<String> {
    let mut broken = Vec::new();
    let lines = length(&file.text);
    if lines > TOO_LONG {
        broken.push(format!("{}: {lines} lines, at most {TOO_LONG}: split it", file.path));
    }
    if let Some(word) = empty_word(&file.path) {
        broken.push(format!("{}: `{word}` does not say what is inside", file.path));
    }
    if file.text.lines().any(opens_unsafe) && !explains_unsafe(file) {
        broken.push(format!(
            "{}: unsafe code needs an entry in xtask/src/rules.rs and, in the file, \
             #![expect(unsafe_code, reason = \"…\")]",
            file.path
        ));
    }
    let mut previous = "";
    for (number, line) in (1..).zip(file.text.lines()) {
        if let Some(why) = broken_line(&file.path, previous, line) {
            broken.push(format!("{}:{number}: {why}", file.path));
        }
        previous = line;
    }
    broken
}

/// Lines up to the trailing module of tests or models.
pub(crate) fn length(text: &str) -> usize {
    let lines: Vec<_> = text.lines().collect();
    let opens = |at: usize| {
        ["#[cfg(test", "#[cfg(all(test", "#[cfg(loom"].iter().any(|cfg| lines[at].starts_with(cfg))
            && lines[at..]
                .iter()
                .find(|line| !line.starts_with('#'))
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    };
    (0..lines.len()).find(|at| opens(*at)).unwrap_or(lines.len())
}

fn empty_word(path: &str) -> Option<&'static str> {
    let has = |word: &&&str| path.split(['/', '_', '-', '.']).any(|part| part == **word);
    EMPTY_WORDS.iter().find(has).copied()
}

fn broken_line(path: &str, previous: &str, line: &str) -> Option<&'static str> {
    let start = line.trim_start();
    if start.starts_with("#[ignore") || is_ignored_doc_test(start) {
        return Some("no test is ignored: mend it or remove it");
    }
    let reason = previous.contains("// time:") || line.contains("// time:");
    if path.starts_with("tests/") && sleeps(line) && !reason {
        return Some("a sleep in a test says why it needs real time: `// time: …`");
    }
    let prints = start.contains("clippy::print_std") && !start.starts_with("//");
    if prints && !PRINTING.iter().any(|room| path.starts_with(room)) {
        return Some("a published crate does not print: `writeln!` to standard error may fail");
    }
    None
}

fn is_ignored_doc_test(line: &str) -> bool {
    line.strip_prefix("///")
        .or_else(|| line.strip_prefix("//!"))
        .and_then(|doc| doc.trim_start().strip_prefix("```"))
        .is_some_and(|fence| fence.split(',').any(|word| word.trim().starts_with("ignore")))
}

fn sleeps(line: &str) -> bool {
    ["sleep(", "sleep_until(", "sleep_ms("].iter().any(|call| has_word(code(line), call).is_some())
}

/// The keyword where it opens something, not as a word in a text or a token of a grammar.
fn opens_unsafe(line: &str) -> bool {
    let Some(rest) = has_word(code(line), "unsafe") else { return false };
    let rest = rest.trim_start();
    ["{", "(", "fn ", "impl", "extern", "trait "].iter().any(|next| rest.starts_with(next))
}

fn explains_unsafe(file: &File) -> bool {
    let opening = file.text.split("#![").skip(1).filter_map(|rest| rest.split(")]").next());
    if file.path.starts_with(REFUSED) {
        return true;
    }
    UNSAFE.contains(&file.path.as_str())
        && opening.into_iter().any(|inner| {
            (inner.starts_with("expect(") || inner.starts_with("allow("))
                && inner.contains("unsafe_code")
                && inner.contains("reason")
        })
}

fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

/// What follows `word`, where it begins a word and stands in no text.
fn has_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let at = line.find(word)?;
    let begins = !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let in_text = line[..at].matches('"').count() % 2 == 1;
    (begins && !in_text).then(|| &line[at + word.len()..])
}

#[cfg(test)]
mod tests {
    use super::{File, broken, length};

    fn broken_in(path: &str, text: &str) -> Vec<String> {
        broken(&File { path: path.to_owned(), text: text.to_owned() })
    }

    #[test]
    fn a_trailing_test_module_does_not_count() {
        assert_eq!(length("fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"), 1);
        assert_eq!(length("#[cfg(test)]\nmod tests;\nfn a() {}\n"), 3);
    }

    #[test]
    fn long_files_and_empty_names_are_refused() {
        assert_eq!(broken_in("tracer/src/a.rs", &"//\n".repeat(401)).len(), 1);
        assert_eq!(broken_in("tracer/src/path_util.rs", "").len(), 1);
        assert!(broken_in("tracer/src/utility.rs", &"//\n".repeat(400)).is_empty());
    }

    #[test]
    fn a_sleep_in_a_test_gives_its_reason() {
        assert_eq!(broken_in("tests/a.rs", "thread::sleep(X);").len(), 1);
        assert_eq!(broken_in("tests/a.rs", "sleep(X).await;").len(), 1);
        assert!(
            broken_in("tests/a.rs", "// time: a deadline is the promise\nsleep(X);").is_empty()
        );
        assert!(broken_in("examples/a.rs", "thread::sleep(X);").is_empty());
    }

    #[test]
    fn no_test_is_ignored() {
        assert_eq!(broken_in("tests/a.rs", "    #[ignore = \"slow\"]").len(), 1);
        assert_eq!(broken_in("tracer/src/a.rs", "/// ```ignore").len(), 1);
    }

    #[test]
    fn unsafe_is_opened_in_named_files_with_a_reason() {
        let code = "fn a() { unsafe { b() } }";
        let opened = format!("#![expect(unsafe_code, reason = \"why\")]\n{code}");
        assert_eq!(broken_in("tracer/src/a.rs", &opened).len(), 1);
        assert_eq!(broken_in("tracer-core/src/clock.rs", code).len(), 1);
        assert!(broken_in("tracer-core/src/clock.rs", &opened).is_empty());
        assert!(broken_in("tracer-macros/src/a.rs", "peek(Token![unsafe]) // unsafe {").is_empty());
    }

    #[test]
    fn published_crates_do_not_print() {
        let open = "#[expect(clippy::print_stderr, reason = \"why\")]";
        assert_eq!(broken_in("tracer/src/a.rs", open).len(), 1);
        assert!(broken_in("examples/a.rs", open).is_empty());
    }
}
