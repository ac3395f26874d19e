//! The programs that are measured: built one at a time, each run in a process of its own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::server::Server;

/// A server.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    package: &'static str,
    /// What it is started with.
    mode: Option<&'static str>,
    libraries: &'static [&'static str],
    /// Of a request.
    pub(crate) spans: u64,
    /// All its spans have to arrive.
    is_ours: bool,
}

/// What the others are compared with comes first, then ours.
pub(crate) static PROGRAMS: [Program; 6] = [
    Program { libraries: &["axum"], spans: 0, ..Program::ours("none", "none", None) },
    Program::ours("ours", "ours", None),
    Program { spans: 0, ..Program::ours("ours, unsampled", "ours", Some("unsampled")) },
    Program { spans: 0, ..Program::ours("ours, no tracer installed", "ours", Some("absent")) },
    Program {
        libraries: &["fastrace-axum", "fastrace"],
        is_ours: false,
        ..Program::ours("fastrace-axum", "fastrace", None)
    },
    Program {
        libraries: &["axum-tracing-opentelemetry", "tracing-opentelemetry", "opentelemetry_sdk"],
        is_ours: false,
        ..Program::ours("axum-tracing-opentelemetry", "opentelemetry", None)
    },
];

/// What a run was like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) requests: u64,
    /// Until the last answer.
    pub(crate) nanos: u64,
    /// The median of the latencies and their 99th percentile, in nanoseconds.
    pub(crate) median: u64,
    pub(crate) slow: u64,
    /// Processor time of the server, in nanoseconds.
    pub(crate) processor: u64,
    /// Spans.
    pub(crate) arrived: u64,
}

impl Program {
    const fn ours(name: &'static str, package: &'static str, mode: Option<&'static str>) -> Self {
        Self { name, package, mode, libraries: &[], spans: 3, is_ours: true }
    }

    pub(crate) fn libraries(&self) -> impl Iterator<Item = &'static str> {
        self.libraries.iter().copied()
    }
}

/// The programs as they stand beside this one, each on its core: what wanders is noise.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    is_pinned: bool,
}

impl Programs {
    /// Builds them one by one, so that no feature of one is switched on in another.
    pub(crate) fn build(programs: &'static [Program]) -> Self {
        let folder = folder();
        let target = folder.parent().expect("the target folder");
        for package in packages(programs) {
            let mut command = cargo(target);
            run(command.args(["--release", "--package", &format!("http-{package}")]));
        }
        Self::of(folder)
    }

    /// Builds them in less time, all together and as nothing can be measured with.
    pub(crate) fn build_any(programs: &'static [Program]) -> Self {
        let folder = folder();
        let target = folder.parent().expect("the target folder");
        let mut command = cargo(target);
        command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        for package in packages(programs) {
            command.args(["--package", &format!("http-{package}")]);
        }
        run(&mut command);
        Self::of(target.join("debug"))
    }

    fn of(folder: PathBuf) -> Self {
        let is_pinned = [0, 1].iter().all(|core| {
            let mut command = Command::new("taskset");
            command.args(["-c", &core.to_string(), "true"]).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        });
        Self { folder, is_pinned }
    }

    /// Runs a server under load; what is in the table begins after the first requests.
    pub(crate) fn run(&self, program: &Program, first: u64, requests: u64) -> Run {
        let mut server = Server::start(self.server(&[], program));
        self.load(&server.address, first);
        let before = server.account();
        let [nanos, median, slow] = self.load(&server.address, requests);
        let after = server.account();
        server.end();
        let arrived = after.arrived - before.arrived;
        let due = program.spans * requests;
        assert!(!program.is_ours || arrived == due, "{arrived} of {due} spans of {}", program.name);
        let processor = after.processor - before.processor;
        Run { requests, nanos, median, slow, processor, arrived }
    }

    /// Sends requests that all have to be answered: how long it took, the median latency and the
    /// 99th percentile.
    pub(crate) fn load(&self, address: &str, requests: u64) -> [u64; 3] {
        let mut command = self.command("1", &[], "load");
        let command = command.args([address, &requests.to_string()]).stderr(Stdio::inherit());
        let output = command.output().expect("it starts");
        assert!(output.status.success(), "the load has failed");
        let text = String::from_utf8(output.stdout).expect("it prints numbers");
        let numbers: Vec<u64> =
            text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
        let [nanos, answered, median, slow] = numbers[..] else { panic!("it says {text:?}") };
        assert_eq!(answered, requests, "requests that were answered");
        [nanos, median, slow]
    }

    /// A server behind the words of a `tool`.
    pub(crate) fn server(&self, tool: &[&str], program: &Program) -> Command {
        let mut command = self.command("0", tool, program.package);
        command.args(program.mode);
        command
    }

    fn command(&self, core: &str, tool: &[&str], package: &str) -> Command {
        let path = self.folder.join(format!("http-{package}"));
        let pin: &[&str] = if self.is_pinned { &["taskset", "-c", core] } else { &[] };
        let mut words = pin.iter().chain(tool);
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(path);
                command
            }
            None => Command::new(path),
        };
        // A backtrace for each error would be the user's choice; here it would be what is measured.
        command.env_remove("RUST_BACKTRACE").env_remove("RUST_LIB_BACKTRACE");
        command
    }
}

/// What they are built from, and the load.
fn packages(programs: &'static [Program]) -> impl Iterator<Item = &'static str> {
    let mut packages: Vec<_> = programs.iter().map(|program| program.package).collect();
    packages.dedup();
    packages.into_iter().chain(["load"])
}

fn cargo(target: &Path) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml");
    command.args(["build", "--quiet", "--locked", "--manifest-path"]).arg(manifest);
    command.arg("--target-dir").arg(target);
    command
}

fn run(command: &mut Command) {
    let is_built = command.status().is_ok_and(|status| status.success());
    assert!(is_built, "{command:?} fails");
}

/// Where this program is.
fn folder() -> PathBuf {
    let path = env::current_exe().expect("the path of this program");
    path.parent().expect("it is in a folder").to_owned()
}
