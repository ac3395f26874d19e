//! The environment says where traces go.

use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

use super::{output, program, said};

#[test]
fn a_destination_that_does_not_exist_is_one_line_and_no_failure() {
    let output = output(program("ok").env("TRACER", "trees"));
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(said(&output.stderr).lines().count(), 1, "{}", said(&output.stderr));
}

/// The one request that comes, its head in lower case.
fn one_request(listener: &TcpListener) -> (String, Vec<u8>) {
    let (stream, _) = listener.accept().expect("the program connects");
    request(&stream)
}

fn request(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let head = head(&mut reader);
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.expect("it has a length").parse().expect("a number")];
    reader.read_exact(&mut body).expect("it is whole");
    answer(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    (head, body)
}

fn head(reader: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("it is text"), 0, "{head}");
    }
    head.to_lowercase()
}

fn answer(mut stream: &TcpStream, bytes: &[u8]) {
    stream.write_all(bytes).expect("the program waits for it");
}

#[test]
fn opentelemetry_s_endpoint_alone_sends_traces_there() {
    for tracer in ["", "otlp"] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let mut command = program("ok");
        command.env("TRACER", tracer).env("OTEL_SERVICE_NAME", "shop");
        command.env("OTEL_EXPORTER_OTLP_ENDPOINT", url).stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        let (head, body) = one_request(&listener);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""));
        assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
        for text in ["work", "shop", "telemetry.sdk.name"] {
            let is_there = body.windows(text.len()).any(|bytes| bytes == text.as_bytes());
            assert!(is_there, "{text}");
        }
    }
}

#[test]
fn the_agent_s_address_alone_sends_traces_there_in_datadog_s_words() {
    for tracer in ["", "datadog"] {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let url = format!("http://{}", listener.local_addr().expect("it listens"));
        let mut command = program("ok");
        command.env("TRACER", tracer).env("DD_TRACE_AGENT_URL", url).stderr(Stdio::piped());
        command.env("DD_SERVICE", "shop").env("DD_ENV", "prod").env("DD_TAGS", "team:payments");
        let child = command.spawn().expect("the program starts");
        let (head, body) = one_request(&listener);
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""));
        assert!(head.contains(" /v0.4/traces http/1.1"), "{head}");
        for text in ["work", "shop", "prod", "team", "payments"] {
            let is_there = body.windows(text.len()).any(|bytes| bytes == text.as_bytes());
            assert!(is_there, "{text}");
        }
    }
}

#[test]
fn a_wrong_variable_of_the_agent_is_a_line_and_takes_back_no_other() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let url = format!("http://{}", listener.local_addr().expect("it listens"));
    let mut command = program("ok");
    command.env("TRACER", "datadog").env("DD_TRACE_AGENT_URL", url).stderr(Stdio::piped());
    command.env("DD_TRACE_AGENT_TIMEOUT_SECONDS", "soon");
    let child = command.spawn().expect("the program starts");
    let (head, _) = one_request(&listener);
    assert!(head.contains(" /v0.4/traces http/1.1"), "{head}");
    let output = child.wait_with_output().expect("it ends");
    let err = said(&output.stderr);
    let is_line = err.starts_with("tracer: DD_TRACE_AGENT_TIMEOUT_SECONDS: `soon`: ");
    assert!(is_line && err.ends_with("; using `2`\n") && err.lines().count() == 1, "{err}");
}

#[test]
fn datadog_s_rules_leave_traces_out_and_its_switch_all() {
    let trees = |variables: &[(&str, &str)]| {
        let output = output(program("ok").env("TRACER", "tree").envs(variables.iter().copied()));
        assert_eq!(output.status.code(), Some(7));
        said(&output.stderr).to_owned()
    };
    let rules = |rate| format!(r#"[{{"name":"wor?","sample_rate":{rate}}}]"#);
    let sampler = ("OTEL_TRACES_SAMPLER", "always_off");
    assert!(trees(&[]).contains("work"));
    assert_eq!(trees(&[sampler]), "");
    assert!(trees(&[sampler, ("DD_TRACE_SAMPLING_RULES", &rules("1"))]).contains("work"));
    assert_eq!(trees(&[("DD_TRACE_SAMPLING_RULES", &rules("0"))]), "");
    assert_eq!(trees(&[("DD_TRACE_SAMPLE_RATE", "1"), ("DD_TRACE_RATE_LIMIT", "0")]), "");
    let wrong = trees(&[("DD_TRACE_SAMPLING_RULES", &rules("7"))]);
    let line = "tracer: DD_TRACE_SAMPLING_RULES: rule 1: `sample_rate` is 7; valid are numbers from 0 to 1; \
                leaving it out\n";
    assert!(wrong.starts_with(line) && wrong.contains("work"), "{wrong}");
    assert_eq!(
        trees(&[("DD_TRACE_ENABLED", "false")]),
        "tracer: DD_TRACE_ENABLED says that nothing is traced; ignoring TRACER\n"
    );
}

#[test]
fn a_backend_elsewhere_is_reached_through_the_proxy_that_the_environment_names() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let mut command = program("ok");
    command.env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://backend.example:4318").env("TRACER", "");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().to_lowercase().ends_with("_proxy") {
            command.env_remove(name);
        }
    }
    command.env("HTTP_PROXY", format!("http://{}", proxy.local_addr().expect("it listens")));
    let child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let (stream, _) = proxy.accept().expect("the program connects");
    // Nothing follows before the answer, so that what is buffered here is no part of the request.
    let asked = head(&mut BufReader::new(&stream));
    answer(&stream, b"HTTP/1.1 200 OK\r\n\r\n");
    let (head, _) = request(&stream);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""));
    assert!(asked.starts_with("connect backend.example:4318 http/1.1"), "{asked}");
    assert!(head.starts_with("post /v1/traces http/1.1"), "{head}");
}

#[test]
fn a_file_in_the_environment_holds_the_traces() {
    let name = format!("tracer-process-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(name);
    let output = output(program("ok").env("TRACER", format!("file:{}", path.display())));
    assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""));
    let file = BufReader::new(std::fs::File::open(&path).expect("it was written"));
    let spans = tracer::export::read::lines(file).collect::<Result<Vec<_>, _>>();
    let names: Vec<_> = spans.expect("it is whole").concat().into_iter().map(|s| s.name).collect();
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(names, ["work"]);
}

#[test]
fn a_page_in_the_environment_is_there_when_the_program_has_ended() {
    let name = format!("tracer-process-{}.html", std::process::id());
    let path = std::env::temp_dir().join(name);
    let output = output(program("ok").env("TRACER", format!("html:{}", path.display())));
    let told = format!("tracer: traces are in {}\n", path.display());
    assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), told.as_str()));
    let page = std::fs::read_to_string(&path).expect("it was written");
    std::fs::remove_file(&path).expect("it is there");
    assert!(page.trim_end().ends_with("</html>"), "it is whole");
}

#[test]
fn a_page_that_is_served_is_said_once_and_does_not_keep_the_program() {
    let output = output(program("ok").env("TRACER", "live"));
    assert_eq!(output.status.code(), Some(7));
    let told = said(&output.stderr);
    let address = told.strip_prefix("tracer: traces are at http://127.0.0.1:");
    let (_, token) = address.and_then(|rest| rest.split_once("/?token=")).expect("it is said");
    assert_eq!((token.trim_end().len(), told.lines().count()), (32, 1), "{told}");
}

#[test]
fn a_backend_that_cannot_be_and_one_that_is_not_there_are_lines_and_no_failure() {
    let run = |variable: &str, value: &str| {
        let output = output(program("ok").env("TRACER", "otlp").env(variable, value));
        assert_eq!(output.status.code(), Some(7));
        said(&output.stderr).to_owned()
    };
    assert_eq!(
        run("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost"),
        "tracer: OTEL_EXPORTER_OTLP_ENDPOINT: `localhost` cannot be the endpoint: it has no scheme; \
         write it as `http://host:4318`; sending nothing\n"
    );
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let nobody = format!("http://{}", listener.local_addr().expect("it listens"));
    drop(listener);
    let refused = output(
        program("ok")
            .env("TRACER", "otlp")
            .env("OTEL_EXPORTER_OTLP_TIMEOUT", "100")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &nobody),
    );
    assert_eq!(refused.status.code(), Some(7));
    let refused = said(&refused.stderr);
    let expected = format!("1 spans dropped; last error: {nobody}/v1/traces: ");
    assert!(refused.contains(&expected) && refused.lines().count() <= 2, "{refused}");
    let folder = run("TRACER", "file:/no/such/folder/a.jsonl");
    let expected = "tracer: TRACER: cannot write traces to /no/such/folder/a.jsonl: ";
    assert!(folder.starts_with(expected) && folder.lines().count() == 1, "{folder}");
    let folder = run("TRACER", "html:/no/such/folder/a.html");
    let expected = "tracer: cannot write traces to /no/such/folder/a.html: ";
    assert!(folder.starts_with(expected) && folder.lines().count() == 1, "{folder}");
}
