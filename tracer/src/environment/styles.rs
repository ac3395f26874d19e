//! How contexts are written in headers, as Datadog's and OpenTelemetry's variables say it.

use tracer_core::propagate::{ExtractBehavior, Propagators, Style};

/// The styles that the environment asks for, to read and to write; none where it says nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Styles {
    extract: Option<Vec<Style>>,
    inject: Option<Vec<Style>>,
    /// A variable of Datadog's says so, or traces go to its agent: its member of `tracestate` is one
    /// of its styles then.
    of_datadog: bool,
    behavior: Option<ExtractBehavior>,
    /// Traces go to an agent of Datadog.
    to_datadog: bool,
}

const BEHAVIOR: &str = "DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT";
/// What stands where nothing is said.
const USUAL: &[Style] = &[Style::TraceContext, Style::Baggage];
/// The same where traces go to an agent of Datadog, as in its tracers.
const USUAL_OF_DATADOG: &[Style] = &[Style::Datadog, Style::TraceContext, Style::Baggage];

impl Styles {
    /// Reads the variables through `get`; what makes no sense is one complaint a variable.
    /// `to_datadog` says whether traces go to an agent of Datadog.
    pub(crate) fn read(
        get: impl Fn(&str) -> Option<String>,
        to_datadog: bool,
        complaints: &mut Vec<String>,
    ) -> Self {
        let behavior = get(BEHAVIOR).and_then(|value| behavior(&value, complaints));
        let mut read = |name| Some(list(name, &get(name)?, usual(to_datadog), complaints));
        let extract = read("DD_TRACE_PROPAGATION_STYLE_EXTRACT");
        let inject = read("DD_TRACE_PROPAGATION_STYLE_INJECT");
        if extract.is_some() && inject.is_some() {
            return Self { extract, inject, of_datadog: true, behavior, to_datadog };
        }
        let both = read("DD_TRACE_PROPAGATION_STYLE");
        let of_datadog = to_datadog || extract.is_some() || inject.is_some() || both.is_some();
        let by_name = both.is_some();
        let both = both.or_else(|| read("OTEL_PROPAGATORS"));
        let others = both.clone().map(|it| if by_name { it } else { with_all_of_b3(it) });
        let (extract, inject) = (extract.or(others), inject.or(both));
        Self { extract, inject, of_datadog, behavior, to_datadog }
    }

    /// What a builder takes; none where the environment says nothing.
    pub(crate) fn propagators(self) -> Option<Propagators> {
        let is_said = self.extract.is_some() || self.inject.is_some() || self.behavior.is_some();
        if !is_said && !self.to_datadog {
            return None;
        }
        let usual = || usual(self.to_datadog).to_vec();
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

const fn usual(to_datadog: bool) -> &'static [Style] {
    if to_datadog { USUAL_OF_DATADOG } else { USUAL }
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

fn list(variable: &str, value: &str, usual: &[Style], complaints: &mut Vec<String>) -> Vec<Style> {
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
        styles = usual.to_vec();
    }
    if let Some(wrong) = wrong {
        let now: Vec<_> = styles.iter().map(|style| style.as_str()).collect();
        complaints.push(format!("{variable}: {wrong}; using `{}`", now.join(",")));
    }
    styles
}

#[cfg(test)]
mod tests {
    use super::{BEHAVIOR, ExtractBehavior, Style, Styles, USUAL, USUAL_OF_DATADOG};

    fn read(variables: &[(&str, &str)]) -> (Styles, Vec<String>) {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let mut complaints = Vec::new();
        (Styles::read(get, false, &mut complaints), complaints)
    }

    fn both(styles: &[Style], of_datadog: bool) -> Styles {
        let styles = Some(styles.to_vec());
        Styles { extract: styles.clone(), inject: styles, of_datadog, ..Styles::default() }
    }

    #[test]
    fn names_are_read_in_order() {
        for (value, styles) in [
            ("tracecontext,baggage", USUAL),
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
            ..Styles::default()
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
                both(USUAL, true),
                vec![
                    "DD_TRACE_PROPAGATION_STYLE: `none` stands alone; using `tracecontext,baggage`"
                        .to_owned()
                ]
            )
        );
    }

    #[test]
    fn to_an_agent_of_datadog_all_is_as_in_its_tracers_unless_somebody_says_otherwise() {
        let read = |variables: &[(&str, &str)]| {
            let get = |name: &str| {
                variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            };
            let propagators = Styles::read(get, true, &mut Vec::new()).propagators().unwrap();
            let names = |names: Vec<&str>| names.join(" ");
            (names(propagators.extracted().collect()), names(propagators.injected().collect()))
        };
        let usual = read(&[]);
        assert_eq!(read(&[("DD_TRACE_PROPAGATION_STYLE", "datadog,tracecontext,baggage")]), usual);
        assert_eq!(read(&[("DD_TRACE_PROPAGATION_STYLE", "jaeger")]), usual);
        assert_eq!(USUAL_OF_DATADOG[1..], *USUAL);
        assert!(usual.0.starts_with("x-datadog-trace-id"), "{usual:?}");
        let (read_first, written) = read(&[("DD_TRACE_PROPAGATION_STYLE_INJECT", "b3")]);
        assert_eq!((read_first, written.as_str()), (usual.0, "b3"));
        assert_eq!(read(&[("OTEL_PROPAGATORS", "tracecontext")]).1, "traceparent tracestate");
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
