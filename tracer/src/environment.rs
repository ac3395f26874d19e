//! What the environment asks for: `TRACER` and OpenTelemetry's standard variables.

mod destinations;
mod sampling;
mod styles;

use std::fmt::Write;

use tracer_core::Filter;

#[cfg(any(feature = "html", test))]
pub(crate) use crate::environment::destinations::Page;
use crate::environment::destinations::missing;
pub(crate) use crate::environment::destinations::{Compiled, Destinations};
use crate::environment::sampling::Sampling;
use crate::environment::styles::Styles;

/// What the environment asks for. A value that makes no sense leaves a complaint and the default.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Environment {
    pub(crate) destinations: Destinations,
    /// Resource attributes, `service.name` among them.
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) sampling: Option<Sampling>,
    /// How contexts are written in headers.
    pub(crate) styles: Styles,
    /// Which functions are traced.
    pub(crate) filter: Option<Filter>,
    /// Lines for stderr: what was wrong, and what would be right.
    pub(crate) complaints: Vec<String>,
}

/// Variables of OpenTelemetry that ask for OTLP.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

impl Environment {
    /// Reads the variables through `get`; `terminal` says whether stderr is one.
    pub(crate) fn read(
        get: impl Fn(&str) -> Option<String>,
        terminal: bool,
        compiled: Compiled,
    ) -> Self {
        let mut this = Self::default();
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        match set("TRACER") {
            Some(value) => this.destinations(&value, terminal, compiled),
            None => this.default_destinations(set, terminal, compiled),
        }
        if let Some(value) = set("TRACER_FILTER") {
            this.filter(&value);
        }
        if let Some(value) = set("OTEL_RESOURCE_ATTRIBUTES") {
            this.resource_attributes(&value);
        }
        if let Some(name) = set("OTEL_SERVICE_NAME") {
            this.resource.retain(|(key, _)| key != "service.name");
            this.resource.push(("service.name".to_owned(), name));
        }
        if let Some(value) = set("OTEL_TRACES_SAMPLER") {
            let argument = set("OTEL_TRACES_SAMPLER_ARG");
            this.sampling = Some(Sampling::read(&value, argument, &mut this.complaints));
        }
        this.styles = Styles::read(set, &mut this.complaints);
        this
    }

    /// What OpenTelemetry's variables ask for; else a tree where somebody looks; elsewhere nothing,
    /// but the way to it.
    fn default_destinations(
        &mut self,
        set: impl Fn(&str) -> Option<String>,
        terminal: bool,
        compiled: Compiled,
    ) {
        let endpoint = ENDPOINTS.into_iter().find(|name| set(name).is_some());
        let asked = match set("OTEL_TRACES_EXPORTER") {
            _ if set("OTEL_SDK_DISABLED").is_some_and(|v| v.eq_ignore_ascii_case("true")) => {
                return;
            }
            Some(value) => self.exporters(&value, compiled),
            None => endpoint.and_then(|name| self.otlp(name, compiled)),
        };
        if let Some(asked) = asked {
            self.destinations = asked;
            return;
        }
        self.destinations.tree = terminal && compiled.tree;
        if !self.destinations.tree {
            let valid = compiled.valid();
            self.complaints
                .push(format!("traces go nowhere: stderr is no terminal; set TRACER to {valid}"));
        }
    }

    /// OpenTelemetry's list of exporters.
    fn exporters(&mut self, value: &str, compiled: Compiled) -> Option<Destinations> {
        let mut asked = Destinations::default();
        for word in value.split(',').map(str::trim) {
            match word {
                "none" => {}
                "console" if compiled.tree => asked.tree = true,
                "otlp" => asked.otlp = self.otlp("OTEL_TRACES_EXPORTER", compiled)?.otlp,
                _ => {
                    self.complaints.push(format!(
                        "OTEL_TRACES_EXPORTER: `{word}` is not supported; valid are `otlp`, `console` and `none`; \
                         ignoring the variable"
                    ));
                    return None;
                }
            }
        }
        Some(asked)
    }

    fn otlp(&mut self, variable: &str, compiled: Compiled) -> Option<Destinations> {
        if !compiled.otlp {
            let missing = missing("otlp");
            self.complaints.push(format!("{variable}: {missing}; ignoring the variable"));
            return None;
        }
        Some(Destinations { otlp: true, ..Destinations::default() })
    }

    fn destinations(&mut self, value: &str, terminal: bool, compiled: Compiled) {
        if value == "off" {
            return;
        }
        let mut asked = Destinations::default();
        for word in value.split(',').map(str::trim) {
            if let Err(why) = asked.add(word, compiled) {
                self.destinations.tree = terminal && compiled.tree;
                let now = if self.destinations.tree { "tree" } else { "off" };
                let valid = compiled.valid();
                self.complaints.push(format!("TRACER: {why}; valid are {valid}; using `{now}`"));
                return;
            }
        }
        self.destinations = asked;
    }

    fn filter(&mut self, value: &str) {
        match value.parse() {
            Ok(filter) => self.filter = Some(filter),
            Err(error) => {
                self.complaints.push(format!("TRACER_FILTER: {error}; filtering nothing"));
            }
        }
    }

    /// OpenTelemetry: `key=value` pairs, percent-encoded; one that is wrong discards them all.
    fn resource_attributes(&mut self, value: &str) {
        let pair = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            let key = key.trim();
            (!key.is_empty()).then_some((key.to_owned(), percent_decoded(value.trim())?))
        };
        let pairs = value.split(',').filter(|part| !part.trim().is_empty());
        for part in pairs {
            let Some(attribute) = pair(part) else {
                self.resource.clear();
                self.complaints.push(format!(
                    "OTEL_RESOURCE_ATTRIBUTES: `{part}` is no `key=value` with a percent-encoded value; \
                     ignoring the variable"
                ));
                return;
            };
            self.resource.push(attribute);
        }
    }
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            let (digits, tail) = rest.split_first_chunk::<2>()?;
            let digits =
                std::str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = tail;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// All complaints as one text, a line each.
pub(crate) fn lines(complaints: &[String]) -> String {
    complaints.iter().fold(String::new(), |mut text, complaint| {
        // Writing to a string does not fail.
        let _written = writeln!(text, "tracer: {complaint}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], terminal: bool) -> Environment {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Environment::read(
            get,
            terminal,
            Compiled { tree: true, html: true, live: true, otlp: true, file: true },
        )
    }

    /// Without the features `html`, `live`, `otlp` and `file`.
    fn read_small(variables: &[(&str, &str)], terminal: bool) -> Environment {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Environment::read(
            get,
            terminal,
            Compiled { tree: true, html: false, live: false, otlp: false, file: false },
        )
    }

    fn to(tree: bool, otlp: bool, file: Option<&str>) -> Destinations {
        Destinations { tree, otlp, file: file.map(str::to_owned), ..Destinations::default() }
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
            "tracer: traces go nowhere: stderr is no terminal; set TRACER to `tree`, `html`, `live`, `otlp`, `file:PATH` or `off`\n"
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
        let none =
            Compiled { tree: false, html: false, live: false, otlp: false, file: false }.valid();
        assert!(none.starts_with("`off` ("), "{none}");
    }

    #[test]
    fn an_unknown_destination_is_named_and_the_default_stands() {
        for (value, terminal, expected) in [
            ("trees", true, "`trees` is no destination"),
            ("tree:x", true, "`tree:x` is no destination"),
            ("tree,datadog", false, "`datadog` is not supported by this version"),
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
                    "TRACER: {expected}; valid are `tree`, `html`, `live`, `otlp`, `file:PATH` or `off`; using `{now}`"
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
}
