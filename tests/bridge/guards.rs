//! Spans that are entered, left and closed in any order, on any thread.

use std::error::Error;

use tokio::task::yield_now;
use tracer::testing::Scope;
use tracer::{current, traced};
use tracer_bridge_tests::{detailed, install, tree};
use tracing::{Instrument as _, dispatcher, info_span};

#[traced]
fn leaf() {}

fn scoped(f: impl FnOnce()) -> String {
    install();
    let scope = Scope::new();
    scope.in_scope(|| {
        f();
        assert!(!current().is_valid(), "all have been left");
    });
    scope.tree()
}

#[test]
fn guards_may_be_dropped_in_any_order() {
    assert_eq!(
        scoped(|| {
            let (a, b) = (info_span!("a"), info_span!("b"));
            let entered_a = a.enter();
            let entered_b = b.enter();
            drop(entered_a);
            leaf();
            drop(entered_b);
        }),
        "a\nb\n  leaf\n"
    );
}

#[test]
fn a_span_may_be_entered_more_than_once() {
    assert_eq!(
        scoped(|| {
            let a = info_span!("a");
            a.in_scope(|| {
                a.in_scope(leaf);
                leaf();
            });
            a.in_scope(leaf);
        }),
        "a\n  leaf\n  leaf\n  leaf\n"
    );
}

#[test]
fn ours_and_theirs_may_be_left_in_any_order() {
    assert_eq!(
        scoped(|| {
            let (ours, theirs) = (tracer::Span::new("ours"), info_span!("theirs"));
            let entered_ours = ours.enter();
            let entered_theirs = theirs.enter();
            drop(entered_ours);
            leaf();
            drop(entered_theirs);
            let entered_theirs = theirs.enter();
            let entered_ours = ours.enter();
            drop(entered_theirs);
            leaf();
            drop(entered_ours);
        }),
        "ours\n  leaf\ntheirs\n  leaf\n"
    );
}

#[test]
fn a_handle_may_be_dropped_on_another_thread() {
    assert_eq!(
        scoped(|| {
            let span = info_span!("span");
            let other = span.clone();
            let entered = span.entered();
            std::thread::spawn(move || drop(other)).join().unwrap();
            leaf();
            let span = entered.exit();
            std::thread::spawn(move || span.in_scope(leaf)).join().unwrap();
        }),
        "span\n  leaf\n  leaf\n"
    );
}

/// What a program of its own making may do, past the handles of `tracing`.
#[test]
fn a_span_that_is_closed_while_it_is_entered_is_left_all_the_same() {
    assert_eq!(
        scoped(|| {
            let span = info_span!("span");
            let id = span.id().expect("it is enabled");
            dispatcher::get_default(|dispatch| {
                dispatch.enter(&id);
                dispatch.enter(&id);
            });
            drop(span);
            leaf();
            dispatcher::get_default(|dispatch| {
                dispatch.exit(&id);
                dispatch.exit(&id);
            });
        }),
        "span\n  leaf\n"
    );
}

#[test]
fn a_guard_that_is_held_over_an_await_is_current_in_its_task_alone() {
    assert_eq!(
        tree(|| async {
            let local = tokio::task::LocalSet::new();
            let holds = tracer::FutureExt::in_current(async {
                let _entered = info_span!("held").entered();
                yield_now().await;
                leaf();
            });
            let other = tracer::FutureExt::in_current(async {
                leaf();
                yield_now().await;
                leaf();
            });
            local.spawn_local(holds);
            local.spawn_local(other);
            local.await;
        }),
        "held\n  leaf\nleaf\nleaf\n"
    );
}

#[test]
fn what_follows_from_another_is_linked_to_it() {
    let told = detailed(|| {
        let first = info_span!("first");
        let second = info_span!(parent: None, "second");
        second.follows_from(&first);
    });
    assert_eq!(told, "first internal\nsecond internal\n  linked\n");
}

#[test]
fn a_panic_is_the_outcome_of_the_spans_that_it_went_through() -> Result<(), Box<dyn Error>> {
    install();
    let scope = Scope::new();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let job = async { info_span!("sync").in_scope(|| panic!("on purpose")) };
    let task = scope.bind(job.instrument(scope.in_scope(|| info_span!("job"))));
    assert!(runtime.block_on(runtime.spawn(task)).is_err());
    drop(runtime);
    assert_eq!(scope.tree(), "job panicked\n  sync panicked\n");
    Ok(())
}
