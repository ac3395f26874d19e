#[tracer::traced(boxed)]
async fn boxed() {}

#[tracer::traced(root, as = stream)]
fn shape() {}

#[tracer::traced(spawn = false)]
fn spawn() {}

fn main() {
    let _ = (boxed(), shape(), spawn());
}
