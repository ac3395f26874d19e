//! What the tests of hooks share: runtimes that have them, a request, and HTTP that spawns.
#![cfg(tokio_unstable)]

mod http;
mod request;

pub use http::{Chunk, Once, OneConnection, client, posted, serve_with_hyper};
pub use request::{query, request, runtimes, tree};
