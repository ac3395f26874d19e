//! The burst, traced by this tracer as the environment describes it.

use std::hint::black_box;
use std::ops::Range;
use std::time::Duration;

use delivery_burst::TEXT;
use tracer::traced;

#[traced(args)]
async fn step(number: u32, even: bool, text: &str) {
    black_box((number, even, text));
}

#[traced]
async fn request(numbers: Range<u32>) {
    for number in numbers {
        step(number, number % 2 == 0, TEXT).await;
    }
}

fn main() {
    let guard = tracer::init().expect("the only tracer");
    let tracer = guard.tracer().expect("the environment asks for one");
    delivery_burst::run(request, || {
        if let Err(error) = tracer.flush(Duration::from_mins(1)) {
            eprintln!("{error}\n{}", tracer.stats());
        }
        Some(tracer.stats().exporters[0].acknowledged)
    });
}
