fn pay(&self, amount: u32, __arg2: [Card; 2]) -> Vec<u8> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            PAY,
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .function("pay")
        .fields(&["resource.name", "card", "user.id", "amount", "rows", "return"])
        .with_kind(::tracer::__private::SpanKind::Client)
        .with_level(::tracer::__private::Level::Debug)
        .with_target("shop")
        .with_span_type("web");
    let __guard = if ::tracer::__private::is_wanted(&__CALLSITE)
        && ::tracer::__private::condition(amount > 3)
    {
        ::tracer::__private::enter_below(&__CALLSITE, &self.context)
    } else {
        ::tracer::__private::enter_nothing(&__CALLSITE)
    };
    let __recorded = __guard.is_recorded();
    let __out = ::tracer::__private::call_once(move || -> Vec<u8> {
        let _ = &self;
        #[allow(clippy::shadow_same)]
        let amount = amount;
        #[allow(clippy::shadow_same)]
        let __arg2 = __arg2;
        let [card, _] = __arg2;
        let _ = &amount;
        if __recorded {
            match (&self.path, &(self.user + 1), &amount) {
                (__field0, __field2, __field3) => {
                    ::tracer::__private::arguments(
                        &__CALLSITE,
                        &[
                            ::tracer::__private::argument!(* __field0),
                            ::tracer::__private::argument!(card),
                            ::tracer::__private::argument!(* __field2),
                            ::tracer::__private::Value::Display(&__field3),
                        ],
                    )
                }
            }
            ::tracer::__private::links(self.batch);
        }
        { '__traced: { self.charge(amount, card) } }
    });
    ::tracer::__private::observe(
        &__guard,
        (
            ::tracer::__private::outcome!(Vec < u8 >),
            ::tracer::__private::returned!(Vec < u8 >),
        ),
        &__out,
    );
    __out
}
