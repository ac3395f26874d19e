//! What is told of a whole trace, as text.

use std::collections::HashMap;
use std::fmt::Write as _;

use rmpv::Value;
use tracer_core::propagate::{Propagators, Style};
use tracer_core::{
    Callsite, Decision, Level, LocalRoot, Maker, Sampler, Span, SpanKind, SpanRecord, TailRule,
    Tracer, Unit, propagate,
};

use super::{Exported, exported, get, id, meta, metric};

static QUERY: Callsite = Callsite::new("query", "shop::rows", "src/rows.rs", 7, || {})
    .function("find")
    .with_kind(SpanKind::Client)
    .with_level(Level::Debug)
    .with_span_type("postgres");

/// Each span by name, as it is told; what differs from run to run, is a letter.
fn told(exported: &[Exported]) -> String {
    let spans = || exported.iter().flat_map(|it| it.sent.iter()).flat_map(|sent| &sent.chunks);
    let names: HashMap<u64, &str> = exported
        .iter()
        .flat_map(|it| &it.records)
        .map(|record: &SpanRecord| (record.span_id().to_u64(), record.name()))
        .collect();
    let mut text = String::new();
    for (chunk, span) in spans().flat_map(|chunk| chunk.iter().enumerate()) {
        let mark = if chunk == 0 { "*" } else { " " };
        let field = |key| get(span, key).and_then(Value::as_str).unwrap_or("?");
        let parent = names.get(&id(span, "parent_id")).copied().unwrap_or("-");
        writeln!(
            text,
            "{mark}{} < {parent}: {} | {} | {} | {} error {}",
            names[&id(span, "span_id")],
            field("service"),
            field("name"),
            field("resource"),
            field("type"),
            id(span, "error"),
        )
        .unwrap();
        let mut tags: Vec<_> = ["meta", "metrics"]
            .into_iter()
            .flat_map(|map| get(span, map).unwrap().as_map().unwrap())
            .map(|(key, value)| (key.as_str().unwrap(), value))
            .map(|(key, value)| format!("{key} = {}", steady(key, value)))
            .collect();
        tags.sort();
        tags.iter().for_each(|tag| writeln!(text, "    {tag}").unwrap());
        if let Some(links) = get(span, "span_links") {
            let to: Vec<_> = links.as_array().unwrap().iter().map(|l| id(l, "span_id")).collect();
            let to: Vec<_> = to.iter().map(|id| names.get(id).copied().unwrap_or("-")).collect();
            writeln!(text, "    -> {}", to.join(" ")).unwrap();
        }
    }
    text
}

/// A value; of times and numbers of this run a letter, of a stack the functions.
fn steady(key: &str, value: &Value) -> String {
    match (key, value.as_str()) {
        ("runtime-id" | "process_id", _) => "X".to_owned(),
        // Those of this file move.
        ("code.line.number", _) if value.as_u64() != Some(7) => "X".to_owned(),
        ("error.stack", Some(stack)) => {
            let lines = stack.lines().take_while(|line| !line.is_empty());
            let functions = lines.filter(|line| !line.contains(" at "));
            functions.map(str::trim).collect::<Vec<_>>().join(", ")
        }
        ("events", Some(json)) => {
            let json: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
            let [event] = &json.as_array().unwrap()[..] else { panic!("one event") };
            assert!(event["time_unix_nano"].as_u64().unwrap() > 1 << 60);
            format!("{} {}", event["name"], event["attributes"])
        }
        _ => value.to_string(),
    }
}

fn work(tracer: &Tracer) {
    tracer.in_scope(|| {
        let remote = propagate::extract(&[
            ("x-datadog-trace-id", "7"),
            ("x-datadog-parent-id", "8"),
            ("x-datadog-sampling-priority", "2"),
            ("x-datadog-origin", "rum"),
            ("x-datadog-tags", "_dd.p.dm=-4,_dd.p.tid=00000000000000ab,_dd.p.usr=9"),
        ]);
        let before = Span::new("before");
        let serve = Span::below("serve", &remote.context());
        serve.add_link(&before.context());
        drop(before);
        serve.set_attribute("http.request.method", "GET");
        serve.set_attribute("http.route", "/item/{id}");
        serve.set_attribute("http.response.status_code", 500);
        serve.set_attribute("error.type", "500");
        serve.set_attribute("_dd.p.tid", "forged");
        serve.set_attribute("version", "own");
        serve.set_attribute("http.request.header.accept", "*/*");
        serve.in_scope(|| {
            let guard = tracer_core::__private::enter(&QUERY);
            let query = tracer_core::current();
            query.set_attribute("db.system.name", "postgresql");
            query.set_attribute("db.query.text", "select 1");
            query.set_attribute("service.name", "rows");
            query.set_attribute("rows", 3);
            query.set_attribute("cached", false);
            query.set_attribute("share", 0.5);
            query.set_attribute("share", f64::NAN);
            query.set_attribute("number", u64::MAX);
            query.set_attribute("much", 1_i64 << 60);
            drop(Span::new("below"));
            query.add_event("retry", &[("n", 1.into()), ("n", 2.into()), ("q", "\"\n".into())]);
            query.record_error(&"x".parse::<u8>().unwrap_err());
            drop(guard);
        });
    });
}

#[test]
fn a_trace_with_everything() {
    let styles = Propagators::default().with(Style::Datadog);
    let builder = Tracer::builder()
        .service_name("shop")
        .resource("service.version", "1.2")
        .resource("deployment.environment.name", "prod")
        .resource("team", "north")
        .propagators(styles);
    let exported = exported(builder, Unit::ManyTraces, usize::MAX, work);
    let told = told(&exported);
    // `before` is of another trace, whose id is random.
    let (_, told) = told.split_once("*serve").expect("it was sent");
    let expected = include_str!("told.txt");
    assert_eq!(format!("*serve{told}"), expected, "\n*serve{told}");
}

#[test]
fn a_process_has_the_id_of_its_instance_if_that_is_one() {
    let id = "5f0c1c8e-3f64-4c5e-9a5b-0d6c2a6a1b2c";
    for (instance, expected) in [(id, true), ("checkout-7", false)] {
        let builder = Tracer::builder().resource("service.instance.id", instance);
        let exported = exported(builder, Unit::Spans, usize::MAX, |tracer| {
            tracer.in_scope(|| drop(Span::new("work")));
        });
        let span = &exported[0].sent[0].chunks[0][0];
        assert_eq!(meta(span, "runtime-id") == Some(instance), expected, "{span}");
        assert_eq!(meta(span, "runtime-id").unwrap().len(), 36);
        assert_eq!(metric(span, "process_id"), Some(f64::from(std::process::id())));
        assert_eq!(get(span, "service").unwrap().as_str(), Some("unnamed-rust-service"));
    }
}

#[test]
fn what_somebody_decided_by_hand_stands_above_what_came() {
    let exported = exported(Tracer::builder(), Unit::ManyTraces, usize::MAX, |tracer| {
        tracer.in_scope(|| {
            Span::new("serve").in_scope(|| Span::new("refund").context().keep_trace());
        });
    });
    let [serve, refund] = &exported[0].sent[0].chunks[0][..] else { panic!("two spans") };
    assert_eq!(metric(serve, "_sampling_priority_v1"), Some(2.0));
    assert_eq!(meta(serve, "_dd.p.dm"), Some("-4"));
    assert_eq!(metric(serve, "_dd.top_level"), Some(1.0));
    assert_eq!(metric(refund, "_sampling_priority_v1"), None);
    assert_eq!(metric(refund, "_dd.top_level"), None);
}

/// Leaves out what a rule would keep a tenth of.
#[derive(Debug)]
struct LeavesOut;

impl Sampler for LeavesOut {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        self.decide(root).is_sampled()
    }

    fn decide(&self, _: &LocalRoot<'_>) -> Decision {
        Decision::new(false).by(Maker::Rule { rate: 0.1, limit: None })
    }
}

#[test]
fn what_a_tail_rule_keeps_the_agent_is_told_to_keep() {
    let builder = Tracer::builder().sampler(LeavesOut).tail_rule(TailRule::new());
    let exported = exported(builder, Unit::ManyTraces, usize::MAX, |tracer| {
        let error = "x".parse::<u8>().unwrap_err();
        tracer.in_scope(|| Span::new("fails").record_error(&error));
    });
    let [fails] = &exported[0].sent[0].chunks[0][..] else { panic!("one span") };
    assert_eq!(metric(fails, "_sampling_priority_v1"), Some(2.0));
    assert_eq!(metric(fails, "_dd.rule_psr"), Some(0.1));
    assert_eq!(metric(fails, "_sample_rate"), None, "it stands for itself alone");
}
