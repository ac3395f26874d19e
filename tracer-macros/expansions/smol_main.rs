fn main() {
    let __tracer = ::tracer::__private::init();
    let __out = ::tracer::smol::__private::smol::block_on(async {
        if let ::core::option::Option::Some(__out) = ::core::option::Option::None::<()> {
            return __out;
        }
        { '__traced: { run().await } }
    });
    ::core::mem::drop(__tracer);
    __out
}
