//! Whatever the attribute is asked, arguments drop in the order of the plain fn.

use std::pin::Pin;

use tracer::testing::Scope;
use tracer::{SpanContext, current, traced};
use tracer_ui_tests::{Noted, block_on, cancel, dropped, pause};

/// The same fn several times: as it is written, and asked for one thing after the other.
macro_rules! asked {
    ($a:ident, $b:ident, $c:ident: $($function:tt)*) => {
        pub(super) mod plain {
            use super::*;
            $($function)*
        }
        pub(super) mod values {
            use super::*;
            #[traced(fields($a = $a.name(), ?$b, $c), links(current()))]
            $($function)*
        }
        pub(super) mod calls {
            use super::*;
            #[traced(when = !$a.name().is_empty(), parent = under(&$b), args)]
            $($function)*
        }
        pub(super) mod never {
            use super::*;
            #[traced(when = $a.name().is_empty())]
            $($function)*
        }
        pub(super) mod types {
            use super::*;
            #[traced(ret, args, err(Debug))]
            $($function)*
        }
        pub(super) mod functions {
            use super::*;
            #[traced(ret(|size| *size), args, err(|error: &Noted| error.name()))]
            $($function)*
        }
    };
}

fn under(_: &Noted) -> SpanContext {
    current()
}

mod sync {
    use super::*;

    asked! { a, b, c:
        pub(crate) fn call(a: Noted, b: Noted, (c, d): (Noted, Noted), _: Noted, keep: bool) -> Result<usize, Noted> {
            let local = Noted("local");
            drop(c);
            if keep { Ok(a.name().len() + b.name().len() + d.name().len()) } else { Err(local) }
        }
    }
}

mod asynchronous {
    use super::*;

    asked! { a, b, c:
        pub(crate) async fn call(a: Noted, b: Noted, (c, d): (Noted, Noted), _: Noted, keep: bool) -> Result<usize, Noted> {
            let local = Noted("local");
            drop(c);
            pause().await;
            if keep { Ok(a.name().len() + b.name().len() + d.name().len()) } else { Err(local) }
        }
    }
}

macro_rules! call {
    ($call:path) => {
        |keep| $call(Noted("a"), Noted("b"), (Noted("c"), Noted("d")), Noted("e"), keep)
    };
}

/// What drops in each version, without a tracer and while everything is recorded.
fn orders<R>(versions: [fn(bool) -> R; 6], keep: bool, run: fn(R)) -> Vec<String> {
    let scope = Scope::new();
    let order = |version: fn(bool) -> R| dropped(|| run(version(keep)));
    let without = versions.map(order);
    let recorded = scope.in_scope(|| versions.map(order));
    without.into_iter().chain(recorded).collect()
}

#[test]
fn of_a_fn() {
    let versions: [fn(bool) -> Result<usize, Noted>; 6] = [
        call!(sync::plain::call),
        call!(sync::values::call),
        call!(sync::calls::call),
        call!(sync::never::call),
        call!(sync::types::call),
        call!(sync::functions::call),
    ];
    assert_eq!(orders(versions, true, drop), ["c local e d b a"; 12]);
    assert_eq!(orders(versions, false, drop), ["c e d b a local"; 12]);
}

type Boxed = Pin<Box<dyn Future<Output = Result<usize, Noted>>>>;

macro_rules! boxed {
    ($call:path) => {
        |keep| Box::pin((call!($call))(keep)) as Boxed
    };
}

#[test]
fn of_a_future() {
    let versions: [fn(bool) -> Boxed; 6] = [
        boxed!(asynchronous::plain::call),
        boxed!(asynchronous::values::call),
        boxed!(asynchronous::calls::call),
        boxed!(asynchronous::never::call),
        boxed!(asynchronous::types::call),
        boxed!(asynchronous::functions::call),
    ];
    let finish = |future| drop(block_on(future));
    assert_eq!(orders(versions, true, finish), ["c local e d b a"; 12]);
    assert_eq!(orders(versions, false, finish), ["c e d b a local"; 12]);
    assert_eq!(orders(versions, true, cancel), ["c local e d b a"; 12]);
    let never_polled = orders(versions, true, drop);
    assert_eq!(never_polled, vec![never_polled[0].clone(); 12]);
}
