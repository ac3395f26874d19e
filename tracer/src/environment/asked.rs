//! Which destinations are asked for: by `TRACER`, else by the variables of others.

use crate::environment::destinations::{Compiled, Destinations, missing};
use crate::environment::switch;

/// Variables of Datadog that ask for its agent.
const AGENTS: [&str; 2] = ["DD_TRACE_AGENT_URL", "DD_AGENT_HOST"];
/// Variables of OpenTelemetry that ask for OTLP.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// Reads where traces go; `terminal` says whether stderr is one.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    terminal: bool,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Destinations {
    let enabled = switch::read("DD_TRACE_ENABLED", set, true, complaints);
    if let Some(by) = disabled_by(set, enabled) {
        if set("TRACER").is_some_and(|value| value != "off") {
            complaints.push(format!("{by} says that nothing is traced; ignoring TRACER"));
        }
        return Destinations::default();
    }
    let asked = match set("TRACER") {
        Some(value) => of_tracer(&value, terminal, compiled, complaints),
        None => of_others(set, enabled, compiled, complaints),
    };
    asked.unwrap_or_else(|| {
        let tree = terminal && compiled.tree;
        if !tree && set("TRACER").is_none() {
            let valid = compiled.valid();
            complaints
                .push(format!("traces go nowhere: stderr is no terminal; set TRACER to {valid}"));
        }
        Destinations { tree, ..Destinations::default() }
    })
}

/// The variable by which nothing is traced, whatever `TRACER` says; where both say something,
/// Datadog's counts.
fn disabled_by(
    set: &impl Fn(&str) -> Option<String>,
    enabled: Option<bool>,
) -> Option<&'static str> {
    let is_off = || set("OTEL_SDK_DISABLED").is_some_and(|it| it.eq_ignore_ascii_case("true"));
    match enabled {
        Some(true) => None,
        Some(false) => Some("DD_TRACE_ENABLED"),
        None => is_off().then_some("OTEL_SDK_DISABLED"),
    }
}

/// The list of `TRACER`; none where it makes no sense.
fn of_tracer(
    value: &str,
    terminal: bool,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Option<Destinations> {
    let mut asked = Destinations::default();
    if value == "off" {
        return Some(asked);
    }
    for word in value.split(',').map(str::trim) {
        if let Err(why) = asked.add(word, compiled) {
            let now = if terminal && compiled.tree { "tree" } else { "off" };
            let valid = compiled.valid();
            complaints.push(format!("TRACER: {why}; valid are {valid}; using `{now}`"));
            return None;
        }
    }
    Some(asked)
}

/// What the variables of others ask for, if they ask for anything.
///
/// As Datadog's tracers: an exporter that is named counts, then where the agent is, then where OTLP
/// is; and who enables tracing in Datadog's words has not said `none` in OpenTelemetry's.
fn of_others(
    set: &impl Fn(&str) -> Option<String>,
    enabled: Option<bool>,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Option<Destinations> {
    let is_none = |value: &String| enabled == Some(true) && value.trim() == "none";
    let named = set("OTEL_TRACES_EXPORTER").filter(|value| !is_none(value));
    let is_named = named.is_some();
    if let Some(asked) = named.and_then(|value| exporters(&value, compiled, complaints)) {
        return Some(asked);
    }
    let agent = AGENTS.into_iter().find(|name| set(name).is_some());
    if agent.is_some_and(|name| is_there("datadog", compiled.datadog, name, complaints)) {
        return Some(Destinations { datadog: true, ..Destinations::default() });
    }
    let endpoint = ENDPOINTS.into_iter().find(|name| set(name).is_some() && !is_named)?;
    let otlp = is_there("otlp", compiled.otlp, endpoint, complaints);
    otlp.then(|| Destinations { otlp, ..Destinations::default() })
}

/// OpenTelemetry's list of exporters.
fn exporters(
    value: &str,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Option<Destinations> {
    const VARIABLE: &str = "OTEL_TRACES_EXPORTER";
    let mut asked = Destinations::default();
    for word in value.split(',').map(str::trim) {
        match word {
            "none" => {}
            "console" if compiled.tree => asked.tree = true,
            "otlp" if is_there("otlp", compiled.otlp, VARIABLE, complaints) => asked.otlp = true,
            "otlp" => return None,
            _ => {
                complaints.push(format!(
                    "{VARIABLE}: `{word}` is not supported; valid are `otlp`, `console` and `none`; \
                     ignoring the variable"
                ));
                return None;
            }
        }
    }
    Some(asked)
}

/// Whether this build has the destination for which `variable` asks.
fn is_there(
    destination: &str,
    is_compiled: bool,
    variable: &str,
    complaints: &mut Vec<String>,
) -> bool {
    if !is_compiled {
        let missing = missing(destination);
        complaints.push(format!("{variable}: {missing}; ignoring the variable"));
    }
    is_compiled
}
