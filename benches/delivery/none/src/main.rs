//! The burst without any tracing: what the work itself takes.

use std::hint::black_box;
use std::ops::Range;

use delivery_burst::TEXT;

#[expect(clippy::unused_async, reason = "it stands beside the annotated ones")]
async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

async fn request(numbers: Range<u32>) {
    for number in numbers {
        step(number, number % 2 == 0, TEXT).await;
    }
}

fn main() {
    delivery_burst::run(request, || None);
}
