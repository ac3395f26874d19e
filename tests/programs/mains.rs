//! Ways in which a program begins and ends.

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use futures::future::BoxFuture;
use tracer::export::{Batch, ExportError, Exporter, Memory};
use tracer::{InstallError, Span, Tracer, current, traced};
use tracer_tests::Gate;

#[traced]
async fn work() {
    tokio::task::yield_now().await;
}

#[tracer::tokio::main]
pub(crate) async fn ok() -> ExitCode {
    work().await;
    ExitCode::from(7)
}

pub(crate) fn err() -> ExitCode {
    #[tracer::tokio::main(flavor = "current_thread")]
    async fn main() -> Result<(), String> {
        work().await;
        Err("no".to_owned())
    }
    ExitCode::from(u8::from(main() == Err("no".to_owned())) * 9)
}

#[tracer::tokio::main(worker_threads = 1)]
pub(crate) async fn panics() {
    work().await;
    panic!("on purpose");
}

#[tracer::async_std::main]
pub(crate) async fn async_std() {
    work().await;
}

#[tracer::smol::main]
pub(crate) async fn smol() {
    work().await;
}

/// What is spawned and still runs when `main` ends.
async fn leave(spawn: impl FnOnce(BoxFuture<'static, ()>)) {
    #[traced]
    async fn still_runs(begun: Gate) {
        begun.open();
        std::future::pending::<()>().await;
    }
    work().await;
    let begun = Gate::default();
    spawn(Box::pin(still_runs(begun.clone())));
    begun.await;
}

#[tracer::tokio::main]
pub(crate) async fn left_on_tokio() {
    leave(|task| drop(tokio::spawn(task))).await;
}

#[tracer::async_std::main]
pub(crate) async fn left_on_async_std() {
    leave(|task| drop(async_std::task::spawn(task))).await;
}

#[tracer::smol::main]
pub(crate) async fn left_on_smol() {
    leave(|task| smol::spawn(task).detach()).await;
}

/// Says that it is ready, and waits for the signal.
#[tracer::tokio::main(flush_on_signal)]
pub(crate) async fn signal() {
    work().await;
    println!("ready");
    std::io::stdout().flush().expect("the test reads");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).expect("the test writes nothing");
}

/// Says that it waits, until it is told to go on.
#[cfg(unix)]
#[tracer::tokio::main(in_flight_on_signal, worker_threads = 1)]
pub(crate) async fn hangs() {
    #[traced]
    async fn hang() {
        println!("ready");
        std::io::stdout().flush().expect("the test reads");
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).expect("the test writes nothing");
    }
    hang().await;
}

/// Says what it gets.
#[derive(Debug)]
struct Says;

impl Exporter for Says {
    fn name(&self) -> &'static str {
        "says"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        for span in batch.spans() {
            println!("{} {:?}", span.name(), span.outcome());
        }
        Ok(())
    }
}

pub(crate) fn panic_in_main() {
    let _tracer = Tracer::builder().exporter(Says).install().expect("the only one");
    Span::new("ended").in_scope(|| drop(Span::new("child")));
    let _open = Span::new("open");
    panic!("on purpose");
}

/// Says what it gets first, and is never done with what comes then.
#[derive(Debug)]
struct SaysOnce(bool);

impl Exporter for SaysOnce {
    fn name(&self) -> &'static str {
        "says once"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        while std::mem::replace(&mut self.0, true) {
            std::thread::park();
        }
        Says.export(batch)
    }
}

/// Ends the process inside of an open span: no destructor runs.
fn exit(exporter: impl Exporter + 'static, is_shut_down: bool) -> ! {
    let soon = Duration::from_secs(30);
    let tracer = Tracer::builder().exporter(exporter).install().expect("the only one");
    drop(Span::new("flushed"));
    tracer.flush(soon).expect("nothing is lost");
    Span::new("open").in_scope(|| {
        drop(Span::new("late"));
        if is_shut_down {
            tracer.shutdown(soon).expect("nothing is lost");
        }
        std::process::exit(3)
    })
}

pub(crate) fn exit_without_shutdown() -> ! {
    exit(SaysOnce(false), false)
}

pub(crate) fn exit_after_shutdown() -> ! {
    exit(Says, true)
}

pub(crate) fn install() {
    let soon = Duration::from_secs(30);
    let (first, second) = (Memory::default(), Memory::default());
    drop(Span::new("before"));
    let tracer = Tracer::builder().exporter(first.clone()).install().expect("the first");
    let other = Tracer::builder().exporter(second.clone()).install();
    assert!(matches!(other, Err(InstallError::AlreadyInstalled)));
    std::thread::spawn(|| drop(Span::new("bare thread"))).join().expect("it does not panic");
    let left_over = Span::new("left over");
    tracer.shutdown(soon).expect("nothing is lost");
    assert!(!Span::new("between").in_scope(|| current().is_valid()));
    let tracer = Tracer::builder().exporter(second.clone()).install().expect("the first has gone");
    left_over.in_scope(|| drop(Span::new("below")));
    drop(left_over);
    drop(Span::new("second"));
    drop(tracer);
    let names = |memory: &Memory| {
        memory.take().iter().map(tracer::export::SpanRecord::name).collect::<Vec<_>>()
    };
    assert_eq!((names(&first), names(&second)), (vec!["bare thread"], vec!["second"]));
}
