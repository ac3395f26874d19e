//! The programs: built one at a time, each run in a process of its own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::plan::{OFF_PROGRAM, Peer, Run};

/// The programs, as they stand beside this one.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    target: PathBuf,
    /// `taskset -c 0`, where there is one: what wanders between cores is noise.
    pin: &'static [&'static str],
}

/// What has two threads has two cores.
const BOTH_CORES: &[&str] = &["taskset", "-c", "0,1"];

impl Programs {
    /// Builds them one by one, so that no feature of one is switched on in another.
    pub(crate) fn build(peers: &[Peer]) -> Self {
        let folder = env::current_exe().expect("the path of this program");
        let folder = folder.parent().expect("it is in a folder").to_owned();
        let target = folder.parent().expect("the target folder").to_owned();
        let off = peers.contains(&Peer::Ours).then_some(OFF_PROGRAM);
        for name in peers.iter().map(|peer| peer.name()).chain(off) {
            let status = cargo()
                .args([
                    "build",
                    "--release",
                    "--quiet",
                    "--locked",
                    "--package",
                    &format!("bench-{name}"),
                ])
                .arg("--manifest-path")
                .arg(manifest())
                .arg("--target-dir")
                .arg(&target)
                .status()
                .expect("cargo runs");
            assert!(status.success(), "bench-{name} is not built");
        }
        let release = target.join("release");
        let folder = if release.is_dir() { release } else { folder };
        Self {
            folder,
            target,
            pin: if runs(&["taskset", "-c", "0", "true"]) { &["taskset", "-c", "0"] } else { &[] },
        }
    }

    /// The median over this process's samples, in nanoseconds a call.
    pub(crate) fn nanos(&self, run: Run, time: Duration) -> f64 {
        let milliseconds = time.as_millis().to_string();
        let pin = match run.case {
            "sync_thread2" if !self.pin.is_empty() && runs(&[BOTH_CORES, &["true"]].concat()) => {
                BOTH_CORES
            }
            _ => self.pin,
        };
        let answer = output(self.pinned(pin, &[], run.program()).args([
            "time",
            run.mode.word(),
            run.case,
            &milliseconds,
        ]));
        answer.parse().expect("a number")
    }

    /// Sizes of its futures, in bytes.
    pub(crate) fn sizes(&self, peer: Peer) -> Sizes {
        let answer = output(self.command(&[], peer.name()).arg("sizes"));
        let numbers: Vec<i64> =
            answer.split(' ').map(|size| size.parse().expect("a number")).collect();
        let [small, held, large, unused, layer, above] = numbers.try_into().expect("six sizes");
        Sizes { small, held, large, unused, layer: above - layer }
    }

    /// Where everything is built.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Runs a workload and counts what arrives; whether all did.
    pub(crate) fn all_arrive(&self, case: &str, times: u32) -> bool {
        let times = times.to_string();
        let status = self
            .command(&[], Peer::Ours.name())
            .args(["arrive", case, &times])
            .stdout(Stdio::null())
            .status();
        status.expect("the program starts").success()
    }

    /// A program, pinned, behind the words of a `tool`.
    pub(crate) fn command(&self, tool: &[&str], program: &str) -> Command {
        self.pinned(self.pin, tool, program)
    }

    fn pinned(&self, pin: &[&str], tool: &[&str], program: &str) -> Command {
        let path = self.folder.join(format!("bench-{program}"));
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

/// Bytes of futures.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    /// With a number as its argument.
    pub(crate) small: i64,
    /// Holds a kibibyte over an await.
    pub(crate) held: i64,
    /// With a kibibyte as its argument.
    pub(crate) large: i64,
    /// The same, and it is not used.
    pub(crate) unused: i64,
    /// What one more layer adds to a chain.
    pub(crate) layer: i64,
}

pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// What a command prints, without the end of the line.
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.stderr(Stdio::inherit()).output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", output.status);
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// Whether a tool is here and works.
pub(crate) fn runs(words: &[&str]) -> bool {
    let status = Command::new(words[0])
        .args(&words[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

pub(crate) fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")
}
