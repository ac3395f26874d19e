//! The environment says where traces go.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
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
    let mut reader = BufReader::new(&stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).expect("it is text"), 0, "{head}");
    }
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.expect("it has a length").parse().expect("a number")];
    reader.read_exact(&mut body).expect("it is whole");
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    (&stream).write_all(answer).expect("the program waits for it");
    (head, body)
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
}
