//! What a library brings along: crates, time to build them, work before main, bytes of a program.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::chain;
use crate::package::{Package, Profile};
use crate::plan::Peer;
use crate::program::output;

/// What is asked once of a library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Footprint {
    /// Crates that it depends on; none where there is no library.
    pub(crate) crates: Option<usize>,
    /// Seconds for a program that does nothing, with all that is below it.
    pub(crate) seconds: f64,
    /// Bytes of pointers to what runs before `main` in a program with an annotated function.
    pub(crate) before_main: u64,
}

impl Footprint {
    pub(crate) fn of(peer: Peer, package: &Package) -> Self {
        let seconds = package.clean_build();
        let source = chain::source(peer.attribute(), 1);
        package.build(Profile::Release, &source).unwrap_or_else(|why| panic!("{why}"));
        Self {
            crates: peer.library().map(|library| crates(&package.tree(), library.name)),
            seconds,
            before_main: before_main(&sections(&package.release_program())),
        }
    }
}

/// Bytes of the program without its symbols.
pub(crate) fn stripped(program: &Path) -> u64 {
    let bare = program.with_extension("stripped");
    output(Command::new("strip").arg("-o").arg(&bare).arg(program));
    fs::metadata(bare).expect("strip has written it").len()
}

/// As binutils has them: a line a section, of name, bytes and address.
fn sections(program: &Path) -> String {
    output(Command::new("size").args(["--format=sysv", "--radix=10"]).arg(program))
}

/// Of all sections whose pointers a program calls before `main`.
fn before_main(sections: &str) -> u64 {
    let bytes = sections.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let name = words.next()?;
        let calls = [".preinit_array", ".init_array", ".ctors"]
            .into_iter()
            .any(|begin| name.strip_prefix(begin).is_some_and(is_whole_or_numbered));
        calls.then(|| words.next()?.parse::<u64>().ok())?
    });
    bytes.sum()
}

/// `.init_array` and `.init_array.00099`, which has a priority.
fn is_whole_or_numbered(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('.')
}

/// Crates in cargo's tree, neither the program nor the library; one in two versions is two.
fn crates(tree: &str, library: &str) -> usize {
    let crates = tree.lines().skip(1).filter_map(|line| {
        let mut words = line.split_whitespace();
        let (name, version) = (words.next()?, words.next()?);
        (name != library).then_some((name, version))
    });
    crates.collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::{before_main, crates};

    #[test]
    fn all_that_runs_before_main_counts_and_what_runs_after_it_does_not() {
        let sections = "\
annotated  :
section               size     addr
.interp                 28      848
.init                   27    12288
.preinit_array           8    90000
.init_array             16    90008
.init_array.00099        8    90024
.ctors                   8    90032
.init_arrays           800    90040
.fini_array              8    91000
Total               123456
";
        assert_eq!(before_main(sections), 40);
        assert_eq!(before_main(".text 5 0\n"), 0);
    }

    #[test]
    fn a_crate_counts_once_a_version_and_the_library_and_the_program_do_not() {
        let tree = "\
annotated-ours v0.0.0 (/somewhere/annotated/ours)
tracer v0.1.0 (/somewhere/tracer)
tracer-core v0.1.0 (/somewhere/tracer-core)
syn v2.0.1
syn v1.0.9
proc-macro2 v1.0.1
syn v2.0.1 (*)
tracer-macros v0.1.0 (proc-macro) (/somewhere/tracer-macros)
tracer-core v0.1.0 (/somewhere/tracer-core) (*)
";
        assert_eq!(crates(tree, "tracer"), 5);
        assert_eq!(crates("annotated-none v0.0.0 (/somewhere)\n", "none"), 0);
    }
}
