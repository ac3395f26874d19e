//! Runs programs on a runtime.

use std::sync::{Arc, Mutex, PoisonError};

use futures::channel::mpsc::{UnboundedSender, unbounded};
use futures::future::{BoxFuture, join_all};
use futures::stream::StreamExt as _;
use tracer::Span;
use tracer_tests::{Gate, Runtime, Task};

use crate::program::{Kind, Op, Program, Request};
use crate::spans::{driver, leaf, numbered, request, throw, unsampled};
use crate::steps::sending;
use crate::tree::PROGRAM;

/// Runs a program, which has a number, to the end of all of its tasks.
pub(crate) async fn program<R: Runtime>(program: Program, number: u64) {
    let (mut senders, mut tasks) = (Vec::new(), Vec::new());
    for (is_traced, id) in program.drivers {
        let (sender, inbox) = unbounded::<BoxFuture<'static, ()>>();
        senders.push(sender);
        let jobs = inbox.for_each_concurrent(None, |job| job);
        tasks.push(if is_traced {
            R::spawn_here(driver(number << PROGRAM | u64::from(id), jobs))
        } else {
            R::spawn_here(jobs)
        });
    }
    let requests = program.requests.into_iter().map(|request| {
        let env = Env {
            program: number,
            drivers: senders.clone(),
            later: Arc::default(),
            ended: Gate::default(),
            loser: None,
        };
        serve_request::<R>(request, env)
    });
    join_all(requests).await;
    senders.clear();
    join_all(tasks).await;
}

async fn serve_request<R: Runtime>(asked: Request, env: Env) {
    let (ended, later) = (env.ended.clone(), Arc::clone(&env.later));
    let id = env.id(asked.id);
    let body = sending::run::<R>(asked.body, env);
    if asked.is_sampled {
        R::spawn_here(request(id, body)).await;
    } else {
        R::spawn_here(unsampled(id, body)).await;
    }
    ended.open();
    let later = std::mem::take(&mut *later.lock().unwrap_or_else(PoisonError::into_inner));
    join_all(later).await;
}

/// What a request's steps know.
#[derive(Clone)]
pub(crate) struct Env {
    program: u64,
    pub(crate) drivers: Vec<UnboundedSender<BoxFuture<'static, ()>>>,
    /// Tasks that outlive the request, and what they wait for.
    pub(crate) later: Arc<Mutex<Vec<Task<()>>>>,
    pub(crate) ended: Gate,
    pub(crate) loser: Option<Loser>,
}

/// How a loser tells that it waits, and what it waits for.
#[derive(Clone, Default)]
pub(crate) struct Loser {
    pub(crate) waits: Gate,
    pub(crate) goes_on: Gate,
}

impl Env {
    pub(crate) fn id(&self, id: u32) -> u64 {
        self.program << PROGRAM | u64::from(id)
    }

    /// Steps that are not async.
    pub(crate) fn run(&self, ops: Vec<Op>) {
        for op in ops {
            let id = self.id(op.id);
            if op.kind == Kind::Throw {
                throw();
            }
            let body = || op.bodies.into_iter().for_each(|body| self.run(body));
            if op.kind == Kind::Leaf {
                leaf(id, body);
            } else {
                let span = numbered(Span::new("scope"), id);
                let _entered = span.enter();
                body();
            }
        }
    }
}
