//! Fns that return a future instead of being `async`: one span for the call and the future.

use std::error::Error;
use std::future::ready;
use std::pin::Pin;

use futures::FutureExt as _;
use futures::future::{BoxFuture, LocalBoxFuture};
use tracer::traced;
use tracer_ui_tests::{Noted, block_on, cancel, dropped, pause, tree};

#[traced]
fn leaf() {}

#[traced]
fn maker<R>(make: impl FnOnce() -> R) -> R {
    make()
}

#[traced]
async fn poller<F: Future>(future: F) -> F::Output {
    future.await
}

mod lazy {
    use super::*;

    #[traced(args)]
    fn opaque(value: u32, fails: bool) -> impl Future<Output = Result<u32, String>> {
        async move {
            pause().await;
            leaf();
            if fails { Err("asked to".to_owned()) } else { Ok(value) }
        }
    }

    #[traced(args(text))]
    fn pinned<'a>(
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<usize, Box<dyn Error>>> + 'a>> {
        Box::pin(async {
            leaf();
            Ok(text.parse::<usize>()?)
        })
    }

    #[traced]
    fn alias(value: &u32) -> BoxFuture<'_, Result<u32, String>> {
        Box::pin(async move {
            leaf();
            if *value == 0 { Err("zero".to_owned()) } else { Ok(*value) }
        })
    }

    #[traced]
    fn method(value: &u32) -> LocalBoxFuture<'_, u32> {
        async move {
            leaf();
            *value
        }
        .boxed_local()
    }

    #[test]
    fn the_span_begins_with_the_first_poll() {
        assert_eq!(tree(|| opaque(1, false)), "");
        assert_eq!(tree(|| pinned("")), "");
        assert_eq!(tree(|| alias(&1)), "");
        assert_eq!(tree(|| method(&1)), "");
        assert_eq!(tree(|| cancel(opaque(1, false))), "opaque(value=1, fails=false) cancelled\n");
    }

    #[test]
    fn the_parent_is_the_caller() {
        let scene = || block_on(poller(maker(|| opaque(1, false)))).unwrap();
        assert_eq!(tree(scene), "maker\n  opaque(value=1, fails=false)\n    leaf\npoller\n");
        let scene = || block_on(poller(maker(|| alias(&1)))).unwrap();
        assert_eq!(tree(scene), "maker\n  alias\n    leaf\npoller\n");
    }

    #[test]
    fn values_and_errors() {
        let scene = || {
            assert_eq!(block_on(opaque(2, false)), Ok(2));
            block_on(opaque(2, true)).unwrap_err();
            assert_eq!(block_on(pinned("3")).unwrap(), 3);
            block_on(pinned("x")).unwrap_err();
            assert_eq!(block_on(alias(&4)), Ok(4));
            block_on(alias(&0)).unwrap_err();
            assert_eq!(block_on(method(&5)), 5);
        };
        let expected = "\
            alias ✖\n  leaf\n\
            alias\n  leaf\n\
            method\n  leaf\n\
            opaque(value=2, fails=true) ✖\n  leaf\n\
            opaque(value=2, fails=false)\n  leaf\n\
            pinned(text=x) ✖\n  leaf\n\
            pinned(text=3)\n  leaf\n";
        assert_eq!(tree(scene), expected);
    }
}

mod eager {
    use super::*;

    #[traced]
    fn set_up() {}

    #[traced(args)]
    fn opaque<'a>(
        value: u32,
        text: &'a str,
    ) -> impl Future<Output = Result<u32, String>> + use<'a> {
        set_up();
        let text = text.to_owned();
        async move {
            pause().await;
            leaf();
            if text.is_empty() { Err(text) } else { Ok(value) }
        }
    }

    #[traced(args(unused))]
    fn pinned(
        fails: bool,
        unused: &str,
    ) -> Pin<Box<dyn Future<Output = Result<u32, String>> + Send>> {
        if fails {
            return Box::pin(ready(Err("asked to".to_owned())));
        }
        Box::pin(async {
            leaf();
            Ok(1)
        })
    }

    #[traced]
    fn alias(value: &u32) -> BoxFuture<'_, Result<u32, Box<dyn Error + Send + Sync>>> {
        let text = value.to_string();
        Box::pin(async move {
            set_up();
            Ok(text.parse::<u32>()? + value)
        })
    }

    #[traced]
    fn in_a_box(value: u32) -> Box<dyn Future<Output = u32> + Send + Unpin> {
        set_up();
        Box::new(ready(value))
    }

    #[traced]
    fn not_unpin(value: u32) -> Box<dyn Future<Output = u32>> {
        Box::new(async move {
            leaf();
            value
        })
    }

    #[traced(args(value))]
    fn any<'a, T: From<u32> + Send>(
        value: u32,
        text: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<T, String>> + Send + 'a>> {
        set_up();
        let empty = text.is_empty();
        Box::pin(async move {
            pause().await;
            leaf();
            if empty { Err(text.to_owned()) } else { Ok(T::from(value)) }
        })
    }

    trait Load: Sized {
        fn load<'a>(text: &'a str) -> BoxFuture<'a, Self>;
    }

    /// `T` need not outlive the box.
    impl<T: From<u8> + Send> Load for Vec<T> {
        #[traced]
        fn load<'a>(text: &'a str) -> BoxFuture<'a, Self> {
            let bytes = text.bytes();
            set_up();
            Box::pin(async move {
                leaf();
                bytes.map(T::from).collect()
            })
        }
    }

    #[traced]
    fn panics(value: Option<u32>) -> impl Future<Output = u32> {
        ready(value.expect("there is one"))
    }

    #[test]
    fn the_call_and_the_future_share_a_span() {
        let scene = || {
            assert_eq!(block_on(opaque(1, "a")), Ok(1));
            block_on(opaque(1, "")).unwrap_err();
            assert_eq!(block_on(alias(&2)).unwrap(), 4);
            assert_eq!(block_on(pinned(false, "b")), Ok(1));
            block_on(pinned(true, "b")).unwrap_err();
            assert_eq!(block_on(in_a_box(3)), 3);
            assert_eq!(block_on(Box::into_pin(not_unpin(4))), 4);
        };
        let expected = "\
            alias\n  set_up\n\
            in_a_box\n  set_up\n\
            not_unpin\n  leaf\n\
            opaque(value=1, text=) ✖\n  leaf\n  set_up\n\
            opaque(value=1, text=a)\n  leaf\n  set_up\n\
            pinned(unused=b) ✖\n\
            pinned(unused=b)\n  leaf\n";
        assert_eq!(tree(scene), expected);
    }

    #[test]
    fn the_parent_is_the_caller() {
        let scene = || block_on(poller(maker(|| opaque(1, "a")))).unwrap();
        assert_eq!(tree(scene), "maker\n  opaque(value=1, text=a)\n    leaf\n    set_up\npoller\n");
    }

    #[test]
    fn ended_by_a_drop() {
        assert_eq!(tree(|| drop(opaque(1, "a"))), "opaque(value=1, text=a) cancelled\n  set_up\n");
        assert_eq!(
            tree(|| cancel(opaque(1, "a"))),
            "opaque(value=1, text=a) cancelled\n  set_up\n"
        );
    }

    #[test]
    fn what_is_around_the_future_is_not_in_the_span() {
        let scene = || {
            let future = opaque(1, "a");
            leaf();
            block_on(future).unwrap();
        };
        assert_eq!(tree(scene), "leaf\nopaque(value=1, text=a)\n  leaf\n  set_up\n");
    }

    #[test]
    fn outputs_that_need_not_outlive_the_box() {
        let scene = || {
            assert_eq!(block_on(any::<u64>(1, "a")), Ok(1));
            block_on(any::<u64>(1, "")).unwrap_err();
            assert_eq!(block_on(<Vec<u32> as Load>::load("a")), [97]);
            drop(any::<u64>(2, "a"));
        };
        let expected = "\
            any(value=1) ✖\n  leaf\n  set_up\n\
            any(value=1)\n  leaf\n  set_up\n\
            any(value=2) cancelled\n  set_up\n\
            load\n  leaf\n  set_up\n";
        assert_eq!(tree(scene), expected);
    }

    #[test]
    fn a_set_up_that_panics() {
        let scene = || std::panic::catch_unwind(|| drop(panics(None))).unwrap_err();
        assert_eq!(tree(scene), "panics panicked\n");
        assert_eq!(tree(|| assert_eq!(block_on(panics(Some(1))), 1)), "panics\n");
    }
}

mod drops {
    use super::*;

    mod lazy {
        use super::*;
        twice! {
            pub(in crate::futures::drops) fn call(_unused: Noted, used: Noted) -> Pin<Box<dyn Future<Output = usize>>> {
                Box::pin(async move {
                    let _local = Noted("local");
                    pause().await;
                    used.name().len()
                })
            }
        }
    }

    mod eager {
        use super::*;
        twice! {
            pub(in crate::futures::drops) fn call(_unused: Noted, used: Noted) -> impl Future<Output = usize> {
                let _local = Noted("local of the call");
                let kept = Noted("kept");
                async move {
                    let _local = Noted("local");
                    pause().await;
                    kept.name().len() + used.name().len()
                }
            }
        }
    }

    macro_rules! same {
        ($form:ident, $finished:literal) => {
            let plain = dropped(|| block_on($form::plain::call(Noted("_unused"), Noted("used"))));
            assert_eq!(plain, $finished);
            assert_eq!(
                dropped(|| block_on($form::with::call(Noted("_unused"), Noted("used")))),
                plain
            );
            let plain = dropped(|| cancel($form::plain::call(Noted("_unused"), Noted("used"))));
            assert_eq!(
                dropped(|| cancel($form::with::call(Noted("_unused"), Noted("used")))),
                plain
            );
            let plain = dropped(|| drop($form::plain::call(Noted("_unused"), Noted("used"))));
            assert_eq!(dropped(|| drop($form::with::call(Noted("_unused"), Noted("used")))), plain);
        };
    }

    #[test]
    fn as_the_plain_fn() {
        same!(lazy, "_unused local used");
        same!(eager, "local of the call _unused local kept used");
    }

    macro_rules! receiver {
        ($name:ident, $($method:tt)*) => {
            struct $name(
                #[expect(dead_code, reason = "dropping it is what it is for")] Noted,
                Noted,
            );
            impl $name {
                $($method)*
                fn call(self, _: Noted) -> impl Future<Output = usize> {
                    let _local = Noted("local");
                    let second = self.1;
                    async move {
                        pause().await;
                        second.name().len()
                    }
                }
            }
        };
    }
    receiver!(Plain,);
    receiver!(With, #[traced]);

    #[test]
    fn a_receiver_as_in_the_plain_fn() {
        let plain = dropped(|| block_on(Plain(Noted("self.0"), Noted("self.1")).call(Noted("_"))));
        assert_eq!(plain, "local _ self.0 self.1");
        let with = dropped(|| block_on(With(Noted("self.0"), Noted("self.1")).call(Noted("_"))));
        assert_eq!(with, plain);
    }

    struct Traced;

    impl Drop for Traced {
        fn drop(&mut self) {
            leaf();
        }
    }

    #[traced]
    fn owns(value: Traced) -> impl Future<Output = ()> {
        let _local = Traced;
        async move {
            pause().await;
            drop(value);
        }
    }

    struct Owner(Traced, Traced);

    impl Owner {
        #[traced]
        fn own(self) -> impl Future<Output = ()> {
            let second = self.1;
            async move { drop(second) }
        }
    }

    #[test]
    fn destructors_run_in_the_span() {
        assert_eq!(tree(|| block_on(Owner(Traced, Traced).own())), "own\n  leaf\n  leaf\n");
        assert_eq!(tree(|| block_on(owns(Traced))), "owns\n  leaf\n  leaf\n");
        assert_eq!(tree(|| cancel(owns(Traced))), "owns cancelled\n  leaf\n  leaf\n");
        assert_eq!(tree(|| drop(owns(Traced))), "owns cancelled\n  leaf\n  leaf\n");
    }
}
