//! Random spans, written by a real tracer, and what is made of them.

mod encoded;
pub(crate) mod folder;
pub(crate) mod random;
mod read_back;
