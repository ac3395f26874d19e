//! Spans of every kind there is, the same for the same seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tracer_core::{Callsite, FutureExt as _, Span, SpanKind, Tracer, Value, in_current};

/// `SplitMix64`.
pub(super) struct Random(pub(super) u64);

/// Among them names that become others, and names of tags of ours.
const KEYS: &[&str] = &[
    "id",
    "rows",
    "żółw",
    "",
    "service.name",
    "resource.name",
    "http.request.method",
    "http.method",
    "http.status_code",
    "http.response.status_code",
    "http.request.header.x",
    "http.request.headers.x",
    "db.system",
    "db.system.name",
    "code.line.number",
    "tracer.polls",
    "error.type",
    "_dd.top_level",
    "_sampling_priority_v1",
    "events",
    "env",
    "team",
];

static PLACES: [Callsite; 3] = [
    Callsite::new("get /item/{id}", "shop::server", "src/server.rs", 7, || {})
        .function("get_item")
        .with_kind(SpanKind::Server),
    Callsite::new("query", "shop::rows", "src/rows.rs", 70_000, || {}).with_kind(SpanKind::Client),
    Callsite::new("żółw 🐢", "shop", "src/main.rs", 1, || {}).with_kind(SpanKind::Producer),
];

impl Random {
    pub(super) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: u64) -> u64 {
        self.bits() % bound
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// Empty, short or long; of any script, with what JSON has to escape.
    fn text(&mut self) -> String {
        const LETTERS: &[char] =
            &['a', 'Z', ' ', '"', '\\', '\n', '\t', '\u{0}', '\u{7f}', 'ż', '水', '🐢', '/'];
        let length = self.one_of(&[0, 8, 31, 32, 300, 2_500]);
        (0..length).map(|_| self.one_of(LETTERS)).collect()
    }

    fn attribute(&mut self, span: &Span) {
        let key = self.one_of(KEYS);
        let shift = self.below(64);
        match self.below(6) {
            0 => span.set_attribute(key, self.below(2) == 0),
            1 => span.set_attribute(key, (self.bits() as i64) >> shift),
            2 => span.set_attribute(key, self.bits() >> shift),
            3 => span.set_attribute(key, self.one_of(&[0.0, -0.1, 1e300, f64::NAN, f64::INFINITY])),
            _ => span.set_attribute(key, &*self.text()),
        }
    }

    fn say(&mut self, span: &Span, before: &Span) {
        for _ in 0..self.below(8) {
            self.attribute(span);
        }
        if self.below(4) == 0 {
            let (text, name) = (self.text(), self.text());
            let attributes: &[(&str, Value<'_>)] =
                &[("text", Value::Str(&text)), ("n", 1.into()), ("n", f64::NAN.into())];
            span.add_event(&name, &attributes[..self.below(4) as usize]);
            span.add_link(&before.context());
        }
        if self.below(6) == 0 {
            span.record_error(&std::io::Error::other(self.text()));
        }
    }
}

/// Opens spans in the scope of the tracer; at least `count`.
pub(super) fn spans(tracer: &Tracer, random: &mut Random, count: u64) {
    let before = tracer.in_scope(|| Span::root("before"));
    for _ in 0..count.div_ceil(4) {
        tracer.in_scope(|| request(random, &before));
    }
}

/// Four spans or five, one below the other.
fn request(random: &mut Random, before: &Span) {
    let root = Span::root("request");
    random.say(&root, before);
    root.in_scope(|| {
        let place = &PLACES[random.below(3) as usize];
        let guard = tracer_core::__private::enter(place);
        let child = Span::new("child");
        random.say(&child, before);
        let polls = random.below(4);
        let mut future = pin!(pending_for(polls).in_span(child));
        for _ in 0..random.below(5) {
            if future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
                break;
            }
        }
        if random.below(8) == 0 {
            let _unwound = catch_unwind(AssertUnwindSafe(|| {
                let span = Span::new("panics");
                let _entered = span.enter();
                std::panic::resume_unwind(Box::new("on purpose"));
            }));
        }
        in_current(|| drop(Span::new("spawned")))();
        drop(guard);
    });
}

async fn pending_for(mut polls: u64) {
    std::future::poll_fn(|_| {
        polls = polls.saturating_sub(1);
        if polls > 0 { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}
