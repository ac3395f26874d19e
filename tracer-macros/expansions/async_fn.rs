/// Kept.
pub fn r#move<T: Send>(
    &self,
    #[cfg(unix)]
    uid: u32,
    __arg2: T,
    text: &str,
) -> impl ::core::future::Future<Output = Result<impl Iterator<Item = T>, Error>> {
    #![allow(unused)]
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "move",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&[#[cfg(unix)] "uid", "text"])
        .root();
    let __wanted = ::tracer::__private::is_let_through(&__CALLSITE);
    ::tracer::__private::traced_if(
        __wanted,
        &__CALLSITE,
        async move {
            if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<
                Result<_, Error>,
            > {
                return __out;
            }
            let _ = &self;
            #[cfg(unix)]
            #[allow(clippy::shadow_same)]
            let uid = uid;
            #[allow(clippy::shadow_same)]
            let __arg2 = __arg2;
            #[allow(clippy::shadow_same)]
            let text = text;
            let __recorded = __wanted && ::tracer::__private::is_recorded();
            if __recorded {
                ::tracer::__private::arguments(
                    &__CALLSITE,
                    &[
                        #[cfg(unix)]
                        ::tracer::__private::argument!(uid),
                        ::tracer::__private::argument!(text),
                    ],
                );
            }
            { '__traced: { self.go(text).await } }
        },
        ::tracer::__private::outcome!(Result < (), Error >),
    )
}
