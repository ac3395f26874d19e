//! The functions that are annotated, and the workloads that call them.

/// Defines the functions, each under the attributes that are given.
///
/// Functions with arguments to record are the program's own: `sync_args`, `async_args`; so are the
/// roots `under_root` and `in_root`, because not every peer has roots.
#[macro_export]
macro_rules! functions {
    ($(#[$traced:meta])*) => {
        $(#[$traced])*
        #[inline(never)]
        fn sync_leaf(i: u64) -> u64 {
            ::std::hint::black_box(i)
        }

        $(#[$traced])*
        async fn async_leaf(i: u64) -> u64 {
            ::std::hint::black_box(i)
        }

        $(#[$traced])*
        #[inline(never)]
        fn sync_error(i: u64) -> Result<u64, $crate::Failure> {
            if ::std::hint::black_box(i) == u64::MAX { Ok(i) } else { Err($crate::Failure) }
        }

        $(#[$traced])*
        async fn async_error(i: u64) -> Result<u64, $crate::Failure> {
            if ::std::hint::black_box(i) == u64::MAX { Ok(i) } else { Err($crate::Failure) }
        }

        $crate::levels!([$(#[$traced])*] level1 level2 level3 level4 level5 level6 level7 level8 level9 level10);

        $crate::sized!($(#[$traced])*);
    };
}

/// Functions of which each awaits the next; the last one yields.
#[doc(hidden)]
#[macro_export]
macro_rules! levels {
    ([$($traced:tt)*] $last:ident) => {
        $($traced)*
        async fn $last(yields: u32) {
            $crate::Yields(yields).await;
        }
    };
    ([$($traced:tt)*] $outer:ident $inner:ident $($more:ident)*) => {
        $($traced)*
        async fn $outer(yields: u32) {
            $inner(yields).await;
        }

        $crate::levels!([$($traced)*] $inner $($more)*);
    };
}

/// Defines `cases()`: what is measured, in the order of the table.
#[macro_export]
macro_rules! cases {
    () => {
        fn cases() -> Vec<$crate::Case> {
            use ::std::hint::black_box;
            use $crate::{Case, Yields, drive};
            const TEXT: &str = "abcdefghijklmnopqrst";
            let depth = |yields| move || drive(in_root(level1(black_box(yields))));
            vec![
                Case::new("sync", 100, || {
                    under_root(|| (0..100).for_each(|i| _ = black_box(sync_leaf(black_box(i)))));
                }),
                Case::new("async", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            black_box(async_leaf(black_box(i)).await);
                        }
                    }));
                }),
                Case::new("depth10_yield0", 10, depth(0)),
                Case::new("depth10_yield1", 10, depth(1)).yields(1),
                Case::new("depth10_yield100", 10, depth(100)).yields(100),
                Case::new("root_yield0", 1, || drive(in_root(Yields(black_box(0))))).root_alone(),
                Case::new("root_yield100", 1, || drive(in_root(Yields(black_box(100)))))
                    .yields(100)
                    .root_alone(),
                Case::new("sync_args", 100, || {
                    let text = black_box(String::from(TEXT));
                    under_root(|| {
                        (0..100).for_each(|i| {
                            _ = black_box(sync_args(black_box(i), black_box(true), &text))
                        })
                    });
                })
                .attributes(3),
                Case::new("async_args", 100, || {
                    let text = black_box(String::from(TEXT));
                    drive(in_root(async {
                        for i in 0..100 {
                            black_box(async_args(black_box(i), black_box(true), &text).await);
                        }
                    }));
                })
                .attributes(3),
                Case::new("sync_error", 100, || {
                    under_root(|| (0..100).for_each(|i| _ = black_box(sync_error(black_box(i)))));
                }),
                Case::new("async_error", 100, || {
                    drive(in_root(async {
                        for i in 0..100 {
                            _ = black_box(async_error(black_box(i)).await);
                        }
                    }));
                }),
            ]
        }
    };
}
