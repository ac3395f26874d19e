//! Each tracer of a process gets its own spans, all of them, and no others.

use std::sync::mpsc::{TryRecvError, channel};
use std::thread;
use std::time::Duration;

use tracer::export::Memory;
use tracer::{FutureExt as _, Span, Tracer, current, testing, traced};
use tracer_tests::{Gate, Runtime, on_each_runtime, pause, scope};

const SOON: Duration = Duration::from_secs(30);

on_each_runtime!(
    interleaved_scopes_keep_their_spans_apart,
    a_call_of_one_scope_polled_in_the_request_of_another,
    a_call_spawned_in_a_scope_belongs_to_it,
    a_call_of_one_scope_polled_in_another_scope_belongs_to_its_caller,
    a_call_without_a_caller_belongs_to_who_polls_it,
);

#[traced(args)]
async fn request(id: u32) {
    pause().await;
    step(id).await;
}

#[traced(args)]
async fn step(id: u32) {
    pause().await;
    drop(Span::new("leaf"));
}

fn request_tree(id: u32) -> String {
    format!("request(id={id})\n  step(id={id})\n    leaf\n")
}

fn interleaved_scopes_keep_their_spans_apart<R: Runtime>() {
    let scopes: Vec<_> = (0..8).map(|id| (id, scope())).collect();
    R::block_on(async {
        let tasks: Vec<_> = scopes
            .iter()
            .map(|(id, scope)| {
                let id = *id;
                R::spawn(scope.bind(async move {
                    for _ in 0..3 {
                        R::spawn_here(request(id)).await;
                    }
                }))
            })
            .collect();
        futures::future::join_all(tasks).await;
    });
    for (id, scope) in scopes {
        assert_eq!(scope.tree(), request_tree(id).repeat(3));
    }
}

fn a_call_of_one_scope_polled_in_the_request_of_another<R: Runtime>() {
    let (ours, theirs) = (scope(), scope());
    let call = ours.in_scope(|| {
        let caller = Span::new("caller");
        caller.in_scope(|| step(1))
    });
    R::block_on(theirs.bind(async {
        call.in_span(Span::new("poller")).await;
    }));
    assert_eq!(ours.tree(), "caller\n  step(id=1)\n    leaf\n");
    assert_eq!(theirs.tree(), "poller\n");
}

fn a_call_spawned_in_a_scope_belongs_to_it<R: Runtime>() {
    let scope = scope();
    R::block_on(async {
        let task = scope.in_scope(|| request(1));
        R::spawn(task).await;
    });
    assert_eq!(scope.tree(), request_tree(1));
}

fn a_call_of_one_scope_polled_in_another_scope_belongs_to_its_caller<R: Runtime>() {
    let (ours, theirs) = (scope(), scope());
    let (one, other) = ours.in_scope(|| (request(1), request(2)));
    R::block_on(theirs.bind(async {
        one.await;
        Span::new("poller").in_scope(|| other.in_current()).await;
    }));
    assert_eq!(ours.tree(), request_tree(1) + &request_tree(2));
    assert_eq!(theirs.tree(), "poller\n");
}

fn a_call_without_a_caller_belongs_to_who_polls_it<R: Runtime>() {
    let scope = scope();
    let (nowhere, in_the_scope) = (step(1), scope.in_scope(|| step(2)));
    R::block_on(scope.bind(async {
        let poller = Span::new("poller");
        let work = poller.in_scope(|| {
            R::spawn_here(async {
                nowhere.await;
                in_the_scope.await;
            })
        });
        work.await;
    }));
    assert_eq!(scope.tree(), "poller\n  step(id=1)\n    leaf\n  step(id=2)\n    leaf\n");
}

#[test]
fn the_first_span_of_a_tracer_arrives_while_the_collector_is_busy_with_others() {
    let busy = scope();
    let (stop, stopped) = channel::<()>();
    let flushing = thread::spawn(move || {
        while stopped.try_recv() == Err(TryRecvError::Empty) {
            busy.in_scope(|| drop(Span::new("busy")));
            busy.tree();
        }
    });
    for _ in 0..500 {
        let memory = Memory::default();
        let tracer = Tracer::builder().exporter(memory.clone()).build().unwrap();
        tracer.in_scope(|| drop(Span::new("first")));
        assert_eq!(tracer.flush(SOON), Ok(()));
        assert_eq!(testing::render(&memory.take()), "first\n");
    }
    drop(stop);
    flushing.join().unwrap();
}

#[test]
fn a_thread_without_context_belongs_to_no_scope() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("request");
        span.in_scope(|| {
            thread::spawn(|| assert!(!current().is_valid())).join().unwrap();
            thread::spawn(|| drop(Span::new("stranger"))).join().unwrap();
        });
    });
    assert_eq!(scope.tree(), "request\n");
}

#[test]
fn a_scope_inside_a_scope_gives_way_to_the_outer_one() {
    let (outer, inner) = (scope(), scope());
    outer.in_scope(|| {
        drop(Span::new("before"));
        inner.in_scope(|| drop(Span::new("inside")));
        drop(Span::new("behind"));
    });
    assert_eq!((outer.tree().as_str(), inner.tree().as_str()), ("before\nbehind\n", "inside\n"));
}

#[test]
fn a_context_left_over_from_a_tracer_reaches_no_other() {
    let gone = Memory::default();
    let old = Tracer::builder().exporter(gone.clone()).build().unwrap();
    let (scope_of_old, span_of_old) = old.in_scope(|| (current(), Span::new("left over")));
    old.shutdown(SOON).unwrap();

    let other = scope();
    other.in_scope(|| {
        futures::executor::block_on(async {
            async { request(1).await }.in_context(span_of_old.context()).await;
            async { request(2).await }.in_context(scope_of_old).await;
            request(3).await;
        });
    });
    drop(span_of_old);
    assert_eq!(other.tree(), request_tree(3));
    assert!(gone.take().is_empty());

    let error = old.flush(SOON).expect_err("spans were lost");
    assert_eq!(error.dropped, 7, "two requests of three spans, and the one left over");
    let stats = old.stats();
    assert_eq!(stats.exporters[0].dropped.after_shutdown, 7, "{stats}");
    assert!(stats.is_balanced(), "{stats}");
}

#[test]
fn a_loss_is_told_by_one_flush_and_counted_for_ever() {
    let tracer = Tracer::builder().exporter(Memory::default()).build().unwrap();
    let late = tracer.in_scope(|| Span::new("late"));
    tracer.shutdown(SOON).unwrap();
    drop(late);
    assert_eq!(tracer.flush(SOON).expect_err("one was lost").dropped, 1);
    assert_eq!(tracer.flush(SOON), Ok(()));
    assert_eq!(tracer.stats().exporters[0].dropped.total(), 1);
}

#[test]
fn many_threads_with_a_tracer_each() {
    let threads: Vec<_> = (0..16)
        .map(|id| {
            thread::spawn(move || {
                let scope = scope();
                for _ in 0..50 {
                    scope.in_scope(|| futures::executor::block_on(request(id)));
                }
                assert_eq!(scope.tree(), request_tree(id).repeat(50));
                assert_eq!(scope.stats().exporters[0].ended, 150);
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_task_that_outlives_the_scope_of_its_test_disturbs_no_other() {
    let (gate, ended) = (Gate::default(), Gate::default());
    let detached = {
        let scope = scope();
        let (gate, ended) = (gate.clone(), ended.clone());
        let work = scope.bind(async move {
            gate.wait();
            request(1).await;
            ended.open();
        });
        thread::spawn(move || futures::executor::block_on(work))
    };
    let other = scope();
    gate.open();
    ended.wait();
    detached.join().unwrap();
    other.in_scope(|| futures::executor::block_on(request(2)));
    assert_eq!(other.tree(), request_tree(2));
}
