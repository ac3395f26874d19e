async fn pay(amount: u32) {
    charge(amount).await
}
::core::compile_error! {
    "unknown argument `agrs`, did you mean `args`?"
}
