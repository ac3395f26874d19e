fn main() -> Result<(), Error> {
    let __tracer = ::tracer::__private::init();
    ::tracer::__private::flush_on_signal(&__tracer);
    let __runtime = ::tracer::tokio::__private::with_hooks(
            ::tracer::tokio::__private::tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all(),
        )
        .build()
        .expect("the tokio runtime could not be started");
    let __out = __runtime
        .block_on(async {
            if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<
                Result<(), Error>,
            > {
                return __out;
            }
            { '__traced: { run().await } }
        });
    ::core::mem::drop(__runtime);
    ::core::mem::drop(__tracer);
    __out
}
