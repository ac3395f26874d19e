pub fn total(prices: &[u32], tax: Tax) -> u32 {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "total",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    #[allow(clippy::shadow_same)]
    let tax = tax;
    { '__traced: { prices.iter().sum() } }
}
