fn parse(&self, text: String, __arg2: (u32, u32)) -> Result<u32, Error> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "order.parse",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .function("parse")
        .fields(&["text", "line"]);
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __recorded = __guard.is_recorded();
    let __out = ::tracer::__private::call_once(move || -> Result<u32, Error> {
        let _ = &self;
        #[allow(clippy::shadow_same)]
        let mut text = text;
        #[allow(clippy::shadow_same)]
        let __arg2 = __arg2;
        let (line, _) = __arg2;
        if __recorded {
            ::tracer::__private::arguments(
                &__CALLSITE,
                &[
                    ::tracer::__private::argument!(text),
                    ::tracer::__private::argument!(line),
                ],
            );
        }
        { '__traced: { text.parse() } }
    });
    ::tracer::__private::observe(
        &__guard,
        ::tracer::__private::outcome!(Result < u32, Error >),
        &__out,
    );
    __out
}
