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

/// All of them; which stands before which, their imports say.
const MODULES: &[Module<'_>] = modules![
    "app.js",
    "keys.js",
    "link.js",
    "live.js",
    "model/cohort.js",
    "model/columns.js",
    "model/compare.js",
    "model/critical.js",
    "model/data.js",
    "model/findings.js",
    "model/format.js",
    "model/ids.js",
    "model/jaeger.js",
    "model/layers.js",
    "model/layout.js",
    "model/notation.js",
    "model/operations.js",
    "model/otlp.js",
    "model/picture.js",
    "model/search.js",
    "model/sequence.js",
    "model/services.js",
    "model/shelf.js",
    "open.js",
    "view/bar.js",
    "view/colours.js",
    "view/compare.js",
    "view/dom.js",
    "view/failure.js",
    "view/findings.js",
    "view/flame.js",
    "view/group.js",
    "view/hands.js",
    "view/histogram.js",
    "view/labels.js",
    "view/legend.js",
    "view/map.js",
    "view/measures.js",
    "view/minimap.js",
    "view/operations.js",
    "view/paint.js",
    "view/panel.js",
    "view/slow.js",
    "view/summary.js",
    "view/table.js",
    "view/theme.js",
    "view/trace.js",
    "view/traces.js",
    "view/wakes.js",
    "view/window.js",
];

/// All modules as one.
pub(super) fn script() -> String {
    joined(&ordered(MODULES))
}

/// Each behind those that it imports.
fn ordered<'a>(modules: &[Module<'a>]) -> Vec<Module<'a>> {
    let mut ordered = Vec::new();
    modules.iter().for_each(|module| add(*module, modules, &mut ordered, 0));
    ordered
}

/// Adds a module behind those that it imports. A circle, which the tests refuse, would end, too.
fn add<'a>(module: Module<'a>, all: &[Module<'a>], ordered: &mut Vec<Module<'a>>, depth: usize) {
    if depth > all.len() || ordered.contains(&module) {
        return;
    }
    for import in parts(module.1).imports {
        let from = resolved(module.0, import.from);
        if let Some(imported) = all.iter().find(|(path, _)| *path == from) {
            add(*imported, all, ordered, depth + 1);
        }
    }
    if !ordered.contains(&module) {
        ordered.push(module);
    }
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

    use super::{MODULES, declared, joined, ordered, parts, resolved};

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
        let modules = ordered(MODULES);
        assert_eq!(modules.len(), MODULES.len());
        for (place, (path, source)) in modules.iter().enumerate() {
            for import in parts(source).imports {
                let from = resolved(path, import.from);
                let known = modules[..place].iter().find(|(path, _)| *path == from);
                let (_, exporting) =
                    known.unwrap_or_else(|| panic!("{path}: {from} is missing, or imports it"));
                let exports = parts(exporting).exports;
                let names = import.names.trim_matches(['{', '}', ' ', '\n']);
                for name in names.split(',').filter(|_| import.names.starts_with('{')) {
                    let name = name.split(':').next().unwrap_or_default().trim();
                    let is_there = name.is_empty() || exports.contains(&name);
                    assert!(is_there, "{path}: {from} has no {name}");
                }
            }
        }
    }

    #[test]
    fn imports_say_the_order_and_a_circle_ends() {
        let modules = [
            ("app.js", "import { a } from './a.js';\nimport { b } from './b.js';\n"),
            ("b.js", "import { a } from './a.js';\nexport const b = a;\n"),
            ("a.js", "export const a = 1;\n"),
        ];
        let names: Vec<_> = ordered(&modules).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["a.js", "b.js", "app.js"]);
        let circle =
            [("a.js", "import { b } from './b.js';\n"), ("b.js", "import { a } from './a.js';\n")];
        assert_eq!(ordered(&circle).len(), 2);
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
