async fn serve(listener: Listener) -> ! {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "serve",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    ::tracer::__private::traced(
            &__CALLSITE,
            async move {
                #[allow(clippy::shadow_same)]
                let mut listener = listener;
                {
                    '__traced: {
                        loop {
                            listener.accept().await;
                        }
                    }
                }
            },
            ::tracer::__private::Nothing,
        )
        .await
}
