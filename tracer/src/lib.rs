//! stub
#![allow(missing_docs, missing_debug_implementations, clippy::all, clippy::pedantic, clippy::exhaustive_enums, clippy::allow_attributes, clippy::allow_attributes_without_reason, clippy::use_self, reason = "stub")]

pub use tracer_macros::traced;

#[doc(hidden)]
pub mod __private {
    use std::cell::RefCell;
    use std::marker::PhantomData;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    thread_local!(pub static SEEN: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) });
    pub fn seen() -> Vec<String> {
        SEEN.take()
    }
    fn see(what: String) {
        let _ = SEEN.try_with(|seen| seen.borrow_mut().push(what));
    }

    pub struct Providers;
    pub static PROVIDERS: &Providers = &Providers;
    pub struct Callsite {
        name: &'static str,
        module: &'static str,
        line: u32,
        function: Option<&'static str>,
        fields: &'static [&'static str],
        root: bool,
    }
    impl Callsite {
        pub const fn new(n: &'static str, m: &'static str, _: &'static str, l: u32, _: &'static Providers) -> Self {
            Self { name: n, module: m, line: l, function: None, fields: &[], root: false }
        }
        pub const fn function(mut self, function: &'static str) -> Self {
            self.function = Some(function);
            self
        }
        pub const fn fields(mut self, fields: &'static [&'static str]) -> Self {
            self.fields = fields;
            self
        }
        pub const fn root(mut self) -> Self {
            self.root = true;
            self
        }
        fn describe(&self) -> String {
            let Self { name, module, line, function, fields, root } = self;
            let _ = (module, line);
            format!("{name} {function:?} {fields:?} {root}")
        }
    }
    pub struct Guard(&'static Callsite);
    impl Drop for Guard {
        fn drop(&mut self) {
            see(format!("end {}", self.0.name));
        }
    }
    pub fn enter(site: &'static Callsite) -> Guard {
        see(format!("start {}", site.describe()));
        Guard(site)
    }
    pub fn call_once<R>(f: impl FnOnce() -> R) -> R {
        f()
    }
    pub fn is_recorded() -> bool {
        true
    }
    pub fn arguments(site: &'static Callsite, values: &[Argument<'_>]) {
        for (name, value) in site.fields.iter().zip(values) {
            see(format!("{name}={}", value.0));
        }
    }
    pub struct Argument<'a>(pub String, pub PhantomData<&'a ()>);

    pub struct Traced<F, O> {
        inner: Pin<Box<F>>,
        site: &'static Callsite,
        outcome: O,
    }
    pub fn traced<F, O>(site: &'static Callsite, inner: F, outcome: O) -> Traced<F, O> {
        Traced { inner: Box::pin(inner), site, outcome }
    }
    impl<F: Future, O: Outcome<F::Output> + Unpin> Future for Traced<F, O> {
        type Output = F::Output;
        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
            see(format!("poll {}", self.site.describe()));
            let out = self.inner.as_mut().poll(cx);
            if let Poll::Ready(out) = &out {
                self.outcome.look(out);
            }
            out
        }
    }
    pub fn observe<T, O: Outcome<T>>(_: &Guard, outcome: O, value: &T) {
        outcome.look(value);
    }

    pub trait Outcome<T> {
        fn look(&self, value: &T);
    }
    pub struct Tag<T: ?Sized>(PhantomData<fn() -> Box<T>>);
    impl<T: ?Sized> Tag<T> {
        pub const fn new() -> Self {
            Tag(PhantomData)
        }
    }
    pub struct ByDisplay;
    pub struct ByName;
    pub struct No;
    impl<T, E: std::fmt::Display> Outcome<Result<T, E>> for ByDisplay {
        fn look(&self, value: &Result<T, E>) {
            if let Err(error) = value {
                see(format!("failed {error}"));
            }
        }
    }
    impl<T, E> Outcome<Result<T, E>> for ByName {
        fn look(&self, value: &Result<T, E>) {
            if value.is_err() {
                see(format!("failed {}", std::any::type_name::<E>()));
            }
        }
    }
    impl<T> Outcome<T> for No {
        fn look(&self, _: &T) {}
    }
    pub trait PickDisplay {
        fn pick(&self) -> ByDisplay {
            ByDisplay
        }
    }
    impl<T, E: std::fmt::Display> PickDisplay for &&Tag<Result<T, E>> {}
    pub trait PickName {
        fn pick(&self) -> ByName {
            ByName
        }
    }
    impl<T, E> PickName for &Tag<Result<T, E>> {}
    pub trait PickNo {
        fn pick(&self) -> No {
            No
        }
    }
    impl<T: ?Sized> PickNo for Tag<T> {}
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __outcome {
        ($t:ty) => {{
            #[allow(unused_imports)]
            use $crate::__private::{PickDisplay as _, PickName as _, PickNo as _};
            (&&&$crate::__private::Tag::<$t>::new()).pick()
        }};
    }
    pub use __outcome as outcome;

    pub struct Value<'a, T: ?Sized>(pub &'a T);
    pub trait ValueDebug {
        fn argument(&self) -> Argument<'static>;
    }
    impl<T: std::fmt::Debug + ?Sized> ValueDebug for &Value<'_, T> {
        fn argument(&self) -> Argument<'static> {
            Argument(format!("{:?}", self.0), PhantomData)
        }
    }
    pub trait ValueName {
        fn argument(&self) -> Argument<'static>;
    }
    impl<T: ?Sized> ValueName for Value<'_, T> {
        fn argument(&self) -> Argument<'static> {
            Argument(std::any::type_name::<T>().to_owned(), PhantomData)
        }
    }
    #[macro_export]
    #[doc(hidden)]
    macro_rules! __argument {
        ($x:ident) => {{
            #[allow(unused_imports)]
            use $crate::__private::{ValueDebug as _, ValueName as _};
            (&&$crate::__private::Value(&$x)).argument()
        }};
    }
    pub use __argument as argument;

    pub struct Tracer;
    impl Drop for Tracer {
        fn drop(&mut self) {
            see("flush".to_owned());
        }
    }
    pub fn init() -> Tracer {
        Tracer
    }
    pub fn flush_on_signal(_: &Tracer) {}
}

pub mod testing {
    pub struct Scope;
    impl Scope {
        #[allow(clippy::new_without_default, reason = "stub")]
        pub fn new() -> Self {
            Self
        }
        pub fn bind<F: Future>(&self, future: F) -> F {
            future
        }
    }
    impl Drop for Scope {
        fn drop(&mut self) {}
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    loop {
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        if let std::task::Poll::Ready(out) = future.as_mut().poll(&mut cx) {
            return out;
        }
    }
}

pub mod tokio {
    pub use tracer_macros::{tokio_main as main, tokio_test as test};
    pub mod __private {
        pub mod tokio {
            pub mod runtime {
                pub struct Runtime;
                pub struct Builder;
                impl Builder {
                    pub fn new_multi_thread() -> Self {
                        Self
                    }
                    pub fn new_current_thread() -> Self {
                        Self
                    }
                    pub fn worker_threads(&mut self, _: usize) -> &mut Self {
                        self
                    }
                    pub fn start_paused(&mut self, _: bool) -> &mut Self {
                        self
                    }
                    pub fn enable_all(&mut self) -> &mut Self {
                        self
                    }
                    pub fn build(&mut self) -> std::io::Result<Runtime> {
                        Ok(Runtime)
                    }
                }
                impl Runtime {
                    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
                        crate::block_on(future)
                    }
                }
                impl Drop for Runtime {
                    fn drop(&mut self) {}
                }
            }
        }
    }
}

pub mod async_std {
    pub use tracer_macros::{async_std_main as main, async_std_test as test};
    pub mod __private {
        pub mod async_std {
            pub mod task {
                pub fn block_on<F: Future>(future: F) -> F::Output {
                    crate::block_on(future)
                }
            }
        }
    }
}
