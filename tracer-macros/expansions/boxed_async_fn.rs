fn load(key: u32) -> impl ::core::future::Future<Output = Row> {
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
            async move {
                if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<
                    Row,
                > {
                    return __out;
                }
                #[allow(clippy::shadow_same)]
                let key = key;
                { '__traced: { get(key).await } }
            },
            ::tracer::__private::outcome!(Row),
        ),
    )
}
