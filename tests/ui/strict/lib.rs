//! A crate that allows nothing: no unsafe code, no prelude, no warning. Every form of the attribute compiles in it.

#![cfg(test)]
#![no_implicit_prelude]
#![forbid(unsafe_code)]
#![deny(warnings, clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(missing_docs, unreachable_pub, unused_qualifications, unused_results)]

use ::core::prelude::v1::test;
use ::futures::stream;
use ::std::boxed::Box;
use ::std::clone::Clone;
use ::std::future::{Future, ready};
use ::std::iter::Iterator as _;
use ::std::num::ParseIntError;
use ::std::ops::Fn;
use ::std::option::Option;
use ::std::pin::Pin;
use ::std::result::Result::{self, Err, Ok};
use ::std::string::{String, ToString as _};
use ::tracer::traced;
use ::tracer_ui_tests::{block_on, pause, tree};

#[traced]
fn sync(text: String, _kept: String) -> usize {
    text.len()
}

#[traced("by another name", args)]
fn fallible(text: &str, mut tries: u32) -> Result<u32, ParseIntError> {
    tries += 1;
    Ok(text.parse::<u32>()? + tries)
}

#[traced(args(first))]
async fn asynchronous((first, _second): (u32, u32)) -> Result<String, String> {
    pause().await;
    if first == 0 { Err(first.to_string()) } else { Ok(first.to_string()) }
}

#[traced]
fn lazy(text: &str) -> impl Future<Output = usize> + ::core::marker::Send {
    async move { text.len() }
}

#[traced(args)]
fn eager(text: &str) -> impl Future<Output = Result<u32, ParseIntError>> + use<> {
    let number = text.parse();
    async { number }
}

#[traced]
fn pinned(value: u32) -> Pin<Box<dyn Future<Output = u32> + ::core::marker::Send>> {
    if value == 0 {
        return Box::pin(ready(0));
    }
    Box::pin(async move { value })
}

#[traced(boxed)]
async fn boxed(values: [u32; 64]) -> Option<u32> {
    pause().await;
    values.iter().copied().max()
}

#[traced]
fn items(up_to: u32) -> impl stream::Stream<Item = u32> {
    stream::iter(1..=up_to)
}

#[traced(spawn = true)]
fn spawns(text: String) -> usize {
    let thread = ::std::thread::spawn(move || sync(text, String::new()));
    let joined = ::std::thread::scope(|scope| scope.spawn(|| ()).join().is_ok());
    ::std::assert!(joined);
    thread.join().unwrap_or_default()
}

struct Shop<T> {
    price: T,
}

impl<T: Clone + ::core::marker::Sync> Shop<T> {
    #[traced]
    fn price(&self) -> T {
        self.price.clone()
    }

    #[traced]
    async fn later(&self, _times: impl Fn() -> u32 + ::core::marker::Sync) -> T {
        pause().await;
        self.price()
    }
}

#[test]
fn every_form() {
    let scene = || {
        ::std::assert_eq!(sync("a".to_string(), String::new()), 1);
        ::std::assert_eq!(fallible("1", 1), Ok(3));
        ::std::assert!(fallible("x", 1).is_err());
        ::std::assert_eq!(block_on(asynchronous((2, 1))).as_deref(), Ok("2"));
        ::std::assert!(block_on(asynchronous((0, 1))).is_err());
        ::std::assert_eq!(block_on(lazy("ab")), 2);
        ::std::assert_eq!(block_on(eager("3")), Ok(3));
        ::std::assert_eq!(block_on(pinned(4)) + block_on(pinned(0)), 4);
        ::std::assert_eq!(block_on(boxed([5; 64])), Option::Some(5));
        let count = ::futures::StreamExt::count(items(6));
        ::std::assert_eq!(block_on(count), 6);
        ::std::assert_eq!(spawns("abcdefg".to_string()), 7);
        let shop = Shop { price: 8 };
        ::std::assert_eq!(block_on(shop.later(|| 9)), 8);
    };
    let expected = "\
        asynchronous(first=0) ✖\n\
        asynchronous(first=2)\n\
        boxed\n\
        by another name(text=x, tries=1) ✖\n\
        by another name(text=1, tries=1)\n\
        eager(text=3)\n\
        items\n\
        later\n  price\n\
        lazy\n\
        pinned\n\
        pinned\n\
        spawns\n  sync\n\
        sync\n";
    ::std::assert_eq!(tree(scene), expected);
}
