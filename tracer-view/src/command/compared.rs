//! Operations of two runs, side by side.

use std::collections::BTreeMap;

use crate::command::operations::{Operation, Operations, share_of};
use crate::command::written::Table as Aligned;
use crate::{terminal, text};

/// The operations of both, those that changed most first.
pub(super) fn aligned(before: &Operations, after: &Operations) -> Aligned {
    let services = before.services.max(after.services);
    let mut both: BTreeMap<String, [Option<&Operation>; 2]> = BTreeMap::new();
    for (side, operations) in [before, after].into_iter().enumerate() {
        for operation in &operations.list {
            both.entry(operation.title(services)).or_default()[side] = Some(operation);
        }
    }
    let mut both: Vec<_> = both.into_iter().collect();
    // By name where nothing changed: the sort is stable.
    both.sort_by_key(|(_, sides)| std::cmp::Reverse(change(sides)));
    let head = ["operation", "count", "errors", "p50", "p95", "change", "self time"];
    let mut table = Aligned::new(&head);
    for (name, sides) in both {
        let both = |told: &dyn Fn(&Operation) -> String| {
            let [before, after] = sides.map(|side| side.map_or("-".to_owned(), told));
            if before == after { before } else { format!("{before} > {after}") }
        };
        let time = |nanos| text::duration(nanos, terminal::is_ascii());
        table.row([
            name,
            both(&|operation| operation.count().to_string()),
            both(&|operation| share_of(operation.failed, operation.count())),
            both(&|operation| time(operation.quantile(500))),
            both(&|operation| time(operation.quantile(950))),
            factor(sides.map(|side| side.map(|side| side.quantile(950)))),
            both(&|operation| time(operation.own)),
        ]);
    }
    table
}

/// How much more or less time was spent in it.
fn change(sides: &[Option<&Operation>; 2]) -> u64 {
    let [before, after] = sides.map(|side| side.map_or(0, |side| side.own));
    before.abs_diff(after)
}

/// How its 95th percentile changed.
#[expect(clippy::cast_precision_loss, reason = "few digits are shown")]
fn factor(sides: [Option<u64>; 2]) -> String {
    match sides {
        [None, Some(_)] => "new".to_owned(),
        [Some(_), None] => "gone".to_owned(),
        [Some(before @ 1..), Some(after)] => {
            format!("{:+.0}%", (after as f64 / before as f64 - 1.0) * 100.0)
        }
        _ => String::new(),
    }
}
