//! The work that every program does, written once, and how it is timed and counted.
//!
//! A program expands [`functions!`] with its own attribute and [`cases!`], and hands the cases to
//! [`main`]. What differs between programs is the attribute and what is behind it.

mod case;
mod cases;
mod clock;
mod functions;
mod program;
mod sampling;
mod sized;

pub use case::{Case, Failure, Numbers, Yields, block_on, cancelled, drained, drive};
pub use program::{Mode, Peer, main, print};
pub use sized::SIZES;

#[doc(hidden)]
pub use tokio;
