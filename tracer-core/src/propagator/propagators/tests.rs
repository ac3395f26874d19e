//! Several styles at once.

use super::{ExtractBehavior, Propagators};
use crate::propagator::{Extractor, Injector, Parts, Propagator, Style};
use crate::refused::Refused;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const W3C: (&str, &str) =
    ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
const OTHER: (&str, &str) = ("b3", "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0");
/// The lower half of the same trace.
const HALF: (&str, &str) = ("x-datadog-trace-id", "11803532876627986230");

fn all(styles: &[Style]) -> Propagators {
    styles.iter().fold(Propagators::none(), |all, style| all.with(*style))
}

fn ids(parts: &Parts) -> (String, u64, Option<bool>) {
    (parts.trace.to_string(), parts.span.0, parts.sampled)
}

#[test]
fn the_first_style_that_finds_a_trace_counts_and_others_are_links() {
    let headers = [W3C, OTHER];
    let parts = all(&[Style::Datadog, Style::TraceContext, Style::B3]).extract(&headers);
    assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
    let links = &parts.side.unwrap().links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].0.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
    let parts = all(&[Style::B3, Style::TraceContext]).extract(&headers);
    assert_eq!(parts.trace.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
    assert_eq!(parts.side.unwrap().links[0].0.to_string(), TRACE);
}

#[test]
fn of_one_trace_each_style_says_what_it_knows() {
    let headers = [
        W3C,
        ("tracestate", "dd=s:1"),
        HALF,
        ("x-datadog-parent-id", "9"),
        ("x-datadog-sampling-priority", "2"),
        ("x-datadog-origin", "rum"),
        ("baggage", "user=7"),
    ];
    let orders =
        [([Style::Datadog, Style::TraceContext], 2), ([Style::TraceContext, Style::Datadog], 1)];
    for (order, priority) in orders {
        let parts = all(&order).with(Style::Baggage).extract(&headers);
        assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
        assert_eq!(parts.trace_state(), "dd=s:1");
        assert_eq!(parts.baggage().get("user").as_deref(), Some("7"));
        let side = parts.side.unwrap();
        assert_eq!((side.datadog.origin.as_str(), side.datadog.priority), ("rum", Some(priority)));
        assert!(side.links.is_empty());
    }
}

#[test]
fn a_decision_alone_counts_unless_a_trace_has_one() {
    let styles = all(&[Style::B3, Style::TraceContext]);
    assert_eq!(styles.extract(&[("b3", "0")]).sampled, Some(false));
    let parts = styles.extract(&[("b3", "0"), W3C]);
    assert_eq!(ids(&parts), (TRACE.to_owned(), 0x00f0_67aa_0ba9_02b7, Some(true)));
}

#[test]
fn what_is_wrong_in_one_style_does_not_hide_another() {
    let headers = [("traceparent", "rubbish"), OTHER];
    let parts = all(&[Style::TraceContext, Style::B3]).extract(&headers);
    assert_eq!(parts.trace.to_string(), "80f198ee56343ba864fe8b2a57d3eff7");
    assert_eq!(parts.refused.malformed, 1);
}

#[derive(Debug)]
struct Panics;

impl Propagator for Panics {
    fn headers(&self) -> &[&str] {
        &[]
    }

    fn extract(&self, _: &dyn Extractor) -> Parts {
        panic!("of a test")
    }

    fn inject(&self, _: &Parts, _: &mut dyn Injector) {
        panic!("of a test")
    }
}

#[test]
fn a_propagator_that_panics_does_no_harm() {
    let styles = Propagators::none().with(Panics).with(Style::TraceContext);
    let parts = styles.extract(&[W3C]);
    assert_eq!((parts.has_span(), parts.refused.malformed), (true, 1));
    let mut headers = Vec::<(String, String)>::new();
    styles.inject(&parts, &mut headers);
    assert_eq!(headers, [(W3C.0.to_owned(), W3C.1.to_owned())]);
    assert_eq!(Propagators::none().extract(&[W3C]).refused, Refused::default());
}

#[test]
fn a_trace_that_came_goes_on_or_is_left() {
    let headers = [W3C, OTHER, ("tracestate", "dd=s:2"), ("baggage", "user=7")];
    let read = |behavior| {
        let styles = all(&[Style::TraceContext, Style::B3, Style::Baggage, Style::Datadog]);
        let parts = styles.extract_behavior(behavior).extract(&headers);
        let side = parts.side.clone().unwrap_or_default();
        let links: Vec<_> = side.links.iter().map(|(trace, _)| trace.to_string()).collect();
        let user = parts.baggage().get("user");
        (parts.trace.to_string(), parts.sampled, side.trace_state.clone(), links, user)
    };
    let (none, user) = ("0".repeat(32), Some("7".to_owned()));
    let other = "80f198ee56343ba864fe8b2a57d3eff7".to_owned();
    assert_eq!(
        read(ExtractBehavior::Continue),
        (TRACE.to_owned(), Some(true), "dd=s:2".to_owned(), vec![other], user.clone())
    );
    assert_eq!(
        read(ExtractBehavior::Restart),
        (none.clone(), None, String::new(), vec![TRACE.to_owned()], user)
    );
    assert_eq!(read(ExtractBehavior::Ignore), (none, None, String::new(), vec![], None));
}

#[test]
fn what_is_ignored_is_not_even_read() {
    let rubbish = [("traceparent", "rubbish"), ("baggage", "=")];
    let styles = Propagators::default();
    assert_eq!(styles.extract(&rubbish).refused.malformed, 2);
    let styles = styles.extract_behavior(ExtractBehavior::Ignore);
    assert_eq!(styles.extract(&rubbish).refused, Refused::default());
}
