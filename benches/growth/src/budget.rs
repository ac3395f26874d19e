//! How much more a span may cost where there are many.

use bench_readme::Verdict;

use crate::plan::Growth;
use crate::program::Cost;

/// What the logs and the collector may take, with what they hold: as in a burst.
const MEBIBYTES: f64 = 200.0;

/// The worst of all against the fewest.
pub(crate) fn verdicts(growth: &Growth, costs: &[Cost]) -> Vec<Verdict> {
    let most = |figure: fn(&Cost) -> f64| costs.iter().map(figure).fold(0.0, f64::max);
    let name = growth.name;
    let [caller, process] = growth.allowed;
    let ratio = |figure: fn(&Cost) -> f64| most(figure) / figure(&costs[0]);
    vec![
        Verdict::most(format!("growth of {name}, caller"), ratio(|c| c.caller), caller, "×"),
        Verdict::most(format!("growth of {name}, all threads"), ratio(|c| c.process), process, "×"),
        Verdict::most(
            format!("growth of {name}, memory"),
            most(|c| c.mebibytes),
            MEBIBYTES,
            " MiB",
        ),
    ]
}
