//! Files that the command is given, and how it is run on them.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

/// A folder of the test's own, gone with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(test: &str) -> Self {
        let name = format!("tracer-command-{test}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("it can be made");
        Self(path)
    }

    pub(crate) fn file(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("it can be written");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracer"));
        command.args(arguments).current_dir(&self.0).env("LC_ALL", "C.UTF-8");
        command.env("TMPDIR", &self.0).env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    /// The exit code, standard output and standard error.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        told(&self.command(arguments).output().expect("it runs"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is text");
    (output.status.code().expect("it exits"), text(&output.stdout), text(&output.stderr))
}

/// One span as JSON: milliseconds, and more fields.
pub(crate) fn span(
    trace: u8,
    id: u8,
    parent: u8,
    name: &str,
    times: (u64, u64),
    more: &str,
) -> String {
    let at = |millis: u64| 1_700_000_000_000_000_000 + millis * 1_000_000;
    let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
    format!(
        r#"{{"traceId":"{trace:02x}{:030x}","spanId":"{id:016x}","parentSpanId":"{parent}","name":"{name}","startTimeUnixNano":"{}","endTimeUnixNano":"{}"{more}}}"#,
        0,
        at(times.0),
        at(times.1),
    )
}

pub(crate) fn message(service: &str, spans: &[String]) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
}

pub(crate) const FAILED: &str = r#","status":{"code":2,"message":"no stock"}"#;

/// Two requests over two services, in lines as several processes write them.
pub(crate) fn shop() -> String {
    let lines = [
        message("web", &[span(0x4f, 1, 0, "checkout", (0, 61), FAILED)]),
        message(
            "web",
            &[span(0x4f, 2, 1, "pay", (1, 20), ""), span(0x4f, 3, 1, "reserve", (20, 60), FAILED)],
        ),
        message("stock", &[span(0x4f, 4, 3, "select", (21, 59), "")]),
        message(
            "web",
            &[
                span(0x5b, 1, 0, "checkout", (1000, 1030), ""),
                span(0x5b, 2, 1, "pay", (1001, 1020), ""),
            ],
        ),
    ];
    lines.join("\n") + "\n"
}

pub(crate) const JAEGER: &str = r#"{
  "data": [{"traceID": "7b", "processes": {"p1": {"serviceName": "web"}, "p2": {"serviceName": "db"}}, "spans": [
    {"traceID": "7b", "spanID": "b", "operationName": "query", "startTime": 1010, "duration": 980, "processID": "p2",
     "references": [{"refType": "CHILD_OF", "traceID": "7b", "spanID": "a"}]},
    {"traceID": "7b", "spanID": "a", "operationName": "get", "startTime": 1000, "duration": 1000, "processID": "p1",
     "tags": [{"key": "error", "type": "bool", "value": true}]}]}]
}"#;

/// One span in protobuf, named `alone`, of a millisecond.
pub(crate) fn in_protobuf() -> Vec<u8> {
    let within = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let at = |tag: u8, nanos: u64| [&[tag], nanos.to_le_bytes().as_slice()].concat();
    let (start, end) = (at(0x39, 1_000_000), at(0x41, 2_000_000));
    let ids = [within(0x0a, &[7; 16]), within(0x12, &[8; 8])].concat();
    let span = [ids, within(0x2a, b"alone"), start, end].concat();
    within(0x0a, &within(0x12, &within(0x12, &span)))
}

/// Messages, each behind its length.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u32).to_be_bytes();
    [&length, message, &length, message].concat()
}

pub(crate) fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).expect("memory takes it");
    gzip.finish().expect("memory takes it")
}
