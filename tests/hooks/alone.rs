//! What is the whole process's: how many contexts are kept, and when they expire. One test at a time.
#![cfg(tokio_unstable)]

use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tracer::export::Memory;
use tracer::testing::{self, Scope};
use tracer::tokio::hooks;
use tracer::{Span, Tracer};
use tracer_hooks_tests::{
    Chunk, OneConnection, client, posted, request, runtimes, serve_with_hyper,
};

static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[test]
fn nothing_is_kept_of_tasks_that_have_ended_however_they_did() {
    let _alone = alone();
    for runtime in runtimes() {
        let scope = Scope::new();
        runtime.block_on(scope.bind(request(1, async {
            tokio::spawn(async { yield_now().await }).await.unwrap();
            let aborted = tokio::spawn(std::future::pending::<()>());
            yield_now().await;
            aborted.abort();
            assert!(aborted.await.unwrap_err().is_cancelled());
            assert!(tokio::spawn(async { panic!("on purpose") }).await.unwrap_err().is_panic());
            drop(tokio::spawn(std::future::pending::<()>()));
            drop(tokio::spawn(async {
                drop(tokio::spawn(std::future::pending::<()>()));
                std::future::pending::<()>().await;
            }));
            assert!(hooks::kept() >= 2);
        })));
        drop(runtime);
        assert_eq!(hooks::kept(), 0, "the runtime has dropped its tasks");
    }
    assert_eq!(hooks::evicted(), 0);
}

/// There tokio tells first of the end and then of the spawn.
#[test]
fn nothing_is_kept_of_what_is_spawned_on_a_dead_runtime() {
    let _alone = alone();
    for runtime in runtimes() {
        let handle = runtime.handle().clone();
        drop(runtime);
        let scope = Scope::new();
        scope.in_scope(|| {
            Span::new("late").in_scope(|| drop(handle.spawn(async { yield_now().await })));
        });
        assert_eq!(hooks::kept(), 0, "it was dropped at once");
    }
}

#[test]
fn nothing_is_kept_of_what_is_spawned_while_the_runtime_shuts_down() {
    let _alone = alone();
    let scope = Scope::new();
    for _ in 0..100 {
        let runtime = runtimes().into_iter().last().expect("there are two");
        let handle = runtime.handle().clone();
        let start = Barrier::new(2);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                scope.in_scope(|| {
                    Span::new("late").in_scope(|| {
                        start.wait();
                        for _ in 0..50 {
                            drop(handle.spawn(std::future::pending::<()>()));
                        }
                    });
                });
            });
            start.wait();
            drop(runtime);
        });
        assert_eq!(hooks::kept(), 0);
    }
}

/// axum's tasks and those of hyper-util's client end while the runtime lives on.
#[test]
fn nothing_is_kept_of_connections_that_have_closed() {
    let _alone = alone();
    for runtime in runtimes() {
        let scope = Scope::new();
        runtime.block_on(scope.bind(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let (stop, stopped) = oneshot::channel::<()>();
            let (hand, handed) = oneshot::channel();
            request(1, async {
                let app = Router::new().route("/", get(|| async { "served" }));
                let serving = axum::serve(listener, app)
                    .with_graceful_shutdown(async { drop(stopped.await) });
                hand.send(tokio::spawn(serving.into_future())).unwrap();
                let client = client();
                for _ in 0..3 {
                    assert_eq!(posted(&client, &url, Chunk::default()).await, "served");
                }
                assert!(hooks::kept() >= 3, "the server, its connection and the client's");
                drop(stop);
            })
            .await;
            handed.await.unwrap().await.unwrap().unwrap();
            while runtime.metrics().num_alive_tasks() != 0 {
                yield_now().await;
            }
            assert_eq!(hooks::kept(), 0);
        }));
        assert_eq!(scope.tree(), "request(id=1)\n");
    }
}

#[test]
fn a_pooled_connection_s_task_begins_traces_of_its_own_after_its_first_request_expired() {
    let _alone = alone();
    for runtime in runtimes() {
        let memory = Memory::default();
        let tracer = Tracer::builder()
            .exporter(memory.clone())
            .inherited_for(Duration::ZERO)
            .install()
            .expect("the only one");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let accepting = tokio::spawn(serve_with_hyper(listener, 1, |_| async { "echoed" }));
            let client = OneConnection::new();
            request(1, async { drop(posted(&client, &url, Chunk::new(1)).await) }).await;
            request(2, async { drop(posted(&client, &url, Chunk::new(2)).await) }).await;
            request(3, async { drop(posted(&client, &url, Chunk::in_current(3)).await) }).await;
            drop(client);
            accepting.await.unwrap();
        });
        drop(runtime);
        assert_eq!(hooks::kept(), 0);
        tracer.shutdown(Duration::from_secs(30)).expect("nothing is lost");
        assert_eq!(
            testing::render(&memory.take()),
            "chunk(id=2) linked\n\
             request(id=1)\n  chunk(id=1)\n\
             request(id=2)\n\
             request(id=3)\n  chunk(id=3)\n"
        );
    }
}
