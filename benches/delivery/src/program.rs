//! The programs that are measured: built one at a time, each run in a process of its own.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program, and how it shall send.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    pub name: &'static str,
    pub package: &'static str,
    pub protocol: &'static str,
    pub compression: &'static str,
}

/// What a burst cost, as its process knows it.
pub struct Spent {
    /// Spans that are known to have been delivered, if that is known.
    pub acknowledged: Option<u64>,
    /// Of the thread that ended the spans, of all threads, and what of it was the kernel's.
    pub caller_nanos: u64,
    pub nanos: u64,
    pub system_nanos: u64,
    pub peak_kib: u64,
}

impl Program {
    /// At its own defaults, but for the protocol.
    pub const fn peer(name: &'static str, package: &'static str) -> Self {
        Self { name, package, protocol: "http/protobuf", compression: "none" }
    }

    pub fn build(&self) {
        let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["build", "--release", "--quiet", "--locked", "--package"])
            .arg(format!("delivery-{}", self.package))
            .arg("--manifest-path")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("Cargo.toml"))
            .arg("--target-dir")
            .arg(folder().parent().expect("the target folder"))
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{} is not built", self.name);
    }

    pub fn run(&self, url: &str, rate: &str) -> Spent {
        let output = Command::new(folder().join(format!("delivery-{}", self.package)))
            .arg(rate)
            .env("TRACER", "otlp")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", url)
            .env("OTEL_EXPORTER_OTLP_PROTOCOL", self.protocol)
            .env("OTEL_EXPORTER_OTLP_COMPRESSION", self.compression)
            .stderr(Stdio::inherit())
            .output()
            .expect("it starts");
        let text = String::from_utf8(output.stdout).expect("it prints numbers");
        let words: Vec<_> = text.split_whitespace().collect();
        let [acknowledged, numbers @ ..] = &words[..] else { panic!("{} says nothing", self.name) };
        let numbers: Vec<u64> =
            numbers.iter().map(|word| word.parse().expect("a number")).collect();
        let [caller_nanos, nanos, system_nanos, peak_kib] = numbers[..] else {
            panic!("{} says {text:?}", self.name)
        };
        let acknowledged = acknowledged.parse().ok();
        Spent { acknowledged, caller_nanos, nanos, system_nanos, peak_kib }
    }
}

/// Where the programs are: beside this one.
fn folder() -> PathBuf {
    let path = env::current_exe().expect("the path of this program");
    path.parent().expect("it is in a folder").to_owned()
}
