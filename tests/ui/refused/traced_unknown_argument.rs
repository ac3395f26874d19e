#[tracer::traced(nmae = "checkout.pay")]
fn slip() {}

#[tracer::traced(colour)]
fn another_word() {}

#[tracer::traced(root arg)]
fn no_comma() {}

#[tracer::traced(= "checkout.pay")]
fn no_key() {}

fn main() {}
