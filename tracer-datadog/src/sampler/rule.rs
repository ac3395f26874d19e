//! One sampling rule: which local roots it is for, and which share of them it keeps.

use tracer_core::__private::Pattern;
use tracer_core::{DatadogRatio, LocalRoot, Sampler as _, Value};

use crate::sampler::seen::Seen;

/// Fits where all that it asks for does; what it does not ask for fits everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) service: Option<Pattern>,
    /// Of the operation, or of the span.
    pub(crate) name: Option<Pattern>,
    pub(crate) resource: Option<Pattern>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) share: Share,
}

/// A tag that a rule asks for.
#[derive(Clone, Debug)]
pub(crate) struct Tag {
    key: String,
    value: Pattern,
    /// The pattern is made of `*` and `?` alone.
    is_open: bool,
}

/// A share of all traces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Share {
    pub(crate) rate: f64,
    ratio: DatadogRatio,
}

impl Rule {
    pub(crate) fn fits(&self, seen: &Seen<'_>) -> bool {
        let is = |pattern: &Option<Pattern>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        };
        // What is not asked for is not made either.
        (self.service.is_none() || is(&self.service, &seen.service()))
            && (is(&self.name, seen.name()) || is(&self.name, seen.operation()))
            && (self.resource.is_none() || is(&self.resource, seen.resource()))
            && self.tags.iter().all(|tag| seen.tag(&tag.key).is_some_and(|value| tag.fits(value)))
    }
}

impl Tag {
    pub(crate) fn new(key: &str, pattern: &str) -> Self {
        let is_open = pattern.bytes().all(|sign| matches!(sign, b'*' | b'?'));
        Self { key: key.to_owned(), value: Pattern::new(pattern), is_open }
    }

    fn fits(&self, value: Value<'_>) -> bool {
        match value {
            Value::Str(text) => self.value.matches(text),
            // As Datadog's tracers: whole numbers by their digits, others by no digits at all.
            Value::F64(number) if number.fract() == 0.0 => {
                self.value.matches(&format!("{number:.0}"))
            }
            Value::F64(_) => self.is_open,
            other => self.value.matches(&other.to_string()),
        }
    }
}

impl Share {
    /// Shares are from 0.0 to 1.0; others count as the nearer end, and what is not a number as 1.
    pub(crate) fn new(rate: f64) -> Self {
        let rate = if rate.is_nan() { 1.0 } else { rate.clamp(0.0, 1.0) };
        Self { rate, ratio: DatadogRatio::new(rate) }
    }

    pub(crate) fn has(&self, root: &LocalRoot<'_>) -> bool {
        self.ratio.is_sampled(root)
    }
}
