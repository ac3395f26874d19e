//! Variables, and what they ask for together.

use super::*;

fn get(variables: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    |name| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

fn read(variables: &[(&str, &str)], terminal: bool) -> Environment {
    Environment::read(get(variables), terminal, Compiled::ALL)
}

/// With the feature `tree` alone.
fn read_small(variables: &[(&str, &str)], terminal: bool) -> Environment {
    Environment::read(get(variables), terminal, Compiled { tree: true, ..Compiled::NONE })
}

fn to(tree: bool, otlp: bool, file: Option<&str>) -> Destinations {
    Destinations { tree, otlp, file: file.map(str::to_owned), ..Destinations::default() }
}

fn datadog() -> Destinations {
    Destinations { datadog: true, ..Destinations::default() }
}

fn live(port: u16) -> Destinations {
    Destinations { live: Some(port), ..Destinations::default() }
}

fn page(page: Page) -> Destinations {
    Destinations { html: Some(page), ..Destinations::default() }
}

#[test]
fn unset_means_a_tree_where_somebody_looks() {
    assert_eq!(read(&[], true).destinations, to(true, false, None));
    assert_eq!(read(&[], true).complaints, [""; 0]);
    let silent = read(&[], false);
    assert_eq!(silent.destinations, Destinations::default());
    assert_eq!(
        lines(&silent.complaints),
        "tracer: traces go nowhere: stderr is no terminal; set TRACER to `tree`, `html`, `live`, `otlp`, `datadog`, `file:PATH` or `off`\n"
    );
    let small = read_small(&[], false);
    assert_eq!(
        lines(&small.complaints),
        "tracer: traces go nowhere: stderr is no terminal; set TRACER to `tree` or `off`\n"
    );
}

#[test]
fn what_is_asked_for_is_done() {
    for (value, expected) in [
        ("tree", to(true, false, None)),
        ("otlp", to(false, true, None)),
        ("html", page(Page::Usual)),
        ("html:a/b.html", page(Page::At("a/b.html".to_owned()))),
        (
            "html:C:\\a.html,tree",
            Destinations { tree: true, ..page(Page::At("C:\\a.html".to_owned())) },
        ),
        ("tree,datadog", Destinations { tree: true, ..datadog() }),
        ("live", live(0)),
        ("live:8080", live(8080)),
        ("tree,live:0", Destinations { tree: true, ..live(0) }),
        ("file:a/b.jsonl", to(false, false, Some("a/b.jsonl"))),
        ("file:C:\\traces", to(false, false, Some("C:\\traces"))),
        ("tree, otlp,file:x", to(true, true, Some("x"))),
        ("off", Destinations::default()),
    ] {
        let read = read(&[("TRACER", value), ("OTEL_TRACES_EXPORTER", "none")], true);
        assert_eq!((read.destinations, read.complaints.len()), (expected, 0), "{value}");
    }
}

#[test]
fn what_opentelemetry_asks_for_is_done_where_tracer_is_unset() {
    let endpoint = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let traces = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://a/traces");
    let exporter = |value| ("OTEL_TRACES_EXPORTER", value);
    for (variables, expected) in [
        (&[endpoint][..], to(false, true, None)),
        (&[traces], to(false, true, None)),
        (&[exporter("otlp")], to(false, true, None)),
        (&[exporter("otlp,console")], to(true, true, None)),
        (&[exporter("none"), endpoint], Destinations::default()),
        (&[exporter("console"), endpoint], to(true, false, None)),
        (&[endpoint, ("OTEL_SDK_DISABLED", "TRUE")], Destinations::default()),
        (&[endpoint, ("OTEL_SDK_DISABLED", "false")], to(false, true, None)),
        (&[endpoint, ("TRACER", "tree")], to(true, false, None)),
        (&[endpoint, ("TRACER", "off")], Destinations::default()),
    ] {
        let read = read(variables, false);
        assert_eq!((read.destinations, read.complaints.len()), (expected, 0), "{variables:?}");
    }
    let unknown = read(&[exporter("zipkin"), endpoint], true);
    assert_eq!(unknown.destinations, to(true, false, None));
    assert_eq!(
        unknown.complaints,
        [
            "OTEL_TRACES_EXPORTER: `zipkin` is not supported; valid are `otlp`, `console` and `none`; \
             ignoring the variable"
        ]
    );
}

#[test]
fn what_is_not_compiled_in_is_refused_with_the_feature_it_needs() {
    let tracer = |value| read_small(&[("TRACER", value)], true);
    for (value, feature) in [
        ("otlp", "otlp"),
        ("datadog", "datadog"),
        ("tree,file:x", "file"),
        ("file", "file"),
        ("html", "html"),
        ("html:x", "html"),
        ("live", "live"),
        ("live:8080", "live"),
    ] {
        let read = tracer(value);
        assert_eq!(read.destinations, to(true, false, None), "{value}");
        assert_eq!(
            read.complaints,
            [format!(
                "TRACER: `{feature}` needs the feature `{feature}` of the crate `tracer`, which is off; \
                 valid are `tree` or `off`; using `tree`"
            )]
        );
    }
    let endpoint = read_small(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318")], true);
    assert_eq!(endpoint.destinations, to(true, false, None));
    assert_eq!(
        endpoint.complaints,
        [
            "OTEL_EXPORTER_OTLP_ENDPOINT: `otlp` needs the feature `otlp` of the crate `tracer`, which is off; \
             ignoring the variable"
        ]
    );
    let none = Compiled::NONE.valid();
    assert!(none.starts_with("`off` ("), "{none}");
}

#[test]
fn an_unknown_destination_is_named_and_the_default_stands() {
    for (value, terminal, expected) in [
        ("trees", true, "`trees` is no destination"),
        ("tree:x", true, "`tree:x` is no destination"),
        ("tree,datadog:x", false, "`datadog:x` is no destination"),
        ("live:", true, "`live` is written `live` or `live:PORT`"),
        ("live:+1", true, "`live` is written `live` or `live:PORT`"),
        ("live:65536", false, "`live` is written `live` or `live:PORT`"),
        ("live:0.0.0.0:80", true, "`live` is written `live` or `live:PORT`"),
        ("html:", true, "`html` is written `html` or `html:PATH`"),
        ("tree,off", false, "`off` stands alone"),
        ("file", true, "`file` is written `file:PATH`"),
        ("otlp:x", true, "`otlp:x` is no destination"),
    ] {
        let read = read(&[("TRACER", value)], terminal);
        assert_eq!(read.destinations, to(terminal, false, None), "{value}");
        let now = if terminal { "tree" } else { "off" };
        assert_eq!(
            read.complaints,
            [format!(
                "TRACER: {expected}; valid are `tree`, `html`, `live`, `otlp`, `datadog`, `file:PATH` or `off`; using `{now}`"
            )]
        );
    }
}

#[test]
fn the_resource_is_read_and_the_service_name_wins() {
    let both = read(
        &[
            ("TRACER", "off"),
            ("OTEL_SERVICE_NAME", "shop"),
            (
                "OTEL_RESOURCE_ATTRIBUTES",
                "service.name=other, deployment.environment.name=pr%6Fd%20eu",
            ),
        ],
        true,
    );
    let expected = [("deployment.environment.name", "prod eu"), ("service.name", "shop")];
    assert_eq!(both.resource, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    assert!(both.complaints.is_empty());
}

#[test]
fn a_wrong_resource_is_discarded_whole() {
    for wrong in ["a=1,b", "a=1,=2", "a=%4", "a=%zz", "a=%+1", "a=%ff"] {
        let read = read(&[("TRACER", "off"), ("OTEL_RESOURCE_ATTRIBUTES", wrong)], true);
        assert!(read.resource.is_empty(), "{wrong}");
        assert_eq!(read.complaints.len(), 1, "{wrong}");
    }
}

#[test]
fn filters_are_read() {
    let filter = |value| {
        read(&[("TRACER", "off"), ("TRACER_FILTER", value)], true).filter.map(|f| f.to_string())
    };
    assert_eq!(filter("shop=debug, hyper=off").as_deref(), Some("shop=debug,hyper=off"));
    assert_eq!((filter(""), filter("shop")), (None, None));
}

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

/// Each variable with a value that makes no sense, and what is said of it then.
const WRONG: &[(&str, &str, &str)] = &[
    (
        "TRACER",
        "trees",
        "`trees` is no destination; valid are `tree`, `html`, `live`, `otlp`, `datadog`, `file:PATH` or `off`; \
         using `tree`",
    ),
    (
        "TRACER_FILTER",
        "a=b",
        "`a=b` has no level; valid are `target=level` and `level`, with `trace`, `debug`, `info`, `warn`, `error` \
         or `off`; filtering nothing",
    ),
    (
        "OTEL_RESOURCE_ATTRIBUTES",
        "a",
        "`a` is no `key=value` with a percent-encoded value; ignoring the variable",
    ),
    (
        "OTEL_TRACES_EXPORTER",
        "jaeger",
        "`jaeger` is not supported; valid are `otlp`, `console` and `none`; ignoring the variable",
    ),
    (
        "OTEL_TRACES_SAMPLER",
        "half",
        "`half` is no sampler; valid are always_on, always_off, traceidratio, parentbased_always_on, \
         parentbased_always_off, parentbased_traceidratio; using `parentbased_always_on`",
    ),
    (
        "OTEL_PROPAGATORS",
        "jaeger",
        "`jaeger` is no style; valid are tracecontext, baggage, datadog, b3, b3multi, none; \
         using `tracecontext,baggage`",
    ),
    (
        "DD_TRACE_PROPAGATION_STYLE",
        "xray",
        "`xray` is no style; valid are tracecontext, baggage, datadog, b3, b3multi, none; \
         using `tracecontext,baggage`",
    ),
    (
        "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT",
        "begin",
        "`begin` is no behavior; valid are continue, restart, ignore; using `continue`",
    ),
    (
        "DD_TRACE_ENABLED",
        "yes",
        "`yes` is neither true nor false; valid are true, 1, false, 0; using `true`",
    ),
    (
        "DD_LOGS_INJECTION",
        "yes",
        "`yes` is neither true nor false; valid are true, 1, false, 0; using `false`",
    ),
    (
        "DD_TAGS",
        ":a",
        "a tag of `:a` has no key; valid are `key:value` pairs with commas or spaces between; using the others",
    ),
    (
        "DD_TRACE_HEADER_TAGS",
        "a b,",
        "`a b` is no header; valid are `header` and `header:tag` in a comma list; using the others",
    ),
];

#[cfg(feature = "datadog")]
const WRONG_OF_SAMPLING: &[(&str, &str, &str)] = &[
    (
        "DD_TRACE_SAMPLING_RULES",
        "shop:0.5",
        "it is no JSON: expected value at line 1 column 1; \
         right is [{\"service\": \"shop\", \"sample_rate\": 0.5}]",
    ),
    (
        "DD_TRACE_SAMPLING_RULES",
        "[{\"sample_rate\": 2}]",
        "rule 1: `sample_rate` is 2; valid are numbers from 0 to 1; leaving it out",
    ),
    (
        "DD_TRACE_SAMPLE_RATE",
        "50%",
        "`50%` is no share; valid are numbers from 0 to 1; ignoring the variable",
    ),
    (
        "DD_TRACE_RATE_LIMIT",
        "5",
        "it limits what rules decide; set DD_TRACE_SAMPLING_RULES or DD_TRACE_SAMPLE_RATE, too; \
         ignoring the variable",
    ),
];

#[test]
fn what_makes_no_sense_is_one_line_a_variable_and_the_default_stands() {
    let all = WRONG.iter();
    #[cfg(feature = "datadog")]
    let all = all.chain(WRONG_OF_SAMPLING);
    for (variable, value, why) in all {
        let read = read(&[(variable, value)], true);
        assert_eq!(read.complaints, [format!("{variable}: {why}")]);
        assert_eq!(read.destinations, to(true, false, None), "{variable}");
        assert!(read.rules.is_none() && read.resource.is_empty(), "{variable}");
        assert!(read.headers.is_empty() && !read.ids_of_datadog, "{variable}");
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
