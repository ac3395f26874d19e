fn all(&self, work: Work) {
    static __CALLSITE: ::tracer::__private::Callsite = ::tracer::__private::Callsite::new(
        "all",
        ::core::module_path!(),
        ::core::file!(),
        ::core::line!(),
        ::tracer::__private::PROVIDERS,
    );
    let __guard = ::tracer::__private::enter(&__CALLSITE);
    #[allow(clippy::shadow_same)]
    let work = work;
    {
        '__traced: {
            tokio::spawn(::tracer::__private::carried(work.run()));
            let task = select! {
                row = self.tasks.spawn(::tracer::__private::carried(async move { get().
                await })) => row
            };
            self.pool.spawn(|worker| worker.run());
            thread::spawn(::tracer::__private::carried_fn(move || run::<u32, u32>()));
            fn inner() {
                thread::spawn(|| run());
            }
        }
    }
}
