//! What is given to an argument has a type, and rustc says so where it stands: code and what is underlined.

use std::fmt::Display;

use tracer::{SpanContext, traced};

const NUMBER: u32 = 1;

struct Opaque;

#[traced(name = NUMBER)] //~ E0308 NUMBER
fn name() {}

#[traced(target = missing::TARGET)] //~ E0433 missing
fn target() {}

#[traced(when = 1)] //~ E0308 1
fn when() {}

#[traced(when = amount > 3)] //~ E0308 3
async fn when_async(amount: &str) -> usize {
    amount.len()
}

#[traced(parent = 1)] //~ E0277 1
fn parent() {}

#[traced(parent = other)] //~ E0425 other
async fn parent_async(context: SpanContext) {
    drop(context);
}

#[traced(links(1))] //~ E0277 1
fn links() {}

#[traced(fields(a = missing))] //~ E0425 missing
fn field() {}

#[traced(fields(a = %shown))] //~ E0277 shown
fn display(shown: Opaque) -> Opaque {
    shown
}

#[traced(fields(?shown))] //~ E0277 shown
async fn debug(shown: Opaque) -> Opaque {
    shown
}

#[traced(err(Debug))] //~ E0599 Debug
async fn no_result() -> u32 {
    1
}

#[traced(err(Display))] //~ E0599 Display
fn error() -> Result<u32, Opaque> {
    Err(Opaque)
}

#[traced(ret(Debug))] //~ E0599 Debug
fn ret() -> Result<Opaque, u32> {
    Ok(Opaque)
}

#[traced(ret(Display))] //~ E0599 Display
async fn ret_async() -> Opaque {
    Opaque
}

#[traced(ret(str::len))] //~ E0631 str::len
fn ret_function() -> u32 {
    1
}

fn is_shown(_: impl Display) {}

fn main() {
    (name(), target(), when(), parent(), links(), field());
    let _ = (when_async(""), parent_async(tracer::current()), display(Opaque), debug(Opaque));
    let _ = (no_result(), error(), ret(), ret_async(), ret_function());
    is_shown(1);
}
