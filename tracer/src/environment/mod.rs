//! What the environment asks for: `TRACER`, and the variables of OpenTelemetry and of Datadog.
//!
//! These count whatever the destination is; where both say something, Datadog's do, as in its own
//! tracers.

mod asked;
mod destinations;
mod headers;
mod logs;
mod parts;
mod resource;
mod rules;
mod sampling;
mod styles;
mod switch;
mod tags;

use std::fmt::Write;

use tracer_core::Filter;

#[cfg(any(feature = "html", test))]
pub(crate) use crate::environment::destinations::Page;
pub(crate) use crate::environment::destinations::{Compiled, Destinations};
use crate::environment::headers::HeaderTag;
pub(crate) use crate::environment::rules::{DatadogSampler, install as install_sampler};
use crate::environment::sampling::Sampling;
use crate::environment::styles::Styles;

/// What the environment asks for. A value that makes no sense leaves a complaint and the default.
#[derive(Debug)]
pub(crate) struct Environment {
    pub(crate) destinations: Destinations,
    /// Resource attributes, `service.name` among them.
    pub(crate) resource: Vec<(String, String)>,
    /// Datadog's rules, which count before OpenTelemetry's sampler.
    pub(crate) rules: Option<DatadogSampler>,
    pub(crate) sampling: Option<Sampling>,
    /// How contexts are written in headers.
    pub(crate) styles: Styles,
    /// At how many finished spans a trace is handed on in parts.
    pub(crate) parts: Option<usize>,
    /// Headers that are recorded.
    pub(crate) headers: Vec<HeaderTag>,
    /// Log lines have Datadog's names of ids.
    pub(crate) ids_of_datadog: bool,
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
        let rules = rules::read(&set, compiled, &mut complaints);
        let headers = headers::read(&set, compiled, &mut complaints);
        let ids_of_datadog = logs::read(&set, compiled, &mut complaints);
        let parts = parts::read(&set, &destinations, &mut complaints);
        let styles = Styles::read(set, destinations.datadog, &mut complaints);
        Self {
            destinations,
            resource,
            rules,
            sampling,
            styles,
            parts,
            headers,
            ids_of_datadog,
            filter,
            complaints,
        }
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
