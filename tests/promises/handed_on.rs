//! What came with a request is handed on to those that are called, and who decides what is recorded.

use std::time::Duration;

use tracer::export::Memory;
use tracer::propagate::{ExtractBehavior, Propagators, Style, extract};
use tracer::sample::{LocalRoot, ParentBased, Ratio, Sampler};
use tracer::{Span, Tracer, current};

use crate::propagation::{Headers, PARENT, TRACE, headers_of, named};

/// The headers that a service sends on whose tracer is such, and how many spans it records.
fn passed_on(
    sampler: impl Sampler + 'static,
    propagators: Propagators,
    came: &Headers,
) -> (Headers, usize) {
    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory.clone()).sampler(sampler);
    let tracer = builder.propagators(propagators).build().expect("it starts");
    let went = tracer.in_scope(|| {
        let remote = extract(came);
        let serve = Span::below("serve", &remote.context());
        // The innermost context is the one that calls on.
        serve.in_scope(|| Span::new("call").in_scope(|| headers_of(&current())))
    });
    tracer.flush(Duration::from_secs(30)).expect("all is delivered");
    (went, memory.take().len())
}

#[test]
fn the_caller_decides_what_is_recorded_and_ids_are_handed_on_in_any_case() {
    let parent =
        |flags: &str| Headers::from([("traceparent".into(), PARENT.replace("-01", flags))]);
    for (share, came, recorded) in [
        (0.0, parent("-01"), 2),
        (1.0, parent("-00"), 0),
        (1.0, Headers::from([("b3".into(), format!("{TRACE}-00f067aa0ba902b7"))]), 2),
        (0.0, Headers::from([("b3".into(), format!("{TRACE}-00f067aa0ba902b7"))]), 0),
        (1.0, Headers::from([("b3".into(), "0".into())]), 0),
        (0.0, Headers::from([("b3".into(), "1".into())]), 2),
    ] {
        let styles = Propagators::default().extracting(Style::B3);
        let sampler = ParentBased::new(Ratio::new(share));
        let (went, spans) = passed_on(sampler, styles, &came);
        assert_eq!(spans, recorded, "{came:?}");
        let parent: Vec<_> = went["traceparent"].split('-').collect();
        let decision = came.get("b3").is_some_and(|value| value.len() == 1);
        assert_eq!(parent[1] == TRACE, !decision, "{went:?}");
        assert_ne!(parent[2], "00f067aa0ba902b7");
        // An id of ours is random, and says so; what came is handed on as it was.
        assert_eq!(
            parent[3],
            match (recorded > 0, decision) {
                (true, true) => "03",
                (true, false) => "01",
                (false, true) => "02",
                (false, false) => "00",
            }
        );
    }
}

/// Records what its caller does not.
#[derive(Debug)]
struct Contrary;

impl Sampler for Contrary {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        assert_eq!((root.trace_id().to_string().as_str(), root.name()), (TRACE, "serve"));
        !root.caller().expect("the caller has said what it does")
    }
}

#[test]
fn samplers_that_are_not_parent_based_decide_about_the_traces_of_callers_too() {
    let styles = || Propagators::default().with(Style::Datadog);
    let came = |flags: &str, priority: &str| {
        Headers::from([
            ("traceparent".into(), PARENT.replace("-01", flags)),
            ("x-datadog-trace-id".into(), "11803532876627986230".into()),
            ("x-datadog-parent-id".into(), "9".into()),
            ("x-datadog-sampling-priority".into(), priority.into()),
        ])
    };
    let (kept, rejected) = (came("-01", "2"), came("-00", "-1"));
    for ((went, spans), recorded) in [
        (passed_on(Ratio::new(0.0), styles(), &kept), false),
        (passed_on(Ratio::new(1.0), styles(), &kept), true),
        (passed_on(Ratio::new(0.0), styles(), &rejected), false),
        (passed_on(Ratio::new(1.0), styles(), &rejected), true),
        (passed_on(Contrary, styles(), &kept), false),
        (passed_on(Contrary, styles(), &rejected), true),
    ] {
        assert_eq!(spans, if recorded { 2 } else { 0 }, "{went:?}");
        assert_eq!(went["traceparent"][3..35], *TRACE);
        assert_eq!(went["traceparent"].ends_with("-01"), recorded, "{went:?}");
        let priority: i8 = went["x-datadog-sampling-priority"].parse().unwrap();
        assert_eq!(priority > 0, recorded, "{went:?}");
    }
}

#[test]
fn what_came_is_handed_on_and_recorded() {
    let came = Headers::from([
        ("traceparent".into(), PARENT.into()),
        ("tracestate".into(), format!("dd=s:1, other={}", "x".repeat(200))),
        ("baggage".into(), "user=Zo%C3%AB;p=1".into()),
        ("x-datadog-trace-id".into(), "11803532876627986230".into()),
        ("x-datadog-parent-id".into(), "9".into()),
        ("x-datadog-origin".into(), "rum".into()),
        ("b3".into(), "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-0".into()),
    ]);
    let styles = || {
        Propagators::default().with(Style::Datadog).extracting(Style::B3).injecting(Style::B3Multi)
    };
    let (went, _) = passed_on(ParentBased::new(Ratio::new(1.0)), styles(), &came);
    // Datadog's member says what its headers do; those of others are as they came.
    let call = &went["traceparent"][36..52];
    let state = format!("dd=s:1;o:rum;p:{call},other={}", "x".repeat(200));
    assert_eq!(went["tracestate"], state);
    assert_eq!(went["baggage"], "user=Zo%C3%AB;p=1");
    assert_eq!(went["x-datadog-trace-id"], came["x-datadog-trace-id"]);
    assert_eq!(went["x-datadog-origin"], "rum");
    assert_eq!(went["x-datadog-tags"], "_dd.p.tid=4bf92f3577b34da6");
    assert_eq!(went["x-b3-traceid"], TRACE);
    assert_eq!(went["x-datadog-parent-id"].parse().ok(), {
        u64::from_str_radix(&went["x-b3-spanid"], 16).ok()
    });
    assert!(!went.contains_key("b3"));

    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).propagators(styles()).build().unwrap();
    tracer.in_scope(|| {
        Span::below("serve", &extract(&came).context()).in_scope(|| {
            drop(Span::new("query"));
        });
    });
    tracer.flush(Duration::from_secs(30)).unwrap();
    let spans = memory.take();
    let serve = named(&spans, "serve");
    assert_eq!(serve.trace_state(), format!("dd=s:1,other={}", "x".repeat(200)));
    assert_eq!(serve.attributes().count(), 0);
    let links: Vec<_> = serve.links().map(|link| (link.trace.to_string(), link.span)).collect();
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].0, "80f198ee56343ba864fe8b2a57d3eff7");
    let query = named(&spans, "query");
    assert_eq!((query.links().count(), query.trace_state().as_str()), (0, ""));
}

#[test]
fn a_trace_that_came_is_restarted_or_ignored_where_that_is_asked_for() {
    let came = Headers::from([
        ("traceparent".into(), PARENT.replace("-01", "-00")),
        ("tracestate".into(), "dd=s:-1;t.dm:-4,foo=1".into()),
        ("baggage".into(), "user=7".into()),
        ("x-datadog-trace-id".into(), "11803532876627986230".into()),
        ("x-datadog-parent-id".into(), "9".into()),
        ("x-datadog-tags".into(), "_dd.p.tid=4bf92f3577b34da6,_dd.p.dm=-4".into()),
    ]);
    for (behavior, links, baggage) in [
        (ExtractBehavior::Restart, vec![TRACE.to_owned()], Some("user=7")),
        (ExtractBehavior::Ignore, vec![], None),
    ] {
        let memory = Memory::default();
        let styles = Propagators::default().with(Style::Datadog).extract_behavior(behavior);
        let builder = Tracer::builder().exporter(memory.clone()).propagators(styles);
        let tracer = builder.build().unwrap();
        let went = tracer.in_scope(|| {
            let serve = Span::below("serve", &extract(&came).context());
            headers_of(&serve.context())
        });
        tracer.flush(Duration::from_secs(30)).unwrap();
        let spans = memory.take();
        let serve = &spans[0];
        assert!(serve.parent_id().is_none() && serve.is_local_root());
        assert_ne!(serve.trace_id().to_string(), TRACE);
        let found: Vec<_> = serve.links().map(|link| link.trace.to_string()).collect();
        assert_eq!((found, serve.trace_state()), (links, String::new()));
        assert_eq!(went.get("baggage").map(String::as_str), baggage);
        assert_eq!(went["tracestate"], format!("dd=s:1;p:{};t.dm:-0", serve.span_id()));
        let tags = &went["x-datadog-tags"];
        assert!(tags.starts_with("_dd.p.tid=") && tags.ends_with(",_dd.p.dm=-0"), "{tags}");
    }
}

#[test]
fn what_there_is_no_room_for_on_the_way_out_is_counted() {
    let styles = Propagators::default().with(Style::Datadog);
    let tracer = Tracer::builder().propagators(styles).build().unwrap();
    let tags = format!("_dd.p.a={},_dd.p.b={}", "x".repeat(220), "x".repeat(20));
    let came = [
        ("x-datadog-trace-id", "7"),
        ("x-datadog-parent-id", "8"),
        ("x-datadog-tags", tags.as_str()),
    ];
    tracer.in_scope(|| {
        let serve = Span::below("serve", &extract(&came).context());
        let went = headers_of(&serve.context());
        assert_eq!(went["x-datadog-tags"], tags);
        assert!(went["tracestate"].ends_with(&format!("t.a:{}", "x".repeat(220))));
    });
    assert_eq!(tracer.stats().refused.over_limit, 1);
}
