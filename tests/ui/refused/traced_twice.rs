#[tracer::traced("one", name = "two")]
fn name() {}

#[tracer::traced(args, root, args(a))]
fn args(a: u32) -> u32 {
    a
}

#[tracer::traced(fields(b = 1), kind = server, fields(c = 1))]
fn fields() {}

#[tracer::traced(parent = tracer::current(), target = "x", parent = tracer::current())]
fn parent() {}

#[tracer::traced(err(none), err)]
fn err() -> Result<(), String> {
    Ok(())
}

#[tracer::traced]
#[tracer::traced]
fn attribute() {}

fn main() {
    (name(), fields(), parent(), attribute());
    let _ = (args(1), err());
}
