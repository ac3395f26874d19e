//! Steps and layers that need other tasks: spawned, kept, sent, outliving their request.

use std::collections::VecDeque;
use std::sync::PoisonError;

use futures::future::{BoxFuture, FutureExt as _, select};
use tracer_tests::{Gate, Runtime};

use crate::polls::Polls;
use crate::program::{Fate, Kind, Layer, Op, Outliving};
use crate::run::{Env, Loser};
use crate::spans::call;
use crate::steps::sending::{make, run};

pub(crate) async fn step<R: Runtime>(mut op: Op, env: Env) {
    match op.kind {
        Kind::Stuck => {
            let loser = env.loser.expect("it is a loser");
            loser.waits.open();
            loser.goes_on.await;
        }
        Kind::Blocking => {
            let ops = std::mem::take(&mut op.bodies[0]);
            R::spawn_blocking_here(move || env.run(ops)).await;
        }
        Kind::Select(fate) => race::<R>(op, env, fate).await,
        Kind::Later(how) => outlive::<R>(op, env, how).await,
        kind => unreachable!("{kind:?} holds a guard"),
    }
}

async fn race<R: Runtime>(mut op: Op, env: Env, fate: Fate) {
    let mut bodies = std::mem::take(&mut op.bodies).into_iter();
    let mut body = || bodies.next().expect("a select has three bodies");
    let (winner, between, loser) = (body(), body(), body());
    let gates = Loser::default();
    let mut at_the_gate = env.clone();
    at_the_gate.loser = Some(gates.clone());
    let loser = call(env.id(op.id), run::<R>(loser, at_the_gate)).boxed();
    let (waits, won) = (gates.waits, run::<R>(winner, env.clone()));
    let winner = async move {
        waits.await;
        won.await;
    };
    let loser = match select(loser, winner.boxed()).await {
        futures::future::Either::Left(_) => unreachable!("the loser waits"),
        futures::future::Either::Right(((), loser)) => loser,
    };
    if fate == Fate::Dropped {
        drop(loser);
        return run::<R>(between, env).await;
    }
    run::<R>(between, env).await;
    if fate == Fate::KeptDropped {
        return drop(loser);
    }
    gates.goes_on.open();
    if fate == Fate::KeptHere {
        loser.await;
    } else {
        R::spawn(loser).await;
    }
}

async fn outlive<R: Runtime>(mut op: Op, env: Env, how: Outliving) {
    let told = Gate::default();
    let (tell, ended, later) = (told.clone(), env.ended.clone(), env.later.clone());
    let id = env.id(op.id);
    let work = async move {
        let behind = op.bodies.pop().expect("a task has two bodies");
        let before = op.bodies.pop().expect("a task has two bodies");
        run::<R>(before, env.clone()).await;
        tell.open();
        ended.await;
        run::<R>(behind, env).await;
    };
    let task = match how {
        Outliving::Block => R::spawn_here(work),
        Outliving::Call => R::spawn_here(call(id, work)),
        Outliving::BareCall => R::spawn(call(id, work)),
    };
    told.await;
    later.lock().unwrap_or_else(PoisonError::into_inner).push(task);
}

pub(crate) fn layer<R: Runtime>(
    layer: Layer,
    layers: VecDeque<Layer>,
    op: Op,
    env: Env,
) -> BoxFuture<'static, ()> {
    let drivers = env.drivers.clone();
    let inner = make::<R>(layers, op, env);
    match layer {
        Layer::Moved(polls) => Box::pin(async move {
            if let Some(started) = Polls::new(inner, polls).await {
                R::spawn(started).await;
            }
        }),
        Layer::Spawned => Box::pin(async move { R::spawn(inner).await }),
        Layer::Carried => Box::pin(async move { R::spawn_here(inner).await }),
        Layer::Driver(number) => Box::pin(async move {
            let done = Gate::default();
            let tell = done.clone();
            let job = inner.map(move |()| tell.open()).boxed();
            drivers[number].unbounded_send(job).expect("the driver listens");
            done.await;
        }),
        layer => unreachable!("{layer:?} needs no task"),
    }
}
