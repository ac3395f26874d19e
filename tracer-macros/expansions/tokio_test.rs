#[should_panic]
#[::core::prelude::v1::test]
fn one() {
    let __tracer = ::tracer::testing::Scope::new();
    let __runtime = ::tracer::tokio::__private::with_hooks(
            ::tracer::tokio::__private::tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(true),
        )
        .build()
        .expect("the tokio runtime could not be started");
    let __out = __runtime
        .block_on(
            __tracer
                .bind(async {
                    if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<
                        (),
                    > {
                        return __out;
                    }
                    { '__traced: { run().await } }
                }),
        );
    ::core::mem::drop(__runtime);
    ::core::mem::drop(__tracer);
    __out
}
