//! What is the whole process's: how many contexts are kept, and when they expire. One test at a time.
#![cfg(tokio_unstable)]

mod http;

use std::sync::{Barrier, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;
use tracer::export::Memory;
use tracer::testing::{self, Scope};
use tracer::tokio::hooks::{self, BuilderExt as _};
use tracer::{Span, Tracer, traced};

use http::{Chunk, client, posted, serve_with_hyper};

static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

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
        let handle = runtime.handle().clone();
        drop(runtime);
        assert_eq!(hooks::kept(), 0, "the runtime has dropped its tasks");
        scope.in_scope(|| {
            Span::new("late").in_scope(|| drop(handle.spawn(async { yield_now().await })));
        });
        assert_eq!(hooks::kept(), 0, "it was dropped at once");
    }
    assert_eq!(hooks::evicted(), 0);
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

#[test]
fn a_pooled_connection_s_task_begins_traces_of_its_own_after_its_first_request_expired() {
    let _alone = alone();
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .inherited_for(Duration::ZERO)
        .install()
        .expect("the only one");
    {
        let [runtime, _] = runtimes();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/", listener.local_addr().unwrap());
            let accepting = tokio::spawn(serve_with_hyper(listener, 1, |_| async { "echoed" }));
            let client = client();
            request(1, async { drop(posted(&client, &url, Chunk::new(1)).await) }).await;
            request(2, async { drop(posted(&client, &url, Chunk::new(2)).await) }).await;
            request(3, async { drop(posted(&client, &url, Chunk::in_current(3)).await) }).await;
            drop(client);
            accepting.await.unwrap();
        });
        drop(runtime);
        assert_eq!(hooks::kept(), 0);
        tracer.flush(Duration::from_secs(30)).expect("nothing is lost");
        let tree = testing::render(&memory.take());
        assert_eq!(
            tree,
            "chunk(id=2) linked\n\
             request(id=1)\n  chunk(id=1)\n\
             request(id=2)\n\
             request(id=3)\n  chunk(id=3)\n"
        );
    }
    tracer.shutdown(Duration::from_secs(30)).expect("nothing is lost");
}
