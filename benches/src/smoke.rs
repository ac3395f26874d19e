//! What must hold on any machine, however busy: everything arrives, sizes, depth, and off is not on.

use std::time::Duration;

use bench_readme::Verdict;

use crate::budget::{sizes, stack};
use crate::chain;
use crate::package::Package;
use crate::plan::{CASES, Mode, Peer, Run, runs};
use crate::program::Programs;

const MOMENT: Duration = Duration::from_millis(5);

/// Says whether all holds.
pub(crate) fn run(programs: &Programs) -> bool {
    let mut good = true;
    for case in CASES {
        let arrived = programs.all_arrive(case, if case == "tasks10000" { 2 } else { 20 });
        let mut others = Vec::new();
        for run in runs().into_iter().filter(|run| (run.case, run.mode) == (case, Mode::On)) {
            if matches!(run.peer, Peer::Fastrace | Peer::Micromegas) {
                others.push(programs.nanos(run, MOMENT));
            }
        }
        println!(
            "{case:20} {}, peers {others:.0?} ns",
            if arrived { "all arrived" } else { "NOT ALL ARRIVED" }
        );
        good &= arrived;
    }
    let [bare, ours] = [Peer::None, Peer::Ours].map(|peer| programs.sizes(peer));
    let mut verdicts = sizes(bare, ours);
    // It does not get there where the chain does not compile.
    let package = Package::new(programs.target(), Peer::Ours);
    let a_level = chain::stack_a_level(&package, Peer::Ours.attribute(), chain::ENOUGH);
    verdicts.push(stack(a_level));
    print!("{}", bench_readme::budgets(&verdicts));
    good &= verdicts.iter().all(Verdict::is_met);
    for (case, mode) in [
        ("sync", Mode::Absent),
        ("async", Mode::Absent),
        ("sync_args", Mode::Unsampled),
        ("async", Mode::StaticOff),
    ] {
        let cheap = is_cheaper_off(programs, case, mode);
        println!(
            "{case} {}: {}",
            mode.name(),
            if cheap { "cheaper than on" } else { "NOT CHEAPER THAN ON" }
        );
        good &= cheap;
    }
    good
}

/// Off costs a tenth of on, so half of it leaves room for any noise; and one of five tries is enough.
fn is_cheaper_off(programs: &Programs, case: &'static str, mode: Mode) -> bool {
    (0..5).any(|_| {
        let nanos = |mode| programs.nanos(Run { case, mode, peer: Peer::Ours }, MOMENT);
        nanos(mode) < nanos(Mode::On) / 2.0
    })
}
