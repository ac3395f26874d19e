//! Who works for many requests, a driver, worker, actor or accept loop, adopts none of their spans.

use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::{FuturesUnordered, StreamExt as _};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tracer::{FutureExt as _, SpanContext, current, in_current, traced};
use tracer_tests::{Gate, Runtime, driver, on_each_runtime, pause, tree_of};

on_each_runtime!(
    a_driver_with_a_span_of_its_own,
    a_worker_that_is_sent_closures,
    a_worker_that_is_sent_blocks,
    an_actor_that_is_sent_contexts,
    an_accept_loop_that_is_traced,
    a_task_started_by_a_request_that_is_still_open_is_its_own_which_is_a_known_limit,
    what_works_for_others_begins_traces_of_its_own_if_it_says_so,
);

#[traced(args)]
async fn query(id: u32) {
    pause().await;
}

#[traced(args)]
fn hash(id: u32) {}

#[traced(args(id))]
async fn request(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

/// The driver was there before the requests: it polls their calls and adopts none.
fn a_driver_with_a_span_of_its_own<R: Runtime>() {
    let (calls, mut inbox) = unbounded_channel::<(BoxFuture<'static, ()>, Gate)>();
    let tree = tree_of::<R>(async {
        let drive = R::spawn_here(driver(async move {
            let mut running = FuturesUnordered::new();
            loop {
                tokio::select! {
                    Some((call, done)) = inbox.recv() => running.push(call.map(move |()| done.open())),
                    Some(()) = running.next() => {}
                    else => break,
                }
            }
        }));
        let send = |id: u32| {
            let calls = calls.clone();
            request(id, async move {
                let done = Gate::default();
                calls.send((query(id).boxed(), done.clone())).expect("the driver listens");
                done.await;
            })
        };
        tokio::join!(R::spawn_here(send(1)), R::spawn_here(send(2)));
        drop(calls);
        drive.await;
    });
    assert_eq!(tree, "driver\nrequest(id=1)\n  query(id=1)\nrequest(id=2)\n  query(id=2)\n");
}

/// A closure belongs to whoever runs it, unless it carries the context of who made it.
fn a_worker_that_is_sent_closures<R: Runtime>() {
    type Job = Box<dyn FnOnce() + Send>;
    let (jobs, mut inbox) = unbounded_channel::<Job>();
    let tree = tree_of::<R>(async {
        let work = R::spawn_here(driver(async move {
            while let Some(job) = inbox.recv().await {
                job();
            }
        }));
        let send = |id: u32| {
            let jobs = jobs.clone();
            request(id, async move {
                let done = Gate::default();
                let opens = done.clone();
                let job = in_current(move || {
                    hash(id);
                    opens.open();
                });
                assert!(jobs.send(Box::new(move || hash(id + 10))).is_ok());
                assert!(jobs.send(Box::new(job)).is_ok());
                done.await;
            })
        };
        tokio::join!(R::spawn_here(send(1)), R::spawn_here(send(2)));
        drop(jobs);
        work.await;
    });
    assert_eq!(
        tree,
        "driver\n  hash(id=11)\n  hash(id=12)\n\
         request(id=1)\n  hash(id=1)\nrequest(id=2)\n  hash(id=2)\n"
    );
}

/// So does a block, in which the calls are made only by whoever polls it.
fn a_worker_that_is_sent_blocks<R: Runtime>() {
    let (jobs, mut inbox) = unbounded_channel::<BoxFuture<'static, ()>>();
    let tree = tree_of::<R>(async {
        let work = R::spawn_here(driver(async move {
            while let Some(job) = inbox.recv().await {
                job.await;
            }
        }));
        let send = |id: u32| {
            let jobs = jobs.clone();
            request(id, async move {
                let done = Gate::default();
                let opens = done.clone();
                let job = async move {
                    query(id).await;
                    opens.open();
                };
                assert!(jobs.send(async move { query(id + 10).await }.boxed()).is_ok());
                assert!(jobs.send(job.in_current().boxed()).is_ok());
                done.await;
            })
        };
        tokio::join!(R::spawn_here(send(1)), R::spawn_here(send(2)));
        drop(jobs);
        work.await;
    });
    assert_eq!(
        tree,
        "driver\n  query(id=11)\n  query(id=12)\n\
         request(id=1)\n  query(id=1)\nrequest(id=2)\n  query(id=2)\n"
    );
}

/// A message of an actor's mailbox: who sent it stands in it.
struct Message {
    id: u32,
    sender: SpanContext,
    done: Gate,
}

#[traced(parent = message.sender, fields(message.id))]
async fn handle(message: &Message) {
    query(message.id + 10).await;
}

fn an_actor_that_is_sent_contexts<R: Runtime>() {
    let (mailbox, mut inbox) = unbounded_channel::<Message>();
    let tree = tree_of::<R>(async {
        let actor = R::spawn_here(driver(async move {
            while let Some(message) = inbox.recv().await {
                handle(&message).await;
                async { query(message.id).await }.in_context(message.sender).await;
                message.done.open();
            }
            query(99).await;
        }));
        let send = |id: u32| {
            let mailbox = mailbox.clone();
            request(id, async move {
                let done = Gate::default();
                let message = Message { id, sender: current(), done: done.clone() };
                assert!(mailbox.send(message).is_ok());
                done.await;
            })
        };
        tokio::join!(R::spawn_here(send(1)), R::spawn_here(send(2)));
        drop(mailbox);
        actor.await;
    });
    let handled = |id: u32| {
        let query = id + 10;
        format!(
            "request(id={id})\n  handle(message.id={id})\n    query(id={query})\n  query(id={id})\n"
        )
    };
    assert_eq!(tree, format!("driver\n  query(id=99)\n{}{}", handled(1), handled(2)));
}

#[traced(kind = server, args)]
async fn serve(id: u32) {
    query(id).await;
}

/// What it spawns for its connections belongs to it, but requests, which say that they are some, have
/// traces of their own.
fn an_accept_loop_that_is_traced<R: Runtime>() {
    #[traced]
    async fn accept<R: Runtime>() {
        for id in 1..=2 {
            R::spawn_here(async move {
                query(id).await;
                serve(id + 10).await;
            })
            .await;
        }
        R::spawn(query(3)).await;
    }
    assert_eq!(
        tree_of::<R>(accept::<R>()),
        "accept\n  query(id=1)\n  query(id=2)\n  query(id=3)\n\
         serve(id=11) linked\n  query(id=11)\nserve(id=12) linked\n  query(id=12)\n"
    );
}

type Jobs = UnboundedReceiver<(u32, Gate)>;

/// Two requests ask the same task, which the first of them started, and which is open all the while.
fn asked_by_two<R, F>(serve_all: fn(Jobs) -> F) -> String
where
    R: Runtime,
    F: Future<Output = ()> + Send + 'static,
{
    async fn ask(id: u32, jobs: &UnboundedSender<(u32, Gate)>) {
        let done = Gate::default();
        jobs.send((id, done.clone())).expect("the task serves");
        done.await;
    }
    let (jobs, inbox) = unbounded_channel();
    let (started, asked) = (Gate::default(), Gate::default());
    tree_of::<R>(async move {
        let (starts, over, firsts) = (started.clone(), asked.clone(), jobs.clone());
        let first = R::spawn_here(request(1, async move {
            drop(R::spawn_here(serve_all(inbox)));
            ask(1, &firsts).await;
            starts.open();
            over.await;
        }));
        let second = R::spawn_here(request(2, async move {
            started.await;
            ask(2, &jobs).await;
            asked.open();
        }));
        tokio::join!(first, second);
    })
}

/// Nothing tells it from a task that works for this request alone.
fn a_task_started_by_a_request_that_is_still_open_is_its_own_which_is_a_known_limit<R: Runtime>() {
    let tree = asked_by_two::<R, _>(|mut jobs| async move {
        while let Some((id, done)) = jobs.recv().await {
            query(id).await;
            done.open();
        }
    });
    assert_eq!(tree, "request(id=1)\n  query(id=1)\n  query(id=2)\nrequest(id=2)\n");
}

fn what_works_for_others_begins_traces_of_its_own_if_it_says_so<R: Runtime>() {
    #[traced(root, args)]
    async fn job(id: u32) {
        query(id).await;
    }
    #[traced(kind = consumer, args)]
    async fn consume(id: u32) {
        query(id).await;
    }
    let tree = asked_by_two::<R, _>(|mut jobs| async move {
        while let Some((id, done)) = jobs.recv().await {
            job(id).await;
            consume(id).await;
            done.open();
        }
    });
    let served = |name: &str, link: &str| {
        let jobs = [1, 2].map(|id| format!("{name}(id={id}){link}\n  query(id={id})\n"));
        jobs.concat()
    };
    let (consumed, jobs) = (served("consume", " linked"), served("job", ""));
    assert_eq!(tree, format!("{consumed}{jobs}request(id=1)\nrequest(id=2)\n"));
}
