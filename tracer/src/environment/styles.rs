//! How contexts are written in headers, as Datadog's and OpenTelemetry's variables say it.

use tracer_core::propagate::{Propagators, Style};

/// The styles that the environment asks for, to read and to write; none where it says nothing.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Styles {
    extract: Option<Vec<Style>>,
    inject: Option<Vec<Style>>,
}

/// What stands where nothing is said.
const USUAL: [Style; 2] = [Style::TraceContext, Style::Baggage];

impl Styles {
    /// Reads the variables through `get`; what makes no sense is one complaint a variable.
    pub(crate) fn read(get: impl Fn(&str) -> Option<String>, complaints: &mut Vec<String>) -> Self {
        let mut read = |name| Some(list(name, &get(name)?, complaints));
        let extract = read("DD_TRACE_PROPAGATION_STYLE_EXTRACT");
        let inject = read("DD_TRACE_PROPAGATION_STYLE_INJECT");
        if extract.is_some() && inject.is_some() {
            return Self { extract, inject };
        }
        let both = read("DD_TRACE_PROPAGATION_STYLE").or_else(|| read("OTEL_PROPAGATORS"));
        Self { extract: extract.or_else(|| both.clone()), inject: inject.or(both) }
    }

    /// What a builder takes; none where the environment says nothing.
    pub(crate) fn propagators(self) -> Option<Propagators> {
        if self.extract.is_none() && self.inject.is_none() {
            return None;
        }
        let usual = || USUAL.to_vec();
        let (extract, inject) =
            (self.extract.unwrap_or_else(usual), self.inject.unwrap_or_else(usual));
        let read = extract.into_iter().fold(Propagators::none(), Propagators::extracting);
        Some(inject.into_iter().fold(read, Propagators::injecting))
    }
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
    use super::{Style, Styles, USUAL};

    fn read(variables: &[(&str, &str)]) -> (Styles, Vec<String>) {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let mut complaints = Vec::new();
        (Styles::read(get, &mut complaints), complaints)
    }

    fn both(styles: &[Style]) -> Styles {
        Styles { extract: Some(styles.to_vec()), inject: Some(styles.to_vec()) }
    }

    #[test]
    fn names_are_read_in_order() {
        for (value, styles) in [
            ("tracecontext,baggage", &USUAL[..]),
            ("b3", &[Style::B3]),
            ("B3Multi, Datadog ,b3multi", &[Style::B3Multi, Style::Datadog]),
            ("none", &[]),
        ] {
            for variable in ["OTEL_PROPAGATORS", "DD_TRACE_PROPAGATION_STYLE"] {
                assert_eq!(
                    read(&[(variable, value)]),
                    (both(styles), vec![]),
                    "{variable}={value}"
                );
            }
        }
        assert_eq!(read(&[]), (Styles::default(), vec![]));
        assert!(Styles::default().propagators().is_none());
    }

    #[test]
    fn the_variable_that_says_more_wins() {
        let (styles, complaints) = read(&[
            ("OTEL_PROPAGATORS", "rubbish"),
            ("DD_TRACE_PROPAGATION_STYLE", "datadog"),
            ("DD_TRACE_PROPAGATION_STYLE_EXTRACT", "b3"),
        ]);
        let expected =
            Styles { extract: Some(vec![Style::B3]), inject: Some(vec![Style::Datadog]) };
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
            read(&[("OTEL_PROPAGATORS", "b3,jaeger,xray")]),
            (
                both(&[Style::B3]),
                vec![
                    "OTEL_PROPAGATORS: `jaeger` is no style; valid are tracecontext, baggage, \
                     datadog, b3, b3multi, none; using `b3`"
                        .to_owned()
                ]
            )
        );
        assert_eq!(
            read(&[("DD_TRACE_PROPAGATION_STYLE", "none,jaeger")]),
            (
                both(&USUAL),
                vec![
                    "DD_TRACE_PROPAGATION_STYLE: `none` stands alone; using `tracecontext,baggage`"
                        .to_owned()
                ]
            )
        );
    }
}
