//! What the environment asks for: `TRACER` and OpenTelemetry's standard variables.

mod styles;

use std::fmt::Write;

use tracer_core::{Filter, Ratio};

use crate::environment::styles::Styles;

/// What the environment asks for. A value that makes no sense leaves a complaint and the default.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Environment {
    /// Print trees of finished traces to stderr.
    pub(crate) tree: bool,
    /// Resource attributes, `service.name` among them.
    pub(crate) resource: Vec<(String, String)>,
    pub(crate) sampler: Option<Ratio>,
    /// How contexts are written in headers.
    pub(crate) styles: Styles,
    /// Which functions are traced.
    pub(crate) filter: Option<Filter>,
    /// Lines for stderr: what was wrong, and what would be right.
    pub(crate) complaints: Vec<String>,
}

/// Destinations that `TRACER` names but that this version cannot serve.
const LATER: [&str; 5] = ["html", "live", "file", "otlp", "datadog"];

impl Environment {
    /// Reads the variables through `get`; `terminal` says whether stderr is one.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>, terminal: bool) -> Self {
        let mut this = Self::default();
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        match set("TRACER") {
            Some(value) => this.destinations(&value, terminal),
            None => this.default_destination(terminal),
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
            this.sampler(&value, set("OTEL_TRACES_SAMPLER_ARG"));
        }
        this.styles = Styles::read(set, &mut this.complaints);
        this
    }

    /// A tree where somebody looks; elsewhere nothing, but the way to it.
    fn default_destination(&mut self, terminal: bool) {
        self.tree = terminal && cfg!(feature = "tree");
        if !self.tree {
            self.complaints
                .push(format!("traces go nowhere: stderr is no terminal; set TRACER to {VALID}"));
        }
    }

    fn destinations(&mut self, value: &str, terminal: bool) {
        if value == "off" {
            return;
        }
        let wrong =
            value.split(',').map(str::trim).find(|name| *name != "tree" || !cfg!(feature = "tree"));
        let Some(wrong) = wrong else {
            self.tree = true;
            return;
        };
        let name = wrong.split(':').next().unwrap_or_default();
        let why = if LATER.contains(&name) {
            "is not supported by this version"
        } else if name == "off" {
            "stands alone"
        } else {
            "is no destination"
        };
        self.tree = terminal && cfg!(feature = "tree");
        let now = if self.tree { "tree" } else { "off" };
        self.complaints.push(format!("TRACER: `{wrong}` {why}; valid are {VALID}; using `{now}`"));
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

    fn sampler(&mut self, name: &str, argument: Option<String>) {
        let share = match name {
            "always_on" | "parentbased_always_on" => 1.0,
            "always_off" | "parentbased_always_off" => 0.0,
            "traceidratio" | "parentbased_traceidratio" => self.share(argument),
            _ => {
                self.complaints.push(format!(
                    "OTEL_TRACES_SAMPLER: `{name}` is no sampler; valid are always_on, always_off, traceidratio, \
                     parentbased_always_on, parentbased_always_off, parentbased_traceidratio; using `parentbased_always_on`"
                ));
                1.0
            }
        };
        self.sampler = Some(Ratio::new(share));
    }

    fn share(&mut self, argument: Option<String>) -> f64 {
        let Some(argument) = argument else { return 1.0 };
        match argument.parse() {
            Ok(share) if (0.0..=1.0).contains(&share) => share,
            _ => {
                self.complaints.push(format!(
                    "OTEL_TRACES_SAMPLER_ARG: `{argument}` is no share; valid are numbers from 0 to 1; using `1`"
                ));
                1.0
            }
        }
    }
}

#[cfg(feature = "tree")]
const VALID: &str = "`tree` or `off`";
#[cfg(not(feature = "tree"))]
const VALID: &str = "`off` (`tree` needs the feature of that name)";

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

#[cfg(all(test, feature = "tree"))]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)], terminal: bool) -> Environment {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Environment::read(get, terminal)
    }

    #[test]
    fn unset_means_a_tree_where_somebody_looks() {
        assert!(read(&[], true).tree);
        assert_eq!(read(&[], true).complaints, [""; 0]);
        let silent = read(&[], false);
        assert!(!silent.tree);
        assert_eq!(
            lines(&silent.complaints),
            "tracer: traces go nowhere: stderr is no terminal; set TRACER to `tree` or `off`\n"
        );
    }

    #[test]
    fn what_is_asked_for_is_done() {
        assert!(read(&[("TRACER", "tree")], false).tree);
        let off = read(&[("TRACER", "off")], true);
        assert!(!off.tree && off.complaints.is_empty());
    }

    #[test]
    fn an_unknown_destination_is_named_and_the_default_stands() {
        let unknown = read(&[("TRACER", "trees")], true);
        assert!(unknown.tree);
        assert_eq!(
            unknown.complaints,
            ["TRACER: `trees` is no destination; valid are `tree` or `off`; using `tree`"]
        );
        let later = read(&[("TRACER", "tree,html:a.html")], false);
        assert_eq!(
            later.complaints,
            [
                "TRACER: `html:a.html` is not supported by this version; valid are `tree` or `off`; using `off`"
            ]
        );
        let both = read(&[("TRACER", "tree,off")], false);
        assert_eq!(
            both.complaints,
            ["TRACER: `off` stands alone; valid are `tree` or `off`; using `off`"]
        );
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
    fn samplers_are_read() {
        let sampler = |name: &str, argument: &str| {
            let read = read(
                &[
                    ("TRACER", "off"),
                    ("OTEL_TRACES_SAMPLER", name),
                    ("OTEL_TRACES_SAMPLER_ARG", argument),
                ],
                true,
            );
            (read.sampler, read.complaints.len())
        };
        assert_eq!(sampler("always_off", ""), (Some(Ratio::new(0.0)), 0));
        assert_eq!(sampler("parentbased_traceidratio", "0.25"), (Some(Ratio::new(0.25)), 0));
        assert_eq!(sampler("traceidratio", "1.5"), (Some(Ratio::new(1.0)), 1));
        assert_eq!(sampler("traceidratio", "half"), (Some(Ratio::new(1.0)), 1));
        assert_eq!(sampler("jaeger_remote", ""), (Some(Ratio::new(1.0)), 1));
    }
}
