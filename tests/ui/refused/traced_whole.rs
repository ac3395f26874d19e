struct Shop;

#[tracer::traced("shop")]
impl Shop {
    fn name(&self) {}
}

#[tracer::traced(args(amount, tip), prefix = "shop")]
impl Shop {
    fn names_of_arguments(&self, amount: u32) -> u32 {
        amount
    }
}

#[tracer::traced(fields(shop = 1, amount))]
impl Shop {
    fn field(&self, amount: u32) -> u32 {
        amount
    }
}

#[tracer::traced(only(pub))]
unsafe trait Pay {
    fn pay(&self) {}
}

#[tracer::traced(only(pub), root)]
unsafe impl<T> Pay for Vec<T> {
    fn pay(&self) {}
}

#[tracer::traced(only(private))]
impl Shop {
    fn only(&self) {}
}

#[tracer::traced(only)]
impl Shop {
    fn only_what(&self) {}
}

#[tracer::traced(except(refnud))]
impl Shop {
    fn refund(&self) {}

    const fn constant(&self) {}
}

#[tracer::traced(except(constant))]
impl Shop {
    fn another(&self) {}
}

#[tracer::traced(except(a.b))]
pub mod dotted {
    pub fn dotted() {}
}

#[tracer::traced(except())]
pub mod empty {
    pub fn empty() {}
}

#[tracer::traced(prefix = shop)]
pub mod prefixed {
    pub fn prefixed() {}
}

#[tracer::traced]
trait Nothing {
    fn nothing(&self);
}

#[tracer::traced(kidn = server)]
pub mod unknown {
    pub fn once() {}
    pub fn not_again() {}
}

#[tracer::traced(prefix = "shop")]
fn prefix() {}

#[tracer::traced(root, only(pub))]
pub fn only() {}

#[tracer::traced(except(this))]
fn except() {}

fn main() {
    Shop.name();
    Shop.names_of_arguments(Shop.field(1));
    vec![1].pay();
    (Shop.only(), Shop.only_what(), Shop.refund(), Shop.constant(), Shop.another());
    (dotted::dotted(), empty::empty(), prefixed::prefixed(), unknown::once(), unknown::not_again());
    (prefix(), only(), except());
}
