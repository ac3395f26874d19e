//! Sets of tokio's tasks and tokio-util's trackers of them: all ways to spawn carry the context, and
//! all else is as it was.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::rc::Rc;

use futures::FutureExt as _;
use futures::executor::block_on;
use tokio::runtime::Handle;
use tokio::task::{LocalSet, yield_now};
use tokio_util::task::TaskTracker;
use tracer::tokio::{JoinSet, TaskTrackerExt as _};
use tracer_tests::{Gate, Runtime, TokioCurrentThread, pause, query, request, scope};

/// What a request with these queries looks like.
fn queries(ids: impl IntoIterator<Item = u32>) -> String {
    let lines: Vec<_> = ids.into_iter().map(|id| format!("  query(id={id})\n")).collect();
    format!("request\n{}", lines.concat())
}

/// What is recorded of a request that can spawn on a `LocalSet`.
fn tree_of_request(work: impl Future<Output = ()>) -> String {
    let scope = scope();
    TokioCurrentThread::block_on(LocalSet::new().run_until(scope.bind(request(work))));
    scope.tree()
}

#[test]
fn a_join_set_spawns_children_in_every_way() {
    let tree = tree_of_request(async {
        let (here, other) = (Handle::current(), LocalSet::new());
        let local = Rc::new(6);
        let mut set: JoinSet<_> =
            [1, 2].map(|id| async move { query(id).await }).into_iter().collect();
        set.extend([async { query(3).await }]);
        set.spawn(async { query(4).await });
        set.spawn_on(async { query(5).await }, &here);
        set.spawn_local({
            let local = Rc::clone(&local);
            async move { query(*local).await }
        });
        set.spawn_local_on(async move { query(*local + 1).await }, &other);
        set.spawn_blocking(|| block_on(async { query(8).await }));
        set.spawn_blocking_on(|| block_on(async { query(9).await }), &here);
        assert_eq!(set.len(), 9);
        other.await;
        let done: BTreeSet<_> = set.join_all().await.into_iter().collect();
        assert_eq!(done, (1..=9).collect());
    });
    assert_eq!(tree, queries(1..=9));
}

#[test]
fn a_join_set_is_joined_in_every_way() {
    let tree = tree_of_request(async {
        let mut set = JoinSet::new();
        assert!(set.is_empty() && set.try_join_next().is_none());
        assert!(set.try_join_next_with_id().is_none());
        set.spawn(query(1));
        assert_eq!(set.join_next().await.unwrap().unwrap(), 1);
        let id = set.spawn(query(2)).id();
        assert_eq!(set.join_next_with_id().await.unwrap().unwrap(), (id, 2));
        set.spawn(query(3));
        assert_eq!(poll_fn(|cx| set.poll_join_next(cx)).await.unwrap().unwrap(), 3);
        let id = set.spawn(query(4)).id();
        let polled = poll_fn(|cx| set.poll_join_next_with_id(cx)).await;
        assert_eq!(polled.unwrap().unwrap(), (id, 4));
        set.spawn(query(5));
        let joined = loop {
            match set.try_join_next() {
                Some(joined) => break joined,
                None => yield_now().await,
            }
        };
        assert_eq!(joined.unwrap(), 5);
        let id = set.spawn(query(6)).id();
        let joined = loop {
            match set.try_join_next_with_id() {
                Some(joined) => break joined,
                None => yield_now().await,
            }
        };
        assert_eq!(joined.unwrap(), (id, 6));
        set.spawn(query(7));
        assert_eq!(set.join_all().await, [7]);
    });
    assert_eq!(tree, queries(1..=7));
}

#[test]
fn a_join_set_does_what_tokios_does() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        let mut set = JoinSet::default();
        assert!(set.is_empty() && set.try_join_next().is_none());
        let abort = set.spawn(async { query(1).await });
        let kept = set.spawn(async { query(2).await }).id();
        assert_eq!(set.len(), 2);
        abort.abort();
        let mut results = Vec::new();
        while let Some(result) = set.join_next_with_id().await {
            results.push(
                result.map(|(id, value)| (id == kept, value)).map_err(|error| error.is_cancelled()),
            );
        }
        results.sort();
        assert_eq!(results, [Ok((true, 2)), Err(true)]);
        set.spawn(request(std::future::pending()).map(|()| 0));
        pause().await;
        set.shutdown().await;
        set.spawn(async { query(4).await });
        set.abort_all();
        set.detach_all();
        assert!(set.is_empty());
    })));
    // What was aborted before its first poll has no span.
    assert_eq!(scope.tree(), "request\n  query(id=2)\n  request cancelled\n");
}

#[test]
fn a_task_tracker_spawns_children_in_every_way() {
    let tree = tree_of_request(async {
        let (here, other) = (Handle::current(), LocalSet::new());
        let tracker = TaskTracker::new();
        let local = Rc::new(3);
        let tasks = [
            tracker.spawn_in_current(async { query(1).await }),
            tracker.spawn_in_current_on(async { query(2).await }, &here),
            tracker.spawn_local_in_current({
                let local = Rc::clone(&local);
                async move { query(*local).await }
            }),
            tracker.spawn_local_in_current_on(async move { query(*local + 1).await }, &other),
            tracker.spawn_blocking_in_current(|| block_on(async { query(5).await })),
            tracker.spawn_blocking_in_current_on(|| block_on(async { query(6).await }), &here),
        ];
        other.await;
        let mut done = BTreeSet::new();
        for task in tasks {
            done.insert(task.await.unwrap());
        }
        assert_eq!(done, (1..=6).collect());
        // Its own, to compare with; and the way that takes no trait.
        tracker.spawn(async { assert!(!tracer::current().is_valid()) }).await.unwrap();
        tracer::tokio::spawn(tracker.track_future(async { query(7).await })).await.unwrap();
        tracker.close();
        tracker.wait().await;
    });
    assert_eq!(tree, queries(1..=7));
}

#[test]
fn a_task_tracker_waits_for_children_whose_handles_are_dropped() {
    let tree = tree_of_request(async {
        let tracker = TaskTracker::new();
        let gate = Gate::default();
        drop(tracker.spawn_in_current({
            let gate = gate.clone();
            async {
                gate.await;
                query(1).await;
            }
        }));
        let aborted = tracker.spawn_in_current(request(std::future::pending()));
        tracker.close();
        pause().await;
        assert!(tracker.wait().now_or_never().is_none());
        aborted.abort();
        gate.open();
        tracker.wait().await;
        assert!(tracker.is_empty());
    });
    assert_eq!(tree, "request\n  query(id=1)\n  request cancelled\n");
}
