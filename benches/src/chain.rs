//! How long a chain of annotated async functions may get, and the stack that it is polled on.

use std::fmt::Write;

use crate::package::{Package, Profile};

/// What ours has to reach.
pub(crate) const ENOUGH: u32 = 25;

/// More than any compiler follows.
const TOO_LONG: u32 = 128;

/// The stack that runtimes give to their threads.
pub(crate) const STACK: u32 = 2 << 20;

/// The longest chain that compiles, found by halving.
pub(crate) fn longest(package: &Package, attribute: &str) -> u32 {
    // Else it would be another mistake that is measured.
    package.build(Profile::Dev, &source(attribute, 1)).unwrap_or_else(|why| panic!("{why}"));
    let (mut good, mut bad) = (1, TOO_LONG);
    while bad - good > 1 {
        let length = u32::midpoint(good, bad);
        match package.build(Profile::Dev, &source(attribute, length)) {
            Ok(_) => good = length,
            Err(why) => {
                assert!(why.contains("recursion"), "a chain of {length}: {why}");
                bad = length;
            }
        }
    }
    good
}

/// Bytes of stack that each level of a chain takes in a debug build; none where the stack is too small for it.
pub(crate) fn stack_a_level(package: &Package, attribute: &str, length: u32) -> Option<u32> {
    if let Err(why) = package.build(Profile::Dev, &source(attribute, length)) {
        panic!("a chain of {length}: {why}");
    }
    package.answer().map(|bytes| bytes.parse().expect("a number"))
}

/// A program whose functions each await the next and a yield.
pub(crate) fn source(attribute: &str, length: u32) -> String {
    let mut text = format!(
        "\
use std::future::Future;
use std::hint::black_box;
use std::pin::{{Pin, pin}};
use std::sync::atomic::{{AtomicUsize, Ordering}};
use std::task::{{Context, Poll, Waker}};

static OUTERMOST: AtomicUsize = AtomicUsize::new(0);
static INNERMOST: AtomicUsize = AtomicUsize::new(0);

struct Yields(bool);

impl Future for Yields {{
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {{
        if std::mem::replace(&mut self.0, true) {{ Poll::Ready(()) }} else {{ Poll::Pending }}
    }}
}}

#[inline(never)]
fn here(place: &AtomicUsize) {{
    let local = 0_u8;
    place.store((&raw const *black_box(&local)).addr(), Ordering::Relaxed);
}}

fn drive<F: Future + Send>(future: F) -> F::Output {{
    let mut future = pin!(future);
    loop {{
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {{
            return output;
        }}
    }}
}}

fn main() {{
    let run = || drive(level1(black_box(1)));
    let thread = std::thread::Builder::new().stack_size({STACK}).spawn(run).unwrap();
    assert_eq!(thread.join().unwrap(), {length});
    let bytes = OUTERMOST.load(Ordering::Relaxed) - INNERMOST.load(Ordering::Relaxed);
    println!(\"{{}}\", bytes / {});
}}
",
        (length - 1).max(1)
    );
    for level in 1..=length {
        let first = if level == 1 { "here(&OUTERMOST); " } else { "" };
        let body = if level == length {
            "here(&INNERMOST); i".to_owned()
        } else {
            format!("level{}(i + 1).await", level + 1)
        };
        let _ = writeln!(
            text,
            "\n{attribute}\nasync fn level{level}(i: u32) -> u32 {{ {first}Yields(false).await; {body} }}"
        );
    }
    text
}
