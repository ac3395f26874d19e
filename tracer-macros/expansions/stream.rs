fn rows(&self, up_to: u32) -> impl Stream<Item = Result<Row, Error>> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "rows",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&["up_to"]);
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __recorded = __guard.is_recorded();
    let __out = ::tracer::__private::call_once(move || {
        let _ = &self;
        #[allow(clippy::shadow_same)]
        let up_to = up_to;
        if __recorded {
            ::tracer::__private::arguments(
                &__CALLSITE,
                &[::tracer::__private::argument!(up_to)],
            );
        }
        { '__traced: { self.all().take(up_to) } }
    });
    ::tracer::__private::attached_stream(
        __guard,
        __out,
        ::tracer::__private::outcome!(Result < Row, Error >),
    )
}
