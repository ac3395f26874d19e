struct Order {
    id: u32,
}

impl Order {
    #[tracer::traced(fields(amuont))]
    fn slip(&self, amount: u32) -> u32 {
        self.id + amount
    }

    #[tracer::traced(fields(self))]
    fn receiver(&self) {}

    #[tracer::traced(fields(_secret))]
    fn underscore(&self, _secret: &str) {}

    #[tracer::traced(fields(amount, id = self.id, amount = 2))]
    fn twice(&self, amount: u32) -> u32 {
        amount
    }

    #[tracer::traced(args, fields("amount" = 2))]
    fn argument_and_field(&self, amount: u32) -> u32 {
        amount
    }

    #[tracer::traced(resource = "a", fields(resource.name = "b"))]
    fn resource(&self) {}

    #[tracer::traced(fields)]
    fn nothing(&self) {}

    #[tracer::traced(fields())]
    fn empty(&self) {}

    #[tracer::traced(fields = amount)]
    fn assigned(&self, amount: u32) -> u32 {
        amount
    }

    #[tracer::traced(fields(text.len()))]
    fn no_key(&self, text: &str) -> usize {
        text.len()
    }

    #[tracer::traced(fields(&text))]
    fn reference(&self, text: &str) -> usize {
        text.len()
    }

    #[tracer::traced(fields("text"))]
    fn key_alone(&self, text: &str) -> usize {
        text.len()
    }

    #[tracer::traced(fields("" = text))]
    fn empty_key(&self, text: &str) -> usize {
        text.len()
    }

    #[tracer::traced(fields(text = ))]
    fn no_value(&self, text: &str) -> usize {
        text.len()
    }

    #[tracer::traced(fields(a = 1 b = 2))]
    fn no_comma(&self) {}

    #[tracer::traced(fields(%text.len()))]
    fn shown_without_key(&self, text: &str) -> usize {
        text.len()
    }
}

fn main() {
    let order = Order { id: 1 };
    order.slip(order.twice(order.argument_and_field(order.assigned(1))));
    (order.receiver(), order.underscore(""), order.resource(), order.nothing(), order.empty());
    order.no_key("") + order.reference("") + order.key_alone("") + order.empty_key("");
    order.no_value("") + order.shown_without_key("");
    order.no_comma();
}
