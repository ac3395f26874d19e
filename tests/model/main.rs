//! Random programs on each runtime: what is recorded is what the rules say.
//!
//! A program is a few requests that call, spawn, join, select, cancel, hand futures to each other's
//! tasks and drive executors inside of themselves (`program.rs`; `place.rs` says where which of it may
//! stand, so that its tree does not depend on timing). `oracle.rs` computes its tree from the rules in
//! `rules.rs`, without the tracer. Where they differ, the program is shrunk and printed with its seed.
//!
//! `TRACER_MODEL_SEED` runs one program alone, `TRACER_MODEL_FIRST` begins with another seed than 0.
#![expect(clippy::print_stderr, reason = "it says which programs fail")]

mod batch;
mod executors;
mod generate;
mod held;
mod oracle;
mod place;
mod polls;
mod program;
mod random;
mod rules;
mod run;
mod shrink;
mod spans;
mod steps;
mod tasks;
mod tree;

use std::collections::BTreeMap;
use std::ops::Range;
use std::thread;

use tracer_tests::{AsyncStd, FuturesPool, Runtime, Smol, TokioCurrentThread, TokioMultiThread};

use crate::program::Program;

const PROGRAMS: u64 = 10_000;
const RUNTIMES: u64 = 5;
/// Programs that share a tracer.
const BATCH: u64 = 100;

fn number(variable: &str) -> Option<u64> {
    let value = std::env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is `{value}`, not a number")))
}

fn seeds() -> Range<u64> {
    let first = number("TRACER_MODEL_FIRST").unwrap_or(0);
    first..first + PROGRAMS
}

#[test]
fn ten_thousand_programs_have_the_trees_that_the_rules_say() {
    // How long inherited contexts count is said for the whole process: one after the other.
    let failed: usize = [false, true].into_iter().map(on_all).sum();
    assert_eq!(failed, 0, "programs failed, see above");
}

/// Runs the programs of an even or odd seed, on all runtimes at once.
fn on_all(expires: bool) -> usize {
    if let Some(seed) = number("TRACER_MODEL_SEED") {
        return if seed % 2 == u64::from(expires) { on_each(seed..seed + 1, expires) } else { 0 };
    }
    let Range { start, end } = seeds();
    let share = (end - start) / RUNTIMES;
    let of = |index: u64| start + index * share..start + (index + 1) * share;
    thread::scope(|threads| {
        let running = [
            threads.spawn(|| on::<TokioCurrentThread>(of(0), expires)),
            threads.spawn(|| on::<TokioMultiThread>(of(1), expires)),
            threads.spawn(|| on::<AsyncStd>(of(2), expires)),
            threads.spawn(|| on::<Smol>(of(3), expires)),
            threads.spawn(|| on::<FuturesPool>(of(4), expires)),
        ];
        running.map(|thread| thread.join().expect("it does not panic")).into_iter().sum()
    })
}

fn on_each(seeds: Range<u64>, expires: bool) -> usize {
    on::<TokioCurrentThread>(seeds.clone(), expires)
        + on::<TokioMultiThread>(seeds.clone(), expires)
        + on::<AsyncStd>(seeds.clone(), expires)
        + on::<Smol>(seeds.clone(), expires)
        + on::<FuturesPool>(seeds, expires)
}

fn on<R: Runtime>(seeds: Range<u64>, expires: bool) -> usize {
    let seeds: Vec<_> = seeds.filter(|seed| seed % 2 == u64::from(expires)).collect();
    let mut failed = 0;
    for seeds in seeds.chunks(BATCH as usize) {
        let programs: Vec<_> = seeds.iter().map(|seed| generate::program(*seed)).collect();
        let differences = compare::<R>(&programs, expires);
        for ((seed, program), difference) in seeds.iter().zip(programs).zip(differences) {
            if let Some(difference) = difference {
                if failed == 0 {
                    report::<R>(*seed, program, &difference, expires);
                }
                failed += 1;
            }
        }
        if failed > 0 {
            break;
        }
    }
    failed
}

/// For each program what differs, if something does.
fn compare<R: Runtime>(programs: &[Program], expires: bool) -> Vec<Option<String>> {
    let actual = batch::trees::<R>(programs, expires);
    let pairs = programs.iter().zip(actual);
    pairs
        .map(|(program, actual)| {
            let expected = oracle::tree(program, expires);
            let text = match actual {
                Ok(actual) if actual == expected => return None,
                Ok(actual) => tree::text(&actual),
                Err(panicked) => panicked + "\n",
            };
            Some(format!("expected:\n{}actual:\n{text}", tree::text(&expected)))
        })
        .collect()
}

fn report<R: Runtime>(seed: u64, program: Program, difference: &str, expires: bool) {
    // What depends on timing may need some tries.
    let difference_of = |program: &Program| {
        (0..3).find_map(|_| compare::<R>(std::slice::from_ref(program), expires).remove(0))
    };
    let fails_alone = difference_of(&program).is_some();
    let (program, difference) = if fails_alone {
        let smallest = shrink::shrink(program, |program| difference_of(program).is_some());
        let difference = difference_of(&smallest);
        (smallest, difference.unwrap_or_else(|| "it fails sometimes\n".to_owned()))
    } else {
        (program, format!("it fails beside others only\n{difference}"))
    };
    let runtime = std::any::type_name::<R>();
    let expires = if expires { ", inherited contexts expire" } else { "" };
    eprintln!("TRACER_MODEL_SEED={seed} on {runtime}{expires}\n{program}{difference}");
}

#[test]
fn programs_are_large_and_take_every_step() {
    let (mut sizes, mut steps) = (Vec::new(), BTreeMap::<String, u32>::new());
    for seed in seeds() {
        let program = generate::program(seed);
        assert!(place::is_valid(&program), "seed {seed}:\n{program}");
        sizes.push(oracle::tree(&program, seed % 2 == 1).len());
        for request in &program.requests {
            program::each(&request.body, &mut |op| {
                for word in op.words() {
                    *steps.entry(word).or_default() += 1;
                }
            });
        }
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    let rare: Vec<_> = steps.iter().filter(|(_, count)| **count < 1_000).collect();
    assert!(median >= 20 && rare.is_empty() && steps.len() == 49, "{median} spans, {steps:#?}");
}
