//! Chooses the lines of the tree and where they hang; a large trace is shown in part.

use crate::fold::{Count, Entry, What};
use crate::trace::Trace;

/// Lines that the tree of one trace takes, more or less.
pub(crate) const LINES: usize = 200;

/// A line of the tree.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) what: Shown,
    /// For each level above: whether its line goes on below this row.
    pub(crate) rails: Vec<bool>,
    /// Whether it is the last of its siblings.
    pub(crate) last: bool,
    /// Whether rows of its own follow.
    pub(crate) opens: bool,
}

#[derive(Debug)]
pub(crate) enum Shown {
    /// An entry, by its number.
    Entry(usize),
    /// Entries for which there was no room, and how long the longest span among them took.
    Rest { count: Count, longest: u64 },
}

/// Puts the entries into rows, each below its parent.
pub(crate) fn rows(trace: &Trace<'_>, entries: &[Entry], critical: &[bool]) -> Vec<Row> {
    let visible = choose(trace, entries, critical);
    let mut rows = Vec::new();
    let roots: Vec<usize> =
        (0..entries.len()).take_while(|entry| entries[*entry].parent.is_none()).collect();
    // The next row is at the end.
    let mut open = siblings(trace, entries, &visible, &roots, &[]);
    open.reverse();
    while let Some(mut row) = open.pop() {
        if let Shown::Entry(entry) = row.what {
            let mut rails = row.rails.clone();
            rails.push(!row.last);
            let below = siblings(trace, entries, &visible, &entries[entry].children, &rails);
            row.opens = !below.is_empty();
            open.extend(below.into_iter().rev());
        }
        rows.push(row);
    }
    rows
}

fn siblings(
    trace: &Trace<'_>,
    entries: &[Entry],
    visible: &[bool],
    siblings: &[usize],
    rails: &[bool],
) -> Vec<Row> {
    let row = |what| Row { what, rails: rails.to_vec(), last: false, opens: false };
    let mut rows: Vec<Row> = Vec::new();
    let (mut count, mut longest) = (Count::default(), 0);
    for entry in siblings {
        if visible[*entry] {
            rows.push(row(Shown::Entry(*entry)));
        } else {
            count.add(entries[*entry].count);
            longest = longest.max(slowest(trace, &entries[*entry]));
        }
    }
    if count.spans > 0 {
        rows.push(row(Shown::Rest { count, longest }));
    }
    if let Some(row) = rows.last_mut() {
        row.last = true;
    }
    rows
}

fn slowest(trace: &Trace<'_>, entry: &Entry) -> u64 {
    entry.what.members().iter().map(|node| trace.nodes[*node].duration()).max().unwrap_or(0)
}

/// Chooses the entries for which there is room: where errors began, then what was waited for, then
/// what took longest; each with all that it hangs at.
fn choose(trace: &Trace<'_>, entries: &[Entry], critical: &[bool]) -> Vec<bool> {
    let costs: Vec<usize> = entries.iter().map(|entry| cost(trace, entry)).collect();
    if costs.iter().sum::<usize>() <= LINES {
        return vec![true; entries.len()];
    }
    let mut by_duration: Vec<usize> = (0..entries.len()).collect();
    by_duration.sort_by_key(|entry| std::cmp::Reverse(slowest(trace, &entries[*entry])));
    let origin = |entry: &usize| is_origin(trace, &entries[*entry]);
    let waited = |entry: &usize| entries[*entry].what.members().iter().any(|node| critical[*node]);
    let mut chosen = Chosen { entries, costs, visible: vec![false; entries.len()], used: 0 };
    chosen.take(by_duration.iter().copied().filter(|entry| origin(entry)), LINES / 2);
    chosen.take(by_duration.iter().copied().filter(|entry| waited(entry)), LINES * 3 / 4);
    chosen.take(by_duration.iter().copied(), LINES);
    chosen.visible
}

fn is_origin(trace: &Trace<'_>, entry: &Entry) -> bool {
    matches!(entry.what, What::Span(node) if trace.nodes[node].is_origin())
}

/// Lines of an entry: its own, its error's, and one for children without room.
fn cost(trace: &Trace<'_>, entry: &Entry) -> usize {
    1 + if is_origin(trace, entry) { 3 } else { 0 } + usize::from(!entry.children.is_empty())
}

struct Chosen<'a> {
    entries: &'a [Entry],
    costs: Vec<usize>,
    visible: Vec<bool>,
    used: usize,
}

impl Chosen<'_> {
    /// Takes candidates as long as they fit into `limit` with their ancestors.
    fn take(&mut self, candidates: impl Iterator<Item = usize>, limit: usize) {
        for candidate in candidates {
            if self.used >= limit {
                return;
            }
            let mut chain = Vec::new();
            let mut cost = 0;
            let mut next = Some(candidate).filter(|entry| !self.visible[*entry]);
            while let Some(entry) = next.filter(|_| self.used + cost <= limit) {
                chain.push(entry);
                cost += self.costs[entry];
                next = self.entries[entry].parent.filter(|parent| !self.visible[*parent]);
            }
            if self.used + cost <= limit {
                self.used += cost;
                for entry in chain {
                    self.visible[entry] = true;
                }
            }
        }
    }
}
