#[tracer::traced(name = 5)]
fn number() {}

#[tracer::traced(5)]
fn number_alone() {}

#[tracer::traced(name = names())]
fn call() {}

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

#[tracer::traced(poll(true))]
async fn list_of_a_flag() {}

#[tracer::traced(args = a)]
fn args(a: u32) -> u32 {
    a
}

#[tracer::traced(args())]
fn no_args() {}

#[tracer::traced(kind = severe)]
fn kind() {}

#[tracer::traced(kind = middleware)]
fn another_kind() {}

#[tracer::traced(kind = "server")]
fn quoted_kind() {}

#[tracer::traced(level = debgu)]
fn level() {}

#[tracer::traced(level = 3)]
fn level_number() {}

#[tracer::traced(level)]
fn no_level() {}

#[tracer::traced(target = 1 + 2)]
fn target() {}

#[tracer::traced(span_type = "")]
fn span_type() {}

#[tracer::traced(resource)]
fn resource() {}

#[tracer::traced(service = %)]
fn service() {}

#[tracer::traced(parent)]
fn parent() {}

#[tracer::traced(parent = )]
fn no_parent() {}

#[tracer::traced(parent(context))]
fn list_of_parents() {}

#[tracer::traced(links)]
fn links() {}

#[tracer::traced(links())]
fn no_links() {}

#[tracer::traced(links = context)]
fn assigned_links() {}

#[tracer::traced(links(a b))]
fn links_without_comma() {}

#[tracer::traced(when)]
fn when() {}

#[tracer::traced(when = a b)]
fn when_twice() {}

#[tracer::traced(crate = "tracer")]
fn quoted_crate() {}

fn main() {
    (number(), number_alone(), call(), no_value(), no_value_either(), list(), empty(), flag());
    let _ = (list_of_a_flag(), args(1), no_args());
    (kind(), another_kind(), quoted_kind(), level(), level_number(), no_level());
    (target(), span_type(), resource(), service(), parent(), no_parent(), list_of_parents());
    (links(), no_links(), assigned_links(), links_without_comma());
    (when(), when_twice(), quoted_crate());
}
