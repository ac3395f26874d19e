//! Who decides about which trace, and what is said of it.

use std::sync::Arc;

use tracer_core::{Decision, LocalRoot, Maker, ParentBased, Sampler, SpanKind, TraceId, Value};

use super::DatadogSampler;
use crate::rates::Rates;

/// By the formula: at a half, 1 is kept and 10 is not.
fn root(trace: u128) -> LocalRoot<'static> {
    LocalRoot::new(TraceId::from_u128(trace), "checkout").with_service("shop")
}

fn by_rule(is_sampled: bool, rate: f64, limit: Option<f64>) -> Decision {
    Decision::new(is_sampled).by(Maker::Rule { rate, limit })
}

fn with_rules(json: &str) -> DatadogSampler {
    DatadogSampler::new().rules(json).expect("they make sense")
}

#[test]
fn the_first_rule_that_fits_decides_then_the_share_then_the_agent() {
    let rates = Arc::new(Rates::default());
    assert!(rates.hear(br#"{"rate_by_service":{"service:,env:":0.5,"service:bank,env:":0}}"#));
    let rules = r#"[{"service":"bank","sample_rate":1},{"name":"check*","sample_rate":0.5}]"#;
    let sampler = DatadogSampler::hearing(Arc::clone(&rates)).rules(rules).expect("they are valid");
    let bank = LocalRoot::new(TraceId::from_u128(10), "checkout").with_service("bank");
    assert_eq!(sampler.decide(&bank), by_rule(true, 1.0, Some(1.0)));
    assert_eq!(sampler.decide(&root(1)), by_rule(true, 0.5, Some(1.0)));
    assert_eq!(sampler.decide(&root(10)), by_rule(false, 0.5, None));
    let other = |trace| LocalRoot::new(TraceId::from_u128(trace), "other");
    let by_agent = |is_sampled| Decision::new(is_sampled).by(Maker::Agent { rate: 0.5 });
    assert_eq!(sampler.decide(&other(1)), by_agent(true));
    assert_eq!(sampler.decide(&other(10)), by_agent(false));
    assert_eq!(rates.take_left_out(), 2, "the agent is told of them");

    let sampler = sampler.sample_rate(0.0);
    assert_eq!(sampler.decide(&other(1)), by_rule(false, 0.0, None), "the agent has no say");
}

#[test]
fn an_agent_that_wants_all_is_not_spoken_of() {
    let rates = Arc::new(Rates::default());
    let sampler = DatadogSampler::hearing(Arc::clone(&rates)).tag("env", "prod");
    assert_eq!(sampler.decide(&root(10)), Decision::new(true), "nothing was heard yet");
    let answer = br#"{"rate_by_service":{"service:,env:":1,"service:shop,env:prod":0.5}}"#;
    assert!(rates.hear(answer));
    let agent = Maker::Agent { rate: 0.5 };
    assert_eq!(sampler.decide(&root(10)), Decision::new(false).by(agent));
    let attributes = [("service.name", "bank".into())];
    let bank = root(10).with_attributes(&attributes);
    assert_eq!(sampler.decide(&bank), Decision::new(true), "it is the service of the span");
    assert!(rates.hear(br#"{"rate_by_service":{"service:unnamed-rust-service,env:prod":0.5}}"#));
    let nameless = LocalRoot::new(TraceId::from_u128(10), "checkout");
    assert_eq!(sampler.decide(&nameless), Decision::new(false).by(agent), "as it is sent");
}

#[test]
fn rules_ask_for_services_names_resources_and_tags() {
    let attributes: [(&str, Value<'_>); 9] = [
        ("http.request.method", "GET".into()),
        ("http.route", "/cart".into()),
        ("url.full", "http://shop/cart".into()),
        ("http.request.header.x-plan", "gold".into()),
        ("tenant", "ann".into()),
        ("rows", 7.into()),
        ("whole", 3.0.into()),
        ("half", 0.5.into()),
        ("is_new", true.into()),
    ];
    let root = root(1).with_kind(SpanKind::Server).with_attributes(&attributes);
    for (rule, fits) in [
        (r#""service":"SHOP""#, true),
        (r#""service":"shop?""#, false),
        (r#""name":"*out""#, true),
        (r#""name":"out""#, false),
        (r#""name":"http.server.request""#, true),
        (r#""resource":"GET /cart""#, true),
        (r#""resource":"checkout""#, false),
        (r#""tags":{"http.method":"get","http.request.method":"get"}"#, true),
        (r#""tags":{"http.url":"*/cart","http.request.headers.x-plan":"gold"}"#, true),
        (r#""tags":{"http.url":"*/pay"}"#, false),
        (r#""tags":{"tenant":"a*"}"#, true),
        (r#""tags":{"tenant":"b*"}"#, false),
        (r#""tags":{"tenant":"a*","rows":7}"#, true),
        (r#""tags":{"rows":"8"}"#, false),
        (r#""tags":{"whole":3}"#, true),
        (r#""tags":{"half":"0.*"}"#, false),
        (r#""tags":{"half":"*"}"#, true),
        (r#""tags":{"is_new":true}"#, true),
        (r#""tags":{"nobody":"*"}"#, false),
        (r#""tags":{"team":"pay*"}"#, true),
        (r#""service":"shop","name":"cart""#, false),
    ] {
        let rules = format!(r#"[{{{rule},"sample_rate":0}}]"#);
        let sampler = with_rules(&rules).tag("team", "payments");
        assert_eq!(!sampler.is_sampled(&root), fits, "{rule}");
    }
}

#[test]
fn what_rules_keep_is_limited_and_the_share_of_it_is_said() {
    let sampler = DatadogSampler::new().sample_rate(1.0).rate_limit(0.001);
    assert_eq!(sampler.decide(&root(1)), by_rule(true, 1.0, Some(1.0)));
    let second = sampler.decide(&root(1));
    let Maker::Rule { rate, limit: Some(limit) } = second.maker() else { panic!("{second:?}") };
    assert!(!second.is_sampled() && rate > 0.999 && limit < 1.0, "{second:?}");

    let recorded =
        |sampler: &DatadogSampler| (0..1_000).filter(|_| sampler.is_sampled(&root(1))).count();
    assert!((100..200).contains(&recorded(&with_rules(r#"[{"sample_rate":1}]"#))));
    assert_eq!(recorded(&DatadogSampler::new()), 1_000, "what no rule decides has no limit");
}

#[test]
fn callers_decide_about_theirs_where_they_are_asked() {
    let sampler = ParentBased::new(DatadogSampler::new().sample_rate(0.0));
    assert_eq!(sampler.decide(&root(1).with_caller(Some(true))), Decision::new(true));
    assert!(!sampler.decide(&root(1)).is_sampled());
}

#[test]
fn variables_are_read_and_what_makes_no_sense_is_a_line_each() {
    let read = |variables: &[(&str, &str)]| {
        let get = |name: &str| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        DatadogSampler::of_variables(&get)
    };
    let sampler = read(&[
        ("DD_TRACE_SAMPLING_RULES", r#"[{"service":"shop","sample_rate":0}]"#),
        ("DD_TRACE_SAMPLE_RATE", "0.5"),
        ("DD_TRACE_RATE_LIMIT", "0"),
    ])
    .expect("they make sense");
    assert_eq!(sampler.decide(&root(1)), by_rule(false, 0.0, None));
    let other = LocalRoot::new(TraceId::from_u128(1), "other");
    assert_eq!(sampler.decide(&other), by_rule(false, 0.5, Some(0.0)));

    let error = read(&[
        ("DD_TRACE_SAMPLING_RULES", r#"[{"service":"shop"},{"name":"cart","sample_rate":0}]"#),
        ("DD_TRACE_SAMPLE_RATE", "half"),
        ("DD_TRACE_RATE_LIMIT", "many"),
    ])
    .expect_err("they make no sense");
    assert_eq!(
        error.lines().collect::<Vec<_>>(),
        [
            "DD_TRACE_SAMPLING_RULES: rule 1: it has no `sample_rate`; valid are numbers from 0 to 1; \
             leaving it out",
            "DD_TRACE_SAMPLE_RATE: `half` is no share; valid are numbers from 0 to 1; ignoring the variable",
            "DD_TRACE_RATE_LIMIT: `many` is no limit; valid are numbers of traces a second, below 0 for all; \
             using `100`",
        ]
    );
    let sampler = error.into_rest();
    assert!(!sampler.is_sampled(&LocalRoot::new(TraceId::from_u128(1), "cart")));
    assert_eq!(sampler.decide(&root(10)), Decision::new(true));
    assert!(read(&[("DD_TRACE_SAMPLE_RATE", "")]).is_ok());
}
