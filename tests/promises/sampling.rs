//! What a sampler is told, and what follows from what it says.

use std::collections::HashMap;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use tracer::export::{Memory, SpanKind, SpanRecord};
use tracer::propagate::{extract, inject};
use tracer::sample::{LocalRoot, ParentBased, Ratio, Rule, Rules, Sampler};
use tracer::testing::render;
use tracer::{Span, Tracer, traced};

const SOON: Duration = Duration::from_secs(5);
const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Says what it is asked, and records nothing.
#[derive(Debug)]
struct Asked(Sender<String>);

impl Sampler for Asked {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        let path = root.attribute("url.path").map(|path| path.to_string());
        let asked = format!(
            "{} {} {} {} {:?} {path:?}",
            root.name(),
            root.target(),
            root.kind().as_str(),
            root.service(),
            root.caller(),
        );
        self.0.send(asked).expect("the test listens");
        false
    }
}

#[traced(kind = server, target = "shop")]
fn serve() {
    drop(Span::new("query"));
}

#[test]
fn a_sampler_knows_what_is_known_of_a_root_when_it_begins() {
    let (sender, asked) = channel();
    let builder = Tracer::builder().service_name("web").sampler(Asked(sender));
    let tracer = builder.build().unwrap();
    tracer.in_scope(|| {
        serve();
        let remote = extract(&HashMap::from([("traceparent", PARENT)]));
        let span = Span::builder("GET")
            .kind(SpanKind::Server)
            .attributes(&[("url.path", "/cart".into())])
            .parent(&remote.context())
            .open();
        drop(span);
        drop(Span::builder("work").root().open());
    });
    assert_eq!(
        asked.try_iter().collect::<Vec<_>>(),
        [
            "serve shop server web None None",
            "GET  server web Some(true) Some(\"/cart\")",
            "work  internal web None None",
        ]
    );
}

#[test]
fn rules_decide_by_what_a_root_is() {
    let memory = Memory::default();
    let rules = Rules::new()
        .rule(Rule::drop().attribute("url.path", "/health*"))
        .rule(Rule::keep().kind(SpanKind::Server))
        .otherwise(Ratio::new(0.0));
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .sampler(ParentBased::new(rules))
        .build()
        .unwrap();
    tracer.in_scope(|| {
        let request = |path: &str| {
            let attributes = [("url.path", path.into())];
            let span = Span::builder("GET").kind(SpanKind::Server).attributes(&attributes).open();
            span.in_scope(|| drop(Span::new("query")));
        };
        request("/cart");
        request("/healthz");
        drop(Span::new("cleanup"));
    });
    tracer.flush(SOON).unwrap();
    assert_eq!(render(&memory.take()), "GET\n  query\n");
}

#[test]
fn a_span_that_is_built_is_where_it_is_said() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).build().unwrap();
    tracer.in_scope(|| {
        let request = Span::builder("request").open();
        request.in_scope(|| {
            drop(Span::builder("child").open());
            drop(Span::builder("elsewhere").root().open());
            drop(Span::builder("none").parent(&tracer.context()).open());
            let child = Span::new("other");
            child.in_scope(|| drop(Span::builder("audit").parent(&request.context()).open()));
        });
    });
    tracer.flush(SOON).unwrap();
    assert_eq!(render(&memory.take()), "elsewhere\nnone\nrequest\n  audit\n  child\n  other\n");
}

#[test]
fn spans_of_one_name_and_place_are_told_apart_by_their_kind() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).build().unwrap();
    let kinds = [SpanKind::Client, SpanKind::Producer, SpanKind::Client];
    tracer.in_scope(|| kinds.map(|kind| drop(Span::builder("call").kind(kind).open())));
    tracer.flush(SOON).unwrap();
    assert_eq!(memory.take().iter().map(SpanRecord::kind).collect::<Vec<_>>(), kinds);
}

#[test]
fn what_somebody_decides_is_told_to_those_who_are_called() {
    let tracer = Tracer::builder().build().unwrap();
    let span = tracer.in_scope(|| Span::new("request"));
    let told = || {
        let mut headers = Vec::<(String, String)>::new();
        inject(&span.context(), &mut headers);
        headers[0].1.rsplit('-').next().map(str::to_owned).expect("it has flags")
    };
    assert_eq!(told(), "03");
    span.context().drop_trace();
    assert_eq!(told(), "02");
    span.context().keep_trace();
    assert_eq!(told(), "03");
}
