//! A process that forks: parent and children deliver their own spans, each once.
#![expect(unsafe_code, reason = "std cannot fork, and three functions of C do not ask for a crate")]

use std::collections::HashSet;
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use tracer::export::{Memory, SpanRecord};
use tracer::{Span, Tracer, current, testing, traced};

const SOON: Duration = Duration::from_secs(30);

unsafe extern "C" {
    fn fork() -> i32;
    fn waitpid(process: i32, status: *mut i32, options: i32) -> i32;
    safe fn _exit(status: i32) -> !;
}

/// A child that runs, and what it says.
struct Child {
    process: i32,
    said: UnixStream,
}

impl Child {
    /// Runs `f` in a forked child, which says what this returns.
    fn start(f: impl FnOnce() -> String) -> Self {
        let (said, mut says) = UnixStream::pair().expect("a pair of sockets");
        // SAFETY: no lock that the child takes is held here. Nothing but what is tested runs in other
        // threads, and that the child does not depend on them is what is tested.
        let process = unsafe { fork() };
        if process == 0 {
            let said = catch_unwind(AssertUnwindSafe(|| says.write_all(f().as_bytes())));
            // Nothing else of the parent's program runs here.
            _exit(i32::from(!matches!(said, Ok(Ok(())))));
        }
        assert!(process > 0, "no child: {}", std::io::Error::last_os_error());
        Self { process, said }
    }

    fn wait(mut self) -> String {
        let (mut text, mut status) = (String::new(), -1);
        self.said.read_to_string(&mut text).expect("it speaks UTF-8");
        // SAFETY: the status is a local number, and the process a child that nobody else waits for.
        let waited = unsafe { waitpid(self.process, &raw mut status, 0) };
        assert_eq!((waited, status), (self.process, 0), "the child has checked itself");
        text
    }
}

#[traced]
fn step() {}

/// One line an id.
fn ids(spans: &[SpanRecord]) -> String {
    let mut ids: Vec<_> = spans.iter().map(|span| span.span_id().to_string()).collect();
    ids.extend(spans.iter().map(|span| span.trace_id().to_string()));
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| id + "\n").collect()
}

/// What the parent has while it forks; the child has a copy.
struct Inherited {
    tracer: Tracer,
    open: Span,
}

/// Forks in the middle of a span, right after another has ended.
#[traced]
fn start(inherited: &mut Option<Inherited>) -> Child {
    step();
    Child::start(|| child(inherited.take().expect("the parent takes nothing")))
}

/// What a child does with what it inherited, and with a tracer of its own.
fn child(Inherited { tracer: parents, open }: Inherited) -> String {
    let forked = Instant::now();
    drop(Span::root("before the child has a tracer"));
    let refused = parents.flush(SOON).expect_err("it does not run here");
    assert!(refused.to_string().contains("install one"), "{refused}");
    assert!(parents.stats().exporters.is_empty());
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).install();
    let tracer = tracer.expect("the parent's is not installed here");
    assert!(!current().is_valid(), "what was current at the fork is the parent's");
    drop(open);
    parents.shutdown(SOON).expect("there is nothing to wait for");
    drop(parents);
    assert!(forked.elapsed() < Duration::from_secs(1), "{:?}", forked.elapsed());
    Span::new("child").in_scope(|| {
        step();
        std::thread::spawn(tracer::in_current(step)).join().expect("it does not panic");
    });
    tracer.flush(SOON).expect("nothing is lost");
    let spans = memory.take();
    assert_eq!(testing::render(&spans), "child\n  step\n  step\n");
    let stats = tracer.stats();
    assert!(stats.is_balanced() && stats.exporters[0].ended == 3, "{stats}");
    ids(&spans)
}

pub(crate) fn forked() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).install().expect("the only one");
    let mut inherited = Some(Inherited { tracer, open: Span::new("open") });
    // Children of one thread: the first begins while the parent's spans are in its log, the second
    // when they have been delivered.
    let first = start(&mut inherited);
    inherited.as_ref().expect("a child took its copy").tracer.flush(SOON).expect("nothing is lost");
    let second = start(&mut inherited);
    let children = [first, second].map(Child::wait).concat();
    let Inherited { tracer, open } = inherited.expect("a child took its copy");
    // More ids than the children made.
    open.in_scope(|| (0..8).for_each(|_| step()));
    drop(open);
    tracer.shutdown(SOON).expect("nothing is lost");
    let spans = memory.take();
    let expected = format!("open\n{}start\n  step\nstart\n  step\n", "  step\n".repeat(8));
    assert_eq!(testing::render(&spans), expected);
    let all = children + &ids(&spans);
    let distinct: HashSet<_> = all.lines().collect();
    // Three spans and a trace of each child, thirteen and three of the parent.
    assert_eq!((all.lines().count(), distinct.len()), (24, 24), "{all}");
}
