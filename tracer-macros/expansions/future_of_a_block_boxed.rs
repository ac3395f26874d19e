fn load(key: u32) -> impl Future<Output = Row> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "load",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    ::tracer::__private::Box::pin(
        ::tracer::__private::traced(
            &__CALLSITE,
            async move { get(key).await },
            ::tracer::__private::outcome!(Row),
        ),
    )
}
