struct Order(u32);

impl Order {
    #[tracer::traced(args(amuont))]
    fn slip(&self, amount: u32) -> u32 {
        self.0 + amount
    }

    #[tracer::traced(args(self))]
    fn receiver(&self) {}

    #[tracer::traced(args(self.0))]
    fn field(&self) {}

    #[tracer::traced(args(_secret))]
    async fn underscore(&self, _secret: &str) {}

    #[tracer::traced(args(a, b, a))]
    fn repeated(&self, a: u32, b: u32) -> u32 {
        a + b
    }

    #[tracer::traced(args(c))]
    fn another((a, b): (u32, u32)) -> u32 {
        a + b
    }
}

fn main() {
    let _ = Order(1).0;
}
