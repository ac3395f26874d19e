//! Who decided about a trace is known to who is called and to exporters.

use std::collections::BTreeMap;
use std::time::Duration;

use tracer::export::{DatadogRecord, Memory};
use tracer::propagate::{Propagators, Style, extract, inject};
use tracer::sample::{Decision, LocalRoot, Maker, ParentBased, Ratio, Rule, Rules, Sampler};
use tracer::{Span, Tracer, current};

const SOON: Duration = Duration::from_secs(5);

/// Decides as it is told to.
#[derive(Debug)]
struct Told(Decision);

impl Sampler for Told {
    fn is_sampled(&self, _: &LocalRoot<'_>) -> bool {
        unreachable!("who decides is asked to decide")
    }

    fn decide(&self, _: &LocalRoot<'_>) -> Decision {
        self.0
    }
}

/// The priority and the maker as headers and as records of `work` below `came` have them.
fn told(
    sampler: impl Sampler + 'static,
    came: &[(&str, &str)],
    work: impl FnOnce(),
) -> (String, Vec<String>) {
    let memory = Memory::default();
    let styles = Propagators::none().with(Style::Datadog);
    let builder = Tracer::builder().exporter(memory.clone()).propagators(styles);
    let tracer = builder.sampler(sampler).build().expect("the tracer is built");
    let mut headers = BTreeMap::new();
    tracer.in_scope(|| {
        Span::below("serve", &extract(came).context()).in_scope(|| {
            work();
            let mut went = Vec::<(String, String)>::new();
            inject(&current(), &mut went);
            headers.extend(went);
        });
    });
    tracer.shutdown(SOON).expect("all is handed on in time");
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let tags = header("x-datadog-tags");
    let tags: Vec<_> = tags.split(',').filter(|tag| !tag.starts_with("_dd.p.tid")).collect();
    let went = format!("{} {}", header("x-datadog-sampling-priority"), tags.join(","));
    let spans = memory.take();
    let records = spans
        .iter()
        .filter_map(|span| Some(format!("{} {}", span.name(), shown(&span.datadog()?))));
    (went, records.collect())
}

fn shown(record: &DatadogRecord<'_>) -> String {
    let tags: Vec<_> = record.tags().map(|(key, value)| format!("{key}={value}")).collect();
    let rates = [record.agent_rate(), record.rule_rate(), record.limit_rate()];
    let priority = record.priority().map_or("-".to_owned(), |it| it.to_string());
    let hand = if record.is_by_hand() { " by hand" } else { "" };
    format!("{priority} {} {rates:?}{hand}", tags.join(","))
}

fn rule(keep: bool) -> Told {
    Told(Decision::new(keep).by(Maker::Rule { rate: 0.25, limit: Some(0.5) }))
}

fn agent(keep: bool) -> Told {
    Told(Decision::new(keep).by(Maker::Agent { rate: 0.25 }))
}

#[test]
fn what_made_the_decision_goes_with_the_trace() {
    let of_rule = "serve 2 _dd.p.dm=-3 [None, Some(0.25), Some(0.5)]";
    let of_agent = "serve 1 _dd.p.dm=-1 [Some(0.25), None, None]";
    for ((went, records), expected, recorded) in [
        (told(rule(true), &[], || {}), "2 _dd.p.dm=-3", &[of_rule][..]),
        (told(rule(false), &[], || {}), "-1 ", &[]),
        (told(agent(true), &[], || {}), "1 _dd.p.dm=-1", &[of_agent]),
        (told(agent(false), &[], || {}), "0 ", &[]),
        (told(Told(Decision::new(true)), &[], || {}), "1 _dd.p.dm=-0", &[]),
        (told(Told(Decision::new(false)), &[], || {}), "0 ", &[]),
    ] {
        assert_eq!(
            (went.as_str(), &records[..]),
            (expected, &recorded.iter().map(ToString::to_string).collect::<Vec<_>>()[..])
        );
    }
}

#[test]
fn samplers_around_others_hand_on_what_made_the_decision() {
    let rules =
        Rules::new().rule(Rule::sample(rule(true)).per_second(100.0)).otherwise(Ratio::new(0.0));
    let boxed: Box<dyn Sampler> = Box::new(ParentBased::new(rules));
    assert_eq!(told(boxed, &[], || {}).0, "2 _dd.p.dm=-3");
}

#[test]
fn the_caller_and_then_somebody_by_hand_say_more_than_a_rule() {
    let came = [
        ("x-datadog-trace-id", "7"),
        ("x-datadog-parent-id", "8"),
        ("x-datadog-sampling-priority", "1"),
        ("x-datadog-tags", "_dd.p.dm=-1,_dd.p.usr=7"),
    ];
    let none = "[None, None, None]";
    let (went, records) = told(ParentBased::new(rule(false)), &came, || {});
    assert_eq!(went, "1 _dd.p.dm=-1,_dd.p.usr=7");
    assert_eq!(records, [format!("serve 1 _dd.p.dm=-1,_dd.p.usr=7 {none}")]);

    let (went, records) = told(ParentBased::new(rule(false)), &came, || {
        Span::new("refund").in_scope(|| current().keep_trace());
    });
    assert_eq!(went, "2 _dd.p.usr=7,_dd.p.dm=-4");
    let by_hand = format!("refund 2 _dd.p.usr=7,_dd.p.dm=-4 {none} by hand");
    assert_eq!(records, [by_hand, format!("serve 1 _dd.p.dm=-1,_dd.p.usr=7 {none}")]);

    let (went, _) = told(rule(true), &came, || {});
    assert_eq!(went, "2 _dd.p.usr=7,_dd.p.dm=-3", "it decides about the traces of callers too");
}
