//! Arguments, locals and temporaries are dropped in the order of the plain fn.

use tracer_ui_tests::{Noted, block_on, cancel, dropped, pause};

#[expect(dead_code, reason = "dropping them is what they are for")]
struct Pair(Noted, Noted);

const fn pair(first: &'static str, second: &'static str) -> Pair {
    Pair(Noted(first), Noted(second))
}

mod finished {
    use super::*;

    twice! {
        pub(super) async fn call(_unused: Noted, _: Noted, kept: Noted, Pair(left, _): Pair, mut moved: Pair) {
            let _local = Noted("local");
            pause().await;
            drop(moved.0);
            moved.0 = Noted("new");
            let _ = (&kept, &left);
        }
    }

    macro_rules! call {
        ($version:ident) => {
            $version::call(
                Noted("_unused"),
                Noted("_"),
                Noted("kept"),
                pair("left", "right"),
                pair("first", "second"),
            )
        };
    }

    #[test]
    fn as_the_plain_fn() {
        let plain = dropped(|| block_on(call!(plain)));
        assert_eq!(plain, "first local new second left right kept _ _unused");
        assert_eq!(dropped(|| block_on(call!(with))), plain);
    }

    #[test]
    fn cancelled_as_the_plain_fn() {
        let plain = dropped(|| cancel(call!(plain)));
        assert_eq!(plain, "local first second left right kept _ _unused");
        assert_eq!(dropped(|| cancel(call!(with))), plain);
    }

    #[test]
    fn never_polled_as_the_plain_fn() {
        let plain = dropped(|| drop(call!(plain)));
        assert_eq!(dropped(|| drop(call!(with))), plain);
    }
}

mod sync {
    use super::*;

    twice! {
        pub(super) fn call(_unused: Noted, _: Noted, kept: Noted, Pair(left, _): Pair, mut moved: Pair) {
            let _local = Noted("local");
            drop(moved.0);
            moved.0 = Noted("new");
            let _ = (&kept, &left);
        }
    }

    macro_rules! call {
        ($version:ident) => {
            $version::call(
                Noted("_unused"),
                Noted("_"),
                Noted("kept"),
                pair("left", "right"),
                pair("first", "second"),
            )
        };
    }

    #[test]
    fn as_the_plain_fn() {
        let plain = dropped(|| call!(plain));
        assert_eq!(plain, "first local new second left right kept _ _unused");
        assert_eq!(dropped(|| call!(with)), plain);
    }
}

mod fallible {
    use super::*;

    twice! {
        pub(super) fn call(_unused: Noted, _: Noted, ref kept: Noted, Pair(left, _): Pair) -> Result<&'static str, String> {
            let _local = Noted("local");
            if kept.name().is_empty() {
                return Err("empty".to_owned());
            }
            Ok(left.name())
        }
    }

    macro_rules! call {
        ($version:ident) => {
            $version::call(Noted("_unused"), Noted("_"), Noted("kept"), pair("left", "right"))
        };
    }

    #[test]
    fn as_the_plain_fn() {
        let plain = dropped(|| call!(plain));
        assert_eq!(plain, "local left right kept _ _unused");
        assert_eq!(dropped(|| call!(with)), plain);
    }
}

mod receiver {
    use super::*;

    macro_rules! receiver {
        ($($method:tt)*) => {
            #[expect(dead_code, reason = "dropping them is what they are for")]
            struct Plain(Noted, Noted);
            impl Plain {
                $($method)*
            }
            #[expect(dead_code, reason = "dropping them is what they are for")]
            struct With(Noted, Noted);
            impl With {
                #[tracer::traced]
                $($method)*
            }
        };
    }

    mod asynchronous {
        use super::*;

        receiver! {
            async fn call(mut self, _: Noted) -> &'static str {
                let _local = Noted("local");
                pause().await;
                self.0 = Noted("new");
                self.0.name()
            }
        }

        #[test]
        fn as_the_plain_fn() {
            let plain =
                dropped(|| block_on(Plain(Noted("self.0"), Noted("self.1")).call(Noted("_"))));
            assert_eq!(plain, "self.0 local _ new self.1");
            assert_eq!(
                dropped(|| block_on(With(Noted("self.0"), Noted("self.1")).call(Noted("_")))),
                plain
            );
            let plain =
                dropped(|| cancel(Plain(Noted("self.0"), Noted("self.1")).call(Noted("_"))));
            assert_eq!(
                dropped(|| cancel(With(Noted("self.0"), Noted("self.1")).call(Noted("_")))),
                plain
            );
        }
    }

    mod fallible {
        use super::*;

        receiver! {
            fn call(self, _: Noted) -> Result<usize, String> {
                let _local = Noted("local");
                let second = self.1;
                Ok(second.name().len())
            }
        }

        #[test]
        fn as_the_plain_fn() {
            let plain = dropped(|| Plain(Noted("self.0"), Noted("self.1")).call(Noted("_")));
            assert_eq!(plain, "self.1 local _ self.0");
            assert_eq!(dropped(|| With(Noted("self.0"), Noted("self.1")).call(Noted("_"))), plain);
        }
    }
}

mod temporary {
    use super::*;

    mod sync {
        use super::*;

        twice! {
            pub(super) fn call(argument: Noted) -> usize {
                let _local = Noted("local");
                argument.borrow("temporary").len()
            }
        }

        #[test]
        fn as_the_plain_fn() {
            let plain = dropped(|| plain::call(Noted("argument")));
            assert_eq!(dropped(|| with::call(Noted("argument"))), plain);
        }
    }

    mod asynchronous {
        use super::*;

        twice! {
            pub(super) async fn call(argument: Noted) -> Result<usize, String> {
                let _local = Noted("local");
                Ok(argument.borrow("temporary").len())
            }
        }

        #[test]
        fn as_the_plain_fn() {
            let plain = dropped(|| block_on(plain::call(Noted("argument"))));
            assert_eq!(dropped(|| block_on(with::call(Noted("argument")))), plain);
        }
    }
}
