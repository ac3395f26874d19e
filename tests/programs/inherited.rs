//! What a task inherited from who spawned it, and how long it counts.

use std::sync::Barrier;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tracer::export::Memory;
use tracer::testing::Scope;
use tracer::{Tracer, testing, traced};
use tracer_tests::{Gate, Runtime, TokioCurrentThread};

const SOON: Duration = Duration::from_secs(30);

#[traced]
async fn handle() {
    step().await;
}

#[traced]
async fn step() {
    tokio::task::yield_now().await;
}

type Job = oneshot::Sender<()>;

/// Starts the actor if nobody has, and lets it do a job.
#[traced(args(id))]
async fn request(
    id: u32,
    inbox: Option<mpsc::UnboundedReceiver<Job>>,
    jobs: mpsc::UnboundedSender<Job>,
) {
    if let Some(mut inbox) = inbox {
        tracer::tokio::spawn(async move {
            while let Some(done) = inbox.recv().await {
                handle().await;
                // Whoever asked waits.
                done.send(()).expect("the request waits");
            }
        });
    }
    let (done, wait) = oneshot::channel();
    jobs.send(done).expect("the actor lives");
    wait.await.expect("the actor lives");
}

async fn two_requests() {
    let (jobs, inbox) = mpsc::unbounded_channel();
    request(1, Some(inbox), jobs.clone()).await;
    request(2, None, jobs).await;
}

fn tree(grace: Option<Duration>) -> String {
    let memory = Memory::default();
    let mut builder = Tracer::builder().exporter(memory.clone());
    if let Some(grace) = grace {
        builder = builder.inherited_for(grace);
    }
    let tracer = builder.install().expect("the only one");
    TokioCurrentThread::block_on(two_requests());
    tracer.shutdown(SOON).expect("nothing is lost");
    testing::render(&memory.take())
}

/// Ten seconds after the end of the first request, unless one says otherwise.
pub(crate) fn within_the_grace() {
    let expected = "request(id=1)\n  handle\n    step\n  handle\n    step\nrequest(id=2)\n";
    assert_eq!(tree(None), expected);
}

pub(crate) fn expired() {
    let expected = "handle linked\n  step\nrequest(id=1)\n  handle\n    step\nrequest(id=2)\n";
    assert_eq!(tree(Some(Duration::ZERO)), expected);
}

/// A runtime becomes known while another thread is in the middle of a poll.
pub(crate) fn registers_late() {
    let scope = Scope::new();
    let (entered, registered) = (Gate::default(), Barrier::new(2));
    std::thread::scope(|threads| {
        let (entered_here, registered) = (entered.clone(), &registered);
        threads.spawn(move || {
            entered_here.wait();
            futures::executor::block_on(Scope::new().bind(async { step_sync() }));
            registered.wait();
        });
        async_std::task::block_on(scope.bind(async {
            entered.open();
            registered.wait();
            step_sync();
        }));
    });
    assert_eq!(scope.tree(), "step_sync\n");
}

#[traced]
fn step_sync() {}
