#[tracer::traced("one", name = "two")]
fn name() {}

#[tracer::traced(args, root, args(a))]
fn args(a: u32) -> u32 {
    a
}

#[tracer::traced]
#[tracer::traced]
fn attribute() {}

fn main() {}
