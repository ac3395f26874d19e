//! What the tracer crates promise to users, one file a promise. Expected traces are text.

#[path = "promises/parents.rs"]
mod parents;
