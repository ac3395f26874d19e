//! A thousand small async functions, all of which run: what it takes to compile them.

use std::fmt::Write;

/// The program's text; a `round` makes it another, else there is nothing to build.
pub(crate) fn source(attribute: &str, round: u32) -> String {
    let mut text = format!(
        "\
// Round {round}.
use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{{Context, Poll, Waker}};

fn drive<F: Future>(future: F) -> F::Output {{
    let mut future = pin!(future);
    loop {{
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {{
            return output;
        }}
    }}
}}

async fn step(i: u64) -> u64 {{
    black_box(i)
}}
"
    );
    for number in 0..1000 {
        let _ = write!(
            text,
            "
{attribute}
async fn work{number}(i: u64, text: &str) -> u64 {{
    let x = step(i).await;
    let y = step(x ^ {number}).await;
    x + y + text.len() as u64
}}
"
        );
    }
    // Who calls them is not annotated, and small enough for the compiler.
    for group in 0..50 {
        let _ = write!(
            text,
            "\n#[inline(never)]\nfn group{group}(i: u64) -> u64 {{\n    drive(async move {{\n        let mut sum = 0_u64;\n"
        );
        for number in group * 20..(group + 1) * 20 {
            let _ = writeln!(text, "        sum = sum.wrapping_add(work{number}(i, \"x\").await);");
        }
        text.push_str("        sum\n    })\n}\n");
    }
    text.push_str("\nfn main() {\n    let i = black_box(1);\n    let mut sum = 0_u64;\n");
    for group in 0..50 {
        let _ = writeln!(text, "    sum = sum.wrapping_add(group{group}(i));");
    }
    text.push_str("    println!(\"{sum}\");\n}\n");
    text
}
