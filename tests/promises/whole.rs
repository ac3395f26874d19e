//! `#[traced]` on an `impl`, a `trait` or a `mod` traces the fns in it that have a body.
#![expect(unreachable_pub, reason = "`only(pub)` goes by what is written")]

use futures::executor::block_on;
use tracer::traced;
use tracer_tests::{pause, scope};

struct Cart<const N: usize>([u32; N]);

#[traced(args, level = debug)]
impl<const N: usize> Cart<{ N }>
where
    [(); N]: Sized,
{
    const LIMIT: usize = {
        const fn inner() -> usize {
            8
        }
        inner()
    };

    const fn new(rows: [u32; N]) -> Self {
        Self(rows)
    }

    fn total(&self, tax: u32) -> u32 {
        self.0.iter().sum::<u32>() + tax
    }

    async fn pay(&self, card: &str) -> Result<u32, String> {
        pause().await;
        if card.is_empty() { Err("no card".to_owned()) } else { Ok(self.total(1)) }
    }

    #[traced(off)]
    fn peek(&self) -> usize {
        self.0.len().min(Self::LIMIT)
    }

    /// Its own arguments are all it has.
    #[traced("named")]
    fn renamed(&self, hidden: u32) -> u32 {
        hidden + self.0[0]
    }
}

#[test]
fn an_impl() {
    let scope = scope();
    scope.in_scope(|| {
        let cart = Cart::new([1, 2]);
        assert_eq!(block_on(cart.pay("card")), Ok(4));
        block_on(cart.pay("")).unwrap_err();
        assert_eq!((cart.peek(), cart.renamed(3)), (2, 4));
    });
    assert_eq!(scope.tree(), "named\npay(card=) ✖\npay(card=card)\n  total(tax=1)\n");
}

#[traced(prefix = "store", ret)]
trait Store {
    fn key(&self) -> u32;

    async fn load(&self) -> Result<u32, String>;

    fn twice(&self) -> u32 {
        2 * self.key()
    }

    fn nothing(&self) {}

    async fn load_twice(&self) -> Result<u32, String> {
        Ok(2 * self.load().await?)
    }
}

struct Shelf;

#[traced(prefix = "Shelf::")]
impl Store for Shelf {
    fn key(&self) -> u32 {
        1
    }

    async fn load(&self) -> Result<u32, String> {
        pause().await;
        Ok(self.key())
    }
}

#[test]
fn a_trait_and_what_implements_it() {
    let scope = scope();
    scope.in_scope(|| {
        assert_eq!(Shelf.twice(), 2);
        Shelf.nothing();
        assert_eq!(block_on(Shelf.load_twice()), Ok(2));
    });
    let expected = "store.load_twice(return=2)\n  Shelf::load\n    Shelf::key\n\
                    store.nothing\nstore.twice(return=2)\n  Shelf::key\n";
    assert_eq!(scope.tree(), expected);
}

macro_rules! in_a_macro {
    ($vis:vis fn $name:ident) => {
        $vis fn $name() {}
    };
}

#[traced(only(pub), except(skipped))]
mod shop {
    #![expect(dead_code, reason = "what is not traced is not called")]
    #![expect(unused_braces, reason = "they do not end an item")]

    pub use std::fmt::Debug as Shown;

    pub static NAMES: &[&str] = { &["a"] };
    pub type Pair = (u8, [u8; { 2 }]);

    pub fn open(name: &impl Shown) -> String {
        hidden();
        crate_wide();
        inner::deep();
        inner::Deeper(1).deepest();
        skipped();
        format!("{name:?}")
    }

    fn hidden() {}

    pub(crate) fn crate_wide() {}

    pub fn skipped() {}

    pub fn less(a: [u8; { 1 << 1 }]) -> impl Fn(u8) -> bool {
        move |b| a[0] < b
    }

    in_a_macro!(pub fn made);

    macro_rules! theirs {
        () => {};
    }
    theirs!();
    theirs! {}

    #[cfg(any())]
    pub fn gone() {
        does_not_exist();
    }

    pub mod inner {
        pub fn deep() {}

        pub struct Deeper(pub u8);

        impl Deeper {
            pub fn deepest(&self) -> u8 {
                self.0
            }

            fn hidden(&self) -> u8 {
                self.0
            }
        }

        #[tracer::traced(off)]
        pub mod quiet {
            pub fn quiet() {}
        }
    }

    pub extern "C" fn foreign() {}
}

#[test]
fn a_mod() {
    let scope = scope();
    scope.in_scope(|| {
        shop::open(&1);
        shop::less([0, 1])(2);
        shop::made();
        shop::foreign();
        shop::inner::quiet::quiet();
    });
    assert_eq!(scope.tree(), "foreign\nless\nopen\n  deep\n  deepest\n");
    assert_eq!((shop::NAMES.len(), size_of::<shop::Pair>()), (1, 3));
}

macro_rules! make {
    ($(#[$meta:meta])* $vis:vis $name:ident { $($fn_vis:vis fn $fn:ident;)* }) => {
        #[traced(only(pub))]
        $(#[$meta])*
        $vis mod $name {
            $($fn_vis fn $fn() {})*
        }
    };
}

make! { #[expect(dead_code, reason = "it is private")] pub(super) made { pub fn public; fn private; } }

#[test]
fn a_mod_that_a_macro_makes() {
    let scope = scope();
    scope.in_scope(made::public);
    assert_eq!(scope.tree(), "public\n");
}

struct Till;

#[expect(clippy::unused_self, reason = "methods, because an impl has nothing else")]
#[traced(err(Debug), ret)]
impl Till {
    fn count(&self) -> u32 {
        3
    }

    fn open(&self) -> Result<u32, std::fmt::Error> {
        Err(std::fmt::Error)
    }

    fn close(&self) {}

    fn opened(&self) -> impl Future<Output = std::fmt::Result> {
        std::future::ready(Err(std::fmt::Error))
    }

    fn counted(&self) -> impl Future<Output = u32> {
        std::future::ready(4)
    }
}

#[test]
fn errors_are_asked_of_those_that_return_results() {
    let scope = scope();
    scope.in_scope(|| {
        assert_eq!(Till.count(), 3);
        Till.open().unwrap_err();
        Till.close();
        block_on(Till.opened()).unwrap_err();
        assert_eq!(block_on(Till.counted()), 4);
    });
    let told = |span: &tracer::export::SpanRecord| {
        let values = span.attributes().map(|(key, value)| format!(" {key}={value}"));
        let error = span.error().map(|error| format!(" ✖ {}", error.message()));
        format!("{}{}{}", span.name(), values.collect::<String>(), error.unwrap_or_default())
    };
    let mut told: Vec<String> = scope.spans().iter().map(told).collect();
    told.sort();
    assert_eq!(
        told,
        ["close", "count return=3", "counted return=4", "open ✖ Error", "opened ✖ Error"]
    );
}
