//! Servers that stop when they are told to, clients, and trees with their attributes.

mod server;
mod tree;

pub use server::{Serving, TracedClient, client, get, serve, text};
pub use tree::described;

use tracer::testing::Scope;

/// A scope for one test, with the runtime known.
pub fn scope() -> Scope {
    tracer::tokio::register();
    Scope::new()
}

/// The programs of the guide's page compile and run.
#[cfg(doctest)]
#[doc = include_str!("../../../tracer/src/guide/servers_and_clients.md")]
mod guide {}
