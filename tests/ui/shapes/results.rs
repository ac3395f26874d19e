//! What comes back: values, errors, coercions, opaque types, nothing at all.

use std::convert::Infallible;
use std::error::Error;
use std::fmt::{self, Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

use tracer::traced;
use tracer_ui_tests::{block_on, cancel, pause};

type Fallible<T> = Result<T, Box<dyn Error>>;

#[traced]
async fn question(text: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
    pause().await;
    Ok(text.parse::<u32>()?)
}

#[traced]
fn question_sync(text: &str) -> std::io::Result<u32> {
    if text.is_empty() {
        return Err(std::io::Error::other("empty"));
    }
    text.parse::<u32>().map_err(std::io::Error::other)
}

#[traced]
async fn coerced(yes: bool) -> Result<Box<dyn Display>, String> {
    if yes { Ok(Box::new(1)) } else { Ok(Box::new("no")) }
}

#[traced]
fn coerced_sync() -> Result<Box<dyn Fn(u32) -> u32>, String> {
    Ok(Box::new(|value| value + 1))
}

#[traced]
async fn inferred() -> Vec<u32> {
    "1 2".split(' ').map(|number| number.parse().unwrap_or_default()).collect()
}

#[traced]
async fn opaque(up_to: u32) -> Result<impl Iterator<Item = u32>, Box<dyn Error>> {
    let limit: u32 = "100".parse()?;
    Ok((1..=up_to).filter(move |number| *number < limit))
}

#[traced]
fn opaque_sync(up_to: u32) -> Result<impl Iterator<Item = impl Debug>, Box<dyn Error>> {
    let limit: u32 = "100".parse()?;
    Ok((1..=up_to).filter(move |number| *number < limit))
}

#[traced]
fn opaque_borrowed(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ')
}

#[traced]
async fn opaque_option() -> Option<impl FnOnce(&str) -> usize> {
    Some(|text: &str| text.len())
}

#[traced]
async fn recursive(depth: u32) -> u32 {
    pause().await;
    if depth == 0 { 0 } else { Box::pin(recursive(depth - 1)).await + 1 }
}

#[traced(args)]
fn recursive_sync(depth: u32) -> Result<u32, fmt::Error> {
    if depth == 0 { Ok(0) } else { Ok(recursive_sync(depth - 1)? + 1) }
}

#[traced]
async fn never(mut rounds: u32) -> ! {
    loop {
        rounds = rounds.wrapping_add(1);
        pause().await;
    }
}

#[traced]
fn never_sync(text: String) -> ! {
    panic!("{text}")
}

#[traced]
fn never_wrong() -> Result<u32, Infallible> {
    Ok(1)
}

#[traced]
async fn nobody() -> Infallible {
    std::future::pending().await
}

#[traced]
fn early(value: u32) -> Fallible<u32> {
    for number in 0..value {
        if number == 3 {
            return Ok(number);
        }
    }
    Err("too few".into())
}

#[traced]
fn unit() {}

#[traced]
async fn unit_async() {}

#[traced]
fn borrowed<'a>(text: &'a mut String, _other: &str) -> Result<&'a mut str, fmt::Error> {
    text.push('!');
    Ok(text)
}

#[test]
fn results_are_unchanged() {
    assert_eq!(block_on(question("1")).unwrap(), 1);
    assert_eq!(block_on(question("x")).unwrap_err().to_string(), "invalid digit found in string");
    assert_eq!(question_sync("1").unwrap(), 1);
    assert_eq!(question_sync("").unwrap_err().to_string(), "empty");
    assert_eq!(block_on(coerced(false)).unwrap().to_string(), "no");
    assert_eq!(block_on(coerced(true)).unwrap().to_string(), "1");
    assert_eq!(coerced_sync().unwrap()(1), 2);
    assert_eq!(block_on(inferred()), [1, 2]);
    assert_eq!(never_wrong(), Ok(1));
    assert_eq!(early(5).unwrap(), 3);
    assert_eq!(early(1).unwrap_err().to_string(), "too few");
    assert_eq!(borrowed(&mut "a".to_owned(), "b").unwrap(), "a!");
    unit();
    block_on(unit_async());
}

#[test]
fn opaque_types_stay_opaque() {
    assert_eq!(block_on(opaque(3)).unwrap().sum::<u32>(), 6);
    assert_eq!(opaque_sync(3).unwrap().count(), 3);
    assert_eq!(opaque_borrowed("a b").count(), 2);
    assert_eq!(block_on(opaque_option()).unwrap()("abc"), 3);
}

#[test]
fn recursion() {
    assert_eq!(block_on(recursive(20)), 20);
    assert_eq!(recursive_sync(20), Ok(20));
}

#[test]
fn never_is_never() {
    cancel(never(0));
    cancel(nobody());
    let panic = catch_unwind(AssertUnwindSafe(|| never_sync("the text".to_owned()))).unwrap_err();
    assert_eq!(panic.downcast_ref::<String>().map(String::as_str), Some("the text"));
}
