//! What is wrong with sampling rules, and the sampler that is left.

use std::error::Error;
use std::fmt;

use crate::sampler::DatadogSampler;

/// Sampling rules that make no sense.
///
/// # Examples
///
/// ```
/// use tracer_datadog::DatadogSampler;
///
/// let rules = r#"[{"service": "shop"}, {"service": "bank", "sample_rate": 0.5}]"#;
/// let error = DatadogSampler::new().rules(rules).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "rule 1: it has no `sample_rate`; valid are numbers from 0 to 1; leaving it out",
/// );
/// let sampler = error.into_rest();
/// ```
#[derive(Debug)]
pub struct RulesError {
    wrong: Vec<String>,
    rest: Box<DatadogSampler>,
}

impl RulesError {
    pub(crate) fn unless_empty(
        wrong: Vec<String>,
        rest: DatadogSampler,
    ) -> Result<DatadogSampler, Self> {
        if wrong.is_empty() { Ok(rest) } else { Err(Self { wrong, rest: Box::new(rest) }) }
    }

    /// Returns what is wrong, a line each.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.wrong.iter().map(String::as_str)
    }

    /// Returns a sampler without what is wrong.
    pub fn into_rest(self) -> DatadogSampler {
        *self.rest
    }
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.wrong.join("\n"))
    }
}

impl Error for RulesError {}
