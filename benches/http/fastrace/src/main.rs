//! The server in fastrace's layer, with a reporter that drops.

use std::sync::atomic::{AtomicU64, Ordering};

use fastrace::collector::{Config, Reporter, SpanRecord};
use fastrace_axum::FastraceLayer;

http_shop::handlers!(#[fastrace::trace]);

static ARRIVED: AtomicU64 = AtomicU64::new(0);

struct Drop;

impl Reporter for Drop {
    fn report(&mut self, spans: Vec<SpanRecord>) {
        ARRIVED.fetch_add(spans.len() as u64, Ordering::Relaxed);
    }
}

fn main() {
    fastrace::set_reporter(Drop, Config::default());
    http_shop::serve(routes().layer(FastraceLayer::default()), || {
        fastrace::flush();
        ARRIVED.load(Ordering::Relaxed)
    });
}
