//! Which spans there are, for each shape: one a call, in the tree of the calls.

use std::error::Error;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures::future::{join, select};
use tracer::traced;
use tracer_ui_tests::{block_on, cancel, pause, tree};

#[traced]
fn leaf() {}

#[traced]
async fn leaf_async() {
    pause().await;
}

mod nesting {
    use super::*;

    #[traced]
    async fn outer() -> Result<u32, String> {
        leaf();
        inner(1).await?;
        inner(0).await
    }

    #[traced(args)]
    async fn inner(value: u32) -> Result<u32, String> {
        leaf_async().await;
        value.checked_sub(1).ok_or_else(|| "too few".to_owned())
    }

    #[traced(args)]
    fn sync(depth: u32) -> Result<u32, std::fmt::Error> {
        leaf();
        if depth == 0 { Err(std::fmt::Error) } else { sync(depth - 1) }
    }

    #[test]
    fn calls_are_children() {
        let scene = || block_on(outer()).unwrap_err();
        let expected = "\
            outer ⚠\n  \
              inner(value=0) ✖\n    leaf_async\n  \
              inner(value=1)\n    leaf_async\n  \
              leaf\n";
        assert_eq!(tree(scene), expected);
        let scene = || sync(1).unwrap_err();
        assert_eq!(tree(scene), "sync(depth=1) ⚠\n  leaf\n  sync(depth=0) ✖\n    leaf\n");
    }
}

mod names {
    use super::*;

    #[traced]
    fn r#match(r#type: u32) -> u32 {
        r#type
    }

    #[traced("a name of its own")]
    async fn named() {}

    macro_rules! made {
        ($name:ident, $called:ident) => {
            #[traced]
            fn $name() {
                $called();
            }
        };
    }
    made!(first, second);
    made!(second, leaf);

    #[traced]
    #[track_caller]
    fn caller() -> u32 {
        leaf();
        std::panic::Location::caller().line()
    }

    #[test]
    fn as_they_are_written() {
        let scene = || {
            first();
            r#match(1);
            block_on(named());
            let here = line!() + 1;
            assert_eq!(caller(), here);
        };
        let expected = "\
            a name of its own\n\
            caller\n  leaf\n\
            first\n  second\n    leaf\n\
            match\n";
        assert_eq!(tree(scene), expected);
    }
}

mod results {
    use super::*;

    type IoResult<T> = Result<T, std::io::Error>;
    type Fallible<T> = Result<T, Box<dyn Error>>;
    struct QueryResult(u32);

    #[traced]
    fn alias() -> IoResult<u32> {
        Err(std::io::Error::other("closed"))
    }

    #[traced]
    async fn alias_async() -> Fallible<u32> {
        Err("closed".into())
    }

    #[traced]
    fn not_a_result() -> QueryResult {
        QueryResult(1)
    }

    #[traced]
    fn opaque(text: &str) -> Result<impl Iterator<Item = &str> + use<'_>, Box<dyn Error>> {
        let limit: usize = text.trim().parse()?;
        Ok(text.split(' ').take(limit))
    }

    #[traced]
    fn opaque_closure(fails: bool) -> Result<impl Fn(&str) -> usize, String> {
        if fails { Err("asked to".to_owned()) } else { Ok(|text: &str| text.len()) }
    }

    #[traced]
    fn ended_early(values: &[u32]) -> Result<u32, String> {
        for value in values {
            if *value == 0 {
                return Err("zero".to_owned());
            }
        }
        Ok(1)
    }

    #[test]
    fn errors_are_observed() {
        let scene = || {
            alias().unwrap_err();
            block_on(alias_async()).unwrap_err();
            assert_eq!(not_a_result().0, 1);
            assert_eq!(opaque("2").unwrap().count(), 1);
            assert!(opaque("x").is_err());
            assert_eq!(opaque_closure(false).unwrap()("abc"), 3);
            assert!(opaque_closure(true).is_err());
            ended_early(&[1, 0]).unwrap_err();
        };
        let expected = "\
            alias ✖\n\
            alias_async ✖\n\
            ended_early ✖\n\
            not_a_result\n\
            opaque ✖\n\
            opaque\n\
            opaque_closure ✖\n\
            opaque_closure\n";
        assert_eq!(tree(scene), expected);
    }
}

mod concurrent {
    use super::*;

    #[traced(args)]
    async fn child(number: u32) {
        pause().await;
        leaf_async().await;
    }

    #[traced]
    async fn both() {
        join(child(1), async { child(2).await }).await;
    }

    #[traced]
    async fn first_of_two() {
        let (slow, fast) = (pin!(child(1)), pin!(pause()));
        drop(select(slow, fast).await);
    }

    #[test]
    fn each_below_its_caller() {
        let children = "  child(number=1)\n    leaf_async\n  child(number=2)\n    leaf_async\n";
        assert_eq!(tree(|| block_on(both())), format!("both\n{children}"));
        assert_eq!(
            tree(|| block_on(first_of_two())),
            "first_of_two\n  child(number=1) cancelled\n    leaf_async cancelled\n"
        );
    }

    #[test]
    fn two_requests_by_turns() {
        let scene = || {
            let (mut first, mut second) = (Box::pin(both()), Box::pin(child(3)));
            block_on(poll_fn(|cx| {
                let first = first.as_mut().poll(cx);
                if first.is_pending() && second.as_mut().poll(cx).is_ready() {
                    second.set(child(4));
                }
                first
            }));
        };
        let expected = "\
            both\n  child(number=1)\n    leaf_async\n  child(number=2)\n    leaf_async\n\
            child(number=3) cancelled\n  leaf_async cancelled\n";
        assert_eq!(tree(scene), expected);
    }
}

mod panics {
    use super::*;

    #[traced]
    fn sync(value: Option<u32>) -> u32 {
        leaf();
        value.expect("there is one")
    }

    #[traced]
    async fn asynchronous(value: Option<u32>) -> Result<u32, String> {
        leaf_async().await;
        Ok(sync(value))
    }

    #[test]
    fn what_unwinds_is_marked() {
        let scene = || catch_unwind(AssertUnwindSafe(|| block_on(asynchronous(None)))).unwrap_err();
        assert_eq!(tree(scene), "asynchronous panicked\n  leaf_async\n  sync panicked\n    leaf\n");
    }
}

mod inner_fns {
    use super::*;

    #[traced]
    fn outer(values: &[u32]) -> u32 {
        #[traced(args)]
        fn inner(value: u32) -> u32 {
            value + 1
        }
        struct Adder;
        impl Adder {
            #[traced]
            fn add(&self, value: u32) -> u32 {
                inner(value)
            }
        }
        values.iter().map(|value| Adder.add(*value)).sum()
    }

    #[test]
    fn have_spans_of_their_own() {
        let expected = "outer\n  add\n    inner(value=1)\n  add\n    inner(value=2)\n";
        assert_eq!(tree(|| assert_eq!(outer(&[1, 2]), 5)), expected);
    }
}

mod by_hand {
    use super::*;

    struct Countdown(u32);

    impl Future for Countdown {
        type Output = Result<u32, String>;

        #[traced("poll")]
        fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
            cx.waker().wake_by_ref();
            let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(Ok(0)) };
            self.0 = left;
            Poll::Pending
        }
    }

    #[traced]
    async fn wait() -> Result<u32, String> {
        Countdown(1).await
    }

    #[test]
    fn a_poll_is_a_call() {
        assert_eq!(tree(|| block_on(wait())), "wait\n  poll\n  poll\n");
    }
}

mod values {
    use super::*;

    #[traced(args)]
    fn sync(value: u32) -> u32 {
        value + 1
    }

    #[traced(args)]
    async fn handler(path: String) -> Result<usize, String> {
        pause().await;
        Ok(path.len())
    }

    /// As routers take handlers.
    fn route<F: Future<Output = Result<usize, String>> + Send + 'static>(
        handler: impl Fn(String) -> F + Clone + Send + Sync + 'static,
    ) -> impl Fn(&str) -> Pin<Box<dyn Future<Output = Result<usize, String>> + Send>> {
        move |path| Box::pin(handler(path.to_owned()))
    }

    /// As extractors do: only the asked-for type of the fn is known.
    trait Handler<T> {
        fn call(self, path: &str) -> Result<usize, String>;
    }

    impl<A: From<String>, F: Future<Output = Result<usize, String>>, H: Fn(A) -> F> Handler<(A, F)>
        for H
    {
        fn call(self, path: &str) -> Result<usize, String> {
            block_on(self(path.to_owned().into()))
        }
    }

    #[test]
    fn fns_stay_values() {
        let scene = || {
            assert_eq!([1, 2].map(sync), [2, 3]);
            let pointer: fn(u32) -> u32 = sync;
            assert_eq!(Some(3).map(pointer), Some(4));
            assert_eq!(block_on(route(handler)("/a")), Ok(2));
            assert_eq!(handler.call("/bc"), Ok(3));
        };
        let expected =
            "handler(path=/a)\nhandler(path=/bc)\nsync(value=1)\nsync(value=2)\nsync(value=3)\n";
        assert_eq!(tree(scene), expected);
    }
}

mod destructors {
    use super::*;

    struct Traced;

    impl Drop for Traced {
        fn drop(&mut self) {
            leaf();
        }
    }

    #[traced]
    fn sync(_argument: Traced) {
        let _local = Traced;
    }

    #[traced]
    async fn asynchronous(_argument: Traced, _: Traced) {
        let _local = Traced;
        pause().await;
    }

    #[test]
    fn run_in_the_span() {
        let spans = |name: &str, count: usize| format!("{name}\n{}", "  leaf\n".repeat(count));
        assert_eq!(tree(|| sync(Traced)), spans("sync", 2));
        assert_eq!(tree(|| block_on(asynchronous(Traced, Traced))), spans("asynchronous", 3));
        assert_eq!(
            tree(|| cancel(asynchronous(Traced, Traced))),
            spans("asynchronous cancelled", 3)
        );
    }
}
