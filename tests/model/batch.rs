//! Many programs at once, in one tracer.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use futures::future::FutureExt as _;
use futures::stream::{self, StreamExt as _};
use tracer::Tracer;
use tracer::export::Memory;
use tracer::sample::{LocalRoot, Sampler};
use tracer_tests::Runtime;

use crate::program::Program;
use crate::run;
use crate::tree::{self, Tree};

/// Programs that run at the same time.
const AT_ONCE: usize = 16;
/// Longer than programs run, and so long that inherited contexts do not expire.
const FOR_EVER: Duration = Duration::from_secs(60);
const SOON: Duration = Duration::from_secs(30);

/// Leaves out what is called so.
#[derive(Debug)]
struct ByName;

impl Sampler for ByName {
    fn is_sampled(&self, root: &LocalRoot<'_>) -> bool {
        root.name() != "unsampled"
    }
}

/// Runs programs and returns their trees, or what became of those that panicked or hang.
pub(crate) fn trees<R: Runtime>(programs: &[Program], expires: bool) -> Vec<Result<Tree, String>> {
    tracer::tokio::register();
    tracer::async_std::register();
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .sampler(ByName)
        .inherited_for(if expires { Duration::ZERO } else { FOR_EVER })
        .build()
        .expect("it starts");
    // From now on the collector goes by that.
    tracer.flush(SOON).expect("nothing is lost");
    let ends = run_all::<R>(programs, &tracer);
    tracer.flush(SOON).expect("nothing is lost");
    let trees = tree::recorded(&memory.take(), programs.len());
    // What hangs may yet end spans.
    let _lost = tracer.shutdown(SOON);
    let of = |(end, tree): (Option<Result<(), String>>, _)| match end {
        Some(end) => end.map(|()| tree),
        None => Err("hangs".to_owned()),
    };
    ends.into_iter().zip(trees).map(of).collect()
}

/// How each program ended, if it did.
fn run_all<R: Runtime>(programs: &[Program], tracer: &Tracer) -> Vec<Option<Result<(), String>>> {
    let (send, ended) = mpsc::channel();
    let runs: Vec<_> = programs
        .iter()
        .cloned()
        .zip(0..)
        .map(|(program, number)| {
            let run = tracer.scope(run::program::<R>(program, number));
            let send = send.clone();
            AssertUnwindSafe(run).catch_unwind().map(move |end| {
                // Nobody waits where another one hangs.
                let _sent = send.send((number as usize, end.map_err(|panic| text(&*panic))));
            })
        })
        .collect();
    drop(send);
    thread::spawn(|| {
        let runs = stream::iter(runs).map(R::spawn).buffer_unordered(AT_ONCE);
        R::block_on(async { runs.collect::<()>().await });
    });
    // time: as long as this only if a program hangs
    let patience = if programs.len() > 1 { SOON } else { Duration::from_secs(3) };
    let mut ends = vec![None; programs.len()];
    while let Ok((number, end)) = ended.recv_timeout(patience) {
        ends[number] = Some(end);
    }
    ends
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    format!("panicked: {}", text.or_else(|| panic.downcast_ref().copied()).unwrap_or("?"))
}
