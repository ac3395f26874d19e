//! A generated package: annotated functions, and the one library whose attribute they stand under.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::plan::Peer;
use crate::program::{cargo, manifest, output};

/// A package in a folder of the target folder, and a workspace of its own.
#[derive(Debug)]
pub(crate) struct Package {
    folder: PathBuf,
    target: PathBuf,
    /// What is built from nothing, is built here.
    nothing: PathBuf,
    peer: Peer,
}

/// How it is built: as cargo does where nobody says more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    Dev,
    Release,
}

/// A library, as its peer's program has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Library {
    pub(crate) name: &'static str,
    pub(crate) attribute: &'static str,
    /// What has to be in scope where the attribute is used.
    pub(crate) import: &'static str,
    /// The crate that its attribute is in.
    pub(crate) macros: &'static str,
}

impl Package {
    /// With the dependency and the locked versions of the peer's program.
    pub(crate) fn new(target: &Path, peer: Peer) -> Self {
        let root = target.join("annotated");
        let folder = root.join(peer.name());
        fs::create_dir_all(folder.join("src")).expect("the target folder can be written");
        write(
            &folder.join("Cargo.toml"),
            &format!(
                "[package]\nname = \"annotated-{}\"\nedition = \"2024\"\n\n[dependencies]\n{}\n\n[workspace]\n",
                peer.name(),
                dependency(peer)
            ),
        );
        let lock = fs::read_to_string(manifest().with_file_name("Cargo.lock"));
        write(&folder.join("Cargo.lock"), &lock.expect("the lock file"));
        let (target, nothing) = (root.join("target"), root.join("nothing"));
        Self { folder, target, nothing, peer }
    }

    /// Builds a program, and says how many seconds of processor time that took; else why not.
    pub(crate) fn build(&self, profile: Profile, source: &str) -> Result<f64, String> {
        let import = self.peer.library().map_or("", |library| library.import);
        write(&self.folder.join("src/main.rs"), &format!("{import}{source}"));
        let mut command = self.cargo("build", &self.target);
        if profile == Profile::Release {
            command.arg("--release");
        }
        run(&mut command)
    }

    /// Runs the program that was built last; what it prints, or nothing where it dies.
    pub(crate) fn answer(&self) -> Option<String> {
        let path = self.target.join("debug").join(self.program());
        let output = Command::new(path).output().expect("the program starts");
        let text = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        output.status.success().then_some(text)
    }

    /// What [`Self::build`] makes of [`Profile::Release`].
    pub(crate) fn release_program(&self) -> PathBuf {
        self.target.join("release").join(self.program())
    }

    /// All crates that are built for it, a line each, itself first.
    pub(crate) fn tree(&self) -> String {
        let mut command = self.cargo("tree", &self.target);
        output(command.args(["--edges", "normal,build", "--prefix", "none"]))
    }

    /// Seconds of processor time that a program which does nothing takes, with all below it.
    pub(crate) fn clean_build(&self) -> f64 {
        self.clear();
        run(&mut self.cargo("build", &self.nothing)).unwrap_or_else(|why| panic!("{why}"))
    }

    /// Seconds of processor time that all below the attribute's own crate takes.
    pub(crate) fn below_the_macros(&self, library: Library) -> f64 {
        self.clear();
        let timed = |word| {
            let mut command = self.cargo(word, &self.nothing);
            run(command.args(["--package", library.macros])).unwrap_or_else(|why| panic!("{why}"))
        };
        let all = timed("build");
        let _cleaned = timed("clean");
        all - timed("build")
    }

    /// Leaves a program that does nothing, and nothing that is built.
    fn clear(&self) {
        if self.nothing.exists() {
            fs::remove_dir_all(&self.nothing).expect("the target folder can be written");
        }
        write(&self.folder.join("src/main.rs"), "fn main() {}\n");
    }

    fn program(&self) -> String {
        format!("annotated-{}", self.peer.name())
    }

    fn cargo(&self, word: &str, target: &Path) -> Command {
        let mut command = cargo();
        command.args([word, "--quiet", "--manifest-path"]).arg(self.folder.join("Cargo.toml"));
        command.env("CARGO_TARGET_DIR", target);
        // What was built before would be found again.
        command.env("CARGO_INCREMENTAL", "0");
        command
    }
}

impl Peer {
    /// None where nothing is annotated.
    pub(crate) const fn library(self) -> Option<Library> {
        let [name, attribute, import, macros] = match self {
            Self::None | Self::TracingOpentelemetry | Self::Opentelemetry => return None,
            Self::Ours => ["tracer", "#[tracer::traced]", "", "tracer-macros"],
            Self::Fastrace => ["fastrace", "#[fastrace::trace]", "", "fastrace-macro"],
            Self::Tracing => {
                ["tracing", "#[tracing::instrument(skip_all)]", "", "tracing-attributes"]
            }
            Self::Micromegas => [
                "micromegas-tracing",
                "#[span_fn]",
                "use micromegas_tracing::prelude::*;\n",
                "micromegas-tracing-proc-macros",
            ],
            Self::AwaitTree => {
                ["await-tree", "#[await_tree::instrument]", "", "await-tree-attributes"]
            }
        };
        Some(Library { name, attribute, import, macros })
    }

    /// Whose version is told.
    pub(crate) fn library_name(self) -> Option<&'static str> {
        match self {
            Self::TracingOpentelemetry | Self::Opentelemetry => Some(self.name()),
            _ => self.library().map(|library| library.name),
        }
    }

    pub(crate) fn attribute(self) -> &'static str {
        self.library().map_or("", |library| library.attribute)
    }
}

/// The line in the manifest of the peer's program, its path readable from anywhere.
fn dependency(peer: Peer) -> String {
    let Some(Library { name, .. }) = peer.library() else { return String::new() };
    let benches = manifest();
    let benches = benches.parent().expect("it is in a folder");
    let folder = benches.join(peer.name());
    let text = fs::read_to_string(folder.join("Cargo.toml")).expect("the program's manifest");
    let line = text.lines().find(|line| line.starts_with(&format!("{name} = ")));
    line.expect("it depends on its library")
        .replace("path = \"", &format!("path = \"{}/", folder.display()))
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).expect("the target folder can be written");
}

/// Runs to the end; seconds of processor time, or what was said against it.
fn run(command: &mut Command) -> Result<f64, String> {
    let before = seconds_of_children();
    let output = command.output().expect("cargo runs");
    if output.status.success() {
        Ok(seconds_of_children() - before)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Processor time of all processes below this one that have ended. Linux alone tells, in hundredths.
fn seconds_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").expect("/proc, which Linux has");
    // The name, which may hold anything, ends with the last parenthesis; user and system time are
    // the fields 16 and 17, of which it is the second.
    let (_, rest) = text.rsplit_once(')').expect("a name");
    let fields: Vec<u32> =
        rest.split_whitespace().skip(13).take(2).map(|n| n.parse().expect("a number")).collect();
    f64::from(fields.iter().sum::<u32>()) / 100.0
}
