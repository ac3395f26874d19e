//! What a traced fn spawns with a well-known call is its child, without an adapter's own spawn.
#![expect(clippy::unwrap_used, reason = "what is spawned here neither panics nor is cancelled")]

use std::time::Duration;

use tokio::task::{JoinSet, LocalSet};
use tokio::time;
use tracer::traced;
use tracer_tests::{hash, query, scope};

/// Calls it as a part of nothing traced.
async fn untraced(id: u32) -> u32 {
    query(id).await
}

/// What is recorded of a future on tokio.
fn tree(future: impl Future<Output = ()>) -> String {
    let scope = scope();
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_time().build().expect("a runtime starts");
    runtime.block_on(scope.bind(future));
    scope.tree()
}

mod tokios {
    use super::*;

    #[traced]
    async fn by_path() {
        let future = untraced(2);
        let (first, second) = (tokio::spawn(async { untraced(1).await }), ::tokio::spawn(future));
        first.await.unwrap();
        second.await.unwrap();
        tokio::task::spawn(async move { tokio::spawn(untraced(3)).await }).await.unwrap().unwrap();
        tokio::task::spawn_blocking(|| hash(4)).await.unwrap();
        let work = move || hash(5);
        tokio::task::spawn_blocking(work).await.unwrap();
        {
            use tokio::task;
            task::spawn(async { untraced(6).await }).await.unwrap();
            task::spawn_blocking(move || -> u32 { hash(7) }).await.unwrap();
            task::spawn_blocking(|| std::convert::identity::<u32>(hash(8))).await.unwrap();
        }
    }

    #[test]
    fn by_path_it_is_a_child() {
        let children: String = [4, 5, 7, 8].map(|id| format!("  hash(id={id})\n")).concat();
        let children = children + &[1, 2, 3, 6].map(|id| format!("  query(id={id})\n")).concat();
        assert_eq!(tree(by_path()), format!("by_path\n{children}"));
    }

    #[traced]
    async fn by_method() {
        let mut tasks = JoinSet::new();
        tasks.spawn(async { untraced(1).await });
        tasks.spawn_blocking(|| hash(2));
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        let runtime = tokio::runtime::Handle::current();
        runtime.spawn(async move { untraced(3).await }).await.unwrap();
        runtime.spawn_blocking(move || hash(4)).await.unwrap();
    }

    #[test]
    fn by_method_it_is_a_child() {
        assert_eq!(
            tree(by_method()),
            "by_method\n  hash(id=2)\n  hash(id=4)\n  query(id=1)\n  query(id=3)\n"
        );
    }

    #[traced]
    async fn in_macros() {
        let tasks = vec![tokio::spawn(untraced(1)), tokio::spawn(async { untraced(2).await })];
        let (left, right) = tokio::join!(tokio::spawn(untraced(3)), async {
            {
                use tokio::task;
                task::spawn(async { untraced(4).await }).await
            }
        });
        assert_eq!((left.unwrap(), right.unwrap()), (3, 4));
        tokio::select! {
            done = tokio::spawn(untraced(5)) => {
                done.unwrap();
                tokio::spawn(async { untraced(6).await }).await.unwrap();
            }
            // time: only if the task never ends
            () = time::sleep(Duration::from_secs(30)) => {}
        }
        for task in tasks {
            assert!(matches!(task.await, Ok(1 | 2)));
        }
    }

    #[test]
    fn in_macros_it_is_a_child() {
        let children = [1, 2, 3, 4, 5, 6].map(|id| format!("  query(id={id})\n")).concat();
        assert_eq!(tree(in_macros()), format!("in_macros\n{children}"));
    }

    #[traced]
    #[expect(clippy::future_not_send, reason = "it stays on its thread")]
    async fn local() {
        let set = LocalSet::new();
        set.spawn_local(async { untraced(1).await });
        let text = std::rc::Rc::new(2);
        set.run_until(async {
            tokio::task::spawn_local(async move { untraced(*text).await }).await.unwrap();
            {
                use tokio::task;
                task::spawn_local(async { untraced(3).await }).await.unwrap();
            }
        })
        .await;
        set.await;
    }

    #[test]
    fn on_the_same_thread_it_is_a_child() {
        let expected = "local\n  query(id=1)\n  query(id=2)\n  query(id=3)\n";
        assert_eq!(tree(local()), expected);
    }

    #[traced]
    async fn nested() {
        tokio::spawn(async {
            let inner = tokio::spawn(async {
                tokio::spawn(untraced(1)).await.unwrap();
                tokio::task::spawn_blocking(|| hash(2)).await.unwrap();
            });
            inner.await.unwrap();
        })
        .await
        .unwrap();
    }

    #[test]
    fn tasks_of_tasks_are_children() {
        assert_eq!(tree(nested()), "nested\n  hash(id=2)\n  query(id=1)\n");
    }

    #[traced(spawn = true)]
    fn sync() -> tokio::task::JoinHandle<u32> {
        tokio::spawn(untraced(1))
    }

    #[test]
    fn of_a_fn_that_is_not_async() {
        let scene = async {
            sync().await.unwrap();
        };
        assert_eq!(tree(scene), "sync\n  query(id=1)\n");
    }

    #[traced(spawn = false)]
    async fn bare() {
        let scope = tracer::current();
        assert!(scope.is_valid());
        let seen = tokio::spawn(async { tracer::current() }).await.unwrap();
        assert!(!seen.is_valid());
        let mut tasks = JoinSet::new();
        tasks.spawn(async { tracer::current() });
        assert!(!tasks.join_next().await.unwrap().unwrap().is_valid());
    }

    #[test]
    fn nothing_is_carried_if_asked() {
        assert_eq!(tree(bare()), "bare\n");
    }

    #[traced(spawn = link)]
    async fn detached() {
        let task = tokio::spawn(async {
            untraced(1).await;
            tokio::task::spawn_blocking(|| hash(2)).await.unwrap();
        });
        task.await.unwrap();
        tokio::task::spawn_blocking(move || hash(3)).await.unwrap();
        // Called by this fn: it is its child, whoever runs it.
        query(4).await;
    }

    #[test]
    fn a_link_instead_of_a_parent() {
        let expected = "\
            detached\n  query(id=4)\n\
            hash(id=2) linked\n\
            hash(id=3) linked\n\
            query(id=1) linked\n";
        assert_eq!(tree(detached()), expected);
    }

    #[test]
    fn a_link_leads_to_the_spawner() {
        let scope = scope();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(scope.bind(detached()));
        let spans = scope.spans();
        let spawner = spans.iter().find(|span| span.name() == "detached").unwrap();
        let linked = |name| {
            spans.iter().filter(move |span| span.name() == name && span.links().next().is_some())
        };
        assert_eq!((linked("hash").count(), linked("query").count()), (2, 1));
        for linked in linked("hash").chain(linked("query")) {
            let link = linked.links().next().unwrap();
            assert_eq!((link.trace, link.span), (spawner.trace_id(), spawner.span_id()));
            assert_ne!(linked.trace_id(), spawner.trace_id());
        }
    }
}

mod async_std_tasks {
    use super::*;

    #[traced]
    async fn request() {
        async_std::task::spawn(untraced(1)).await;
        async_std::task::spawn(async {
            async_std::task::spawn_blocking(|| hash(2)).await;
        })
        .await;
        {
            use async_std::task;
            task::spawn(async { untraced(3).await }).await;
            task::spawn_blocking(move || hash(4)).await;
        }
    }

    #[traced(spawn = link)]
    async fn detached() {
        async_std::task::spawn(untraced(1)).await;
    }

    fn tree(future: impl Future<Output = ()>) -> String {
        let scope = scope();
        async_std::task::block_on(scope.bind(future));
        scope.tree()
    }

    #[test]
    fn are_children() {
        assert_eq!(
            tree(request()),
            "request\n  hash(id=2)\n  hash(id=4)\n  query(id=1)\n  query(id=3)\n"
        );
        assert_eq!(tree(detached()), "detached\nquery(id=1) linked\n");
    }
}
