//! What the tracer crates promise to users, one file a promise. Expected traces are text.

#[path = "promises/parents.rs"]
mod parents;
#[path = "promises/exporters.rs"]
mod exporters;
#[path = "promises/isolation.rs"]
mod isolation;
