//! What the environment asks for: `TRACER` and OpenTelemetry's standard variables.

mod asked;
mod destinations;
mod resource;
mod sampling;
mod styles;

use std::fmt::Write;

use tracer_core::Filter;

#[cfg(any(feature = "html", test))]
pub(crate) use crate::environment::destinations::Page;
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

impl Environment {
    /// Reads the variables through `get`; `terminal` says whether stderr is one.
    pub(crate) fn read(
        get: impl Fn(&str) -> Option<String>,
        terminal: bool,
        compiled: Compiled,
    ) -> Self {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        let mut complaints = Vec::new();
        let destinations = asked::read(&set, terminal, compiled, &mut complaints);
        let filter = set("TRACER_FILTER").and_then(|value| filter(&value, &mut complaints));
        let resource = resource::read(&set, &mut complaints);
        let sampling = set("OTEL_TRACES_SAMPLER")
            .map(|value| Sampling::read(&value, set("OTEL_TRACES_SAMPLER_ARG"), &mut complaints));
        let styles = Styles::read(set, &mut complaints);
        Self { destinations, resource, sampling, styles, filter, complaints }
    }
}

fn filter(value: &str, complaints: &mut Vec<String>) -> Option<Filter> {
    let read = value.parse();
    if let Err(error) = &read {
        complaints.push(format!("TRACER_FILTER: {error}; filtering nothing"));
    }
    read.ok()
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
mod tests;
