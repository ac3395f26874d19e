//! Shares of traces by what their local roots are.

use crate::kind::SpanKind;
use crate::sample::pattern::Pattern;
use crate::sample::{Decision, LocalRoot, RateLimit, Ratio, Sampler};

/// Decides by the first of some rules that fits, and by another sampler where none does.
///
/// # Examples
///
/// ```
/// use tracer_core::{LocalRoot, ParentBased, Ratio, Rule, Rules, Sampler, TraceId};
///
/// let rules = Rules::new()
///     .rule(Rule::drop().name("*health*"))
///     .rule(Rule::keep().attribute("http.route", "/checkout").per_second(50.0))
///     .otherwise(Ratio::new(0.1));
///
/// let root = LocalRoot::new(TraceId::from_u128(u128::MAX), "GET");
/// assert!(!rules.is_sampled(&root), "it is in none of the rules, and not in the tenth");
/// assert!(rules.is_sampled(&root.with_attributes(&[("http.route", "/checkout".into())])));
/// let sampler = ParentBased::new(rules);
/// ```
#[derive(Debug)]
#[must_use = "rules do nothing until a builder takes them as its sampler"]
pub struct Rules {
    rules: Vec<Rule>,
    otherwise: Box<dyn Sampler>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { rules: Vec::new(), otherwise: Box::new(Ratio::new(1.0)) }
    }
}

impl Rules {
    /// Begins without a rule: all is recorded.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule, behind those that are there.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Says who decides where no rule fits; all are recorded unless this is called.
    pub fn otherwise(mut self, sampler: impl Sampler + 'static) -> Self {
        self.otherwise = Box::new(sampler);
        self
    }
}

impl Rules {
    /// Who decides about a trace.
    fn sampler(&self, root: &LocalRoot<'_>) -> &dyn Sampler {
        let rule = self.rules.iter().find(|rule| rule.fits(root));
        rule.map_or(&*self.otherwise, |rule| &*rule.sampler)
    }
}

impl Sampler for Rules {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        self.sampler(root).is_sampled(root)
    }

    fn decide(&self, root: &LocalRoot<'_>) -> Decision {
        self.sampler(root).decide(root)
    }
}

/// Which local roots one rule is for, and what becomes of their traces.
///
/// It fits where all that was said of it does; one of which nothing was said fits everywhere. In
/// patterns `*` stands for any characters and `?` for one, and ASCII letters match in both cases.
///
/// # Examples
///
/// ```
/// use tracer_core::{Ratio, Rule, SpanKind};
///
/// let rule = Rule::sample(Ratio::new(0.01)).kind(SpanKind::Server).name("GET /static/*");
/// ```
#[derive(Debug)]
#[must_use = "a rule does nothing until it is one of `Rules`"]
pub struct Rule {
    name: Option<Pattern>,
    target: Option<Pattern>,
    service: Option<Pattern>,
    resource: Option<Pattern>,
    kind: Option<SpanKind>,
    attributes: Vec<(Box<str>, Pattern)>,
    sampler: Box<dyn Sampler>,
}

impl Rule {
    /// Leaves it to `sampler`, as to a [`Ratio`].
    pub fn sample(sampler: impl Sampler + 'static) -> Self {
        Self {
            name: None,
            target: None,
            service: None,
            resource: None,
            kind: None,
            attributes: Vec::new(),
            sampler: Box::new(sampler),
        }
    }

    /// Records all that it fits.
    pub fn keep() -> Self {
        Self::sample(Ratio::new(1.0))
    }

    /// Records nothing that it fits.
    pub fn drop() -> Self {
        Self::sample(Ratio::new(0.0))
    }

    /// Asks for the name of the span.
    pub fn name(mut self, pattern: &str) -> Self {
        self.name = Some(Pattern::new(pattern));
        self
    }

    /// Asks for what a filter knows the span by: the path of its module unless it was given another.
    pub fn target(mut self, pattern: &str) -> Self {
        self.target = Some(Pattern::new(pattern));
        self
    }

    /// Asks for the service: the attribute `service.name` of the span, else of the tracer.
    pub fn service(mut self, pattern: &str) -> Self {
        self.service = Some(Pattern::new(pattern));
        self
    }

    /// Asks for what Datadog calls the resource: the attribute `resource.name`, else the name.
    pub fn resource(mut self, pattern: &str) -> Self {
        self.resource = Some(Pattern::new(pattern));
        self
    }

    /// Asks for the kind of the span.
    pub fn kind(mut self, kind: SpanKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Asks for an attribute that the span begins with, whose value, as a text, is like `pattern`.
    ///
    /// See [`LocalRoot::attribute`].
    pub fn attribute(mut self, key: &str, pattern: &str) -> Self {
        self.attributes.push((key.into(), Pattern::new(pattern)));
        self
    }

    /// Records at most so many of them a second; see [`RateLimit`].
    pub fn per_second(mut self, traces: f64) -> Self {
        self.sampler = Box::new(RateLimit::new(traces, self.sampler));
        self
    }

    fn fits(&self, root: &LocalRoot<'_>) -> bool {
        let like = |pattern: &Option<Pattern>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        };
        let or_own = |pattern: &Option<Pattern>, key: &str, own: &str| match pattern {
            None => true,
            Some(wanted) => match root.attribute(key) {
                Some(value) => wanted.matches(&value.to_string()),
                None => wanted.matches(own),
            },
        };
        like(&self.name, root.name())
            && like(&self.target, root.target())
            && self.kind.is_none_or(|kind| kind == root.kind())
            && or_own(&self.service, "service.name", root.service())
            && or_own(&self.resource, "resource.name", root.name())
            && self.attributes.iter().all(|(key, wanted)| {
                root.attribute(key).is_some_and(|value| wanted.matches(&value.to_string()))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::{Rule, Rules};
    use crate::id::TraceId;
    use crate::kind::SpanKind;
    use crate::sample::{LocalRoot, Ratio, Sampler};
    use crate::value::Value;

    fn root(name: &str) -> LocalRoot<'_> {
        LocalRoot::new(TraceId::from_u128(7), name).with_service("shop").with_target("shop::http")
    }

    /// What a rule fits: one that keeps, before one that drops.
    fn fits(rule: Rule, root: &LocalRoot<'_>) -> bool {
        Rules::new().rule(rule).otherwise(Ratio::new(0.0)).is_sampled(root)
    }

    #[test]
    fn a_rule_fits_where_all_that_it_asks_for_does() {
        let attributes = [("http.route", "/cart".into()), ("status", 200.into())];
        let root = root("GET").with_kind(SpanKind::Server).with_attributes(&attributes);
        let keep = Rule::keep;
        for rule in [
            keep(),
            keep().name("g*"),
            keep().target("shop::*"),
            keep().service("shop").resource("GET"),
            keep().kind(SpanKind::Server).attribute("http.route", "/c*"),
            keep().attribute("status", "2??"),
        ] {
            let told = format!("{rule:?}");
            assert!(fits(rule, &root), "{told}");
        }
        for rule in [
            keep().name("POST"),
            keep().name("GET").target("hyper*"),
            keep().service("bank"),
            keep().resource("/cart"),
            keep().kind(SpanKind::Client),
            keep().attribute("status", "2??").attribute("user", "*"),
        ] {
            let told = format!("{rule:?}");
            assert!(!fits(rule, &root), "{told}");
        }
    }

    #[test]
    fn attributes_of_the_span_say_more_than_its_name_and_the_tracer() {
        let attributes: [(&str, Value<'_>); 2] =
            [("service.name", "db".into()), ("resource.name", "SELECT".into())];
        let root = root("query").with_attributes(&attributes);
        assert!(fits(Rule::keep().service("db").resource("select"), &root));
        assert!(!fits(Rule::keep().service("shop"), &root));
        assert!(!fits(Rule::keep().resource("query"), &root));
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let rules = Rules::new()
            .rule(Rule::drop().name("GET"))
            .rule(Rule::keep().name("*"))
            .otherwise(Ratio::new(0.0));
        assert!(!rules.is_sampled(&root("GET")));
        assert!(rules.is_sampled(&root("POST")));
        assert!(Rules::new().is_sampled(&root("GET")), "without a rule all are recorded");
    }

    #[test]
    fn a_rule_has_a_limit_of_its_own() {
        let rules = Rules::new().rule(Rule::keep().name("GET").per_second(1.0));
        let recorded = |name: &str| (0..100).filter(|_| rules.is_sampled(&root(name))).count();
        // One at once, and hardly a second for the rest.
        assert!((1..4).contains(&recorded("GET")));
        assert_eq!(recorded("POST"), 100);
    }
}
