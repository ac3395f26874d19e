//! The programs that are measured: built one at a time, each run in a process of its own.

use std::collections::BTreeSet;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program, and how it shall send.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Program {
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    pub(crate) protocol: Protocol,
}

/// What goes over the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// Nothing.
    None,
    /// OTLP over HTTP, as protobuf without compression.
    Otlp,
    OtlpGzip,
    OtlpJson,
    /// The Datadog agent's v0.4.
    Datadog,
}

/// What a burst cost, as its process knows it.
#[derive(Debug)]
pub(crate) struct Spent {
    pub(crate) spans: u64,
    /// Spans that are known to have been delivered, if that is known.
    pub(crate) acknowledged: Option<u64>,
    /// Of the thread that ended the spans, of all threads, and what of it was the kernel's.
    pub(crate) caller_nanos: u64,
    pub(crate) nanos: u64,
    pub(crate) system_nanos: u64,
    pub(crate) peak_kib: u64,
    /// Of the thread that ended the spans, in the last three quarters of them.
    pub(crate) allocations: u64,
    /// Nanoseconds that a trace took: the median, of 99 and 99.9 %, and the longest.
    pub(crate) latencies: [u64; 4],
}

impl Program {
    pub(crate) const fn new(name: &'static str, package: &'static str, protocol: Protocol) -> Self {
        Self { name, package, protocol }
    }

    pub(crate) fn is_ours(&self) -> bool {
        self.package == "ours"
    }

    pub(crate) fn build(&self) {
        let mut command = self.cargo();
        command.args(["build", "--release", "--quiet", "--locked", "--target-dir"]);
        let status = command.arg(self.target()).status();
        assert!(status.is_ok_and(|status| status.success()), "{} is not built", self.name);
    }

    pub(crate) fn run(&self, url: &str, rate: &str) -> Spent {
        let path = self.target().join("release").join(format!("delivery-{}", self.package));
        let mut command = Command::new(path);
        command.arg(rate).stderr(Stdio::inherit());
        let (protocol, compression) = match self.protocol {
            Protocol::OtlpGzip => ("http/protobuf", "gzip"),
            Protocol::OtlpJson => ("http/json", "none"),
            Protocol::None | Protocol::Otlp | Protocol::Datadog => ("http/protobuf", "none"),
        };
        if self.protocol == Protocol::Datadog {
            command.env("TRACER", "datadog").env("DD_TRACE_AGENT_URL", url);
            // It would tell Datadog of itself.
            command.env("DD_INSTRUMENTATION_TELEMETRY_ENABLED", "false");
        } else {
            command.env("TRACER", "otlp").env("OTEL_EXPORTER_OTLP_ENDPOINT", url);
            command.env("OTEL_EXPORTER_OTLP_PROTOCOL", protocol);
            command.env("OTEL_EXPORTER_OTLP_COMPRESSION", compression);
        }
        let output = command.output().expect("it starts");
        self.read(&String::from_utf8(output.stdout).expect("it prints numbers"))
    }

    fn read(&self, text: &str) -> Spent {
        let words: Vec<_> = text.split_whitespace().collect();
        let [acknowledged, numbers @ ..] = &words[..] else { panic!("{} says nothing", self.name) };
        let numbers: Vec<u64> =
            numbers.iter().map(|word| word.parse().expect("a number")).collect();
        let [spans, caller_nanos, nanos, system_nanos, peak_kib, allocations, latencies @ ..] =
            &numbers[..]
        else {
            panic!("{} says {text:?}", self.name)
        };
        Spent {
            acknowledged: acknowledged.parse().ok(),
            spans: *spans,
            caller_nanos: *caller_nanos,
            nanos: *nanos,
            system_nanos: *system_nanos,
            peak_kib: *peak_kib,
            allocations: *allocations,
            latencies: latencies.try_into().expect("four latencies"),
        }
    }

    /// All that is downloaded for the program, and what it is made of here is none of it.
    pub(crate) fn crates(&self) -> usize {
        let mut command = self.cargo();
        let words = ["tree", "--locked", "--edges", "normal,build", "--prefix", "none"];
        let output = command.args(words).output().expect("cargo runs");
        assert!(output.status.success(), "{}: no tree", self.name);
        let text = String::from_utf8_lossy(&output.stdout);
        let foreign = text.lines().filter(|line| !line.contains(" (/"));
        let names = foreign.map(|line| line.split(" (").next().unwrap_or_default());
        names.filter(|name| !name.is_empty()).collect::<BTreeSet<_>>().len()
    }

    /// With the manifest that it is built by.
    fn cargo(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        command.current_dir(folder.join(self.package));
        command
    }

    /// Its workspace is its own.
    fn is_apart(&self) -> bool {
        self.package == "datadog"
    }

    fn target(&self) -> PathBuf {
        let target = folder().parent().expect("the target folder").to_owned();
        if self.is_apart() { target.join(self.package) } else { target }
    }
}

/// Where this program is.
fn folder() -> PathBuf {
    let path = env::current_exe().expect("the path of this program");
    path.parent().expect("it is in a folder").to_owned()
}
