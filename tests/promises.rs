//! What the tracer crates promise to users, one file a promise. Expected traces are text.
#![expect(clippy::mem_forget, reason = "what is leaked is part of some promises")]

#[path = "promises/adapters.rs"]
mod adapters;
#[path = "promises/attribute_orders.rs"]
mod attribute_orders;
#[path = "promises/auto_traits.rs"]
mod auto_traits;
#[path = "promises/baggage.rs"]
mod baggage;
#[path = "promises/deferred.rs"]
mod deferred;
#[path = "promises/depth.rs"]
mod depth;
#[path = "promises/ends.rs"]
mod ends;
#[path = "promises/exporters.rs"]
mod exporters;
#[path = "promises/failures.rs"]
mod failures;
#[path = "promises/fields.rs"]
mod fields;
#[path = "promises/flows.rs"]
mod flows;
#[path = "promises/foreign_tasks.rs"]
mod foreign_tasks;
#[path = "promises/guards.rs"]
mod guards;
#[path = "promises/isolation.rs"]
mod isolation;
#[path = "promises/nested_executors.rs"]
mod nested_executors;
#[path = "promises/openings.rs"]
mod openings;
#[path = "promises/parents.rs"]
mod parents;
#[path = "promises/propagation.rs"]
mod propagation;
#[path = "promises/recording.rs"]
mod recording;
#[path = "promises/returned.rs"]
mod returned;
#[path = "promises/smol_tasks.rs"]
mod smol_tasks;
#[path = "promises/spawns.rs"]
mod spawns;
#[path = "promises/test_attributes.rs"]
mod test_attributes;
#[path = "promises/threads.rs"]
mod threads;
#[path = "promises/tokios.rs"]
mod tokios;
#[path = "promises/values.rs"]
mod values;
#[path = "promises/whole.rs"]
mod whole;
