//! No lint comes out of what the attribute is asked, and none of the user's own is lost. Under `clippy` this
//! says more.
#![deny(warnings, clippy::all, clippy::pedantic, clippy::allow_attributes_without_reason)]
#![deny(clippy::shadow_same, clippy::used_underscore_binding, clippy::semicolon_outside_block)]

use tracer::{SpanContext, current, traced};
use tracer_ui_tests::{block_on, pause};

const fn yes() -> bool {
    true
}

#[traced(
    "asked",
    kind = client,
    level = debug,
    target = "asked",
    span_type = "web",
    resource = text,
    service = "shop",
    fields(size = text.len(), count, sum = count + 1, %text, ?count.min, later = _),
    links(current()),
    when = yes()
)]
fn opened(text: &str, count: Count, unused: u32) -> usize
where
    Count: Copy,
{
    let _ = unused;
    text.len() + count.min as usize
}

#[derive(Clone, Copy, Debug)]
struct Count {
    min: u32,
}

impl std::ops::Add<u32> for Count {
    type Output = u32;

    fn add(self, other: u32) -> u32 {
        self.min + other
    }
}

#[traced(parent = parent, when = yes(), fields(value, sum = value + 1), poll)]
async fn below(parent: SpanContext, value: u32) -> u32 {
    pause().await;
    value
}

#[traced(parent = parent, when = wanted != value)]
fn below_sync(parent: SpanContext, wanted: &str, value: String) {}

#[traced(ret, err(none))]
async fn returned(value: Option<u32>) -> Result<u32, String> {
    value.ok_or_else(String::new)
}

#[traced(ret(|value| value + 1), err(|error| error.len() + 1))]
async fn told(value: Option<u32>) -> Result<u32, String> {
    pause().await;
    value.ok_or_else(String::new)
}

#[traced(ret(Debug), err(String::len))]
fn told_sync(value: Option<u32>) -> Result<u32, String> {
    value.ok_or_else(String::new)
}

#[traced(when = yes(), args)]
#[must_use]
async fn needed(text: &str) -> usize {
    text.len()
}

struct Shop;

#[traced(args, prefix = "shop", except(left_out))]
impl Shop {
    #[must_use]
    fn total(&self, _tax: u32) -> u32 {
        u32::from(self.left_out())
    }

    #[expect(clippy::unused_self, reason = "must be found")]
    fn left_out(&self) -> bool {
        true
    }
}

#[traced]
impl Shop {
    #[expect(unused_variables, reason = "must be found")]
    fn unused(value: u32, text: &str) {}

    #[expect(dead_code, reason = "must be found")]
    fn never_called() {}
}

#[test]
#[expect(unused_must_use, reason = "must be found")]
fn no_lints() {
    let count = Count { min: 1 };
    assert_eq!(opened("a", count, 2), 2);
    assert_eq!(block_on(below(current(), 1)), 1);
    below_sync(current(), "a", String::new());
    assert_eq!(block_on(returned(Some(1))), Ok(1));
    assert_eq!(block_on(told(Some(1))), Ok(1));
    assert_eq!(told_sync(Some(1)), Ok(1));
    assert_eq!(block_on(needed("a")), 1);
    Shop.total(1);
    Shop::unused(1, "");
}
