async fn one(value: u32) {}
::core::compile_error! {
    "unknown argument `nmae`, did you mean `name`?"
}
