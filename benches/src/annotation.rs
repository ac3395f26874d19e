//! What annotation costs where nothing is recorded: bytes, stack, time to compile, instructions.

use std::collections::BTreeMap;

use crate::footprint::Footprint;
use crate::package::{Package, Profile};
use crate::plan::{Mode, Peer, Run};
use crate::program::{Programs, Sizes};
use crate::results::median;
use crate::{chain, footprint, instructions, table, thousand};

/// Calls whose instructions are counted where nothing is recorded.
pub(crate) const CALLS: [(&str, Mode); 4] = [
    ("sync", Mode::Absent),
    ("sync", Mode::Unsampled),
    ("async", Mode::Absent),
    ("async", Mode::Unsampled),
];

/// What all of it costs under one attribute, or under none.
#[derive(Debug)]
pub(crate) struct Costs {
    pub(crate) sizes: Sizes,
    /// The longest chain that compiles.
    pub(crate) depth: u32,
    /// Bytes of stack a level, in a debug build.
    pub(crate) stack: Option<u32>,
    /// Seconds for a thousand functions, a value a round.
    pub(crate) release: Vec<f64>,
    pub(crate) dev: Vec<f64>,
    /// Bytes of the program with a thousand functions, without its symbols.
    pub(crate) bytes: Option<u64>,
    pub(crate) footprint: Footprint,
    /// Seconds for what the crate of the attribute depends on.
    pub(crate) below: Option<f64>,
    /// Instructions that a call adds, as [`CALLS`] has them.
    pub(crate) instructions: [Option<f64>; 4],
}

pub(crate) type All = BTreeMap<Peer, Costs>;

/// Everything, for everybody.
pub(crate) fn measure(programs: &Programs, rounds: u32) -> All {
    instructions::check();
    let packages = Peer::BUILT.map(|peer| (peer, Package::new(programs.target(), peer)));
    let mut all: All =
        packages.iter().map(|(peer, package)| (*peer, once(programs, *peer, package))).collect();
    eprintln!("{}", table::annotation(&all));
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (peer, package) in &packages {
            let source = thousand::source(peer.attribute(), round);
            let time =
                |profile| package.build(profile, &source).unwrap_or_else(|why| panic!("{why}"));
            let (release, dev) = (time(Profile::Release), time(Profile::Dev));
            let bytes = footprint::stripped(&package.release_program());
            eprintln!("{}: release {release:.2} s, dev {dev:.2} s", peer.name());
            let costs = all.get_mut(peer).expect("all are there");
            costs.release.push(release);
            costs.dev.push(dev);
            costs.bytes = Some(bytes);
        }
    }
    for (peer, package) in &packages {
        let Some(library) = peer.library() else { continue };
        eprintln!("what {} depends on", library.macros);
        let seconds = (0..rounds).map(|_| package.below_the_macros(library)).collect();
        all.get_mut(peer).expect("all are there").below = median(seconds);
    }
    all
}

/// What is exact, and is asked once. Its dependencies are built on the way.
fn once(programs: &Programs, peer: Peer, package: &Package) -> Costs {
    eprintln!("{}: sizes, chain, instructions", peer.name());
    let attribute = peer.attribute();
    let dependencies = package.build(Profile::Release, "fn main() {}\n");
    dependencies.unwrap_or_else(|why| panic!("{why}"));
    let depth = chain::longest(package, attribute);
    let length = depth.min(chain::ENOUGH);
    Costs {
        sizes: programs.sizes(peer),
        depth,
        stack: chain::stack_a_level(package, attribute, length),
        release: Vec::new(),
        dev: Vec::new(),
        bytes: None,
        footprint: Footprint::of(peer, package),
        below: None,
        instructions: CALLS.map(|(case, mode)| added(programs, Run { case, mode, peer })),
    }
}

/// None where the peer's program has no such thing, and for what is not annotated.
fn added(programs: &Programs, run: Run) -> Option<f64> {
    let can = match run.peer {
        Peer::None | Peer::AwaitTree | Peer::TracingOpentelemetry | Peer::Opentelemetry => false,
        Peer::Tracing => run.mode == Mode::Absent,
        Peer::Ours | Peer::Fastrace | Peer::Micromegas => true,
    };
    let bare = Run { mode: Mode::On, peer: Peer::None, ..run };
    can.then(|| instructions::count(programs, run) - instructions::count(programs, bare))
}

/// The median over rounds of a build's time divided by another's.
pub(crate) fn ratio(over: &[f64], under: &[f64]) -> Option<f64> {
    median(over.iter().zip(under).map(|(over, under)| over / under).collect())
}
