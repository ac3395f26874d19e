#[tracer::traced(kind = server)]
async fn kind() {}

#[tracer::traced(root, crate = other)]
fn path() {}

#[tracer::traced(fields(a, %b))]
fn fields() {}

fn main() {}
