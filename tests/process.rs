//! What a process has only once: the installed tracer, limits, signals, exit codes, allocations.
//! Each test starts a program of its own and looks at it from outside.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

fn program(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program"));
    for variable in [
        "TRACER",
        "TRACER_FILTER",
        "OTEL_SERVICE_NAME",
        "OTEL_RESOURCE_ATTRIBUTES",
        "OTEL_TRACES_SAMPLER",
        "OTEL_PROPAGATORS",
        "DD_TRACE_PROPAGATION_STYLE",
        "DD_TRACE_PROPAGATION_STYLE_EXTRACT",
        "DD_TRACE_PROPAGATION_STYLE_INJECT",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(variable);
    }
    command.arg(name).env("TRACER", "off");
    command
}

fn output(command: &mut Command) -> Output {
    command.output().expect("the program starts")
}

fn said(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("it speaks UTF-8")
}

/// Runs a program that checks itself; it says nothing else than that it is done.
#[track_caller]
fn succeeds(name: &str) {
    let output = output(&mut program(name));
    let (out, err) = (said(&output.stdout), said(&output.stderr));
    assert!(output.status.success() && out == "done\n", "{name}: {}\n{out}{err}", output.status);
}

#[test]
fn without_a_tracer_nothing_is_printed_allocated_or_started() {
    let output = output(&mut program("silence"));
    assert_eq!((said(&output.stdout), said(&output.stderr)), ("done\n", ""));
}

#[test]
fn a_recording_thread_does_not_allocate_once_it_has_a_log() {
    succeeds("steady");
}

#[test]
fn an_actor_started_by_a_request_is_its_child_within_the_grace() {
    succeeds("within-grace");
}

#[test]
fn after_the_grace_an_actor_begins_traces_of_its_own_with_a_link() {
    succeeds("expired");
}

#[test]
fn a_log_that_is_too_small_loses_what_it_counts_and_mixes_nothing() {
    succeeds("small-log");
}

#[test]
fn a_tracer_is_installed_once_and_again_after_it_has_gone() {
    succeeds("install");
}

#[test]
fn the_environment_says_how_contexts_are_written_in_headers() {
    let names = |variables: &[(&str, &str)]| {
        let mut command = program("propagation");
        command.env("TRACER", "tree").envs(variables.iter().copied());
        let output = output(&mut command);
        let err = said(&output.stderr).lines().find(|line| line.starts_with("tracer: "));
        (said(&output.stdout).to_owned(), err.unwrap_or_default().to_owned())
    };
    assert_eq!(names(&[]).0, "traceparent\ndone\n");
    assert_eq!(names(&[("OTEL_PROPAGATORS", "b3")]).0, "b3\ndone\n");
    let both = [("OTEL_PROPAGATORS", "b3"), ("DD_TRACE_PROPAGATION_STYLE_INJECT", "none")];
    assert_eq!(names(&both).0, "done\n");
    assert_eq!(
        names(&[("OTEL_PROPAGATORS", "jaeger")]),
        (
            "traceparent\ndone\n".to_owned(),
            "tracer: OTEL_PROPAGATORS: `jaeger` is no style; valid are tracecontext, baggage, datadog, \
             b3, b3multi, none; using `tracecontext,baggage`"
                .to_owned()
        )
    );
}

#[cfg(unix)]
#[test]
fn a_forked_child_installs_anew_and_shares_no_span_with_its_parent() {
    succeeds("forked");
}

#[test]
fn mains_return_what_they_return_without_the_attribute() {
    assert_eq!(output(&mut program("ok")).status.code(), Some(7));
    assert_eq!(output(&mut program("err")).status.code(), Some(9));
    let panicked = output(&mut program("panic"));
    assert_eq!(panicked.status.code(), Some(101));
    assert!(said(&panicked.stderr).contains("on purpose"));
    succeeds("async-std");
    succeeds("smol");
}

#[test]
fn a_tracer_delivers_when_main_panics() {
    let output = output(&mut program("panic-in-main"));
    assert_eq!(output.status.code(), Some(101));
    assert_eq!(said(&output.stdout), "child Completed\nended Completed\nopen Panicked\n");
}

#[test]
fn a_destination_that_does_not_exist_is_one_line_and_no_failure() {
    let output = output(program("ok").env("TRACER", "trees"));
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(said(&output.stderr).lines().count(), 1, "{}", said(&output.stderr));
}

#[cfg(unix)]
#[test]
fn a_program_that_flushes_on_a_signal_dies_by_it() {
    use std::os::unix::process::ExitStatusExt as _;

    for (destination, signal, number) in
        [("off", "TERM", 15), ("tree", "TERM", 15), ("tree", "INT", 2)]
    {
        let mut child = program("signal")
            .env("TRACER", destination)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let mut ready = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut ready)
            .expect("it speaks");
        assert_eq!(ready, "ready\n");
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
        // Waiting would close it, and the program would end by itself.
        let stdin = child.stdin.take();
        let status = child.wait().expect("it ends");
        drop(stdin);
        assert_eq!(status.signal(), Some(number), "{destination}: {status}");
    }
}

#[test]
fn a_runtime_that_becomes_known_late_hides_no_context() {
    succeeds("registers-late");
}

#[test]
fn errors_of_children_that_outlive_their_parents_do_not_wear_out_the_origin() {
    succeeds("many-failures");
}

#[test]
fn what_is_said_of_a_span_does_not_allocate_once_the_thread_is_warm() {
    succeeds("steady-details");
}

#[test]
fn an_error_has_the_backtrace_that_the_environment_asks_for() {
    for (asked, expected) in [("1", "backtrace: yes\ndone\n"), ("0", "backtrace: no\ndone\n")] {
        let output = output(program("backtrace").env("RUST_BACKTRACE", asked));
        assert_eq!(said(&output.stdout), expected, "RUST_BACKTRACE={asked}");
    }
}

#[test]
fn what_a_filter_leaves_out_is_as_without_the_attribute() {
    succeeds("filters");
}

#[test]
fn a_filter_that_changes_mixes_no_values() {
    succeeds("filter-changes");
}

#[test]
fn the_environment_s_filter_counts_and_a_wrong_one_is_one_line() {
    let run = |filter: &str| {
        let mut command = program("filter-from-environment");
        let output = output(command.env("TRACER", "tree").env("TRACER_FILTER", filter));
        assert!(output.status.success());
        said(&output.stderr).to_owned()
    };
    let all = run("");
    assert!(all.contains("cart(rows=1)") && all.contains("row(row=1)"), "{all}");
    let some = run("program::filter::shop=info");
    assert!(!some.contains("cart") && some.contains("row(row=1)"), "{some}");
    assert_eq!(run("off"), "");
    let wrong = run("program=debgu");
    let expected = "tracer: TRACER_FILTER: `program=debgu` has no level; valid are `target=level` and `level`, \
                    with `trace`, `debug`, `info`, `warn`, `error` or `off`; filtering nothing";
    assert_eq!(wrong.lines().next(), Some(expected));
    assert!(wrong.contains("cart(rows=1)"), "{wrong}");
}

#[test]
fn texts_are_cut_at_the_limit_that_is_set_and_marked() {
    succeeds("texts");
}
