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
#[path = "promises/cancels.rs"]
mod cancels;
#[path = "promises/decisions.rs"]
mod decisions;
#[path = "promises/deferred.rs"]
mod deferred;
#[path = "promises/depth.rs"]
mod depth;
#[path = "promises/ends.rs"]
mod ends;
#[path = "promises/error_kinds.rs"]
mod error_kinds;
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
#[path = "promises/handed_on.rs"]
mod handed_on;
#[path = "promises/held_guards.rs"]
mod held_guards;
#[path = "promises/in_flight.rs"]
mod in_flight;
#[path = "promises/in_parts.rs"]
mod in_parts;
#[path = "promises/isolation.rs"]
mod isolation;
#[path = "promises/leaked_guards.rs"]
mod leaked_guards;
#[path = "promises/long_running.rs"]
mod long_running;
#[path = "promises/middleware.rs"]
mod middleware;
#[path = "promises/names.rs"]
mod names;
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
#[path = "promises/sampling.rs"]
mod sampling;
#[path = "promises/several_guards.rs"]
mod several_guards;
#[path = "promises/slow_polls.rs"]
mod slow_polls;
#[path = "promises/smol_tasks.rs"]
mod smol_tasks;
#[path = "promises/spawn_lookalikes.rs"]
mod spawn_lookalikes;
#[path = "promises/spawns.rs"]
mod spawns;
#[path = "promises/tail.rs"]
mod tail;
#[path = "promises/task_facts.rs"]
mod task_facts;
#[path = "promises/task_sets.rs"]
mod task_sets;
#[path = "promises/test_attributes.rs"]
mod test_attributes;
#[path = "promises/threads.rs"]
mod threads;
#[path = "promises/tokios.rs"]
mod tokios;
#[path = "promises/unsampled.rs"]
mod unsampled;
#[path = "promises/unsampled_tasks.rs"]
mod unsampled_tasks;
#[path = "promises/values.rs"]
mod values;
#[path = "promises/wakes.rs"]
mod wakes;
#[path = "promises/whole.rs"]
mod whole;
#[path = "promises/workers.rs"]
mod workers;
