//! What editions before 2024 do differently: temporaries at the end of a body, and what `impl Trait` captures.

#![cfg(test)]

use tracer::traced;
use tracer_ui_tests::{block_on, dropped, Noted};

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
