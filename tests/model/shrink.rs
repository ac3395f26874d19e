//! Makes a program smaller as long as it fails.

use crate::place::is_valid;
use crate::program::{Op, Program};

/// Returns the smallest program found of which `fails` still says so.
pub(crate) fn shrink(program: Program, mut fails: impl FnMut(&Program) -> bool) -> Program {
    let mut smallest = program;
    'smaller: loop {
        for candidate in smaller(&smallest) {
            if is_valid(&candidate) && fails(&candidate) {
                smallest = candidate;
                continue 'smaller;
            }
        }
        return smallest;
    }
}

/// Programs with one thing less, those with least first.
fn smaller(program: &Program) -> Vec<Program> {
    let mut candidates = Vec::new();
    if program.requests.len() > 1 {
        for index in 0..program.requests.len() {
            let mut candidate = program.clone();
            candidate.requests.remove(index);
            candidates.push(candidate);
        }
    }
    if !program.drivers.is_empty() {
        let mut candidate = program.clone();
        candidate.drivers.pop();
        candidates.push(candidate);
    }
    for (index, request) in program.requests.iter().enumerate() {
        for body in bodies(&request.body) {
            let mut candidate = program.clone();
            candidate.requests[index].body = body;
            candidates.push(candidate);
        }
    }
    candidates
}

/// A body without one of its steps, with a step's own body in its place, or with a smaller step.
fn bodies(ops: &[Op]) -> Vec<Vec<Op>> {
    let with = |index: usize, instead: Vec<Op>| {
        let mut body = ops.to_vec();
        body.splice(index..=index, instead);
        body
    };
    let mut found = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        found.push(with(index, Vec::new()));
        found.extend(op.bodies.iter().map(|body| with(index, body.clone())));
    }
    for (index, op) in ops.iter().enumerate() {
        found.extend(steps(op).into_iter().map(|op| with(index, vec![op])));
    }
    found
}

fn steps(op: &Op) -> Vec<Op> {
    let mut found = Vec::new();
    for index in 0..op.layers.len() {
        let mut step = op.clone();
        step.layers.remove(index);
        found.push(step);
    }
    for (index, body) in op.bodies.iter().enumerate() {
        for body in bodies(body) {
            let mut step = op.clone();
            step.bodies[index] = body;
            found.push(step);
        }
    }
    found
}
