//! Whether long traces go to Datadog's agent in parts, as its variables say it.

use crate::environment::destinations::Destinations;
use crate::environment::switch;

/// Finished spans of a trace for which Datadog's tracers wait until its root has ended.
const MIN_SPANS: usize = 300;

/// Reads at how many finished spans a trace is handed on in parts, if it is.
///
/// Where trees are drawn of it, too, it is not unless somebody says so: they would be in parts as well.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    to: &Destinations,
    complaints: &mut Vec<String>,
) -> Option<usize> {
    const VARIABLE: &str = "DD_TRACE_PARTIAL_FLUSH_MIN_SPANS";
    if !to.datadog {
        return None;
    }
    let usually = !(to.tree || to.html.is_some() || to.live.is_some());
    let enabled = switch::read("DD_TRACE_PARTIAL_FLUSH_ENABLED", set, usually, complaints);
    let spans = set(VARIABLE).and_then(|value| {
        let spans = value.trim().parse().ok().filter(|spans| *spans > 0);
        if spans.is_none() {
            complaints.push(format!(
                "{VARIABLE}: `{value}` is no number of spans; valid are whole numbers above 0; \
                 using `{MIN_SPANS}`"
            ));
        }
        spans
    });
    enabled.unwrap_or(usually || spans.is_some()).then(|| spans.unwrap_or(MIN_SPANS))
}

#[cfg(test)]
mod tests {
    use super::{Destinations, read};

    #[test]
    fn long_traces_go_to_the_agent_in_parts_unless_trees_are_drawn_or_somebody_says_so() {
        const ENABLED: &str = "DD_TRACE_PARTIAL_FLUSH_ENABLED";
        const SPANS: &str = "DD_TRACE_PARTIAL_FLUSH_MIN_SPANS";
        let agent = Destinations { datadog: true, ..Destinations::default() };
        let tree = Destinations { tree: true, ..agent.clone() };
        for (to, variables, expected, wrong) in [
            (&agent, &[][..], Some(300), 0),
            (&tree, &[], None, 0),
            (&tree, &[(ENABLED, "true")], Some(300), 0),
            (&tree, &[(SPANS, "7")], Some(7), 0),
            (&agent, &[(ENABLED, "0"), (SPANS, "7")], None, 0),
            (&agent, &[(ENABLED, "yes"), (SPANS, "0")], Some(300), 2),
            (&Destinations::default(), &[(ENABLED, "true"), (SPANS, "x")], None, 0),
        ] {
            let set = |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            let mut complaints = Vec::new();
            let parts = read(&set, to, &mut complaints);
            assert_eq!((parts, complaints.len()), (expected, wrong), "{variables:?}");
        }
    }
}
