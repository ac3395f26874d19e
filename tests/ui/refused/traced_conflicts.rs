use tracer::SpanContext;

#[tracer::traced(root, parent = context)]
fn root_with_parent(context: SpanContext) {
    drop(context);
}

#[tracer::traced(root, off)]
fn off_with_root() {}

#[tracer::traced(off = true)]
fn off_with_value() {}

#[tracer::traced(when = left > 3)]
fn pattern((left, _): (u32, u32)) -> u32 {
    left
}

#[tracer::traced(parent = if true { context } else { tracer::current() })]
async fn parent_in_a_pattern([context]: [SpanContext; 1]) {
    drop(context);
}

#[tracer::traced(err)]
fn no_result() {}

#[tracer::traced(err(Debug))]
async fn no_return() -> ! {
    std::future::pending().await
}

#[tracer::traced(ret)]
async fn nothing_returned() {}

#[tracer::traced(ret(Debug))]
fn never() -> ! {
    panic!()
}

#[tracer::traced(ret)]
#[track_caller]
fn tracked() -> u32 {
    1
}

#[tracer::traced(ret)]
fn opaque() -> Result<impl Sized, String> {
    Ok(1)
}

#[tracer::traced(ret)]
async fn opaque_value() -> impl Sized {
    1
}

#[tracer::traced(err(|error: &String| error.len()))]
fn function_of_a_future() -> impl Future<Output = Result<u32, String>> {
    std::future::ready(Ok(1))
}

#[tracer::traced(ret(none))]
fn ret_none() -> u32 {
    1
}

#[tracer::traced(err())]
fn err_empty() -> Result<u32, String> {
    Ok(1)
}

#[tracer::traced(err = Debug)]
fn err_assigned() -> Result<u32, String> {
    Ok(1)
}

#[tracer::traced(err(Debug, Display))]
fn err_twice() -> Result<u32, String> {
    Ok(1)
}

#[tracer::traced(root, poll)]
fn not_polled() {}

fn main() {
    root_with_parent(tracer::current());
    (off_with_root(), off_with_value(), pattern((1, 2)), no_result(), not_polled());
    let _ = (parent_in_a_pattern([tracer::current()]), no_return(), nothing_returned());
    let _ = (tracked(), opaque(), opaque_value(), ret_none(), err_empty(), err_assigned());
    let _ = (err_twice(), function_of_a_future());
    never();
}
