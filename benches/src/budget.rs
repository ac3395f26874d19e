//! What our side may cost, and whether it keeps to it.

use bench_readme::Verdict;

use crate::annotation::{self, All};
use crate::chain;
use crate::plan::{FLOOR, Mode, Peer, Run};
use crate::program::Sizes;
use crate::results::Results;

/// All budgets of whose workloads something was measured.
pub(crate) fn verdicts(results: &Results) -> Vec<Verdict> {
    let mut all = Vec::new();
    recording(results, &mut all);
    polls(results, &mut all);
    off(results, &mut all);
    arguments(results, &mut all);
    all
}

const fn ours(case: &'static str) -> Run {
    Run { case, mode: Mode::On, peer: Peer::Ours }
}

const fn bare(case: &'static str) -> Run {
    Run { case, mode: Mode::On, peer: Peer::None }
}

fn push(
    all: &mut Vec<Verdict>,
    what: String,
    measured: Option<f64>,
    allowed: f64,
    unit: &'static str,
) {
    all.extend(measured.map(|measured| Verdict::most(what, measured, allowed, unit)));
}

fn recording(results: &Results, all: &mut Vec<Verdict>) {
    let ratio = |a, b| results.combined([a, b], |[a, b]| a / b);
    let sync = ratio(ours("sync"), FLOOR);
    push(all, "sync ÷ two reads of the clock".to_owned(), sync, 1.15, "×");
    for case in ["async", "depth10_yield0"] {
        for (peer, allowed) in [(Peer::Fastrace, 0.25), (Peer::Micromegas, 0.9)] {
            let measured = ratio(ours(case), Run { case, mode: Mode::On, peer });
            push(all, format!("{case} ÷ {}", peer.name()), measured, allowed, "×");
        }
    }
}

/// A hundred further polls, net of bare. The root's own come off: it is the task's outermost frame
/// and records when it was polled, which is a price a task, not a level.
fn polls(results: &Results, all: &mut Vec<Verdict>) {
    let cases = ["depth10_yield100", "depth10_yield0", "root_yield100", "root_yield0"];
    let [deep, flat, root, root_flat] = cases;
    let runs = [
        ours(deep),
        ours(flat),
        bare(deep),
        bare(flat),
        ours(root),
        ours(root_flat),
        bare(root),
        bare(root_flat),
    ];
    let level = results.combined(runs, |nanos| {
        let further =
            |at: usize| ((nanos[at] - nanos[at + 1]) - (nanos[at + 2] - nanos[at + 3])) / 100.0;
        // What is deep was divided by its ten calls.
        (10.0 * further(0) - further(4)) / 10.0
    });
    push(all, "each further poll, a level".to_owned(), level, 8.0, " ns");
}

fn off(results: &Results, all: &mut Vec<Verdict>) {
    let limits = [
        ("sync", [1.0, 3.0]),
        ("sync_args", [1.0, 3.0]),
        ("async", [4.0, 4.0]),
        ("async_args", [4.0, 4.0]),
        ("depth10_yield0", [4.0, 4.0]),
    ];
    for (case, allowed) in limits {
        for (mode, allowed) in [Mode::Absent, Mode::Unsampled].into_iter().zip(allowed) {
            let off = Run { case, mode, peer: Peer::Ours };
            let measured = results.combined([off, bare(case)], |[off, bare]| off - bare);
            push(all, format!("{case}, {}, over bare", mode.name()), measured, allowed, " ns");
        }
    }
}

fn arguments(results: &Results, all: &mut Vec<Verdict>) {
    for (with, without, allowed) in [("sync_args", "sync", 20.0), ("async_args", "async", 35.0)] {
        let runs = [ours(with), ours(without), bare(with), bare(without)];
        let measured = results.combined(runs, |[a, b, c, d]| (a - b) - (c - d));
        push(all, format!("three attributes, {without}"), measured, allowed, " ns");
    }
}

/// All budgets of what is not time of the traced program.
pub(crate) fn annotation(all: &All) -> Vec<Verdict> {
    let [bare, ours, fastrace, tracing] =
        [Peer::None, Peer::Ours, Peer::Fastrace, Peer::Tracing].map(|peer| &all[&peer]);
    let mut verdicts = sizes(bare.sizes, ours.sizes);
    let [depth, enough] = [ours.depth, chain::ENOUGH].map(f64::from);
    verdicts.push(Verdict::least(
        "longest chain at the default recursion limit",
        depth,
        enough,
        "",
    ));
    verdicts.push(stack(ours.stack));
    let ratio = annotation::ratio;
    let release = ratio(&ours.release, &bare.release);
    push(&mut verdicts, "1,000 fns, release build ÷ bare".to_owned(), release, 2.0, "×");
    for (name, theirs) in [("fastrace", fastrace), ("tracing", tracing)] {
        let dev = ratio(&ours.dev, &theirs.dev);
        push(&mut verdicts, format!("1,000 fns, dev build ÷ {name}"), dev, 1.0, "×");
    }
    push(&mut verdicts, "dependencies of the macro crate".to_owned(), ours.below, 5.5, " s");
    let [before, of_bare] = [ours, bare].map(|costs| costs.footprint.before_main as f64);
    let what = "work before main, over bare";
    verdicts.push(Verdict::most(what, before - of_bare, 0.0, " bytes"));
    verdicts
}

/// What each future may be larger than bare.
pub(crate) fn sizes(bare: Sizes, ours: Sizes) -> Vec<Verdict> {
    let over = |what: &str, size: fn(Sizes) -> i64| {
        let more = (size(ours) - size(bare)) as f64;
        Verdict::most(format!("{what}, over bare"), more, 88.0, " bytes")
    };
    vec![
        over("future size, small argument", |sizes| sizes.small),
        over("future size, 1 KiB held over an await", |sizes| sizes.held),
        over("future size, 1 KiB argument", |sizes| sizes.large),
        over("future size, unused 1 KiB argument", |sizes| sizes.unused),
        over("future size, a layer of a chain", |sizes| sizes.layer),
    ]
}

/// What the chain that has to compile takes of a thread's stack, where its levels were measured.
pub(crate) fn stack(a_level: Option<u32>) -> Verdict {
    let length = chain::ENOUGH;
    let bytes = a_level.map_or(f64::INFINITY, |bytes| f64::from(bytes * length) / 1024.0);
    let what = format!("stack of a chain of {length}, dev build");
    Verdict::most(what, bytes, f64::from(chain::STACK / 1024), " KiB")
}
