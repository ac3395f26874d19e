//! The functions that are annotated.

/// Defines the functions, each under the attributes that are given; behind `failing` stand those of
/// functions whose errors shall be recorded, where they are others.
///
/// What differs between programs is their own: `recorded!` defines a function whose arguments are
/// recorded, `under_root` and `in_root` begin a trace, `guarded` runs a closure in a span opened by
/// hand, `event` adds one to the span that is current, `carried`, `carried_fn` and `streamed` take
/// the span that is current along into a task, a thread and a stream.
#[macro_export]
macro_rules! functions {
    ($(#[$traced:meta])*) => {
        $crate::functions!($(#[$traced])* failing $(#[$traced])*);
    };
    ($(#[$traced:meta])* failing $(#[$failing:meta])*) => {
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
        fn sync_event(i: u64) -> u64 {
            event(i);
            ::std::hint::black_box(i)
        }

        $(#[$traced])*
        async fn async_event(i: u64) -> u64 {
            event(i);
            ::std::hint::black_box(i)
        }

        $(#[$traced])*
        async fn task(i: u64) -> u64 {
            $crate::tokio::task::yield_now().await;
            ::std::hint::black_box(i)
        }

        $(#[$failing])*
        #[inline(never)]
        fn sync_error(i: u64) -> Result<u64, $crate::Failure> {
            if ::std::hint::black_box(i) == u64::MAX { Ok(i) } else { Err($crate::Failure) }
        }

        $(#[$failing])*
        async fn async_error(i: u64) -> Result<u64, $crate::Failure> {
            if ::std::hint::black_box(i) == u64::MAX { Ok(i) } else { Err($crate::Failure) }
        }

        $crate::levels!([$(#[$traced])*] level1 level2 level3 level4 level5 level6 level7 level8 level9 level10);

        $crate::failing!([$(#[$failing])*] fails1 fails2 fails3 fails4 fails5 fails6 fails7 fails8 fails9 fails10);

        $crate::sized!($(#[$traced])*);

        // A name, its text, and how a format string shows it: fastrace has no other attributes.
        recorded! { sync_args(number "number" "{number}": i64, flag "flag" "{flag}": bool, text "text" "{text}": &str) }
        recorded! { async async_args(number "number" "{number}": i64, flag "flag" "{flag}": bool, text "text" "{text}": &str) }
        recorded! { sync_args10(a "a" "{a}": i64, b "b" "{b}": i64, c "c" "{c}": i64, d "d" "{d}": i64, e "e" "{e}": i64, f "f" "{f}": i64, g "g" "{g}": i64, h "h" "{h}": i64, i "i" "{i}": i64, j "j" "{j}": i64) }
        recorded! { async async_args10(a "a" "{a}": i64, b "b" "{b}": i64, c "c" "{c}": i64, d "d" "{d}": i64, e "e" "{e}": i64, f "f" "{f}": i64, g "g" "{g}": i64, h "h" "{h}": i64, i "i" "{i}": i64, j "j" "{j}": i64) }
    };
}

/// Functions of which each awaits the next; the last one fails, and all pass its error on.
#[doc(hidden)]
#[macro_export]
macro_rules! failing {
    ([$($traced:tt)*] $last:ident) => {
        $($traced)*
        async fn $last(i: u64) -> Result<u64, $crate::Failure> {
            if ::std::hint::black_box(i) == u64::MAX { Ok(i) } else { Err($crate::Failure) }
        }
    };
    ([$($traced:tt)*] $outer:ident $inner:ident $($more:ident)*) => {
        $($traced)*
        async fn $outer(i: u64) -> Result<u64, $crate::Failure> {
            Ok($inner(i).await?)
        }

        $crate::failing!([$($traced)*] $inner $($more)*);
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
