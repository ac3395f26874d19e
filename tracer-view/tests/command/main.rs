//! The command `tracer`, run as a user runs it: what it says, and how it ends.

mod convert;
mod samples;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::samples::{FAILED, Folder, JAEGER, in_protobuf, message, shop, span, told};

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

#[test]
fn protobuf_and_what_is_compressed_are_read() {
    let folder = Folder::new("protobuf");
    let message = in_protobuf();
    let (framed, gzip) = (samples::framed(&message), samples::gzip(&shop()));
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
    folder.file("a.json", JAEGER);
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
