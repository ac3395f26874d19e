//! Shows traces to people: each one as a tree in the terminal, all of them as a page in the browser.
//!
//! Use it through the `tracer` crate. The modules stand in the order in which one trace passes
//! through them; a module uses only modules of lower floors.
//!
//! # Examples
//!
//! ```
//! use std::time::Duration;
//!
//! use tracer_core::{Span, Tracer};
//! use tracer_view::Tree;
//!
//! let tracer = Tracer::builder().exporter(Tree::stderr()).build()?;
//! tracer.in_scope(|| Span::new("parse").in_scope(|| ()));
//! tracer.flush(Duration::from_secs(5))?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "command")]
#[doc(hidden)]
pub mod command;

#[cfg(feature = "live")]
mod live;

#[cfg(feature = "html")]
mod html;
mod tree;

mod node;
mod trace;

mod critical;
mod fold;
mod layout;
#[cfg(feature = "file")]
mod read;

mod draw;
mod failure;
mod label;
mod timeline;

#[cfg(feature = "html")]
mod json;
#[cfg(feature = "html")]
mod table;

mod paint;
mod terminal;
mod text;

#[cfg(test)]
mod sketch;

#[cfg(feature = "html")]
pub use html::Html;
#[cfg(feature = "live")]
pub use live::Live;
pub use terminal::Color;
pub use tree::Tree;
