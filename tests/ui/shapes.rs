//! A program with `#[traced]` does what it does without, whatever its fns look like.
#![allow(
    clippy::all,
    clippy::pedantic,
    reason = "the shapes are odd on purpose; `lints` and `asked` take this back for themselves"
)]
#![allow(
    clippy::allow_attributes,
    clippy::as_underscore,
    clippy::future_not_send,
    clippy::use_self,
    reason = "as above"
)]

/// One fn twice: `plain::…` as it is written, `with::…` under `#[traced]`.
macro_rules! twice {
    ($($function:tt)*) => {
        pub(super) mod plain {
            #[allow(unused_imports, reason = "not every fn needs them")]
            use super::*;
            $($function)*
        }
        pub(super) mod with {
            #[allow(unused_imports, reason = "not every fn needs them")]
            use super::*;
            #[tracer::traced]
            $($function)*
        }
    };
}

#[path = "shapes/asked.rs"]
mod asked;
#[path = "shapes/asked_futures.rs"]
mod asked_futures;
#[path = "shapes/asked_order.rs"]
mod asked_order;
#[path = "shapes/async_traits.rs"]
mod async_traits;
#[path = "shapes/bodies.rs"]
mod bodies;
#[path = "shapes/borrowed_errors.rs"]
mod borrowed_errors;
#[path = "shapes/drop_order.rs"]
mod drop_order;
#[path = "shapes/futures.rs"]
mod futures;
#[path = "shapes/hygiene.rs"]
mod hygiene;
#[path = "shapes/lints.rs"]
mod lints;
#[path = "shapes/methods.rs"]
mod methods;
#[path = "shapes/results.rs"]
mod results;
#[path = "shapes/returned.rs"]
mod returned;
#[path = "shapes/send.rs"]
mod send;
#[path = "shapes/signatures.rs"]
mod signatures;
#[path = "shapes/streams.rs"]
mod streams;
#[path = "shapes/trees.rs"]
mod trees;
#[path = "shapes/unsafe_fns.rs"]
mod unsafe_fns;
