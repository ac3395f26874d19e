//! Headers that the environment names are recorded by all layers of a program.

use std::env;
use std::process::Command;

use axum::Router;
use axum::body::Body;
use axum::response::AppendHeaders;
use axum::routing::get;
use http::{HeaderValue, Request};
use tracer::http::ServerLayer;
use tracer_services_tests::{client, scope, serve, text};

/// Set for the program; the test runs it.
const INSIDE: &str = "TRACER_TEST_INSIDE";

#[test]
fn headers_that_the_environment_names_are_recorded() {
    if env::var_os(INSIDE).is_some() {
        return program();
    }
    let told = |tags: &str| {
        let mut command = Command::new(env::current_exe().expect("it is a file"));
        command.args(["header_tags::headers_that_the_environment_names_are_recorded", "--exact"]);
        command.args(["--nocapture"]).env(INSIDE, "1");
        command.env("TRACER", "tree").env("DD_TRACE_HEADER_TAGS", tags);
        let output = command.output().expect("the program starts");
        let out = String::from_utf8(output.stdout).expect("it speaks UTF-8");
        assert!(output.status.success(), "{out}");
        // What the program says stands between the lines of the test itself.
        let told = out.lines().filter_map(|line| line.strip_prefix("told: ").map(str::to_owned));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told(""), [""; 0]);
    assert_eq!(
        told("x-tenant:tenant,X-Plan.Name,x-answer"),
        [
            "client http.request.headers.x-plan_name = gold",
            "client http.response.headers.x-answer = a, b",
            "client tenant = ann",
            "server http.request.headers.x-plan_name = gold",
            "server http.response.headers.x-answer = a, b",
            "server tenant = ann",
        ]
    );
    let secret = [
        "client http.request.headers.authorization = me",
        "server http.request.headers.authorization = me",
    ];
    assert_eq!(told("authorization"), secret, "it is recorded where it is named, and only there");
    let city = ["client tenant = K\u{FFFD}ln, Ö", "server tenant = K\u{FFFD}ln, Ö"];
    assert_eq!(told("x-city:tenant"), city, "bytes that are no text are marked");
    let long = told("x-long:tenant");
    let is_cut = |line: &String| (8_000..8_300).contains(&line.len());
    assert!(long.len() == 2 && long.iter().all(is_cut), "{}", long[0].len());
}

/// A client and a server that say which headers they recorded.
#[expect(clippy::print_stdout, reason = "the test reads it")]
#[tokio::main(flavor = "current_thread")]
async fn program() {
    let _tracer = tracer::init().expect("it is the only one");
    let scope = scope();
    let headers = AppendHeaders([("x-answer", "a"), ("x-other", "c"), ("x-answer", "b")]);
    let answer = async move || (headers, "cart");
    let app = Router::new().route("/", get(answer));
    let serving = serve(app.layer(scope.in_scope(ServerLayer::new))).await;
    let request = Request::get(serving.url("/"))
        .header("x-tenant", "ann")
        .header("x-plan.name", "gold")
        .header("x-city", HeaderValue::from_bytes(b"K\xF6ln, \xC3\x96").expect("a value"))
        .header("x-long", "a".repeat(20_000))
        .header("authorization", "me");
    let request = request.body(Body::empty()).expect("a request");
    scope.bind(text(client(), request)).await;
    serving.stop().await;
    let mut told: Vec<_> = scope
        .spans()
        .iter()
        .flat_map(|span| {
            let kind = span.kind().as_str();
            let is_header = |key: &str| key.contains("header") || key == "tenant";
            let headers = span.attributes().filter(move |(key, _)| is_header(key));
            headers
                .map(move |(key, value)| format!("told: {kind} {key} = {value}"))
                .collect::<Vec<_>>()
        })
        .collect();
    told.sort();
    // Other tests of the same process write into the middle of a line otherwise.
    println!("\n{}", told.join("\n"));
}
