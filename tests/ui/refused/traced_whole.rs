struct Shop;

#[tracer::traced]
impl Shop {
    fn pay(&self) {}
}

#[tracer::traced]
unsafe trait Pay {
    fn pay(&self) {}
}

#[tracer::traced]
pub mod shop {}

fn main() {
    Shop.pay();
}
