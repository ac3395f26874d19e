//! What was measured, and the medians over rounds.

use std::collections::BTreeMap;

use crate::plan::{Mode, Peer, Run};

/// Nanoseconds a call, a value a round.
#[derive(Debug, Default)]
pub(crate) struct Results {
    rounds: BTreeMap<Run, Vec<f64>>,
}

impl Results {
    pub(crate) fn add(&mut self, run: Run, nanos: f64) {
        self.rounds.entry(run).or_default().push(nanos);
    }

    /// The median over rounds of one run.
    pub(crate) fn nanos(&self, run: Run) -> Option<f64> {
        median(self.rounds.get(&run)?.clone())
    }

    pub(crate) fn on(&self, peer: Peer, case: &'static str) -> Option<f64> {
        self.nanos(Run { case, mode: Mode::On, peer })
    }

    /// The median over rounds of what `compute` makes of one round's values: differences and ratios
    /// are taken within a round, because the machine changes between rounds.
    pub(crate) fn combined<const N: usize>(
        &self,
        runs: [Run; N],
        compute: impl Fn([f64; N]) -> f64,
    ) -> Option<f64> {
        let mut values = Vec::new();
        for round in 0.. {
            let row: Option<Vec<f64>> =
                runs.iter().map(|run| self.rounds.get(run)?.get(round).copied()).collect();
            let Some(row) = row else { break };
            values.push(compute(row.try_into().expect("as many values as runs")));
        }
        median(values)
    }
}

/// The value in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
