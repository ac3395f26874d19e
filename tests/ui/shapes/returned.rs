//! What is said of a fn that returns a future: what it is, that it is boxed, what else it promises.

use std::error::Error;
use std::fmt::Display;
use std::future::ready;
use std::pin::Pin;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracer::traced;
use tracer_ui_tests::{block_on, pause, tree};

#[traced]
fn leaf() {}

mod as_asked {
    use super::*;

    type Reply<'a> = Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>>;

    trait Work: Future<Output = u32> {}
    impl<F: Future<Output = u32>> Work for F {}

    #[traced(as = future)]
    fn alias(value: &u32) -> Reply<'_> {
        Box::pin(async move {
            leaf();
            value.checked_sub(1).ok_or_else(|| "too few".to_owned())
        })
    }

    #[traced(as = future)]
    fn eager_alias(value: &u32) -> Reply<'_> {
        leaf();
        Box::pin(ready(Err(value.to_string())))
    }

    #[traced(as = future)]
    fn named(value: u32) -> impl Work {
        let value = value + 1;
        async move {
            leaf();
            value
        }
    }

    #[traced(as = sync)]
    fn the_call_alone(value: u32) -> impl Future<Output = u32> + Clone {
        leaf();
        ready(value)
    }

    #[traced]
    fn more_than_a_future(value: u32) -> (impl Future<Output = u32>, u32) {
        (async move { value }, value)
    }

    #[test]
    fn as_the_attribute_says() {
        let scene = || {
            assert_eq!(block_on(alias(&1)), Ok(0));
            block_on(alias(&0)).unwrap_err();
            block_on(eager_alias(&0)).unwrap_err();
            assert_eq!(block_on(named(1)), 2);
            let future = the_call_alone(1);
            assert_eq!(block_on(future.clone()) + block_on(future), 2);
            assert_eq!(block_on(more_than_a_future(3).0), 3);
        };
        let expected = "\
            alias ✖\n  leaf\n\
            alias\n  leaf\n\
            eager_alias ✖\n  leaf\n\
            more_than_a_future\n\
            named\n  leaf\n\
            the_call_alone\n  leaf\n";
        assert_eq!(tree(scene), expected);
    }

    #[traced(boxed)]
    async fn boxed(big: [u8; 1024], text: &str) -> Result<usize, String> {
        pause().await;
        if text.is_empty() { Err("empty".to_owned()) } else { Ok(big.len() + text.len()) }
    }

    #[traced(boxed)]
    fn boxed_block(big: [u8; 1024]) -> impl Future<Output = usize> + Send {
        async move {
            pause().await;
            big.len()
        }
    }

    #[traced(boxed)]
    fn boxed_set_up(big: [u8; 1024]) -> impl Future<Output = usize> + Send {
        leaf();
        async move {
            pause().await;
            big.len()
        }
    }

    #[traced(boxed)]
    async fn recursive(depth: u32) -> u32 {
        if depth == 0 { 0 } else { recursive(depth - 1).await + 1 }
    }

    #[traced(boxed)]
    #[must_use]
    async fn awaited(big: [u8; 1024]) -> usize {
        pause().await;
        big.len()
    }

    #[test]
    fn boxed_futures_are_small() {
        let word = size_of::<usize>();
        assert_eq!(size_of_val(&boxed([0; 1024], "")), word);
        assert_eq!(size_of_val(&boxed_block([0; 1024])), word);
        assert_eq!(size_of_val(&boxed_set_up([0; 1024])), word);
        let scene = || {
            assert_eq!(block_on(boxed([0; 1024], "a")), Ok(1025));
            block_on(boxed([0; 1024], "")).unwrap_err();
            assert_eq!(block_on(boxed_block([0; 1024])), 1024);
            assert_eq!(block_on(boxed_set_up([0; 1024])), 1024);
            assert_eq!(block_on(recursive(2)), 2);
            assert_eq!(block_on(awaited([0; 1024])), 1024);
        };
        let expected = "\
            awaited\n\
            boxed ✖\n\
            boxed\n\
            boxed_block\n\
            boxed_set_up\n  leaf\n\
            recursive\n  recursive\n    recursive\n";
        assert_eq!(tree(scene), expected);
    }
}

mod bounds {
    use super::*;

    #[traced]
    fn opaque<T: Display + Send>(value: T) -> impl Future<Output = String> + Send + Unpin {
        ready(value.to_string())
    }

    #[traced]
    fn fused(value: u32) -> impl futures::future::FusedFuture<Output = u32> + Future<Output = u32> {
        let future = async move { value };
        future.fuse()
    }

    #[traced]
    fn not_captured(text: &str) -> impl Future<Output = usize> + use<> {
        let length = text.len();
        async move { length }
    }

    #[traced]
    fn many_types(
        fails: bool,
    ) -> BoxFuture<'static, Result<Box<dyn Display + Send>, Box<dyn Error + Send + Sync>>> {
        if fails {
            return ready(Err("asked to".into())).boxed();
        }
        Box::pin(async { Ok(Box::new(1) as Box<dyn Display + Send>) })
    }

    const fn is_send<T: Send + 'static>(_: &T) {}

    #[test]
    fn what_is_promised_holds() {
        let future = opaque(1);
        is_send(&future);
        assert_eq!(block_on(future), "1");
        assert_eq!(block_on(fused(2)), 2);
        let future = not_captured(&String::from("abc"));
        is_send(&future);
        assert_eq!(block_on(future), 3);
        assert_eq!(block_on(many_types(false)).unwrap().to_string(), "1");
        assert_eq!(block_on(many_types(true)).err().unwrap().to_string(), "asked to");
    }
}

mod services {
    use std::rc::Rc;

    use super::*;

    /// As tower's.
    trait Service {
        type Future: Future<Output = Result<u32, String>>;

        fn call(&mut self, request: u32) -> Self::Future;
    }

    struct Subtract(u32);

    impl Service for Subtract {
        type Future = Pin<Box<dyn Future<Output = Result<u32, String>> + Send>>;

        #[traced(args)]
        fn call(&mut self, request: u32) -> Self::Future {
            let left = self.0.checked_sub(request);
            Box::pin(async move { left.ok_or_else(|| "too many".to_owned()) })
        }
    }

    struct Echo(Rc<u32>);

    impl Service for Echo {
        type Future = Pin<Box<dyn Future<Output = Result<u32, String>>>>;

        #[traced(args, as = future)]
        fn call(&mut self, request: u32) -> Self::Future {
            let own = self.0.clone();
            Box::pin(async move {
                leaf();
                if request == 0 { Err("zero".to_owned()) } else { Ok(request * *own) }
            })
        }
    }

    struct Constant;

    impl Service for Constant {
        type Future = Pin<Box<dyn Future<Output = Result<u32, String>>>>;

        #[traced("constant", args)]
        fn call(&mut self, request: u32) -> Self::Future {
            Box::pin(async move {
                leaf();
                if request == 0 { Err("zero".to_owned()) } else { Ok(1) }
            })
        }
    }

    #[test]
    fn whose_future_has_a_name() {
        let scene = || {
            let mut echo = Echo(2.into());
            assert_eq!(block_on(echo.call(2)), Ok(4));
            block_on(echo.call(0)).unwrap_err();
            assert_eq!(block_on(Constant.call(3)), Ok(1));
            block_on(Constant.call(0)).unwrap_err();
        };
        let expected = "\
            call(request=0) ✖\n  leaf\n\
            call(request=2)\n  leaf\n\
            constant(request=0) ✖\n  leaf\n\
            constant(request=3)\n  leaf\n";
        assert_eq!(tree(scene), expected);
    }

    /// What the name stands for is not known, and what the body does besides is there to be timed.
    #[test]
    fn a_name_and_a_set_up_are_the_call_alone() {
        let scene = || block_on(Subtract(1).call(2)).unwrap_err();
        assert_eq!(tree(scene), "call(request=2)\n");
    }

    trait Loads {
        fn key(&self) -> u32;

        #[traced]
        fn load(&self) -> impl Future<Output = u32> + Send {
            let key = self.key();
            async move {
                leaf();
                key
            }
        }

        #[traced]
        fn reload(&self) -> impl Future<Output = u32> + Send
        where
            Self: Sync,
        {
            async move {
                leaf();
                self.key() + 1
            }
        }
    }

    impl Loads for u32 {
        fn key(&self) -> u32 {
            *self
        }

        #[traced("own")]
        fn reload(&self) -> impl Future<Output = u32> + Send {
            async move { *self + 2 }
        }
    }

    impl Loads for u8 {
        fn key(&self) -> u32 {
            (*self).into()
        }
    }

    #[test]
    fn in_traits() {
        let scene = || {
            assert_eq!(block_on(1_u32.load()) + block_on(2_u32.reload()), 5);
            assert_eq!(block_on(3_u8.load()) + block_on(4_u8.reload()), 8);
        };
        assert_eq!(tree(scene), "load\n  leaf\nload\n  leaf\nown\nreload\n  leaf\n");
    }
}
