//! Which destinations are asked for: by `TRACER`, else by the variables of others.

use crate::environment::destinations::{Compiled, Destinations, missing};

/// Variables of OpenTelemetry that ask for OTLP.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// Reads where traces go; `terminal` says whether stderr is one.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    terminal: bool,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Destinations {
    let asked = match set("TRACER") {
        Some(value) => of_tracer(&value, terminal, compiled, complaints),
        None if is_disabled(set) => return Destinations::default(),
        None => of_others(set, compiled, complaints),
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

fn is_disabled(set: &impl Fn(&str) -> Option<String>) -> bool {
    set("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"))
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

/// What OpenTelemetry's variables ask for, if they ask for anything.
fn of_others(
    set: &impl Fn(&str) -> Option<String>,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Option<Destinations> {
    if let Some(value) = set("OTEL_TRACES_EXPORTER") {
        return exporters(&value, compiled, complaints);
    }
    let endpoint = ENDPOINTS.into_iter().find(|name| set(name).is_some())?;
    let otlp = otlp(endpoint, compiled, complaints);
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
            "otlp" if otlp(VARIABLE, compiled, complaints) => asked.otlp = true,
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

/// Whether there is OTLP, for which `variable` asks.
fn otlp(variable: &str, compiled: Compiled, complaints: &mut Vec<String>) -> bool {
    if !compiled.otlp {
        let missing = missing("otlp");
        complaints.push(format!("{variable}: {missing}; ignoring the variable"));
    }
    compiled.otlp
}
