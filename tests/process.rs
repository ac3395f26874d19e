//! What a process has only once: the installed tracer, limits, signals, exit codes, allocations.
//! Each test starts a program of its own and looks at it from outside.

#[path = "process/datadog.rs"]
mod datadog;
#[path = "process/destinations.rs"]
mod destinations;
#[cfg(unix)]
#[path = "process/signals.rs"]
mod signals;

use std::env;
use std::process::{Command, Output};

fn program(name: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_program"));
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        if name == "RUST_BACKTRACE"
            || ["TRACER", "OTEL_", "DD_"].iter().any(|of| name.starts_with(of))
        {
            command.env_remove(&variable);
        }
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
fn what_is_spawned_on_async_std_inherits_where_one_asks_for_it() {
    succeeds("async-std-inherits");
}

#[test]
fn nothing_is_kept_of_async_std_s_tasks_that_asked_and_ended() {
    succeeds("async-std-ends");
}

#[test]
fn the_newest_of_async_std_s_tasks_are_kept_as_many_as_there_is_room_for() {
    succeeds("async-std-many");
}

#[test]
fn what_a_task_of_async_std_inherits_expires() {
    succeeds("async-std-expires");
}

#[test]
fn a_logger_sees_no_more_because_async_std_s_tasks_inherit() {
    succeeds("async-std-logger");
    succeeds("async-std-own-logger");
}

#[test]
fn a_log_that_is_too_small_loses_what_it_counts_and_mixes_nothing() {
    succeeds("small-log");
}

#[test]
fn a_burst_of_a_million_spans_with_attributes_arrives_complete() {
    succeeds("burst");
    succeeds("burst-of-traces");
}

#[test]
fn spans_wait_for_an_exporter_that_is_slow_while_the_logs_have_room() {
    succeeds("slow-exporter");
    succeeds("slow-exporter-of-traces");
    succeeds("looked-at");
}

#[test]
fn a_tracer_is_installed_once_and_again_after_it_has_gone() {
    succeeds("install");
}

#[test]
fn a_future_that_blocks_its_executor_is_named_once() {
    let output = output(&mut program("slow-polls"));
    let err = said(&output.stderr);
    let line = err.strip_prefix("tracer: a poll of hash (tests/programs/slow_polls.rs:");
    let line = line.unwrap_or_else(|| panic!("{err}"));
    assert!(line.contains("ms and blocked its executor") && err.lines().count() == 1, "{err}");
}

#[test]
fn callers_decide_what_is_recorded_where_the_sampler_lets_them() {
    for (sampler, sampled, unsampled) in [
        ("", true, false),
        ("parentbased_always_off", true, false),
        ("always_off", false, false),
        ("always_on", true, true),
    ] {
        let mut command = program("continues");
        command.env("TRACER", "tree").env("OTEL_TRACES_SAMPLER", sampler);
        let output = output(&mut command);
        let expected = format!("01 {sampled}\n00 {unsampled}\ndone\n");
        assert_eq!(said(&output.stdout), expected, "{sampler}");
    }
}

#[test]
fn the_environment_says_what_becomes_of_a_trace_that_comes() {
    for (behavior, trace, baggage) in [
        ("", true, true),
        ("continue", true, true),
        ("restart", false, true),
        ("ignore", false, false),
    ] {
        let mut command = program("comes");
        command.env("TRACER", "tree").env("DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT", behavior);
        let output = output(&mut command);
        assert_eq!(said(&output.stdout), format!("{trace} {baggage}\ndone\n"), "{behavior}");
    }
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
    let of_datadog = [("DD_TRACE_PROPAGATION_STYLE", "tracecontext")];
    assert_eq!(names(&of_datadog).0, "traceparent\ntracestate\ndone\n");
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

fn printed_trees(name: &str) -> String {
    let output = output(program(name).env("TRACER", "tree"));
    assert_eq!(said(&output.stdout), "done\n");
    said(&output.stderr).to_owned()
}

#[test]
fn what_still_runs_when_a_tokio_main_ends_is_cancelled() {
    let trees = printed_trees("left-on-tokio");
    assert!(trees.contains("work") && trees.contains("still_runs cancelled"), "{trees}");
}

/// Their executors live as long as the process, and nobody drops their tasks.
#[test]
fn what_still_runs_when_an_async_std_or_smol_main_ends_is_lost_which_is_a_known_limit() {
    for name in ["left-on-async-std", "left-on-smol"] {
        let trees = printed_trees(name);
        assert!(trees.contains("work") && !trees.contains("still_runs"), "{name}: {trees}");
    }
}

#[test]
fn an_exit_after_a_shutdown_loses_nothing_that_has_ended() {
    let output = output(&mut program("exit-after-shutdown"));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(said(&output.stdout), "flushed Completed\nlate Completed\n");
}

/// It runs no destructors: nobody waits for an exporter, and open spans do not end.
#[test]
fn an_exit_without_a_shutdown_loses_what_was_not_flushed_which_is_a_known_limit() {
    let output = output(&mut program("exit"));
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(said(&output.stdout), "flushed Completed\n");
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

#[test]
fn names_at_run_time_have_an_end_and_none_is_lost() {
    succeeds("names");
}
