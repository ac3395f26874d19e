//! Every source file against the rules of the house.

use std::fs;
use std::path::Path;

use crate::command::Outcome;
use crate::crates::root;
use crate::rules::{self, File};

pub(crate) fn check() -> Outcome {
    let mut files = Vec::new();
    collect(root(), &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    for (file, lines) in files.iter().map(|file| (file, rules::length(&file.text))) {
        if lines > rules::LONG {
            println!("   note: {} has {lines} lines, more than {}", file.path, rules::LONG);
        }
    }
    let broken: Vec<String> = files.iter().flat_map(rules::broken).collect();
    println!("   {} files", files.len());
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n")) }
}

fn collect(folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().expect("an entry has a name").to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let path = path.strip_prefix(root()).expect("it lies in the root");
            files.push(File { path: path.to_string_lossy().replace('\\', "/"), text });
        }
    }
}
