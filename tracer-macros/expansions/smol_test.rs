#[::core::prelude::v1::test]
fn main() {
    let __tracer = ::tracer::testing::Scope::new();
    let __out = ::tracer::smol::__private::smol::block_on(
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
    ::core::mem::drop(__tracer);
    __out
}
