//! A backend that answers, refuses, hangs, goes away and talks nonsense; and exporters run against it.
#![expect(clippy::missing_panics_doc, reason = "what cannot be set up fails the test")]

mod run;
mod server;

pub use run::{Run, SOON};
pub use server::{Got, Reply, Server, status};
