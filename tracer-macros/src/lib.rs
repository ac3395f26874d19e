//! The attributes of the `tracer` crate, where they are documented and re-exported.

// In the order in which the tokens pass: what stands in the parentheses, the fn, the refusals,
// what becomes of its arguments and its result, and the tokens that go back.
mod written;

mod args;
mod fields;
mod parts;
mod settings;
mod shape;
mod told;

mod item;

mod check;
mod nearest;

mod deferred;
mod lazy;
mod output;
mod params;

mod callsite;
mod opening;
mod recorded;

mod body;
mod entry;
mod expand;
mod family;
mod runtime;
mod spawn;
mod whole;

#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

use crate::entry::{Entry, Executor, Role};

/// A span around every call: from start, or first poll, to result or drop.
#[proc_macro_attribute]
pub fn traced(args: TokenStream, item: TokenStream) -> TokenStream {
    let (args, item) = (args.into(), item.into());
    if cfg!(feature = "off") {
        expand::untraced(&args, &item).into()
    } else {
        expand::traced(&args, &item).into()
    }
}

/// `#[tracer::tokio::main]`: a tokio runtime with a tracer that flushes at exit.
#[proc_macro_attribute]
pub fn tokio_main(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::Tokio, Role::Main), args.into(), &item.into()).into()
}

/// `#[tracer::tokio::test]`: a tokio runtime with a tracer of its own for one test.
#[proc_macro_attribute]
pub fn tokio_test(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::Tokio, Role::Test), args.into(), &item.into()).into()
}

/// `#[tracer::async_std::main]`: async-std with a tracer that flushes at exit.
#[proc_macro_attribute]
pub fn async_std_main(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::AsyncStd, Role::Main), args.into(), &item.into()).into()
}

/// `#[tracer::async_std::test]`: async-std with a tracer of its own for one test.
#[proc_macro_attribute]
pub fn async_std_test(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::AsyncStd, Role::Test), args.into(), &item.into()).into()
}

/// `#[tracer::smol::main]`: smol with a tracer that flushes at exit.
#[proc_macro_attribute]
pub fn smol_main(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::Smol, Role::Main), args.into(), &item.into()).into()
}

/// `#[tracer::smol::test]`: smol with a tracer of its own for one test.
#[proc_macro_attribute]
pub fn smol_test(args: TokenStream, item: TokenStream) -> TokenStream {
    runtime::expand(Entry(Executor::Smol, Role::Test), args.into(), &item.into()).into()
}
