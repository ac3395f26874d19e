//! Which traces are recorded, decided as Datadog's tracers decide it.

mod limit;
mod read;
mod rule;
mod rules_error;
mod seen;
mod variables;

use std::sync::Arc;

use tracer_core::{Decision, LocalRoot, Maker, Sampler};

use crate::rates::Rates;
use crate::sampler::limit::Limit;
use crate::sampler::rule::{Rule, Share};
pub use crate::sampler::rules_error::RulesError;
use crate::sampler::seen::Seen;

/// Decides which traces are recorded as Datadog's tracers do: by rules, else as the agent asks.
///
/// The first rule that fits decides by its share, and after the last one the share for all others;
/// of what these keep, at most 100 traces a second are recorded. Where there is no rule for a trace,
/// the agent says how many it wants of the service and its environment; it wants all until it has
/// said so. Shares are chosen by trace ids as by [`DatadogRatio`](tracer_core::DatadogRatio), so that
/// services decide alike.
///
/// What a caller decided does not count; put it into a [`ParentBased`](tracer_core::ParentBased).
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, ParentBased, Sampler, TraceId};
/// use tracer_datadog::DatadogSampler;
///
/// let sampler = DatadogSampler::new()
///     .rules(r#"[{"name": "*health*", "sample_rate": 0}, {"service": "shop", "sample_rate": 1}]"#)?
///     .sample_rate(0.1)
///     .rate_limit(50.0);
///
/// let root = |name| LocalRoot::new(TraceId::from_u128(10), name);
/// assert!(!sampler.is_sampled(&root("health")));
/// assert!(sampler.is_sampled(&root("checkout").with_service("shop")));
/// assert!(!sampler.is_sampled(&root("checkout").with_service("bank")), "it is not in the tenth");
/// let sampler = ParentBased::new(sampler);
/// # Ok::<_, tracer_datadog::RulesError>(())
/// ```
#[derive(Debug)]
#[must_use = "a sampler does nothing until a builder takes it"]
pub struct DatadogSampler {
    rules: Vec<Rule>,
    /// Behind the rules, for what none of them fits.
    others: Option<Share>,
    limit: Limit,
    /// What all spans have.
    tags: Vec<(String, String)>,
    rates: Arc<Rates>,
}

impl Default for DatadogSampler {
    fn default() -> Self {
        Self::hearing(Arc::default())
    }
}

impl DatadogSampler {
    /// Makes one without rules.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes one that does as an exporter hears it from the agent.
    pub(crate) fn hearing(rates: Arc<Rates>) -> Self {
        let limit = Limit::new(Self::USUAL_LIMIT);
        Self { rules: Vec::new(), others: None, limit, tags: Vec::new(), rates }
    }

    /// Makes one as `DD_TRACE_SAMPLING_RULES`, `DD_TRACE_SAMPLE_RATE` and `DD_TRACE_RATE_LIMIT` say.
    ///
    /// # Errors
    ///
    /// A value makes no sense; [`RulesError::into_rest`] is a sampler of those that do.
    pub fn from_env() -> Result<Self, RulesError> {
        Self::of_variables(&|name| std::env::var(name).ok())
    }

    /// As [`from_env`](Self::from_env), of variables that `get` knows.
    #[doc(hidden)]
    pub fn of_variables(get: &dyn Fn(&str) -> Option<String>) -> Result<Self, RulesError> {
        variables::read(&|name| get(name).filter(|value| !value.is_empty()))
    }

    /// Adds rules, behind those that are there: a list in JSON, as in `DD_TRACE_SAMPLING_RULES`.
    ///
    /// Each has a `sample_rate` from 0 to 1, and may ask for `service`, `name`, `resource` and
    /// `tags`, by patterns in which `*` stands for any characters and `?` for one; ASCII letters match
    /// in both cases. `name` is Datadog's name of the operation, or that of the span. A rule sees the
    /// attributes with which a span begins, and what all spans have.
    ///
    /// # Errors
    ///
    /// A rule makes no sense; [`RulesError::into_rest`] is a sampler with the others.
    pub fn rules(mut self, json: &str) -> Result<Self, RulesError> {
        let (rules, wrong) = read::rules(json);
        self.rules.extend(rules);
        RulesError::unless_empty(wrong, self)
    }

    /// Says which share is kept of traces that no rule fits, from 0.0 to 1.0.
    ///
    /// Other values count as the nearer end, and what is not a number as 1. The agent has no say then.
    pub fn sample_rate(mut self, share: f64) -> Self {
        self.others = Some(Share::new(share));
        self
    }

    /// Records at most so many traces a second of those that rules keep; 100 unless this is called.
    ///
    /// 0 means none, and less than 0 all.
    pub fn rate_limit(mut self, per_second: f64) -> Self {
        self.limit = Limit::new(per_second);
        self
    }

    /// Says what all spans have, which is seen by rules; of `env` the agent wants its own share.
    ///
    /// # Examples
    ///
    /// ```
    /// let sampler = tracer_datadog::DatadogSampler::new().tag("env", "prod");
    /// ```
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Whether there is a rule, or a share for all others: else all is up to the agent.
    #[doc(hidden)]
    pub fn has_rules(&self) -> bool {
        !self.rules.is_empty() || self.others.is_some()
    }

    /// Does as the exporter of `other` hears it from the agent.
    #[doc(hidden)]
    pub fn with_rates_of(mut self, other: &Self) -> Self {
        self.rates = Arc::clone(&other.rates);
        self
    }

    const USUAL_LIMIT: f64 = 100.0;
}

impl Sampler for DatadogSampler {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        self.decide(root).is_sampled()
    }

    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        let decision = self.decided(root);
        if !decision.is_sampled() {
            self.rates.leave_out();
        }
        decision
    }
}

impl DatadogSampler {
    fn decided(&self, root: &LocalRoot<'_>) -> Decision {
        let seen = Seen::new(root, &self.tags);
        let rule = self.rules.iter().find(|rule| rule.fits(&seen));
        if let Some(share) = rule.map(|rule| rule.share).or(self.others) {
            let rate = share.rate;
            if !share.has(root) {
                return Decision::new(false).by(Maker::Rule { rate, limit: None });
            }
            let (is_let, limit) = self.limit.take(root);
            return Decision::new(is_let).by(Maker::Rule { rate, limit: Some(limit) });
        }
        let env = self.tags.iter().rfind(|(key, _)| key == "env").map_or("", |(_, env)| env);
        match self.rates.rate(&seen.service(), env) {
            Some(rate) => Decision::new(Share::new(rate).has(root)).by(Maker::Agent { rate }),
            None => Decision::new(true),
        }
    }
}

#[cfg(test)]
mod tests;
