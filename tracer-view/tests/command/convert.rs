//! Files for other tools.

use std::fs;

use crate::samples::{self, FAILED, Folder, JAEGER, message, shop, span};

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

#[test]
fn convert_writes_packets_of_perfetto() {
    let folder = Folder::new("perfetto");
    folder.file("a", &message("web", &[span(0x4f, 1, 0, "checkout", (0, 61), "")]));
    let mut command = folder.command(&["convert", "--to", "perfetto", "a"]);
    let output = command.output().expect("it runs");
    assert!(output.status.success() && output.stderr.is_empty());
    // The first packet, with the tag of its clocks.
    assert_eq!((output.stdout[0], output.stdout[2]), (0x0a, 0x32));
    let has = |text: &str| output.stdout.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("4f000000 checkout") && has("lane 1") && has("web"));
}

#[test]
fn convert_writes_messages_of_otlp_that_show_the_same_trees() {
    let folder = Folder::new("otlp");
    let pretty = message("web", &[span(1, 1, 0, "alone", (0, 10), FAILED)]);
    let metrics = r#"{"resourceMetrics":[]}"#;
    for (name, content, lines) in [
        ("lines", format!("{metrics}\n{}\n[}}\n", shop()).into_bytes(), 4),
        ("pretty", pretty.replace(":[", ":[\n  ").replacen('{', "{\n  ", 1).into_bytes(), 1),
        ("gzip", samples::gzip(&shop()), 4),
        ("protobuf", samples::in_protobuf(), 1),
        ("framed", samples::framed(&samples::in_protobuf()), 2),
        ("jaeger", JAEGER.as_bytes().to_vec(), 1),
    ] {
        fs::write(folder.0.join(name), content).expect("it can be written");
        let (code, converted, err) = folder.run(&["convert", "--to", "otlp-json", name]);
        assert_eq!((code, err.lines().count()), (0, usize::from(name == "lines")), "{name}: {err}");
        assert_eq!(converted.lines().count(), lines, "{name}: {converted}");
        folder.file("converted", &converted);
        let [before, after] = [name, "converted"].map(|name| folder.run(&["tree", name]));
        assert!(before.1.contains("trace "), "{name}: {before:?}");
        assert_eq!((after.0, after.1), (before.0, before.1), "{name}");
        let again = folder.run(&["convert", "--to", "otlp-json", "converted"]);
        assert_eq!(again, (0, converted, String::new()), "{name}");
    }
}

#[test]
fn what_jaeger_exports_becomes_otlp_as_others_read_it() {
    let folder = Folder::new("otlp-jaeger");
    folder.file("a.json", JAEGER);
    let (_, converted, _) = folder.run(&["convert", "--to", "otlp-json", "a.json"]);
    let expected = r#"{"resourceSpans":[
{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"db"}}]},"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000007b","spanId":"000000000000000b","parentSpanId":"000000000000000a","name":"query","startTimeUnixNano":"1010000","endTimeUnixNano":"1990000","attributes":[],"events":[],"links":[]}]}]},
{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"web"}}]},"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000007b","spanId":"000000000000000a","name":"get","startTimeUnixNano":"1000000","endTimeUnixNano":"2000000","attributes":[],"events":[],"links":[],"status":{"code":2}}]}]}]}
"#;
    assert_eq!(converted.replace("{\"resource\"", "\n{\"resource\""), expected);
}
