//! Whose names the ids in log lines have, as the environment says it, of `tracing` and of `log`.

use std::env;
use std::process::Command;

/// A run of the program that writes log lines.
struct Run {
    /// The span's ids with each style's names.
    opentelemetry: String,
    datadog: String,
    /// What is written where the program says no style: by a format of text, of JSON, and by `log`.
    lines: [String; 3],
    /// What it says to standard error.
    complaint: Option<String>,
}

fn run(variables: &[(&str, &str)]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_log_lines"));
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        if ["TRACER", "OTEL_", "DD_"].iter().any(|of| name.starts_with(of)) {
            command.env_remove(&variable);
        }
    }
    command.env("TRACER", "tree").env("NO_COLOR", "1").envs(variables.iter().copied());
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{output:?}");
    let [out, err] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).expect("text"));
    let complaint = err.lines().find(|line| line.starts_with("tracer: ")).map(str::to_owned);
    let lines: Vec<_> = out.lines().collect();
    let [ids, text, json, asked_text, asked_datadog, log, asked_ids] = lines[..] else {
        panic!("{out}")
    };
    let [trace, half, id, decimal] = ids.split(' ').collect::<Vec<_>>()[..] else {
        panic!("{ids}")
    };
    let is_half = variables.contains(&("DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED", "false"));
    let opentelemetry = format!("trace_id={trace} span_id={id} trace_flags=03");
    let of_datadog = if is_half { half } else { trace };
    let datadog =
        format!("dd.service=shop dd.version=1.2 dd.trace_id={of_datadog} dd.span_id={decimal}");
    assert_eq!(asked_text, format!("tracing {opentelemetry}"));
    assert_eq!(asked_ids, format!("asked {opentelemetry}"));
    assert_eq!(asked_datadog, format!("tracing {datadog}"));
    let lines = [text, json, log].map(str::to_owned);
    Run { opentelemetry, datadog, lines, complaint }
}

/// The lines that a program writes with these ids.
fn with(ids: &str) -> [String; 3] {
    let members: Vec<_> = ids
        .split(' ')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| format!("\"{key}\":\"{value}\","))
        .collect();
    [
        format!("tracing {ids}"),
        format!("{{{}\"fields\":{{\"message\":\"tracing\"}}}}", members.concat()),
        format!("log {ids}"),
    ]
}

#[test]
fn ids_have_opentelemetry_s_names_unless_the_environment_says_datadog_s() {
    for variables in [&[][..], &[("DD_LOGS_INJECTION", "false")]] {
        let run = run(variables);
        assert_eq!((run.lines, run.complaint), (with(&run.opentelemetry), None), "{variables:?}");
    }
    for variables in [
        &[("DD_LOGS_INJECTION", "true")][..],
        &[("DD_LOGS_INJECTION", "1"), ("DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED", "false")],
    ] {
        let run = run(variables);
        assert_eq!((run.lines, run.complaint), (with(&run.datadog), None), "{variables:?}");
    }
}

#[test]
fn what_is_neither_true_nor_false_is_named() {
    let run = run(&[("DD_LOGS_INJECTION", "yes")]);
    assert_eq!(run.lines, with(&run.opentelemetry));
    assert_eq!(
        run.complaint.as_deref(),
        Some(
            "tracer: DD_LOGS_INJECTION: `yes` is neither true nor false; valid are true, 1, false, 0; \
             using `false`"
        )
    );
}
