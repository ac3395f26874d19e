fn load(key: u32) -> Pin<Box<dyn Future<Output = Row> + Send>> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "load",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __out = ::tracer::__private::call_once(move || -> Pin<
        Box<dyn Future<Output = Row> + Send>,
    > {
        #[allow(clippy::shadow_same)]
        let key = key;
        {
            '__traced: {
                let row = get(key);
                Box::pin(ready(row))
            }
        }
    });
    ::tracer::__private::Box::pin(
        ::tracer::__private::attached(__guard, __out, ::tracer::__private::outcome!(Row)),
    )
}
