//! Requests with everything that a span can have.

use std::error::Error;
use std::fmt;
use std::future::pending;

use tokio::task::yield_now;
use tracer::{Span, traced};

pub(crate) async fn serve() {
    let before = Span::root("before").context();
    let _declined = get_item(7, &before).await;
    let _unwound = tokio::spawn(unwinds()).await;
    typed();
}

#[traced("GET /item/{id}", kind = server, fields(http.route = "/item/{id}", id))]
async fn get_item(id: u32, before: &tracer::SpanContext) -> Result<u32, Declined> {
    tracer::current().add_link(before);
    tracer::current().add_event("cache.miss", &[("key", "żółw 🐢".into()), ("age", 3.into())]);
    let (price, stock) = tokio::join!(price(id), stock(id));
    let spawned = tokio::spawn(audit(id)).await;
    tokio::select! {
        biased;
        () = never() => {}
        () = yield_now() => {}
    }
    price.map(|price| price + stock + u32::from(spawned.is_err()))
}

#[traced(args, kind = client)]
async fn price(item: u32) -> Result<u32, Declined> {
    yield_now().await;
    Err(Declined { item, source: OverLimit })
}

#[traced(args, level = debug, target = "shop::warehouse")]
async fn stock(item: u32) -> u32 {
    yield_now().await;
    yield_now().await;
    item
}

#[traced(args, kind = producer)]
async fn audit(item: u32) {
    yield_now().await;
}

#[traced]
async fn never() {
    pending::<()>().await;
}

#[traced]
async fn unwinds() {
    std::panic::resume_unwind(Box::new("on purpose"));
}

fn typed() {
    let span = Span::root("typed");
    span.set_attribute("bool", true);
    span.set_attribute("negative", -5_i64);
    span.set_attribute("beyond i64", u64::MAX);
    span.set_attribute("double", 0.1);
    span.set_attribute("empty", "");
    span.set_attribute("", "no key");
    span.set_attribute("twice", 1);
    span.set_attribute("twice", 2);
    span.set_attribute("long", "水\n\"".repeat(500).as_str());
}

#[derive(Debug)]
struct Declined {
    item: u32,
    source: OverLimit,
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "item {} was declined", self.item)
    }
}

impl Error for Declined {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}

#[derive(Debug)]
struct OverLimit;

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("over the limit")
    }
}

impl Error for OverLimit {}
