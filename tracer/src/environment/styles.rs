//! How contexts are written in headers, as Datadog's and OpenTelemetry's variables say it.

use tracer_core::propagate::{ExtractBehavior, Propagators, Style};

/// The styles that the environment asks for, to read and to write; none where it says nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Styles {
    extract: Option<Vec<Style>>,
    inject: Option<Vec<Style>>,
    /// A variable of Datadog's says so: its member of `tracestate` is one of its styles then.
    of_datadog: bool,
    behavior: Option<ExtractBehavior>,
}

const BEHAVIOR: &str = "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT";
/// What stands where nothing is said.
const USUAL: [Style; 2] = [Style::TraceContext, Style::Baggage];

impl Styles {
    /// Reads the variables through `get`; what makes no sense is one complaint a variable.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>, complaints: &mut Vec<String>) -> Self {
        let behavior = get(BEHAVIOR).and_then(|value| behavior(&value, complaints));
        let mut read = |name| Some(list(name, &get(name)?, complaints));
        let extract = read("DD_TRACE_PROPAGATION_STYLE_EXTRACT");
        let inject = read("DD_TRACE_PROPAGATION_STYLE_INJECT");
        if extract.is_some() && inject.is_some() {
            return Self { extract, inject, of_datadog: true, behavior };
        }
        let both = read("DD_TRACE_PROPAGATION_STYLE");
        let of_datadog = extract.is_some() || inject.is_some() || both.is_some();
        let by_name = both.is_some();
        let both = both.or_else(|| read("OTEL_PROPAGATORS"));
        let others = both.clone().map(|it| if by_name { it } else { with_all_of_b3(it) });
        Self { extract: extract.or(others), inject: inject.or(both), of_datadog, behavior }
    }

    /// What a builder takes; none where the environment says nothing.
    pub(crate) fn propagators(self) -> Option<Propagators> {
        if self.extract.is_none() && self.inject.is_none() && self.behavior.is_none() {
            return None;
        }
        let usual = || USUAL.to_vec();
        let (extract, inject) =
            (self.extract.unwrap_or_else(usual), self.inject.unwrap_or_else(usual));
        let read = extract.into_iter().fold(Propagators::none(), Propagators::extracting);
        let mut all = inject.into_iter().fold(read, Propagators::injecting);
        if self.of_datadog {
            all = all.with_datadog_state();
        }
        Some(all.extract_behavior(self.behavior.unwrap_or_default()))
    }
}

/// OpenTelemetry's propagators of B3 write in their own way, and read both, that of one header first.
fn with_all_of_b3(styles: Vec<Style>) -> Vec<Style> {
    let is_b3 = |style: &Style| matches!(style, Style::B3 | Style::B3Multi);
    let Some(place) = styles.iter().position(is_b3) else { return styles };
    let mut all: Vec<_> = styles.into_iter().filter(|style| !is_b3(style)).collect();
    all.splice(place..place, [Style::B3, Style::B3Multi]);
    all
}

fn behavior(value: &str, complaints: &mut Vec<String>) -> Option<ExtractBehavior> {
    let known = [
        ("continue", ExtractBehavior::Continue),
        ("restart", ExtractBehavior::Restart),
        ("ignore", ExtractBehavior::Ignore),
    ];
    let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(value.trim()));
    if found.is_none() {
        complaints.push(format!(
            "{BEHAVIOR}: `{value}` is no behavior; valid are continue, restart, ignore; using `continue`"
        ));
    }
    found.map(|(_, behavior)| *behavior)
}

fn list(variable: &str, value: &str, complaints: &mut Vec<String>) -> Vec<Style> {
    let names = value.split(',').map(str::trim).filter(|name| !name.is_empty());
    let names: Vec<_> = names.collect();
    if matches!(names[..], [name] if name.eq_ignore_ascii_case("none")) {
        return Vec::new();
    }
    let mut styles: Vec<Style> = Vec::new();
    let mut wrong = None;
    for name in names {
        match name.parse() {
            Ok(style) if styles.contains(&style) => {}
            Ok(style) => styles.push(style),
            Err(_) if name.eq_ignore_ascii_case("none") => {
                wrong = wrong.or_else(|| Some(format!("`{name}` stands alone")));
            }
            Err(error) => wrong = wrong.or_else(|| Some(format!("{error}, none"))),
        }
    }
    if styles.is_empty() {
        styles = USUAL.to_vec();
    }
    if let Some(wrong) = wrong {
        let now: Vec<_> = styles.iter().map(|style| style.as_str()).collect();
        complaints.push(format!("{variable}: {wrong}; using `{}`", now.join(",")));
    }
    styles
}

#[cfg(test)]
mod tests {
    use super::{BEHAVIOR, ExtractBehavior, Style, Styles, USUAL};

    fn read(variables: &[(&str, &str)]) -> (Styles, Vec<String>) {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let mut complaints = Vec::new();
        (Styles::read(get, &mut complaints), complaints)
    }

    fn both(styles: &[Style], of_datadog: bool) -> Styles {
        let styles = Some(styles.to_vec());
        Styles { extract: styles.clone(), inject: styles, of_datadog, behavior: None }
    }

    #[test]
    fn names_are_read_in_order() {
        for (value, styles) in [
            ("tracecontext,baggage", &USUAL[..]),
            ("Datadog, BAGGAGE ,datadog", &[Style::Datadog, Style::Baggage]),
            ("none", &[]),
        ] {
            let variables = [("OTEL_PROPAGATORS", false), ("DD_TRACE_PROPAGATION_STYLE", true)];
            for (variable, of_datadog) in variables {
                let expected = (both(styles, of_datadog), vec![]);
                assert_eq!(read(&[(variable, value)]), expected, "{variable}={value}");
            }
        }
        assert_eq!(read(&[]), (Styles::default(), vec![]));
        assert!(Styles::default().propagators().is_none());
    }

    #[test]
    fn opentelemetry_reads_all_of_b3_and_datadog_what_is_named() {
        const B3: Style = Style::B3;
        const MULTI: Style = Style::B3Multi;
        for (value, written, read_all) in [
            ("b3", &[B3][..], &[B3, MULTI][..]),
            ("baggage,B3Multi", &[Style::Baggage, MULTI], &[Style::Baggage, B3, MULTI]),
            (
                "b3multi,tracecontext,b3",
                &[MULTI, Style::TraceContext, B3],
                &[B3, MULTI, Style::TraceContext],
            ),
        ] {
            let (styles, _) = read(&[("OTEL_PROPAGATORS", value)]);
            assert_eq!(styles.extract.as_deref(), Some(read_all), "{value}");
            assert_eq!(styles.inject.as_deref(), Some(written), "{value}");
            let expected = (both(written, true), vec![]);
            assert_eq!(read(&[("DD_TRACE_PROPAGATION_STYLE", value)]), expected, "{value}");
        }
    }

    #[test]
    fn the_variable_that_says_more_wins() {
        let (styles, complaints) = read(&[
            ("OTEL_PROPAGATORS", "rubbish"),
            ("DD_TRACE_PROPAGATION_STYLE", "datadog"),
            ("DD_TRACE_PROPAGATION_STYLE_EXTRACT", "b3"),
        ]);
        let expected = Styles {
            extract: Some(vec![Style::B3]),
            inject: Some(vec![Style::Datadog]),
            of_datadog: true,
            behavior: None,
        };
        assert_eq!((&styles, complaints), (&expected, vec![]));
        let propagators = styles.propagators().unwrap();
        assert!(propagators.extracted().eq(["b3"]));
        assert_eq!(propagators.injected().next(), Some("x-datadog-trace-id"));

        let (styles, _) = read(&[("DD_TRACE_PROPAGATION_STYLE_INJECT", "none")]);
        let propagators = styles.propagators().unwrap();
        assert_eq!(propagators.injected().count(), 0);
        assert!(propagators.extracted().eq(["traceparent", "tracestate", "baggage"]));
    }

    #[test]
    fn what_is_unknown_is_named_and_the_rest_stands() {
        assert_eq!(
            read(&[("OTEL_PROPAGATORS", "datadog,jaeger,xray")]),
            (
                both(&[Style::Datadog], false),
                vec![
                    "OTEL_PROPAGATORS: `jaeger` is no style; valid are tracecontext, baggage, \
                     datadog, b3, b3multi, none; using `datadog`"
                        .to_owned()
                ]
            )
        );
        assert_eq!(
            read(&[("DD_TRACE_PROPAGATION_STYLE", "none,jaeger")]),
            (
                both(&USUAL, true),
                vec![
                    "DD_TRACE_PROPAGATION_STYLE: `none` stands alone; using `tracecontext,baggage`"
                        .to_owned()
                ]
            )
        );
    }

    #[test]
    fn what_becomes_of_a_trace_that_came_is_read() {
        let behavior = |value| {
            let (styles, complaints) = read(&[(BEHAVIOR, value)]);
            let behavior = styles.behavior;
            assert_eq!(styles.propagators().is_some(), behavior.is_some());
            (behavior, complaints)
        };
        assert_eq!(behavior("continue"), (Some(ExtractBehavior::Continue), vec![]));
        assert_eq!(behavior("Restart"), (Some(ExtractBehavior::Restart), vec![]));
        assert_eq!(behavior(" ignore"), (Some(ExtractBehavior::Ignore), vec![]));
        let complaint = "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT: `stop` is no behavior; valid are \
                         continue, restart, ignore; using `continue`";
        assert_eq!(behavior("stop"), (None, vec![complaint.to_owned()]));
    }
}
