#[tracer_macros::tokio_main(flavour = "multi_thread")]
async fn main() {
    std::future::ready(()).await;
}
