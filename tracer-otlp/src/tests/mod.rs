//! Random spans, written by a real tracer, and what is made of them.

mod encoded;
mod random;
