fn load<'a>(
    &'a self,
    key: &'a str,
    tries: u32,
) -> impl Future<Output = Result<Row, Error>> + Send + 'a {
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
    let __out = ::tracer::__private::call_once(move || {
        let _ = &self;
        #[allow(clippy::shadow_same)]
        let key = key;
        #[allow(clippy::shadow_same)]
        let mut tries = tries;
        if __recorded {
            ::tracer::__private::arguments(
                &__CALLSITE,
                &[::tracer::__private::argument!(key)],
            );
        }
        {
            '__traced: {
                tries += 1;
                async move { self.get(key, tries).await }
            }
        }
    });
    ::tracer::__private::attached(
        __guard,
        __out,
        ::tracer::__private::outcome!(Result < Row, Error >),
    )
}
