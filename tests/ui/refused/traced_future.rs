use std::future::{Future, Ready, ready};
use std::pin::Pin;

#[tracer::traced]
fn more_than_a_future() -> impl Future<Output = u32> + Clone + Send {
    ready(1)
}

#[tracer::traced(as = future)]
async fn is_one() {}

#[tracer::traced(as = streem)]
fn misspelt() -> Ready<u32> {
    ready(1)
}

#[tracer::traced(as = generator)]
fn unknown() -> Ready<u32> {
    ready(1)
}

#[tracer::traced(as = stream)]
fn nothing() {}

#[tracer::traced(as)]
fn no_value() {}

#[tracer::traced(as = "future")]
fn text() {}

#[tracer::traced(boxed)]
fn sync() {}

#[tracer::traced(boxed)]
fn boxed_already() -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async { 1 })
}

#[tracer::traced(boxed = true)]
async fn no_flag() {}

#[tracer::traced(spawn = links)]
fn misspelt_spawn() {}

#[tracer::traced(spawn = never)]
fn unknown_spawn() {}

#[tracer::traced(spawn)]
fn spawn_without_value() {}

fn main() {}
