//! Servers that stop when they are told to, clients, and trees with their attributes.

mod server;
mod tree;

pub use server::{Serving, client, get, serve, text};
pub use tree::described;

use tracer::testing::Scope;

/// A scope for one test, with the runtime known.
pub fn scope() -> Scope {
    tracer::tokio::register();
    Scope::new()
}
