fn load<T: Row>(key: u32) -> BoxFuture<'static, T> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "load",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&["key"]);
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __recorded = __guard.is_recorded();
    if __recorded {
        ::tracer::__private::arguments(
            &__CALLSITE,
            &[::tracer::__private::argument!(key)],
        );
    }
    {
        '__traced: {
            let row = get(key);
            Box::pin(
                ::tracer::__private::attached(
                    __guard,
                    async move { row.await },
                    ::tracer::__private::outcome!(T),
                ),
            )
        }
    }
}
