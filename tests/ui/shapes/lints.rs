//! No lint comes out of the expansion, and none of the user's own is lost. Under `clippy` this says more.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::shadow_same, clippy::used_underscore_binding, clippy::semicolon_outside_block)]

use tracer::traced;
use tracer_ui_tests::{Noted, block_on, pause};

#[traced]
#[expect(unused_variables, reason = "must be found")]
fn unused(value: String, count: u32) {}

#[traced]
#[expect(unused_variables, reason = "must be found")]
async fn unused_async(value: String, (left, right): (u32, u32)) {}

#[traced]
#[expect(unused_variables, reason = "must be found")]
fn unused_result(value: String, count: u32) -> Result<(), String> {
    Ok(())
}

#[traced]
fn expected(
    #[expect(unused_variables, reason = "must be found here")] value: String,
    #[allow(unused, reason = "must stay allowed")] other: u32,
) {
}

#[traced]
async fn expected_async(
    #[expect(unused_variables, reason = "must be found here")] value: &str,
    _ignored: u32,
) {
}

#[traced]
#[expect(unused_mut, reason = "must be found")]
fn never_changed(mut value: Vec<u32>) -> usize {
    value.len()
}

#[traced]
#[expect(unused_mut, reason = "must be found")]
async fn never_changed_async(mut value: u32) -> u32 {
    value
}

#[traced]
#[expect(unused_assignments, reason = "must be found")]
async fn never_read(mut value: u32) -> u32 {
    value = 1;
    value = 2;
    value
}

#[traced]
#[expect(dead_code, reason = "must be found")]
fn never_called(_value: String) {}

#[traced]
#[expect(dead_code, reason = "must be found")]
async fn never_called_async() -> Result<(), String> {
    Ok(())
}

#[traced]
#[expect(unreachable_code, reason = "must be found")]
fn unreachable() -> Result<u32, String> {
    return Ok(1);
    Ok(2)
}

#[traced(args)]
fn underscores(_first: &str, _: String, second: String, _third: Noted) -> usize {
    second.len()
}

#[traced(args)]
async fn underscores_async(_first: String, _: String, second: String) -> usize {
    pause().await;
    second.len()
}

#[traced]
fn only_braces(value: Option<String>) -> Option<String> {
    value
}

#[traced(args)]
async fn only_a_call(value: String) {
    pause().await;
    drop(value);
}

#[traced]
#[must_use]
async fn needed(_text: String) -> u32 {
    1
}

#[expect(unused_must_use, reason = "must be found")]
async fn not_used() {
    needed(String::new()).await;
}

#[test]
fn they_still_run() {
    unused(String::new(), 1);
    block_on(unused_async(String::new(), (1, 2)));
    unused_result(String::new(), 1).unwrap();
    expected(String::new(), 1);
    block_on(expected_async("", 1));
    assert_eq!(never_changed(vec![1]), 1);
    assert_eq!(block_on(never_changed_async(1)), 1);
    assert_eq!(block_on(never_read(1)), 2);
    assert_eq!(unreachable(), Ok(1));
    assert_eq!(underscores("", String::new(), "a".to_owned(), Noted("third")), 1);
    assert_eq!(block_on(underscores_async(String::new(), String::new(), "a".to_owned())), 1);
    assert_eq!(only_braces(None), None);
    block_on(only_a_call(String::new()));
    block_on(not_used());
}
