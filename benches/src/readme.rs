//! The tables in README.md, with what they depend on.

use crate::plan::Peer;

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Table {
    Times,
    Annotation,
}

/// Replaces a table and its budgets.
pub(crate) fn write(table: Table, figures: &str, budgets: &str) {
    let (begin, peers) = match table {
        Table::Times => ("<!-- written by --write -->\n", &Peer::TIMED[..]),
        Table::Annotation => ("<!-- written by --build --write -->\n", &Peer::BUILT[..]),
    };
    let others = peers.iter().filter(|peer| **peer != Peer::Ours);
    let libraries: Vec<_> = others.filter_map(|peer| peer.library_name()).collect();
    let facts = bench_readme::facts(&libraries);
    bench_readme::write(begin, &format!("{facts}\n\n{figures}\n{budgets}"));
}
