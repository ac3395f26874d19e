//! Datadog's variables.

use super::{Destinations, datadog, read, read_small, to};

#[test]
fn where_datadog_s_agent_is_asks_for_it_unless_an_exporter_is_named() {
    let url = ("DD_TRACE_AGENT_URL", "http://a:8126");
    let host = ("DD_AGENT_HOST", "a");
    let otlp = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let exporter = |value| ("OTEL_TRACES_EXPORTER", value);
    let enabled = |value| ("DD_TRACE_ENABLED", value);
    let off = Destinations::default;
    for (variables, expected) in [
        (&[url][..], datadog()),
        (&[host], datadog()),
        (&[host, otlp], datadog()),
        (&[host, exporter("otlp")], to(false, true, None)),
        (&[host, exporter("none")], off()),
        (&[host, exporter("none"), enabled("true")], datadog()),
        (&[host, enabled("False")], off()),
        (&[host, enabled("1"), ("OTEL_SDK_DISABLED", "true")], datadog()),
        (&[otlp, enabled("0"), ("OTEL_SDK_DISABLED", "false")], off()),
        (&[host, ("OTEL_SDK_DISABLED", "true")], off()),
        (&[host, ("TRACER", "tree")], to(true, false, None)),
    ] {
        let read = read(variables, false);
        assert_eq!((read.destinations, read.complaints), (expected, vec![]), "{variables:?}");
    }
    let unknown = read(&[host, exporter("zipkin")], false);
    assert_eq!((unknown.destinations, unknown.complaints.len()), (datadog(), 1));
    for by in ["DD_TRACE_ENABLED=false", "OTEL_SDK_DISABLED=true"] {
        let (variable, value) = by.split_once('=').unwrap();
        let read = read(&[(variable, value), ("TRACER", "tree")], true);
        let complaint = format!("{variable} says that nothing is traced; ignoring TRACER");
        assert_eq!((read.destinations, read.complaints), (off(), vec![complaint]));
    }
}

#[test]
fn what_datadog_s_variables_need_is_named_where_it_is_not_compiled_in() {
    let of = |feature| format!("the feature `{feature}` of the crate `tracer`, which is off");
    for (variables, complaint) in [
        (
            &[("DD_AGENT_HOST", "a")][..],
            format!("DD_AGENT_HOST: `datadog` needs {}; ignoring the variable", of("datadog")),
        ),
        (
            &[("DD_TRACE_SAMPLE_RATE", "0.5")],
            format!("DD_TRACE_SAMPLE_RATE: it needs {}; ignoring it", of("datadog")),
        ),
        (
            &[("DD_TRACE_RATE_LIMIT", "5"), ("DD_TRACE_SAMPLING_RULES", "[]")],
            format!(
                "DD_TRACE_SAMPLING_RULES, DD_TRACE_RATE_LIMIT: they need {}; ignoring them",
                of("datadog")
            ),
        ),
        (
            &[("DD_TRACE_HEADER_TAGS", "x-a")],
            format!("DD_TRACE_HEADER_TAGS: it needs {}; ignoring the variable", of("http")),
        ),
        (
            &[("DD_LOGS_INJECTION", "true")],
            "DD_LOGS_INJECTION: it needs one of the features `tracing`, `log` and `opentelemetry-api` of the \
             crate `tracer`, which are off; ignoring the variable"
                .to_owned(),
        ),
        (
            &[("DD_SERVICE", "shop"), ("DD_TRACE_ENABLED", "true"), ("DD_LOGS_INJECTION", "false")],
            String::new(),
        ),
    ] {
        let read = read_small(variables, true);
        assert_eq!(read.destinations, to(true, false, None), "{variables:?}");
        assert_eq!(read.complaints.concat(), complaint, "{variables:?}");
    }
}

#[cfg(feature = "datadog")]
#[test]
fn datadog_s_rules_are_read() {
    let rules = |variables: &[(&str, &str)]| {
        let read = read(variables, true);
        assert_eq!(read.complaints, [""; 0], "{variables:?}");
        read.rules
    };
    assert!(rules(&[]).is_none());
    assert!(rules(&[("DD_TRACE_SAMPLING_RULES", "[]")]).is_none());
    assert!(rules(&[("DD_TRACE_SAMPLE_RATE", "0.5"), ("DD_TRACE_RATE_LIMIT", "5")]).is_some());
    assert!(rules(&[("DD_TRACE_SAMPLING_RULES", "[{\"sample_rate\":0}]")]).is_some());
}

#[test]
fn log_lines_and_headers_are_asked_for() {
    for (value, expected) in
        [("true", true), ("TRUE", true), ("1", true), ("structured", true), ("0", false)]
    {
        let read = read(&[("DD_LOGS_INJECTION", value)], true);
        assert_eq!((read.ids_of_datadog, read.complaints.len()), (expected, 0), "{value}");
    }
    let read = read(&[("DD_TRACE_HEADER_TAGS", "x-a:a x-b")], true);
    let [a, b] = [("x-a", "a"), ("x-b", "")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(read.headers, [a, b]);
}
