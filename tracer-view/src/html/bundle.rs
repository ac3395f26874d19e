//! The page's modules joined into one script, so that the page is one file.
//!
//! Each becomes a function's body, so that their names do not meet, and hands on what it exports:
//! `const $model_data = (() => { … return { a, b }; })();`. How they have to be written for that is
//! checked by the tests below.

/// A module by its path below `page/`.
type Module<'a> = (&'a str, &'a str);

macro_rules! modules {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_str!(concat!("../../page/", $path)))),*]
    };
}

/// Each module stands behind those it imports.
const MODULES: &[Module<'_>] = modules![
    "model/format.js",
    "view/dom.js",
    "keys.js",
    "link.js",
    "model/ids.js",
    "model/data.js",
    "model/critical.js",
    "model/sequence.js",
    "model/findings.js",
    "model/shelf.js",
    "model/layout.js",
    "model/picture.js",
    "model/search.js",
    "model/columns.js",
    "model/jaeger.js",
    "model/notation.js",
    "model/otlp.js",
    "open.js",
    "model/compare.js",
    "view/table.js",
    "view/colours.js",
    "view/theme.js",
    "view/compare.js",
    "view/findings.js",
    "model/layers.js",
    "model/operations.js",
    "model/services.js",
    "view/labels.js",
    "view/map.js",
    "view/operations.js",
    "model/cohort.js",
    "view/slow.js",
    "view/measures.js",
    "view/bar.js",
    "view/group.js",
    "view/hands.js",
    "view/minimap.js",
    "view/wakes.js",
    "view/paint.js",
    "view/window.js",
    "view/flame.js",
    "view/legend.js",
    "view/failure.js",
    "view/panel.js",
    "view/summary.js",
    "view/trace.js",
    "view/histogram.js",
    "view/traces.js",
    "app.js",
];

/// All modules as one.
pub(super) fn script() -> String {
    joined(MODULES)
}

fn joined(modules: &[Module<'_>]) -> String {
    let mut script = String::from("\"use strict\";\n");
    for (path, source) in modules {
        let Parts { imports, body, exports } = parts(source);
        script.extend(["const ", &variable(path), " = (() => {\n"]);
        for Import { names, from } in imports {
            script.extend(["const ", &names, " = ", &variable(&resolved(path, from)), ";\n"]);
        }
        script.push_str(&body);
        script.extend(["return { ", &exports.join(", "), " };\n})();\n"]);
    }
    script
}

/// What a module takes from others, what it does, and what it hands on.
struct Parts<'a> {
    imports: Vec<Import<'a>>,
    body: String,
    exports: Vec<&'a str>,
}

struct Import<'a> {
    /// As a declaration has them: `{ a, b: c }`, or one for all.
    names: String,
    from: &'a str,
}

fn parts(source: &str) -> Parts<'_> {
    let mut parts = Parts { imports: Vec::new(), body: String::new(), exports: Vec::new() };
    let mut rest = source;
    while !rest.is_empty() {
        if let Some((import, after)) = import(rest) {
            parts.imports.push(import);
            rest = after;
            continue;
        }
        let (line, after) = rest.split_at(rest.find('\n').map_or(rest.len(), |end| end + 1));
        let declaration = line.strip_prefix("export ");
        parts.exports.extend(declaration.and_then(declared));
        parts.body.push_str(declaration.unwrap_or(line));
        rest = after;
    }
    if !parts.body.ends_with('\n') {
        parts.body.push('\n');
    }
    parts
}

/// An import at the start of the text, and what follows.
fn import(text: &str) -> Option<(Import<'_>, &str)> {
    let (import, rest) = text.strip_prefix("import ")?.split_once(';')?;
    let (names, from) = import.rsplit_once(" from ")?;
    let names = match names.trim().strip_prefix("* as ") {
        Some(all) => all.to_owned(),
        None => names.replace(" as ", ": "),
    };
    let from = from.trim().trim_matches(['\'', '"']);
    Some((Import { names, from }, rest.strip_prefix('\n').unwrap_or(rest)))
}

/// The name that a declaration makes.
fn declared(declaration: &str) -> Option<&str> {
    let kinds =
        ["async function* ", "async function ", "function* ", "function ", "class ", "const "];
    let named = kinds.iter().find_map(|kind| declaration.strip_prefix(kind))?;
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let name = &named[..named.find(|c| !is_part(c)).unwrap_or(named.len())];
    (!name.is_empty()).then_some(name)
}

/// A path relative to that of a module.
fn resolved(module: &str, from: &str) -> String {
    let mut folders: Vec<&str> = module.split('/').collect();
    folders.pop();
    for part in from.split('/') {
        match part {
            "." => {}
            ".." => drop(folders.pop()),
            part => folders.push(part),
        }
    }
    folders.join("/")
}

/// What a module is called in the script.
fn variable(path: &str) -> String {
    let path = path.strip_suffix(".js").unwrap_or(path);
    format!("${}", path.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::{MODULES, declared, joined, parts, resolved};

    #[test]
    fn modules_do_not_meet_and_hand_on_what_they_export() {
        let script = joined(&[
            ("model/a.js", "const own = 1;\nexport const one = own;\nexport function two() {}\n"),
            ("view/b.js", "import { one, two as other } from '../model/a.js';\nexport class B {}"),
            (
                "app.js",
                "import * as a from \"./model/a.js\";\nimport {\n  B,\n} from \"./view/b.js\";\nnew B(a.one);\n",
            ),
        ]);
        let expected = r#""use strict";
const $model_a = (() => {
const own = 1;
const one = own;
function two() {}
return { one, two };
})();
const $view_b = (() => {
const { one, two: other } = $model_a;
class B {}
return { B };
})();
const $app = (() => {
const a = $model_a;
const {
  B,
} = $view_b;
new B(a.one);
return {  };
})();
"#;
        assert_eq!(script, expected);
    }

    /// All modules below `folder`, by their paths below `page/`; not the tests.
    fn modules(page: &Path, folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("it can be read").path();
            let below = path.strip_prefix(page).expect("it lies in it").to_string_lossy();
            if path.is_dir() && below != "test" {
                modules(page, &path, found);
            } else if below.ends_with(".js") {
                found.insert(below.replace('\\', "/"));
            }
        }
    }

    #[test]
    fn every_module_of_the_page_is_in_the_script() {
        let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let mut there = BTreeSet::new();
        modules(&page, &page, &mut there);
        let listed: BTreeSet<String> = MODULES.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(there, listed, "left: in page/, right: in MODULES");
    }

    #[test]
    fn a_module_stands_behind_those_it_imports_and_takes_only_what_they_export() {
        for (place, (path, source)) in MODULES.iter().enumerate() {
            for import in parts(source).imports {
                let from = resolved(path, import.from);
                let known = MODULES[..place].iter().find(|(path, _)| *path == from);
                let (_, exporting) = known.unwrap_or_else(|| panic!("{path}: {from} comes later"));
                let exports = parts(exporting).exports;
                let names = import.names.trim_matches(['{', '}', ' ', '\n']);
                for name in names.split(',').filter(|_| import.names.starts_with('{')) {
                    let name = name.split(':').next().unwrap_or_default().trim();
                    assert!(
                        name.is_empty() || exports.contains(&name),
                        "{path}: {from} has no {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn modules_are_written_so_that_they_can_be_joined() {
        let refused = ["</script", "<script", "<!--", "import.meta", "http:", "https:"];
        for (path, source) in MODULES {
            let source = source.replace("http://www.w3.org/", "");
            for text in refused {
                assert!(!source.to_lowercase().contains(text), "{path}: {text}");
            }
            for line in parts(&source).body.lines() {
                let is_code = !line.trim_start().starts_with(['*', '/']);
                let is_left = line.starts_with("import ") || line.contains("import(");
                assert!(!(is_code && is_left), "{path}: {line}");
                assert!(!line.starts_with("await "), "{path}: {line}");
            }
            for line in source.lines().filter_map(|line| line.strip_prefix("export ")) {
                assert!(declared(line).is_some(), "{path}: export {line}");
            }
        }
    }
}
