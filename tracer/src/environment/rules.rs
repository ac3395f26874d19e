//! Datadog's sampling rules, and the sampler that does as its agent asks.

use tracer_core::Builder;
#[cfg(feature = "datadog")]
use tracer_core::ParentBased;
#[cfg(feature = "datadog")]
pub(crate) use tracer_datadog::DatadogSampler;

use crate::environment::Compiled;
#[cfg(feature = "datadog")]
use crate::environment::resource;

/// There is none in this build.
#[cfg(not(feature = "datadog"))]
#[derive(Debug)]
pub(crate) enum DatadogSampler {}

const LIMIT: &str = "DD_TRACE_RATE_LIMIT";
const VARIABLES: [&str; 3] = ["DD_TRACE_SAMPLING_RULES", "DD_TRACE_SAMPLE_RATE", LIMIT];

/// Reads a sampler, if there is a rule that makes sense; what does not is a complaint each.
pub(super) fn read(
    set: &impl Fn(&str) -> Option<String>,
    compiled: Compiled,
    complaints: &mut Vec<String>,
) -> Option<DatadogSampler> {
    let said: Vec<_> = VARIABLES.into_iter().filter(|name| set(name).is_some()).collect();
    if said.is_empty() {
        return None;
    }
    if !compiled.datadog {
        let (need, them) = if said.len() > 1 { ("they need", "them") } else { ("it needs", "it") };
        complaints.push(format!(
            "{}: {need} the feature `datadog` of the crate `tracer`, which is off; ignoring {them}",
            said.join(", ")
        ));
        return None;
    }
    let sampler = of_variables(set, complaints);
    if said == [LIMIT] {
        complaints.push(format!(
            "{LIMIT}: it limits what rules decide; set DD_TRACE_SAMPLING_RULES or DD_TRACE_SAMPLE_RATE, \
             too; ignoring the variable"
        ));
    }
    sampler
}

#[cfg(feature = "datadog")]
fn of_variables(
    set: &impl Fn(&str) -> Option<String>,
    complaints: &mut Vec<String>,
) -> Option<DatadogSampler> {
    let sampler = DatadogSampler::of_variables(&|name| set(name)).unwrap_or_else(|error| {
        complaints.extend(error.lines().map(str::to_owned));
        error.into_rest()
    });
    sampler.has_rules().then_some(sampler)
}

#[cfg(not(feature = "datadog"))]
fn of_variables(
    _: &impl Fn(&str) -> Option<String>,
    _: &mut Vec<String>,
) -> Option<DatadogSampler> {
    None
}

/// Gives a builder the sampler, which knows what all spans have; callers decide about theirs.
#[cfg(feature = "datadog")]
pub(crate) fn install(
    sampler: DatadogSampler,
    resource: &[(String, String)],
    builder: Builder,
) -> Builder {
    let known = resource.iter().fold(sampler, |sampler, (key, value)| {
        sampler.tag(resource::in_datadog_s_words(key), value)
    });
    builder.sampler(ParentBased::new(known))
}

/// There is none to be given.
#[cfg(not(feature = "datadog"))]
#[expect(clippy::needless_pass_by_value, reason = "as where there is one")]
pub(crate) fn install(sampler: DatadogSampler, _: &[(String, String)], _: Builder) -> Builder {
    match sampler {}
}
