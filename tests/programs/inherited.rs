//! What a task inherited from who spawned it, and how long it counts.

use std::sync::Barrier;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tracer::export::Memory;
use tracer::testing::Scope;
use tracer::{Tracer, testing, traced};
use tracer_tests::{AsyncStd, Gate, Runtime, Smol, TokioCurrentThread, TokioMultiThread, pause};

const SOON: Duration = Duration::from_secs(30);

#[traced]
async fn handle() {
    step().await;
}

#[traced]
async fn step() {
    pause().await;
}

type Job = oneshot::Sender<()>;

/// Starts the actor if nobody has, and lets it do a job.
#[traced(args(id))]
async fn request<R: Runtime>(
    id: u32,
    inbox: Option<mpsc::UnboundedReceiver<Job>>,
    jobs: mpsc::UnboundedSender<Job>,
) {
    if let Some(mut inbox) = inbox {
        // It runs on, without its handle.
        drop(R::spawn_here(async move {
            while let Some(done) = inbox.recv().await {
                handle().await;
                // Whoever asked waits.
                done.send(()).expect("the request waits");
            }
        }));
    }
    let (done, wait) = oneshot::channel();
    jobs.send(done).expect("the actor lives");
    wait.await.expect("the actor lives");
}

async fn two_requests<R: Runtime>() {
    let (jobs, inbox) = mpsc::unbounded_channel();
    request::<R>(1, Some(inbox), jobs.clone()).await;
    request::<R>(2, None, jobs).await;
}

/// What two requests leave behind on each runtime.
fn trees(grace: Option<Duration>) -> [String; 4] {
    let memory = Memory::default();
    let mut builder = Tracer::builder().exporter(memory.clone());
    if let Some(grace) = grace {
        builder = builder.inherited_for(grace);
    }
    let tracer = builder.install().expect("the only one");
    let on = |run: fn()| {
        run();
        tracer.flush(SOON).expect("nothing is lost");
        testing::render(&memory.take())
    };
    [
        on(|| TokioCurrentThread::block_on(two_requests::<TokioCurrentThread>())),
        on(|| TokioMultiThread::block_on(two_requests::<TokioMultiThread>())),
        on(|| AsyncStd::block_on(two_requests::<AsyncStd>())),
        on(|| Smol::block_on(two_requests::<Smol>())),
    ]
}

/// Ten seconds after the end of the first request, unless one says otherwise.
pub(crate) fn within_the_grace() {
    let expected = "request(id=1)\n  handle\n    step\n  handle\n    step\nrequest(id=2)\n";
    assert_eq!(trees(None), [expected; 4]);
}

pub(crate) fn expired() {
    let expected = "handle linked\n  step\nrequest(id=1)\n  handle\n    step\nrequest(id=2)\n";
    assert_eq!(trees(Some(Duration::ZERO)), [expected; 4]);
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
