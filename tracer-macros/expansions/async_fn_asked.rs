fn pay(&self, amount: u32) -> impl ::core::future::Future<Output = Result<u8, Refused>> {
    static __CALLSITE: crate::spans::__private::Callsite = crate::spans::__private::Callsite::new(
            "pay",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            crate::spans::__private::PROVIDERS,
        )
        .fields(&["more", "return"]);
    let __wanted = crate::spans::__private::is_wanted(&__CALLSITE)
        && crate::spans::__private::condition(amount > 3);
    let __parent = if __wanted {
        ::core::option::Option::Some(crate::spans::__private::parent(&self.context))
    } else {
        ::core::option::Option::None
    };
    crate::spans::__private::traced_below(
        __parent,
        &__CALLSITE,
        async move {
            let __out = async move {
                if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<
                    Result<u8, Refused>,
                > {
                    return __out;
                }
                let _ = &self;
                #[allow(clippy::shadow_same)]
                let amount = amount;
                let __recorded = __wanted && crate::spans::__private::is_recorded();
                let _ = &amount;
                if __recorded {
                    match (&(amount + 1),) {
                        (__field0,) => {
                            crate::spans::__private::arguments(
                                &__CALLSITE,
                                &[crate::spans::__private::argument!(* __field0)],
                            )
                        }
                    }
                }
                { '__traced: { self.charge(amount).await } }
            }
                .await;
            if __wanted {
                crate::spans::__private::error_with(
                    &crate::spans::__private::span_on_top(),
                    &__out,
                    |error| error.code,
                );
            }
            __out
        },
        (
            crate::spans::__private::Nothing,
            {
                #[allow(unused_imports)]
                use crate::spans::__private::{
                    PickAsDebug as _, PickAsDisplay as _, PickErrAsDebug as _,
                    PickErrAsDisplay as _, PickOkAsDebug as _, PickOkAsDisplay as _,
                };
                (&&crate::spans::__private::Tag::<Result<u8, Refused>>::new())
                    .returned_as_debug()
            },
        ),
    )
}
