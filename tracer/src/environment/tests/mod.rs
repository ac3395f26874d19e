//! Variables, and what they ask for together.

mod of_datadog;
mod wrong;

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
