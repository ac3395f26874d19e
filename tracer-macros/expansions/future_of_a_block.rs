fn load(&self, key: u32) -> BoxFuture<'_, Result<Row, Error>> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "load",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&["key"]);
    let __wanted = ::tracer::__private::is_let_through(&__CALLSITE);
    Box::pin(
        ::tracer::__private::traced_if(
            __wanted,
            &__CALLSITE,
            async move {
                let __recorded = __wanted && ::tracer::__private::is_recorded();
                if __recorded {
                    ::tracer::__private::arguments(
                        &__CALLSITE,
                        &[::tracer::__private::argument!(key)],
                    );
                }
                self.get(key).await
            },
            ::tracer::__private::outcome!(Result < Row, Error >),
        ),
    )
}
