#[allow(unused)]
fn main() {
    let __tracer = ::tracer::__private::init();
    let __runtime = ::tracer::tokio::__private::with_hooks(
            ::tracer::tokio::__private::tokio::runtime::Builder::new_current_thread()
                .enable_all(),
        )
        .build()
        .expect("the tokio runtime could not be started");
    let __out = __runtime
        .block_on(async {
            #[traced(root)]
            async fn main() {
                run().await
            }
            main().await
        });
    ::core::mem::drop(__runtime);
    ::core::mem::drop(__tracer);
    __out
}
