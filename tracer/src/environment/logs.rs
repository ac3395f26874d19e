//! Whether log lines have the ids of spans in Datadog's names.

use crate::environment::{Compiled, switch};

const VARIABLE: &str = "DD_LOGS_INJECTION";

/// Reads the variable; what makes no sense is one complaint.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> bool {
    // A word of some of Datadog's tracers, for lines that are objects.
    let is_structured = |value: &str| value.trim().eq_ignore_ascii_case("structured");
    let known = |name: &str| {
        let value = set(name)?;
        Some(if is_structured(&value) { "true".to_owned() } else { value })
    };
    let is_on = switch::read(VARIABLE, &known, false, complaints).unwrap_or_default();
    if is_on && !compiled.bridge {
        complaints.push(format!(
            "{VARIABLE}: it needs one of the features `tracing`, `log` and `opentelemetry-api` of the \
             crate `tracer`, which are off; ignoring the variable"
        ));
    }
    is_on && compiled.bridge
}
