//! Spans of every kind there is, the same for the same seed.

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tracer_core::__private::enter;
use tracer_core::{
    Batch, Callsite, ContextProvider, ExportError, Exporter, FutureExt as _, Level, Span, SpanKind,
    TaskFacts, Tracer, Value, in_current, propagate,
};

/// `SplitMix64`.
pub(crate) struct Random {
    state: u64,
    keys: &'static [&'static str],
}

impl Random {
    /// Attributes may have the names of those that are ours.
    pub(crate) fn new(seed: u64) -> Self {
        let keys = &[
            "id",
            "rows",
            "user.id",
            "a",
            "żółw",
            "code.line.number",
            "tracer.polls",
            "error.type",
            "",
        ];
        Self { state: seed, keys }
    }

    /// Attributes have names of their own.
    pub(crate) fn plain(seed: u64) -> Self {
        Self { state: seed, keys: &["id", "rows", "user.id", "a", "żółw", ""] }
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Empty, short, or over many slots of the log; of any script, with what JSON has to escape.
    pub(crate) fn text(&mut self) -> String {
        const LETTERS: &[char] =
            &['a', 'Z', ' ', '"', '\\', '\n', '\t', '\u{1}', '\u{7f}', 'ż', '水', '🐢', '/'];
        let length = match self.below(8) {
            0 => 0,
            1..=5 => self.below(24),
            6 => self.below(300),
            _ => self.below(2_500),
        };
        (0..length).map(|_| self.one_of(LETTERS)).collect()
    }

    fn number(&mut self) -> i64 {
        let shift = self.below(64);
        (self.bits() as i64) >> shift
    }

    fn attribute(&mut self, set: &mut dyn FnMut(&str, Value<'_>)) {
        let key = self.one_of(self.keys);
        match self.below(8) {
            0 => set(key, (self.below(2) == 0).into()),
            1 => set(key, self.number().into()),
            2 => set(key, self.bits().into()),
            3 => set(key, (f64::from(self.number() as i32) / 3.0).into()),
            4 => set(
                key,
                self.one_of(&[0.0, -0.0, 0.1, 1e300, f64::INFINITY, f64::NEG_INFINITY]).into(),
            ),
            5 => set(key, Value::Debug(&self.text())),
            _ => set(key, Value::Str(&self.text())),
        }
    }
}

static PLACES: [Callsite; 5] = [
    Callsite::new("get /item/{id}", "shop::server", "src/server.rs", 7, || {})
        .function("get_item")
        .with_kind(SpanKind::Server),
    Callsite::new("query", "shop::rows", "src/rows.rs", 70_000, || {}).with_kind(SpanKind::Client),
    Callsite::new("żółw 🐢", "shop", "src/main.rs", 1, || {}).with_kind(SpanKind::Producer),
    Callsite::new("take", "shop", "src/main.rs", 12, || {})
        .with_kind(SpanKind::Consumer)
        .with_level(Level::Debug),
    Callsite::new("work", "shop", "src/main.rs", 13, || {}).with_target("elsewhere"),
];

#[derive(Debug)]
struct Wrong(String, Option<Box<Self>>);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Wrong {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

thread_local!(static TASK: Cell<u64> = const { Cell::new(0) });

/// A runtime whose task is the one that its thread says.
#[derive(Debug)]
struct Executor;

impl ContextProvider for Executor {
    fn runtime(&self) -> &'static str {
        "random"
    }

    fn key(&self) -> u64 {
        TASK.get()
    }

    fn describe(&self, tell: &mut dyn FnMut(TaskFacts<'_>)) {
        let facts = TaskFacts::default().spawned_at(Location::caller()).spawned_by(TASK.get() / 2);
        tell(if TASK.get() % 2 == 0 { facts } else { facts.name("żółw: 1") });
    }
}

/// Opens spans in the scope of the tracer; at least `count`.
pub(crate) fn spans(tracer: &Tracer, random: &mut Random, count: u64) {
    tracer_core::register(&Executor);
    let before = tracer.in_scope(|| Span::root("before"));
    for _ in 0..count.div_ceil(5) {
        tracer.in_scope(|| request(random, &before));
        tracer.in_scope(|| continued(random));
        TASK.set(random.below(4));
        let span = tracer.in_scope(|| Span::root("task"));
        let polls = random.below(4);
        poll(random, pending_for(polls).in_span(span));
        TASK.set(0);
    }
}

/// A span below one of another process.
fn continued(random: &mut Random) {
    let parent = format!("00-{:032x}-{:016x}-01", random.bits() | 1, random.bits() | 1);
    let state = ["vendor=7,other=a b", ""][random.below(2) as usize];
    let headers = [("traceparent", parent.as_str()), ("tracestate", state)];
    drop(Span::below("continued", &propagate::extract(&headers).context()));
}

/// Until it is ready, or not so often: then it is cancelled.
fn poll(random: &mut Random, future: impl Future<Output = ()>) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..random.below(6) {
        if future.as_mut().poll(&mut context).is_ready() {
            break;
        }
    }
}

/// Four spans or five, one below the other, over two threads.
fn request(random: &mut Random, before: &Span) {
    let root = Span::root("request");
    say(random, &root, before);
    root.in_scope(|| {
        let place = &PLACES[random.below(PLACES.len() as u64) as usize];
        let guard = enter(place);
        say_current(random);
        let span = Span::new("child");
        say(random, &span, before);
        let polls = random.below(4);
        poll(random, pending_for(polls).in_span(span));
        if random.below(8) == 0 {
            let panics = || {
                let span = Span::new("panics");
                let _entered = span.enter();
                std::panic::resume_unwind(Box::new("on purpose"));
            };
            let _unwound = catch_unwind(AssertUnwindSafe(panics));
        }
        let spawned = in_current(|| drop(Span::new("spawned")));
        if random.below(16) == 0 {
            std::thread::spawn(spawned).join().expect("it does not panic");
        } else {
            spawned();
        }
        drop(guard);
    });
}

async fn pending_for(polls: u64) {
    for _ in 0..polls {
        let mut pending = true;
        std::future::poll_fn(|context| {
            if polls % 2 == 0 {
                Span::new("wakes").in_scope(|| context.waker().wake_by_ref());
            }
            if std::mem::take(&mut pending) { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
    }
}

fn say_current(random: &mut Random) {
    for _ in 0..random.below(5) {
        random.attribute(&mut |key, value| tracer_core::current().set_attribute(key, value));
    }
}

fn say(random: &mut Random, span: &Span, before: &Span) {
    for _ in 0..random.below(7) {
        random.attribute(&mut |key, value| span.set_attribute(key, value));
    }
    for _ in 0..random.below(8).saturating_sub(5) {
        let (text, name) = (random.text(), random.text());
        let attributes: &[(&str, Value<'_>)] =
            &[("text", Value::Str(&text)), ("n", 1.into()), ("n", 2.into())];
        span.add_event(&name, &attributes[..random.below(4) as usize]);
    }
    for _ in 0..random.below(8).saturating_sub(5) {
        span.add_link(&before.context());
    }
    if random.below(6) == 0 {
        let source = (random.below(2) == 0).then(|| Box::new(Wrong(random.text(), None)));
        span.record_error(&Wrong(random.text(), source));
    }
}

/// An exporter that is a function.
pub(crate) struct Does<F>(pub(crate) F);

impl<F> fmt::Debug for Does<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Does")
    }
}

impl<F: FnMut(&Batch) + Send> Exporter for Does<F> {
    fn name(&self) -> &'static str {
        "does"
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        self.0(batch);
        Ok(())
    }
}
