use std::future::Future;
use std::pin::Pin;

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
trait Stream {}

#[tracer::traced]
fn future() -> impl Future<Output = u32> + Send {
    async { 1 }
}

#[tracer::traced]
fn stream() -> Box<dyn Stream> {
    struct Empty;
    impl Stream for Empty {}
    Box::new(Empty)
}

#[tracer::traced]
fn boxed() -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async { 1 })
}

#[tracer::traced]
fn alias(value: &u32) -> BoxFuture<'_, u32> {
    Box::pin(async { *value })
}

fn main() {}
