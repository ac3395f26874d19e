//! Datadog's variables, and an agent that notes what it gets.

use std::process::Output;

use tracer_backend_tests::{Got, Reply, Server};

use super::{output, program, said};

/// An agent that wants so much of all traces.
fn agent(rate: f64) -> Server {
    let rates = format!(r#"{{"rate_by_service":{{"service:,env:":{rate}}}}}"#);
    Server::new([Reply::Answers(200, "application/json", rates.into_bytes())])
}

/// Runs a program and returns what the agent got of it.
fn run(name: &str, agent: &Server, variables: &[(&str, &str)]) -> (Output, Vec<Got>) {
    let mut command = program(name);
    command.env("TRACER", "").env("DD_TRACE_AGENT_URL", &agent.url);
    let output = output(command.envs(variables.iter().copied()));
    (output, agent.got.try_iter().collect())
}

fn has(body: &[u8], text: &str) -> bool {
    body.windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
fn an_agent_s_address_alone_sends_traces_there_before_the_program_ends() {
    let of_otlp = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1");
    let port = agent(1.0);
    let (_, number) = port.url.rsplit_once(':').expect("it has a port");
    let by_host = [
        ("DD_TRACE_AGENT_URL", ""),
        ("DD_AGENT_HOST", "127.0.0.1"),
        ("DD_TRACE_AGENT_PORT", number),
    ];
    for (agent, variables) in [
        (&agent(1.0), &[][..]),
        (&agent(1.0), &[of_otlp]),
        (&agent(1.0), &[("TRACER", "datadog")]),
        (&port, &by_host),
    ] {
        let (output, got) = run("ok", agent, variables);
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""), "{variables:?}");
        let [got] = &got[..] else { panic!("{variables:?}: {got:?}") };
        assert!(got.head.starts_with("PUT /v0.4/traces HTTP/1.1"), "{}", got.head);
        assert!(has(&got.body, "work"), "{variables:?}");
    }
}

#[test]
fn what_datadog_s_variables_say_of_all_spans_is_there() {
    let variables = [
        ("DD_SERVICE", "shop"),
        ("OTEL_SERVICE_NAME", "other"),
        ("DD_ENV", "prod-7"),
        ("DD_VERSION", "1.2.3"),
        ("DD_TAGS", "team:payments,cell:c-4"),
    ];
    let (output, got) = run("ok", &agent(1.0), &variables);
    assert_eq!(said(&output.stderr), "");
    let [got] = &got[..] else { panic!("{got:?}") };
    for text in ["shop", "prod-7", "1.2.3", "team", "payments", "cell", "c-4"] {
        assert!(has(&got.body, text), "{text}");
    }
    assert!(!has(&got.body, "other"));
}

#[test]
fn what_is_not_wanted_is_not_sent() {
    for variables in [
        &[("DD_TRACE_SAMPLE_RATE", "0")][..],
        &[("DD_TRACE_SAMPLING_RULES", r#"[{"name":"work","sample_rate":0}]"#)],
        &[("OTEL_TRACES_SAMPLER", "always_off")],
        &[("DD_TRACE_ENABLED", "false")],
        &[("OTEL_TRACES_EXPORTER", "none")],
    ] {
        let (output, got) = run("ok", &agent(1.0), variables);
        assert_eq!((output.status.code(), said(&output.stderr)), (Some(7), ""), "{variables:?}");
        assert!(got.is_empty(), "{variables:?}");
    }
    let both = [("DD_TRACE_SAMPLE_RATE", "1"), ("OTEL_TRACES_SAMPLER", "always_off")];
    assert_eq!(run("ok", &agent(1.0), &both).1.len(), 1);
}

#[test]
fn what_makes_no_sense_is_one_line_and_traces_are_sent() {
    let variables = [("DD_TRACE_AGENT_TIMEOUT_SECONDS", "soon")];
    let (output, got) = run("ok", &agent(1.0), &variables);
    let expected = "tracer: DD_TRACE_AGENT_TIMEOUT_SECONDS: `soon`: it is no time; valid are seconds above 0, \
                    up to 3600; using `2`\n";
    assert_eq!((said(&output.stderr), got.len()), (expected, 1));
}

#[test]
fn requests_carry_datadog_s_headers_where_traces_go_to_an_agent() {
    let names = |variables: &[(&str, &str)]| {
        said(&run("propagation", &agent(1.0), variables).0.stdout).to_owned()
    };
    let usual = names(&[]);
    let expected = ["x-datadog-trace-id", "x-datadog-parent-id", "traceparent", "tracestate"];
    assert!(expected.iter().all(|name| usual.lines().any(|line| line == *name)), "{usual}");
    assert_eq!(names(&[("OTEL_PROPAGATORS", "b3")]), "b3\ndone\n");
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
