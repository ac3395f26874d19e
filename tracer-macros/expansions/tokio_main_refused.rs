fn main() {
    #[allow(unused)]
    #[traced(root)]
    async fn main() {
        run().await
    }
    ::core::unreachable!()
}
::core::compile_error! {
    "unknown argument `flavour`, did you mean `flavor`?"
}
