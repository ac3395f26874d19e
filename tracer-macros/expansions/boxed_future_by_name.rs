fn load(key: u32) -> Reply<'_> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "load",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __out = ::tracer::__private::call_once(move || -> Reply<'_> {
        #[allow(clippy::shadow_same)]
        let key = key;
        { '__traced: { reply(key) } }
    });
    ::tracer::__private::Box::pin(
        ::tracer::__private::attached(
            __guard,
            __out,
            ::tracer::__private::outcome!(
                < Reply < '_ > as ::core::future::Future > ::Output
            ),
        ),
    )
}
