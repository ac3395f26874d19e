//! With hooks in the runtime, what third-party crates spawn belongs to whoever made them do so.
#![cfg(tokio_unstable)]
#![expect(clippy::unwrap_used, reason = "what is spawned here neither panics nor is cancelled")]

mod http;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::oneshot;
use tokio::task::{JoinSet, LocalSet, yield_now};
use tokio::time;
use tracer::testing::{self, Scope};
use tracer::tokio::hooks::{self, BuilderExt as _};
use tracer::{FutureExt as _, Span, current, traced};

use http::{Chunk, client, posted, serve_with_hyper};

#[traced(args)]
async fn query(id: u32) {
    yield_now().await;
}

/// Its work is written elsewhere: the attribute carries nothing into what that spawns.
#[traced(args(id))]
async fn request(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

fn runtimes() -> [Runtime; 2] {
    [Builder::new_current_thread(), Builder::new_multi_thread()].map(|mut builder| {
        builder.worker_threads(2).enable_all().inherit_context();
        builder.build().expect("a runtime starts")
    })
}

/// What is recorded of a future, the same on both kinds of runtime.
fn tree<F: Future<Output = ()>>(future: impl Fn() -> F) -> String {
    let [one, many] = runtimes().map(|runtime| {
        let scope = Scope::new();
        runtime.block_on(scope.bind(future()));
        drop(runtime);
        scope.tree()
    });
    assert_eq!(one, many);
    one
}

async fn spawns() {
    tokio::spawn(async {
        query(1).await;
        tokio::spawn(async { query(2).await }).await.unwrap();
    })
    .await
    .unwrap();
    let mut outer = JoinSet::new();
    outer.spawn(async {
        let mut inner = JoinSet::new();
        inner.spawn(async { query(3).await });
        inner.join_all().await;
    });
    outer.join_all().await;
    Handle::current().spawn(async { query(4).await }).await.unwrap();
    tokio::spawn(async {
        let long = Duration::from_secs(30);
        // time: over at once
        assert!(time::timeout(long, time::sleep(Duration::ZERO)).await.is_ok());
        query(5).await;
    })
    .await
    .unwrap();
}

#[test]
fn a_bare_spawn_knows_who_made_it_and_where() {
    let [runtime, _] = runtimes();
    let scope = Scope::new();
    let work = async {
        tokio::spawn(async { query(1).await }).await.unwrap();
    };
    let line = line!() - 2;
    let task = scope.bind(request(1, work));
    runtime.block_on(async { tokio::spawn(task).await.unwrap() });
    let spans = scope.spans();
    let [query, request] = &spans[..] else { panic!("two spans") };
    let (query, request) = (query.task().unwrap(), request.task().unwrap());
    assert_eq!(query.spawned_at(), Some((file!(), line)));
    assert_eq!(query.parent_key(), request.key());
    assert_ne!(query.key(), request.key());
}

#[test]
fn a_bare_spawn_has_its_spawner() {
    let children = [1, 2, 3, 4, 5].map(|id| format!("  query(id={id})\n")).concat();
    assert_eq!(tree(|| request(0, spawns())), format!("request(id=0)\n{children}"));
}

#[test]
fn a_task_that_outlives_its_request_keeps_it_and_others_do_not_get_it() {
    let tree = tree(|| async {
        let (open, opened) = oneshot::channel::<()>();
        let (hand, handed) = oneshot::channel();
        request(1, async {
            let task = tokio::spawn(async {
                opened.await.unwrap();
                query(1).await;
            });
            hand.send(task).unwrap();
        })
        .await;
        request(2, async {
            open.send(()).unwrap();
            handed.await.unwrap().await.unwrap();
        })
        .await;
        tokio::spawn(async { query(3).await }).await.unwrap();
    });
    assert_eq!(tree, "query(id=3)\nrequest(id=1)\n  query(id=1)\nrequest(id=2)\n");
}

#[test]
fn a_context_that_is_given_wins_over_the_inherited_one() {
    let tree = tree(|| {
        request(1, async {
            let other = Span::new("other");
            tokio::spawn(async { query(1).await }.in_context(other.context())).await.unwrap();
            tokio::spawn(async { request(2, query(3)).await }).await.unwrap();
        })
    });
    assert_eq!(tree, "request(id=1)\n  other\n    query(id=1)\n  request(id=2)\n    query(id=3)\n");
}

/// tokio tells of neither; the adapter's own spawns carry there too.
#[test]
fn blocking_work_and_local_sets_are_known_limits() {
    let tree = tree(|| {
        request(1, async {
            let is_known = || current().is_valid();
            assert!(!tokio::task::spawn_blocking(is_known).await.unwrap());
            assert!(tracer::tokio::spawn_blocking(is_known).await.unwrap());
            LocalSet::new()
                .run_until(async {
                    let task = tokio::task::spawn_local(async move { is_known() });
                    assert!(!task.await.unwrap());
                    tracer::tokio::spawn_local(async { query(2).await }).await.unwrap();
                })
                .await;
        })
    });
    assert_eq!(tree, "request(id=1)\n  query(id=2)\n");
}

#[test]
fn hooks_of_ones_own_may_call_ours() {
    static SPAWNED: AtomicU32 = AtomicU32::new(0);
    tracer::tokio::register();
    let mut builder = Builder::new_current_thread();
    builder.on_task_terminate(hooks::on_task_terminate).on_task_spawn(|task| {
        assert!(task.spawned_at().file().ends_with("spawns.rs"));
        SPAWNED.fetch_add(1, Ordering::Relaxed);
        hooks::on_task_spawn(task);
    });
    let scope = Scope::new();
    let runtime = builder.build().expect("a runtime starts");
    runtime.block_on(scope.bind(request(1, async {
        tokio::spawn(async { query(1).await }).await.unwrap();
    })));
    assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\n");
    assert_eq!(SPAWNED.load(Ordering::Relaxed), 1);
}

#[tracer::tokio::test]
async fn the_test_attribute_installs_them() {
    request(1, async { tokio::spawn(async { query(1).await }).await.unwrap() }).await;
    assert_eq!(testing::tree(), "request(id=1)\n  query(id=1)\n");
}

#[test]
fn the_main_attribute_installs_them() {
    #[tracer::tokio::main(worker_threads = 1)]
    async fn main() {
        let scope = Scope::new();
        scope
            .bind(request(1, async { tokio::spawn(async { query(1).await }).await.unwrap() }))
            .await;
        assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\n");
    }
    main();
}

#[traced]
async fn handle() -> &'static str {
    query(1).await;
    "handled"
}

#[traced(kind = server)]
async fn serve_request() -> &'static str {
    query(2).await;
    "served"
}

/// axum spawns a task for each connection: what it serves belongs to who runs the server, but
/// requests, which say that they are some, have traces of their own.
#[test]
fn axum_s_connection_tasks_inherit_from_the_accept_loop() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/span", get(handle)).route("/server", get(serve_request));
        let (stop, stopped) = oneshot::channel::<()>();
        let (hand, handed) = oneshot::channel();
        request(0, async move {
            let serving = async move {
                let serving = axum::serve(listener, app);
                serving.with_graceful_shutdown(async { drop(stopped.await) }).await.unwrap();
            };
            hand.send(tokio::spawn(serving)).unwrap();
        })
        .await;
        let client = client();
        for path in ["span", "server"] {
            let url = format!("http://{address}/{path}");
            assert!(posted(&client, &url, Chunk::default()).await.ends_with("ed"));
        }
        drop((client, stop));
        handed.await.unwrap().await.unwrap();
    });
    assert_eq!(
        tree,
        "request(id=0)\n  handle\n    query(id=1)\nserve_request linked\n  query(id=2)\n"
    );
}

/// The same for a loop of one's own around hyper, which is traced while it still runs.
#[test]
fn a_traced_accept_loop_is_the_parent_of_what_its_connections_do() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(request(
            0,
            serve_with_hyper(listener, 2, |path| async move {
                if path == "/server" { serve_request().await } else { handle().await }
            }),
        ));
        for path in ["span", "server"] {
            let url = format!("http://{address}/{path}");
            assert!(posted(&client(), &url, Chunk::default()).await.ends_with("ed"));
        }
        accepting.await.unwrap();
    });
    assert_eq!(
        tree,
        "request(id=0)\n  handle\n    query(id=1)\nserve_request linked\n  query(id=2)\n"
    );
}

/// The task of a pooled connection is its first request's for as long as that counts: what it does
/// by itself for others is found there. What carries its own context, or is called by the request,
/// is right.
#[test]
fn a_pooled_connection_s_task_is_its_first_request_s_before_that_expires() {
    let scope = Scope::new();
    let [runtime, _] = runtimes();
    runtime.block_on(scope.bind(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let accepting = tokio::spawn(serve_with_hyper(listener, 1, |_| async { "echoed" }));
        let client = client();
        request(1, async { drop(posted(&client, &url, Chunk::new(1)).await) }).await;
        request(2, async { drop(posted(&client, &url, Chunk::new(2)).await) }).await;
        request(3, async { drop(posted(&client, &url, Chunk::in_current(3)).await) }).await;
        drop(client);
        accepting.await.unwrap();
    }));
    assert_eq!(
        scope.tree(),
        "request(id=1)\n  chunk(id=1)\n  chunk(id=2)\nrequest(id=2)\nrequest(id=3)\n  chunk(id=3)\n"
    );
}
