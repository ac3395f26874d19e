//! Of what the sampler leaves out, the tail rule keeps what failed, was slow, or somebody asked for.

use std::time::Duration;

use tracer::export::{Exporter, Memory};
use tracer::propagate::inject;
use tracer::sample::{LocalRoot, ParentBased, Ratio, Sampler, TailRule};
use tracer::testing::render;
use tracer::{Span, Tracer, current, in_current, traced};
use tracer_tests::{Runtime, on_each_runtime, pause};

on_each_runtime!(a_failed_task_keeps_its_request);

const SOON: Duration = Duration::from_secs(5);

fn tracer(rule: TailRule, exporter: impl Exporter + 'static) -> Tracer {
    let builder = Tracer::builder().exporter(exporter).sampler(ParentBased::new(Ratio::new(0.0)));
    builder.tail_rule(rule).build().expect("a tracer")
}

fn fail(span: &Span) {
    span.record_error(&"x".parse::<u8>().expect_err("it is no number"));
}

#[traced]
async fn query(fails: bool) -> Result<(), String> {
    pause().await;
    if fails { Err("no row".to_owned()) } else { Ok(()) }
}

#[traced]
async fn request<R: Runtime>(fails: bool) {
    let _failed = R::spawn(query(fails)).await;
}

fn a_failed_task_keeps_its_request<R: Runtime>() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new(), memory.clone());
    for fails in [false, true, false] {
        R::block_on(tracer.scope(request::<R>(fails)));
    }
    tracer.shutdown(SOON).expect("nothing is lost that was wanted");
    assert_eq!(render(&memory.take()), "request\n  query ✖\n");
    let stats = tracer.stats();
    assert_eq!(stats.exporters[0].dropped.tail_rule, 4, "{stats}");
    assert!(stats.is_balanced(), "{stats}");
}

#[test]
fn a_flush_is_no_error_where_the_rule_left_something_out() {
    let tracer = tracer(TailRule::new(), Memory::default());
    tracer.in_scope(|| drop(Span::new("request")));
    tracer.flush(SOON).unwrap();
    let stats = tracer.stats();
    assert_eq!((stats.exporters[0].dropped.total(), stats.exporters[0].queued), (1, 0), "{stats}");
}

#[test]
fn what_is_wanted_of_a_trace_that_waits_is_recorded_in_full() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new(), memory.clone());
    tracer.in_scope(|| {
        let request = Span::new("request");
        assert!(request.context().is_recorded());
        request.set_attribute("id", 7);
        request
            .in_scope(|| std::thread::spawn(in_current(|| drop(Span::new("hash")))).join())
            .expect("it does not panic");
        fail(&request);
    });
    tracer.shutdown(SOON).unwrap();
    let spans = memory.take();
    assert_eq!(render(&spans), "request ✖\n  hash\n");
    let request = spans.iter().find(|span| span.name() == "request").unwrap();
    assert_eq!(request.attribute("id"), Some(7.into()));
}

#[test]
fn who_is_called_is_told_what_the_sampler_said() {
    let tracer = tracer(TailRule::new(), Memory::default());
    let span = tracer.in_scope(|| Span::new("request"));
    let mut headers = Vec::<(String, String)>::new();
    inject(&span.context(), &mut headers);
    assert!(headers[0].1.ends_with("-02"), "{headers:?}");
}

#[test]
fn a_trace_that_is_slow_is_kept_by_its_local_root() {
    let memory = Memory::default();
    let limit = Duration::from_millis(20);
    let tracer = tracer(TailRule::new().slower_than(limit), memory.clone());
    tracer.in_scope(|| {
        drop(Span::new("fast"));
        let slow = Span::new("slow");
        std::thread::sleep(limit); // time: what is tested is a duration
        drop(slow);
    });
    tracer.shutdown(SOON).unwrap();
    assert_eq!(render(&memory.take()), "slow\n");
}

#[test]
fn the_slowest_are_kept_until_slower_ones_come() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new().slowest(2), memory.clone());
    tracer.in_scope(|| {
        // Each ends before those that began earlier.
        let spans = ["longest", "longer", "long", "short", "shorter"].map(Span::new);
        for span in spans.into_iter().rev() {
            std::thread::sleep(Duration::from_millis(2)); // time: what is tested are durations
            drop(span);
        }
    });
    tracer.shutdown(SOON).unwrap();
    assert_eq!(render(&memory.take()), "longer\nlongest\n");
    assert_eq!(tracer.stats().exporters[0].dropped.tail_rule, 3);
}

#[test]
fn no_more_are_kept_than_the_rule_allows() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new().per_second(3.0), memory.clone());
    tracer.in_scope(|| (0..100).for_each(|_| fail(&Span::new("request"))));
    tracer.shutdown(SOON).unwrap();
    assert_eq!(memory.take().len(), 3);
    let stats = tracer.stats();
    assert_eq!(stats.exporters[0].dropped.tail_rule, 97, "{stats}");
}

#[test]
fn what_waits_is_bounded_and_what_makes_room_is_judged_by_what_is_there() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new().max_spans(1_000), memory.clone());
    let open: Vec<_> = tracer.in_scope(|| (0..5_000).map(|_| Span::new("open")).collect());
    for (number, span) in open.iter().enumerate() {
        span.in_scope(|| {
            let child = Span::new("child");
            if number == 0 {
                fail(&child);
            }
        });
    }
    tracer.flush(SOON).unwrap();
    let stats = tracer.stats();
    assert!(stats.exporters[0].queued <= 1_000, "{stats}");
    assert!(stats.is_balanced(), "{stats}");
    drop(open);
    tracer.shutdown(SOON).unwrap();
    // Whether the child had to make room or not: the rest of its trace is kept too.
    assert_eq!(render(&memory.take()), "open\n  child ✖\n");
    assert!(tracer.stats().is_balanced());
}

#[test]
fn what_somebody_wants_is_kept_and_what_nobody_wants_is_not() {
    let memory = Memory::default();
    let tracer = tracer(TailRule::new(), memory.clone());
    tracer.in_scope(|| {
        Span::new("refund").in_scope(|| {
            drop(Span::new("before"));
            Span::new("check").in_scope(|| current().keep_trace());
        });
        let health = Span::new("health");
        health.in_scope(|| current().drop_trace());
        fail(&health);
    });
    tracer.shutdown(SOON).unwrap();
    assert_eq!(render(&memory.take()), "refund\n  before\n  check\n");
    assert!(tracer.stats().is_balanced());
}

/// Records what is called so.
#[derive(Debug)]
struct Named(&'static str);

impl Sampler for Named {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        root.name() == self.0
    }
}

#[test]
fn what_the_sampler_takes_does_not_wait_for_the_rule() {
    let memory = Memory::default();
    let builder = Tracer::builder().exporter(memory.clone()).sampler(Named("taken"));
    let tracer = builder.tail_rule(TailRule::new()).build().unwrap();
    let taken = tracer.in_scope(|| Span::new("taken"));
    taken.in_scope(|| drop(Span::new("child")));
    tracer.flush(SOON).unwrap();
    assert_eq!(memory.take().len(), 1, "its root is still open");
    taken.context().drop_trace();
    taken.in_scope(|| drop(Span::new("late")));
    drop(taken);
    tracer.shutdown(SOON).unwrap();
    assert_eq!(memory.take().len(), 0, "somebody dropped it");
    let stats = tracer.stats();
    assert_eq!(stats.exporters[0].dropped.tail_rule, 2, "{stats}");
    assert!(stats.is_balanced(), "{stats}");
}
