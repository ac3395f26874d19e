const NAME: &str = "checkout.pay";

#[tracer::traced(name = 5)]
fn number() {}

#[tracer::traced(5)]
fn number_alone() {}

#[tracer::traced(name = NAME)]
fn constant() {}

#[tracer::traced(name)]
fn no_value() {}

#[tracer::traced(name = )]
fn no_value_either() {}

#[tracer::traced(name("checkout.pay"))]
fn list() {}

#[tracer::traced("")]
fn empty() {}

#[tracer::traced(root = true)]
fn flag() {}

#[tracer::traced(args = a)]
fn args(a: u32) -> u32 {
    a
}

#[tracer::traced(args())]
fn no_args() {}

fn main() {}
