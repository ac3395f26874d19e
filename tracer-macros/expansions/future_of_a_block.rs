fn load(&self, key: u32) -> BoxFuture<'_, Result<Row, Error>> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "load",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&["key"]);
    Box::pin(
        ::tracer::__private::traced(
            &__CALLSITE,
            async move {
                if ::tracer::__private::is_recorded() {
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
