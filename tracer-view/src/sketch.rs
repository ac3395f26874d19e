//! Traces made by hand, for tests. Times are in milliseconds.

use tracer_core::{Completeness, Outcome, TraceId};

use crate::node::{Failure, Frame, Node};
use crate::trace::Trace;

#[expect(clippy::cast_sign_loss, reason = "times of tests are positive")]
fn nanos(millis: f64) -> u64 {
    (millis * 1e6).round() as u64
}

/// A completed span that is not async; 0 is no parent.
pub(crate) fn span(
    id: u64,
    parent: u64,
    name: &'static str,
    start: f64,
    end: f64,
) -> Node<'static> {
    let mut node = Node::stand_in(id, nanos(start), nanos(end));
    (node.parent, node.name, node.missing) = (parent, name, false);
    node
}

pub(crate) fn trace(nodes: Vec<Node<'static>>) -> Trace<'static> {
    Trace::new(nodes, TraceId::from_u128(0x4f9c_02d1 << 96), Completeness::Whole)
}

pub(crate) fn frame(function: &str, place: &str) -> Frame {
    Frame { function: function.to_owned(), place: place.to_owned() }
}

impl Node<'static> {
    pub(crate) fn with(mut self, key: &'static str, value: &str) -> Self {
        self.attributes.push((key, value.to_owned()));
        self
    }

    /// An inner span of a task.
    pub(crate) fn polled(mut self, polls: u32) -> Self {
        self.polls = polls;
        self
    }

    /// The outermost span of a task.
    pub(crate) fn sliced(mut self, slices: &[(f64, f64)]) -> Self {
        self.polls = slices.len() as u32;
        self.slices = slices.iter().map(|(start, end)| (nanos(*start), nanos(*end))).collect();
        self
    }

    /// The outermost span of a task that others woke.
    pub(crate) fn woken(mut self, wakes: &[(f64, u64)]) -> Self {
        self.wakes = wakes.iter().map(|(time, by)| (nanos(*time), *by)).collect();
        self
    }

    pub(crate) fn in_service(mut self, service: &'static str) -> Self {
        self.service = service;
        self
    }

    pub(crate) fn spawned(mut self) -> Self {
        self.spawned = true;
        self
    }

    pub(crate) fn in_task(mut self, task: u64) -> Self {
        self.task = Some(task);
        self.spawned()
    }

    pub(crate) fn spawned_at(mut self, file: &'static str, line: u32) -> Self {
        self.spawned_at = Some((file, line));
        self.spawned()
    }

    pub(crate) fn ended(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }

    pub(crate) fn failed(mut self, message: &'static str, stack: &[Frame]) -> Self {
        let stack = stack.to_vec();
        self.failure =
            Some(Failure { kind: "", message, sources: Vec::new(), stack, passed_on: false });
        self
    }

    pub(crate) fn passing(mut self, message: &'static str, sources: &[&'static str]) -> Self {
        let sources = sources.to_vec();
        self.failure =
            Some(Failure { kind: "", message, sources, stack: Vec::new(), passed_on: true });
        self
    }
}
