//! Executors that drive a future to its end inside of one poll.

use futures::executor::{LocalPool, enter};
use futures::future::LocalBoxFuture;
use futures::task::LocalSpawnExt as _;
use tokio::runtime::Handle;
use tokio::task::LocalSet;
use tracer::isolated;
use tracer_tests::{Gate, Runtime as _, TokioCurrentThread, poll_once};

use crate::program::Executor;

type Local = LocalBoxFuture<'static, ()>;

/// As part of the task that runs here.
pub(crate) fn same(executor: Executor, mut future: Local) {
    match executor {
        Executor::Polls => while poll_once(future.as_mut()).is_pending() {},
        Executor::LocalSet => smol::block_on(LocalSet::new().run_until(future)),
        // There is no tokio inside of tokio.
        Executor::Tokio if Handle::try_current().is_err() => {
            TokioCurrentThread::block_on(future);
        }
        _ => smol::block_on(future),
    }
}

/// As another task.
pub(crate) fn foreign(executor: Executor, future: Local) {
    match executor {
        Executor::AsyncStd => async_std::task::block_on(future),
        Executor::LocalSet => {
            let local = LocalSet::new();
            let (done, told) = done(future);
            drop(local.spawn_local(told));
            smol::block_on(local.run_until(done));
        }
        // There is no such pool inside of another one.
        Executor::LocalPool if enter().is_ok() => {
            let mut pool = LocalPool::new();
            pool.spawner().spawn_local(future).expect("the pool lives");
            isolated(|| pool.run());
        }
        _ => {
            let local = tracer::smol::LocalExecutor::new();
            let task = smol::LocalExecutor::spawn(&local, future);
            smol::block_on(local.run(task));
        }
    }
}

/// As another task, which the adapter spawns.
pub(crate) fn adapted(executor: Executor, future: Local) {
    if executor == Executor::LocalSet {
        let (done, told) = done(future);
        let spawn = async {
            drop(tracer::tokio::spawn_local(told));
            done.await;
        };
        smol::block_on(LocalSet::new().run_until(spawn));
    } else {
        let local = tracer::smol::LocalExecutor::new();
        let task = local.spawn(future);
        smol::block_on(local.run(task));
    }
}

/// A task's handle would ask tokio's budget, which nobody renews inside of a poll.
fn done(future: Local) -> (Gate, impl Future<Output = ()>) {
    let done = Gate::default();
    let tell = done.clone();
    let told = async move {
        future.await;
        tell.open();
    };
    (done, told)
}
