trait Pay {
    #[tracer::traced]
    async fn pay(&self) -> u32;

    #[tracer::traced]
    fn refund(&self);
}

fn main() {}
