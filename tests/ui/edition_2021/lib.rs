//! What editions before 2024 do differently: temporaries at the end of a body, what closures and `impl Trait` capture,
//! and how paths begin.

#![cfg(test)]
#![forbid(unsafe_code)]

use std::future::Future;
use std::pin::Pin;

use futures::stream::{self, Stream, StreamExt as _};
use tracer::traced;
use tracer_ui_tests::{block_on, dropped, pause, tree, Noted};

#[traced]
fn sync(argument: Noted) -> usize {
    let _local = Noted("local");
    argument.borrow("temporary").len()
}

#[traced]
fn fallible(argument: Noted) -> Result<usize, String> {
    let _local = Noted("local");
    Ok(argument.borrow("temporary").len())
}

#[traced]
async fn asynchronous(argument: Noted) -> usize {
    let _local = Noted("local");
    argument.borrow("temporary").len()
}

#[test]
fn temporaries_drop_before_the_arguments() {
    assert_eq!(dropped(|| sync(Noted("argument"))), "local temporary argument");
    assert_eq!(dropped(|| fallible(Noted("argument"))), "local temporary argument");
    assert_eq!(dropped(|| block_on(asynchronous(Noted("argument")))), "local temporary argument");
}

#[traced]
async fn longest(left: &str, right: &str, more: impl AsRef<str>) -> usize {
    left.len().max(right.len()).max(more.as_ref().len())
}

#[test]
fn everything_is_captured() {
    let right = String::from("right");
    assert_eq!(block_on(longest("left", &right, &right)), 5);
}

struct Pair(#[expect(dead_code, reason = "dropping it is what it is for")] Noted, Noted);

#[traced]
async fn one_of_two(pair: Pair, _: Noted) -> usize {
    pause().await;
    pair.1.name().len()
}

#[traced]
fn one_of_two_fallible(pair: Pair, _: Noted) -> Result<usize, String> {
    let second = pair.1;
    Ok(second.name().len())
}

#[test]
fn arguments_are_captured_as_a_whole() {
    let pair = || Pair(Noted("first"), Noted("second"));
    assert_eq!(dropped(|| block_on(one_of_two(pair(), Noted("_")))), "_ first second");
    assert_eq!(dropped(|| one_of_two_fallible(pair(), Noted("_"))), "second _ first");
}

#[traced(args)]
fn lazy(text: &str) -> impl Future<Output = usize> + '_ {
    async move {
        pause().await;
        text.len()
    }
}

/// Captures nothing, as `impl` without a lifetime did.
#[traced]
fn eager(text: &str) -> impl Future<Output = Result<usize, std::num::ParseIntError>> {
    let number = text.parse();
    async move { number }
}

#[traced]
fn boxed(text: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move { text.len() })
}

#[traced]
fn items(texts: &[&str]) -> impl Stream<Item = usize> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.len()).collect();
    stream::iter(lengths)
}

#[traced]
fn thread(text: String) -> usize {
    std::thread::spawn(move || fallible(Noted("argument")).map_or(0, |length| length + text.len()))
        .join()
        .unwrap_or_default()
}

#[test]
fn each_is_a_span() {
    let scene = || {
        assert_eq!(block_on(lazy("ab")), 2);
        let not_borrowed = (eager(&String::from("x")), items(&[&String::from("abc")]));
        assert!(block_on(not_borrowed.0).is_err());
        assert_eq!(block_on(not_borrowed.1.collect::<Vec<_>>()), [3]);
        assert_eq!(block_on(boxed("abcd")), 4);
        assert_eq!(thread("a".to_owned()), 18);
    };
    assert_eq!(tree(scene), "boxed\neager ✖\nitems\nlazy(text=ab)\nthread\n  fallible\n");
}
