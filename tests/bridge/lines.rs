//! Ids in log lines.

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::{env, io};

use tracer::testing::Scope;
use tracer::{Span, SpanContext, Tracer, current, propagate};
use tracer_bridge::{Ids, Tracing, WithIds};
use tracing::subscriber::with_default;
use tracing::{Subscriber, info, info_span};
use tracing_subscriber::fmt::{MakeWriter, format, layer};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

/// Keeps what is written.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The lines that are written below `subscriber` while `f` runs.
fn written<S: Subscriber + Send + Sync + 'static>(
    subscriber: impl FnOnce(Lines) -> S,
    f: impl FnOnce(),
) -> Vec<String> {
    let lines = Lines::default();
    with_default(subscriber(lines.clone()), || Scope::new().in_scope(f));
    let bytes = lines.0.lock().expect("nobody panics").clone();
    String::from_utf8(bytes).expect("it is text").lines().map(str::to_owned).collect()
}

fn ids(span: &SpanContext) -> String {
    format!("trace_id={} span_id={} trace_flags=03", span.trace_id(), span.span_id())
}

#[test]
fn a_line_of_text_ends_with_the_ids_of_the_current_span() {
    let mut contexts = Vec::new();
    let text = |lines| {
        let plain = format().without_time().with_ansi(false);
        let layer = layer().with_ansi(false).with_writer(lines).event_format(WithIds::text(plain));
        registry().with(Tracing::new()).with(layer)
    };
    let lines = written(text, || {
        info!("before");
        let request = info_span!("request", id = 7);
        request.in_scope(|| {
            contexts.push(current());
            info!(rows = 3, "inside");
        });
        info!(parent: &request, "named");
        request.in_scope(|| info!(parent: None, "apart"));
        Span::new("ours").in_scope(|| {
            contexts.push(current());
            info!("ours");
        });
    });
    let [theirs, ours] = [0, 1].map(|index| ids(&contexts[index]));
    assert_eq!(
        lines,
        [
            " INFO lines: before".to_owned(),
            format!(" INFO request{{id=7}}: lines: inside rows=3 {theirs}"),
            format!(" INFO request{{id=7}}: lines: named {theirs}"),
            " INFO lines: apart".to_owned(),
            format!(" INFO lines: ours {ours}"),
        ]
    );
}

#[test]
fn a_format_that_was_told_to_use_colours_does() {
    let text = |lines| {
        let coloured = format().compact().without_time().with_ansi(true);
        let layer = layer().with_writer(lines).event_format(WithIds::text(coloured));
        registry().with(Tracing::new()).with(layer)
    };
    let lines = written(text, || info_span!("request").in_scope(|| info!("inside")));
    assert!(lines[0].contains("\u{1b}[32m") && lines[0].contains(" trace_id="), "{lines:?}");
}

#[test]
fn a_line_of_json_begins_with_the_ids_of_the_current_span() {
    let mut context = None;
    let json = |lines| {
        let layer = layer().json().with_writer(lines);
        registry().with(Tracing::new()).with(layer.event_format(WithIds::json(format().json())))
    };
    let lines = written(json, || {
        info!("before");
        Span::new("ours").in_scope(|| {
            context = Some(current());
            info!(rows = 3, "{{inside}}");
        });
    });
    let context = context.expect("it ran");
    let [before, inside] = [0, 1].map(|index| {
        serde_json::from_str::<serde_json::Value>(&lines[index]).expect("each line is an object")
    });
    assert_eq!(before.get("trace_id"), None);
    assert_eq!(inside["trace_id"], context.trace_id().to_string());
    assert_eq!(inside["span_id"], context.span_id().to_string());
    assert_eq!(inside["trace_flags"], "03");
    assert_eq!(inside["fields"]["message"], "{inside}");
}

#[test]
fn datadog_s_names_come_with_the_service() {
    let tracer = Tracer::builder()
        .resource("service.name", "the \"shop\"")
        .resource("deployment.environment.name", "test")
        .resource("service.version", "1.2")
        .build()
        .expect("it starts");
    let span = tracer.in_scope(|| Span::new("request"));
    let context = span.context();
    let (trace, id) = (context.trace_id().to_string(), context.span_id().to_u64());
    assert_eq!(
        Ids::of(&context).datadog().to_string(),
        format!(
            "dd.service=the \"shop\" dd.env=test dd.version=1.2 dd.trace_id={trace} dd.span_id={id}"
        )
    );

    let lines = Lines::default();
    let format = WithIds::json(format().json()).datadog();
    let subscriber =
        registry().with(layer().json().with_writer(lines.clone()).event_format(format));
    with_default(subscriber, || span.in_scope(|| info!("inside")));
    let line = lines.0.lock().expect("nobody panics").clone();
    let line: serde_json::Value = serde_json::from_slice(&line).expect("an object");
    assert_eq!(line["dd.service"], "the \"shop\"");
    assert_eq!(
        (&line["dd.trace_id"], &line["dd.span_id"]),
        (&trace.into(), &id.to_string().into())
    );
}

#[test]
fn a_trace_of_64_bits_has_a_decimal_id_for_datadog() {
    let parent = "00-00000000000000000000000000000011-00000000000000ff-00";
    let scope = Scope::new();
    scope.in_scope(|| {
        let remote = propagate::extract(&[("traceparent", parent)]);
        let span = Span::below("serve", &remote.context());
        let told = Ids::of(&span.context());
        assert!(told.datadog().to_string().starts_with("dd.trace_id=17 dd.span_id="));
        assert!(told.to_string().ends_with(" trace_flags=00"), "{told}: it is not sampled");
    });
}

/// Set for the program; the test runs it.
const INSIDE: &str = "TRACER_TEST_INSIDE";

#[test]
#[expect(clippy::print_stdout, reason = "the test reads it")]
fn the_environment_asks_for_datadog_s_names() {
    if env::var_os(INSIDE).is_some() {
        let _tracer = tracer::init().expect("it is the only one");
        let span = Span::new("request");
        println!("\ntold: {}", Ids::of(&span.context()));
        return;
    }
    let told = |value: &str| {
        let mut command = Command::new(env::current_exe().expect("it is a file"));
        command.args(["the_environment_asks_for_datadog_s_names", "--exact", "--nocapture"]);
        command.env(INSIDE, "1").env("TRACER", "tree").env("DD_LOGS_INJECTION", value);
        command.env("DD_SERVICE", "shop").env("DD_ENV", "prod").env("DD_TAGS", "version:1.2");
        let output = command.output().expect("the program starts");
        let out = String::from_utf8(output.stdout).expect("it speaks UTF-8");
        let told = out.lines().find_map(|line| line.strip_prefix("told: ").map(str::to_owned));
        told.unwrap_or_else(|| panic!("{out}"))
    };
    let asked = told("true");
    let is_named = asked.starts_with("dd.service=shop dd.env=prod dd.version=1.2 dd.trace_id=");
    assert!(is_named && asked.contains(" dd.span_id="), "{asked}");
    for value in ["", "false"] {
        assert!(told(value).starts_with("trace_id="), "{value}: {}", told(value));
    }
}
