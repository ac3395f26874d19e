//! A task that runs on top of another one never sees that one's span.

use tokio::task::LocalSet;
use tracer::{FutureExt as _, Span, current, traced};
use tracer_tests::{Runtime, TokioCurrentThread, TokioMultiThread, pause, request, scope};

#[traced]
async fn stranger() {
    pause().await;
    inner().await;
}

#[traced]
async fn inner() {
    assert!(current().is_valid());
    pause().await;
}

#[test]
fn a_local_set_driven_inside_a_request() {
    let (ours, theirs) = (scope(), scope());
    TokioCurrentThread::block_on(async {
        let local = LocalSet::new();
        let task = local.spawn_local(theirs.bind(async { stranger().await }));
        let bare = local.spawn_local(async {
            assert!(!current().is_valid());
            pause().await;
            assert!(!current().is_valid());
        });
        ours.bind(async {
            request(async {
                inner().await;
                local
                    .run_until(async {
                        inner().await;
                        task.await.unwrap();
                        bare.await.unwrap();
                    })
                    .await;
                inner().await;
            })
            .await;
        })
        .await;
    });
    assert_eq!(ours.tree(), "request\n  inner\n  inner\n  inner\n");
    assert_eq!(theirs.tree(), "stranger\n  inner\n");
}

#[traced(args(id))]
async fn told(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

#[test]
fn what_a_task_without_a_tracer_says_is_not_said_of_the_request_below() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(told(1, async {
        let local = LocalSet::new();
        let task = local.spawn_local(async { told(2, pause()).await });
        local.run_until(task).await.unwrap();
    })));
    assert_eq!(scope.tree(), "told(id=1)\n");
}

#[test]
fn a_task_of_a_local_set_is_a_child_where_the_adapter_spawned_it() {
    let scope = scope();
    TokioCurrentThread::block_on(scope.bind(async {
        let local = LocalSet::new();
        local
            .run_until(request(async {
                tracer::tokio::spawn_local(async { stranger().await }).await.unwrap();
            }))
            .await;
    }));
    assert_eq!(scope.tree(), "request\n  stranger\n    inner\n");
}

#[test]
fn async_std_driven_inside_a_tokio_request() {
    let (ours, theirs) = (scope(), scope());
    TokioMultiThread::block_on(async {
        let stranger = theirs.bind(async { stranger().await });
        let run = async {
            request(async {
                inner().await;
                ::async_std::task::block_on(async {
                    assert!(!current().is_valid());
                    stranger.await;
                });
                ::async_std::task::block_on(inner());
                inner().await;
            })
            .await;
        };
        tokio::spawn(ours.bind(run)).await.unwrap();
    });
    assert_eq!(ours.tree(), "request\n  inner\n  inner\n  inner\n");
    assert_eq!(theirs.tree(), "stranger\n  inner\n");
}

#[test]
fn tokio_driven_inside_an_async_std_request() {
    let (ours, theirs) = (scope(), scope());
    let stranger = theirs.bind(async { stranger().await });
    ::async_std::task::block_on(ours.bind(async {
        request(async {
            inner().await;
            TokioCurrentThread::block_on(async {
                TokioCurrentThread::spawn(stranger).await;
                // What tokio's `block_on` is given is no task of its own: it is still the request.
                inner().await;
            });
            inner().await;
        })
        .await;
    }));
    assert_eq!(ours.tree(), "request\n  inner\n  inner\n  inner\n");
    assert_eq!(theirs.tree(), "stranger\n  inner\n");
}

#[test]
fn two_runtimes_at_once_answer_each_for_its_own_tasks() {
    let (tokios, async_stds) = (scope(), scope());
    let thread = std::thread::spawn({
        let scope = async_stds.clone();
        move || {
            for _ in 0..50 {
                let task = scope.bind(async { request(stranger()).await });
                ::async_std::task::block_on(::async_std::task::spawn(task));
            }
        }
    });
    TokioMultiThread::block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let handed = tokios.bind(async { request(stranger()).await });
                tokio::spawn(async { ::async_std::task::spawn(handed).await })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    thread.join().unwrap();
    let expected = "request\n  stranger\n    inner\n".repeat(50);
    assert_eq!((tokios.tree(), async_stds.tree()), (expected.clone(), expected));
}

#[test]
fn three_runtimes_at_once_answer_each_for_its_own_tasks() {
    let scope = scope();
    TokioMultiThread::block_on(async {
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                tokio::spawn(scope.bind(request(async {
                    ::smol::spawn(stranger()).await;
                    let outer = tracer::smol::spawn(async {
                        let work = async { tracer::tokio::spawn(inner()).await.unwrap() };
                        // tokio's spawn needs its runtime there.
                        TokioCurrentThread::block_on(work);
                        ::async_std::task::block_on(inner());
                    });
                    tracer::async_std::spawn(outer).await;
                    inner().await;
                })))
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
    let one = "request\n  inner\n  inner\n  inner\n  stranger\n    inner\n";
    assert_eq!(scope.tree(), one.repeat(50));
}

#[test]
fn a_guard_is_not_seen_by_tasks_that_run_on_top_of_it() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("held");
        let _entered = span.enter();
        TokioCurrentThread::block_on(async {
            let other = tokio::spawn(async { assert!(!current().is_valid()) });
            other.await.unwrap();
            // Bound to the caller, it does see it.
            tokio::spawn(async { drop(Span::new("bound")) }.in_current()).await.unwrap();
        });
    });
    assert_eq!(scope.tree(), "held\n  bound\n");
}

/// No library can know the tasks of an executor that gives them no identity: what runs inside of a
/// request there looks like the request's own, unless it is isolated.
#[test]
fn a_local_pool_driven_inside_a_request_is_a_known_limit() {
    use futures::task::LocalSpawnExt as _;
    let scope = scope();
    let mut pool = futures::executor::LocalPool::new();
    pool.spawner().spawn_local(async { stranger().await }).unwrap();
    scope.in_scope(|| Span::new("request").in_scope(|| pool.run()));
    assert_eq!(scope.tree(), "request\n  stranger\n    inner\n");
}

/// So does the executor that smol itself has; the adapter's isolates its tasks.
#[test]
fn smol_s_own_executor_driven_inside_a_request_is_a_known_limit() {
    let scope = scope();
    let (theirs, ours) = (::smol::LocalExecutor::new(), tracer::smol::LocalExecutor::new());
    let (seen, unseen) = (theirs.spawn(told(1, pause())), ours.spawn(told(2, pause())));
    let driver = async {
        theirs.run(seen).await;
        ours.run(unseen).await;
    };
    ::smol::block_on(scope.bind(request(driver)));
    assert_eq!(scope.tree(), "request\n  told(id=1)\n");
}
