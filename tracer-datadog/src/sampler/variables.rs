//! A sampler as Datadog's variables say it.

use crate::sampler::{DatadogSampler, RulesError, read};

/// Reads the variables through `set`; what makes no sense is a line each.
pub(crate) fn read(set: &dyn Fn(&str) -> Option<String>) -> Result<DatadogSampler, RulesError> {
    let mut sampler = DatadogSampler::new();
    let mut wrong = Vec::new();
    if let Some(json) = set("DD_TRACE_SAMPLING_RULES") {
        let (rules, of_rules) = read::rules(&json);
        sampler.rules = rules;
        wrong.extend(of_rules.iter().map(|why| format!("DD_TRACE_SAMPLING_RULES: {why}")));
    }
    let mut number = |name: &str, is_valid: fn(&f64) -> bool, otherwise: &str| {
        let value = set(name)?;
        let number = value.trim().parse().ok().filter(is_valid);
        if number.is_none() {
            wrong.push(format!("{name}: `{value}` is no {otherwise}"));
        }
        number
    };
    let is_share = |share: &f64| (0.0..=1.0).contains(share);
    let share = "share; valid are numbers from 0 to 1; ignoring the variable";
    if let Some(share) = number("DD_TRACE_SAMPLE_RATE", is_share, share) {
        sampler = sampler.sample_rate(share);
    }
    let limit = "limit; valid are numbers of traces a second, below 0 for all; using `100`";
    if let Some(limit) = number("DD_TRACE_RATE_LIMIT", |limit| !limit.is_nan(), limit) {
        sampler = sampler.rate_limit(limit);
    }
    RulesError::unless_empty(wrong, sampler)
}
