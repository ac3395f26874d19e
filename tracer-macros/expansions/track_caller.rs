#[track_caller]
fn at(index: usize) -> Result<u32, Error> {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
            "at",
            ::core::module_path!(),
            ::core::file!(),
            ::core::line!(),
            ::tracer::__private::PROVIDERS,
        )
        .fields(&["index"]);
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    let __recorded = __guard.is_recorded();
    if __recorded {
        ::tracer::__private::arguments(
            &__CALLSITE,
            &[::tracer::__private::argument!(index)],
        );
    }
    { '__traced: { get(index) } }
}
