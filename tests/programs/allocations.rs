//! What traced code costs a program in memory and threads.
#![expect(unsafe_code, reason = "an allocator that counts is an unsafe trait by nature")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;

use tracer::export::Memory;
use tracer::{FutureExt as _, Span, SpanContext, Tracer, Value, current, traced};
use tracer_tests::{pause, poll_once};

struct Counting;

thread_local!(static COUNT: Cell<u64> = const { Cell::new(0) });

// SAFETY: all is left to the system's allocator; the count is a plain cell without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the rules of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[traced(args)]
async fn request(id: u32, name: &str) -> Result<u32, String> {
    pause().await;
    step(id);
    current().set_attribute("name", name);
    current().add_event("event", &[("n", Value::Debug(&id))]);
    async { step(2) }.in_span(Span::new("by hand")).await;
    async { step(3) }.in_current().await;
    tracer::in_current(|| step(4))();
    Ok(id)
}

#[traced(args)]
fn step(id: u32) -> u32 {
    Span::new("inner").in_scope(|| id)
}

#[traced(fields(twice = 2 * id, shown = %id), when = id > 0, ret, err(|error| *error))]
async fn row(id: u32) -> Result<u32, u32> {
    if id > 3 { Err(id) } else { Ok(id) }
}

/// What stands in the attribute is not evaluated where nothing records.
fn evaluated() -> SpanContext {
    panic!("nothing records")
}

#[traced(when = evaluated().is_valid(), parent = evaluated(), links(evaluated()))]
fn unasked() {}

#[traced(when = evaluated().is_valid(), parent = evaluated(), fields(of = evaluated().trace_id()))]
async fn unasked_async() {}

fn run() {
    unasked();
    assert!(poll_once(pin!(unasked_async())).is_ready());
    let mut future = pin!(request(1, "text"));
    while poll_once(future.as_mut()).is_pending() {}
}

fn threads() -> usize {
    // Elsewhere there is no such folder, and nothing to compare.
    std::fs::read_dir("/proc/self/task").map_or(1, Iterator::count)
}

fn allocations(f: impl Fn()) -> u64 {
    let before = COUNT.get();
    f();
    COUNT.get() - before
}

pub(crate) fn nothing_installed() {
    assert!(allocations(|| drop(Box::new(1))) == 1, "the count counts");
    assert_eq!(allocations(run), 0, "not even the first time");
    assert_eq!(threads(), 1);
}

/// A thread that records does not allocate once it has a log.
pub(crate) fn warmed_up() {
    let _tracer = Tracer::builder().exporter(Memory::default()).install().expect("the only one");
    let spans = || {
        let mut future = pin!(
            async {
                pause().await;
                for id in 0..10 {
                    step(id);
                    assert_eq!(row(id).await.is_ok(), id <= 3);
                }
            }
            .in_span(Span::root("root"))
        );
        while poll_once(future.as_mut()).is_pending() {}
    };
    // The first chunk of a log is small, the second is not.
    (0..5).for_each(|_| spans());
    assert_eq!(allocations(spans), 0);
}

/// The same for what is said of a span, formatted values too.
pub(crate) fn details_warmed_up() {
    let _tracer = Tracer::builder().exporter(Memory::default()).install().expect("the only one");
    let span = Span::root("root");
    let details = || {
        span.set_attribute("name", Value::Debug(&Some(1)));
        span.add_link(&span.context());
        span.add_event("event", &[("n", 1.into())]);
    };
    (0..30).for_each(|_| details());
    assert_eq!(allocations(details), 0);
}
