//! Mistakes in a body are rustc's to report, at the user's own tokens.

#[tracer::traced]
async fn wrong_type() -> u32 {
    "text"
}

#[tracer::traced]
fn no_tail(value: String) -> Result<u32, String> {
    value.len();
}

#[tracer::traced]
async fn moved(value: String) -> usize {
    drop(value);
    value.len()
}

#[tracer::traced(args)]
fn sync_no_tail(value: String) -> usize {
    value.len();
}

#[tracer::traced]
async fn no_such_type() -> Missing {}

fn main() {}
