//! What is known of a task: its key and its spawner's, its name, where it was spawned, how long it waited.

use std::collections::HashMap;
use std::thread;

use futures::executor::block_on;
use tracer::export::SpanRecord;
use tracer::testing::Scope;
use tracer::traced;
use tracer_tests::{Runtime, TokioCurrentThread, on_each_runtime, pause, request, scope};

on_each_runtime!(a_task_knows_its_spawner);

#[traced]
async fn first() {
    pause().await;
}

#[traced]
async fn second() {
    first().await;
}

#[traced]
fn hash() {}

/// Which of the facts of a task are known.
#[derive(Debug, Default, PartialEq)]
struct Facts {
    key: Option<u64>,
    parent: Option<u64>,
    name: Option<String>,
    place: Option<(String, u32)>,
    is_delay_known: bool,
}

fn facts(spans: &[SpanRecord]) -> HashMap<&'static str, Option<Facts>> {
    let facts = |span: &SpanRecord| {
        span.task().map(|task| Facts {
            key: task.key(),
            parent: task.parent_key(),
            name: task.name().map(str::to_owned),
            place: task.spawned_at().map(|(file, line)| (file.to_owned(), line)),
            is_delay_known: task.first_poll_delay().is_some(),
        })
    };
    spans.iter().map(|span| (span.name(), facts(span))).collect()
}

fn here(line: u32) -> (String, u32) {
    (file!().to_owned(), line)
}

fn spawned(scope: &Scope) -> Vec<SpanRecord> {
    scope.spans().into_iter().filter(SpanRecord::is_spawned).collect()
}

fn a_task_knows_its_spawner<R: Runtime>() {
    let scope = scope();
    let work = request(async {
        let task = R::spawn_here(async {
            first().await;
            second().await;
        });
        task.await;
    });
    let line = line!() - 6;
    let bound = scope.bind(work);
    R::block_on(async { R::spawn(bound).await });
    let spans = scope.spans();
    // Of the two spans of this name the one inside the other is no task's outermost.
    let outermost = spans.into_iter().filter(|span| span.is_local_root() || span.is_spawned());
    let facts = facts(&outermost.collect::<Vec<_>>());
    let root = facts["request"].as_ref().and_then(|facts| facts.key);
    let task = facts["first"].as_ref().and_then(|facts| facts.key);
    let first = Facts {
        key: task,
        parent: root,
        place: Some(here(line)),
        is_delay_known: true,
        ..Facts::default()
    };
    assert_eq!(facts["first"], Some(first));
    if std::any::type_name::<R>().ends_with("Smol") {
        // Its tasks have no identity; what is known came with what was spawned.
        assert_eq!((root, task), (None, None));
        assert_eq!((&facts["request"], &facts["second"]), (&None, &None));
    } else {
        assert!(root.is_some() && task.is_some() && root != task);
        assert_eq!(facts["request"], Some(Facts { key: root, ..Facts::default() }));
        assert_eq!(facts["second"], Some(Facts { key: task, ..Facts::default() }));
    }
}

#[test]
fn spans_inside_of_a_task_and_roots_outside_of_tasks_say_nothing_of_it() {
    let scope = scope();
    block_on(scope.bind(request(second())));
    assert!(scope.spans().iter().all(|span| span.task().is_none()));
}

#[test]
fn what_the_attribute_carries_knows_where_it_was_spawned() {
    #[traced]
    async fn spawns() {
        tokio::spawn(async { first().await }).await.unwrap();
        tokio::task::spawn_blocking(hash).await.unwrap();
        thread::spawn(move || block_on(second())).join().unwrap();
    }
    let line = line!() - 4;
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(spawns()));
    let places: HashMap<_, _> = facts(&spawned(&scope))
        .into_iter()
        .map(|(name, facts)| (name, facts.unwrap().place.unwrap()))
        .collect();
    let expected = [("first", here(line)), ("hash", here(line + 1)), ("second", here(line + 2))];
    assert_eq!(places, HashMap::from(expected));
}

#[test]
fn a_task_of_tokio_has_the_number_that_its_id_shows() {
    let scope = scope();
    let id = TokioCurrentThread::block_on(scope.bind(async {
        let task = tracer::tokio::spawn(async { first().await });
        let id = task.id().to_string();
        task.await.unwrap();
        id
    }));
    let key = scope.spans()[0].task().unwrap().key();
    assert_eq!(key.unwrap().to_string(), id);
}

#[test]
fn a_task_of_async_std_has_its_name() {
    let scope = scope();
    ::async_std::task::block_on(scope.bind(request(async {
        let named = tracer::async_std::Builder::new().name("nightly".to_owned());
        named.spawn(async { first().await }).unwrap().await;
    })));
    let facts = facts(&scope.spans());
    assert_eq!(facts["first"].as_ref().unwrap().name.as_deref(), Some("nightly"));
    assert_eq!(facts["request"].as_ref().unwrap().name, None);
}

#[test]
fn threads_and_sets_know_where_they_were_spawned() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(request(async {
        let mut set = tracer::tokio::JoinSet::new();
        set.spawn(async { first().await });
        set.extend([async { second().await }]);
        set.join_all().await;
        tracer::thread::spawn(hash).join().unwrap();
    })));
    let line = line!() - 5;
    let mut facts = facts(&spawned(&scope));
    let mut place = |name| facts.remove(name).flatten().unwrap().place.unwrap();
    assert_eq!(place("first"), here(line));
    assert_eq!(place("second"), here(line + 1));
    assert_eq!(place("hash"), here(line + 3));
}
