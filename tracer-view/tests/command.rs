//! The command `tracer`, run as a user runs it: what it says, and how it ends.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder of the test's own, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let name = format!("tracer-command-{test}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("it can be made");
        Self(path)
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).expect("it can be written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracer"));
        command.args(arguments).current_dir(&self.0).env("LC_ALL", "C.UTF-8");
        command.env("TMPDIR", &self.0).env_remove("COLUMNS").stdin(Stdio::null());
        command
    }

    /// The exit code, standard output and standard error.
    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        told(&self.command(arguments).output().expect("it runs"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _removed = fs::remove_dir_all(&self.0);
    }
}

fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it is text");
    (output.status.code().expect("it exits"), text(&output.stdout), text(&output.stderr))
}

/// One span as JSON: milliseconds, and more fields.
fn span(trace: u8, id: u8, parent: u8, name: &str, times: (u64, u64), more: &str) -> String {
    let at = |millis: u64| 1_700_000_000_000_000_000 + millis * 1_000_000;
    let parent = if parent == 0 { String::new() } else { format!("{parent:016x}") };
    format!(
        r#"{{"traceId":"{trace:02x}{:030x}","spanId":"{id:016x}","parentSpanId":"{parent}","name":"{name}","startTimeUnixNano":"{}","endTimeUnixNano":"{}"{more}}}"#,
        0,
        at(times.0),
        at(times.1),
    )
}

fn message(service: &str, spans: &[String]) -> String {
    format!(
        r#"{{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"{service}"}}}}]}},"scopeSpans":[{{"spans":[{}]}}]}}]}}"#,
        spans.join(",")
    )
}

const FAILED: &str = r#","status":{"code":2,"message":"no stock"}"#;

/// Two requests over two services, in lines as several processes write them.
fn shop() -> String {
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

#[test]
fn top_names_operations_by_what_they_took_themselves() {
    let folder = Folder::new("top");
    folder.file("a.jsonl", &shop());
    let expected = "\
operation       count    rate    errors      p50      p95      p99     self time
stock · select      1  0.97/s         0  38.0 ms  38.0 ms  38.0 ms  38.0 ms  42%
web · pay           2  1.94/s         0  19.0 ms  19.0 ms  19.0 ms  38.0 ms  42%
web · checkout      2  1.94/s   1 (50%)  30.0 ms  61.0 ms  61.0 ms  13.0 ms  14%
web · reserve       1  0.97/s  1 (100%)  40.0 ms  40.0 ms  40.0 ms  2.00 ms   2%
";
    assert_eq!(folder.run(&["top", "a.jsonl"]), (0, expected.to_owned(), String::new()));
}

#[test]
fn trees_are_drawn_over_all_services_of_a_file_and_of_standard_input() {
    let folder = Folder::new("tree");
    folder.file("a.jsonl", &shop());
    let all = "\
trace 4f000000  61.0 ms  4 spans · 2 tasks · 2 services · 2 with error
web · checkout                  61.0 ms  ▕████████████████████████████████████▏
│  ✖ no stock
├─ pay                          19.0 ms ◆▕████████████                        ▏
└─ reserve                      40.0 ms ◆▕           █████████████████████████▏
   │  ✖ no stock
   └─ stock · select            38.0 ms ◆▕            ███████████████████████ ▏
█ polled  ░ waiting  ∥ concurrent  ⇢ spawned  ◆ critical path

trace 5b000000  web  30.0 ms  2 spans
checkout                        30.0 ms  ▕████████████████████████████████████▏
└─ pay                          19.0 ms ◆▕ ███████████████████████            ▏
";
    let drawn = folder.run(&["tree", "--width", "90", "a.jsonl"]);
    assert_eq!(drawn, (0, all.to_owned(), String::new()));

    let mut command = folder.command(&["tree", "-", "--trace=5B"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let mut input = child.stdin.take().expect("it is piped");
    input.write_all(shop().as_bytes()).expect("it is read");
    drop(input);
    let (code, out, _) = told(&child.wait_with_output().expect("it ends"));
    assert_eq!((code, out.lines().next()), (0, Some("trace 5b000000  web  30.0 ms  2 spans")));
}

#[test]
fn diff_compares_two_runs_by_operation() {
    let folder = Folder::new("diff");
    let run = |pay: u64, more: &[String]| {
        let mut spans =
            vec![span(1, 1, 0, "checkout", (0, 100), ""), span(1, 2, 1, "pay", (0, pay), "")];
        spans.extend_from_slice(more);
        message("web", &spans)
    };
    folder.file("a", &run(20, &[span(1, 3, 1, "old", (90, 99), FAILED)]));
    folder.file("b", &run(30, &[span(1, 3, 1, "new", (90, 95), "")]));
    let expected = "\
operation  count        errors                p50                p95  change          self time
pay            1             0  20.0 ms > 30.0 ms  20.0 ms > 30.0 ms    +50%  20.0 ms > 30.0 ms
old        1 > -  1 (100%) > -        9.00 ms > -        9.00 ms > -    gone        9.00 ms > -
checkout       1             0             100 ms             100 ms     +0%  71.0 ms > 65.0 ms
new        - > 1         - > 0        - > 5.00 ms        - > 5.00 ms     new        - > 5.00 ms
";
    assert_eq!(folder.run(&["diff", "a", "b"]), (0, expected.to_owned(), String::new()));
}

#[test]
fn view_writes_a_page_and_says_where() {
    let folder = Folder::new("view");
    folder.file("a.jsonl", &shop());
    let page = |path: &Path| fs::read_to_string(path).expect("it is there");
    let (code, out, err) = folder.run(&["view", "a.jsonl", "--to", "b.html"]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "b.html\n", ""));
    assert!(page(&folder.0.join("b.html")).contains("<title>a.jsonl</title>"));

    let (code, out, _) = folder.run(&["view", "a.jsonl"]);
    let path = Path::new(out.trim_end());
    assert_eq!((code, path), (0, folder.0.join("trace-a.html").as_path()));
    assert!(page(path).starts_with("<!doctype html>"));
    let left: Vec<_> = fs::read_dir(&folder.0).expect("it is there").collect();
    assert_eq!(left.len(), 3, "nothing but the file and the pages");
}

#[test]
fn a_message_may_go_over_lines_and_lines_that_are_none_are_left_out() {
    let folder = Folder::new("lines");
    let pretty = message("web", &[span(1, 1, 0, "alone", (0, 10), "")]);
    folder.file("pretty.json", &pretty.replace(":[", ":[\n  ").replacen('{', "{\n  ", 1));
    let (code, out, err) = folder.run(&["top", "pretty.json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.lines().nth(1).is_some_and(|line| line.starts_with("alone ")), "{out}");

    let mut broken = shop();
    for line in ["{\"a", "[}", "x\u{1b}[2J", "y", "z"] {
        let _written = writeln!(broken, "{line}");
    }
    folder.file("broken.jsonl", &broken);
    let (code, out, err) = folder.run(&["top", "broken.jsonl"]);
    assert_eq!((code, out.lines().count()), (0, 5));
    let expected = "\
tracer: broken.jsonl: line 5 is no JSON: expected no control character at byte 3; left out
tracer: broken.jsonl: line 6 is no JSON: expected a value at byte 1; left out
tracer: broken.jsonl: line 7 is no JSON: expected a value at byte 0; left out
tracer: broken.jsonl: 2 more lines are left out
";
    assert_eq!(err, expected);
}

#[test]
fn what_cannot_be_done_is_said_in_one_line() {
    let folder = Folder::new("wrong");
    folder.file("a.jsonl", &shop());
    folder.file("empty", "\n");
    let help = "; see `tracer --help`";
    for (arguments, code, expected) in [
        (&["tre", "a"][..], 2, format!("`tre` is no command{help}")),
        (&["view"], 2, format!("there is no file{help}")),
        (&["top", "--open", "a"], 2, format!("`top` has no option `--open`{help}")),
        (&["x\u{1b}[2J"], 2, format!("`x\\u{{1b}}[2J` is no command{help}")),
        (
            &["tree", "--trace", "ff", "a.jsonl"],
            1,
            "no trace has an id that begins with ff".to_owned(),
        ),
        (&["top", "empty", "-"], 1, "there are no spans in empty, standard input".to_owned()),
        (&["view", "a.jsonl", "--to", "no/x.html"], 1, "cannot write no/x.html: ".to_owned()),
        (&["top", "none"], 1, "cannot read none: ".to_owned()),
    ] {
        let (ended, out, err) = folder.run(arguments);
        assert_eq!((ended, out.as_str()), (code, ""), "{arguments:?}");
        let line = err.strip_prefix("tracer: ").expect("it says who says it");
        let is_whole = line.trim_end() == expected || expected.ends_with(": ");
        assert!(is_whole && line.starts_with(&expected) && line.lines().count() == 1, "{err}");
    }
    let (code, out, _) = folder.run(&["--help"]);
    assert_eq!(
        (code, out.lines().next()),
        (0, Some("tracer shows traces that are in files, or that are sent to it"))
    );
    assert_eq!(folder.run(&["--version"]).1, format!("tracer {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn hostile_names_are_text() {
    let folder = Folder::new("hostile");
    let name = r"</script><script>alert(1)</script>\u001b[2J\u202e\u0007";
    folder.file("a", &message(name, &[span(1, 1, 0, name, (0, 10), "")]));
    let shown = r"</script><script>alert(1)</script>\u{1b}[2J\u{202e}\u{7}";
    for arguments in [&["top", "a"][..], &["tree", "--width", "200", "a"], &["diff", "a", "a"]] {
        let (code, out, _) = folder.run(arguments);
        assert_eq!(code, 0);
        let start = shown.split_at(50).0;
        assert!(out.contains(start), "{arguments:?}: {out}");
        assert!(!out.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{arguments:?}: {out}");
    }
    let (_, path, _) = folder.run(&["view", "a"]);
    let page = fs::read_to_string(path.trim_end()).expect("it is there");
    assert!(!page.contains("alert"));
}

/// One span in protobuf, named `alone`, of a millisecond.
fn in_protobuf() -> Vec<u8> {
    let within = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
    let at = |tag: u8, nanos: u64| [&[tag], nanos.to_le_bytes().as_slice()].concat();
    let (start, end) = (at(0x39, 1_000_000), at(0x41, 2_000_000));
    let ids = [within(0x0a, &[7; 16]), within(0x12, &[8; 8])].concat();
    let span = [ids, within(0x2a, b"alone"), start, end].concat();
    within(0x0a, &within(0x12, &within(0x12, &span)))
}

#[test]
fn protobuf_and_what_is_compressed_are_read() {
    let folder = Folder::new("protobuf");
    let message = in_protobuf();
    let length = (message.len() as u32).to_be_bytes();
    let framed = [&length, message.as_slice(), &length, message.as_slice()].concat();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(shop().as_bytes()).expect("memory takes it");
    let gzip = gzip.finish().expect("memory takes it");
    for (name, bytes, expected) in [
        ("one", message.as_slice(), "alone          1  1000/s       0  1.00 ms"),
        ("framed", &framed, "alone          2  2000/s       0  1.00 ms"),
        ("gzip", &gzip, "stock · select      1  0.97/s         0  38.0 ms"),
    ] {
        fs::write(folder.0.join(name), bytes).expect("it can be written");
        let (code, out, err) = folder.run(&["top", name]);
        assert_eq!((code, err.as_str()), (0, ""), "{name}");
        assert!(out.lines().nth(1).is_some_and(|line| line.starts_with(expected)), "{name}: {out}");
    }
    fs::write(folder.0.join("cut"), &framed[..framed.len() - 1]).expect("it can be written");
    let (code, _, err) = folder.run(&["top", "cut"]);
    assert_eq!((code, err.as_str()), (1, "tracer: cannot read cut: unexpected end of file\n"));
}

#[test]
fn what_jaeger_exports_is_read() {
    let folder = Folder::new("jaeger");
    let text = r#"{
  "data": [{"traceID": "7b", "processes": {"p1": {"serviceName": "web"}, "p2": {"serviceName": "db"}}, "spans": [
    {"traceID": "7b", "spanID": "b", "operationName": "query", "startTime": 1010, "duration": 980, "processID": "p2",
     "references": [{"refType": "CHILD_OF", "traceID": "7b", "spanID": "a"}]},
    {"traceID": "7b", "spanID": "a", "operationName": "get", "startTime": 1000, "duration": 1000, "processID": "p1",
     "tags": [{"key": "error", "type": "bool", "value": true}]}]}]
}"#;
    folder.file("a.json", text);
    let expected = "\
trace 00000000  1.00 ms  2 spans · 2 tasks · 2 services · 1 with error
web · get                       1.00 ms  ▕████████████████████████████████████▏
│  ✖ error
└─ db · query                    980 µs ◆▕████████████████████████████████████▏
█ polled  ░ waiting  ∥ concurrent  ⇢ spawned  ◆ critical path
";
    let drawn = folder.run(&["tree", "--width", "90", "a.json"]);
    assert_eq!(drawn, (0, expected.to_owned(), String::new()));
}

#[test]
fn convert_writes_trace_events_of_chrome() {
    let folder = Folder::new("convert");
    let spawned = r#","attributes":[{"key":"tracer.spawned","value":{"boolValue":true}},{"key":"tracer.slices","value":{"stringValue":"0+500000"}}]"#;
    let spans = [
        span(0x4f, 1, 0, "checkout", (0, 61), FAILED),
        span(0x4f, 2, 1, "pay", (1, 20), ""),
        span(0x4f, 3, 1, "audit", (10, 90), spawned),
    ];
    folder.file("a", &message("web", &spans));
    let (code, out, err) = folder.run(&["convert", "a", "--to", "chrome"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let lines = out.replace("{\"ph\"", "\n{\"ph\"");
    let expected = r#"{"displayTimeUnit":"ns","traceEvents":[
{"ph":"M","pid":1,"tid":0,"name":"process_name","args":{"name":"4f000000 checkout"}},
{"ph":"X","pid":1,"tid":1,"name":"checkout","ts":0.000,"dur":61000.000,"cat":"web","args":{"span id":"0000000000000001","error":"no stock"}},
{"ph":"X","pid":1,"tid":1,"name":"pay","ts":1000.000,"dur":19000.000,"cat":"web","args":{"span id":"0000000000000002"}},
{"ph":"X","pid":1,"tid":2,"name":"audit","ts":10000.000,"dur":80000.000,"cat":"web","args":{"span id":"0000000000000003"}},
{"ph":"X","pid":1,"tid":3,"name":"poll","ts":10000.000,"dur":500.000},
{"ph":"s","pid":1,"tid":1,"name":"spawn","cat":"spawn","id":1,"ts":10000.000},
{"ph":"f","pid":1,"tid":2,"name":"spawn","cat":"spawn","id":1,"ts":10000.000,"bp":"e"}]}"#;
    assert_eq!(lines, expected);
}
