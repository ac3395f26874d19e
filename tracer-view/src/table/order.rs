//! Which spans there are, trace by trace, and whose child each one is.

use std::collections::HashMap;

use tracer_core::Outcome;

use crate::table::{Row, Table};

/// The rows of a table as they are shown: the traces by start, in each of them parents before their
/// children and these by start.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) traces: Vec<Trace>,
    /// Numbers of rows.
    pub(crate) rows: Vec<u32>,
    /// The place of each one's parent in `rows`; none where it is not here.
    pub(crate) parents: Vec<Option<u32>>,
}

/// A trace, and where in the order it begins.
#[derive(Debug)]
pub(crate) struct Trace {
    pub(crate) number: u32,
    pub(crate) start: u64,
    pub(crate) first: usize,
}

impl Order {
    pub(crate) fn of(table: &Table) -> Self {
        let mut numbers: Vec<u32> = (0..table.rows.len() as u32).collect();
        numbers.sort_by_key(|number| {
            let row = &table.rows[*number as usize];
            (row.trace, row.start, std::cmp::Reverse(row.end))
        });
        let of_trace = |number: &u32| table.rows[*number as usize].trace;
        let mut traces: Vec<&[u32]> =
            numbers.chunk_by(|one, other| of_trace(one) == of_trace(other)).collect();
        traces.sort_by_key(|trace| table.rows[trace[0] as usize].start);
        let mut order = Self::default();
        for numbers in traces {
            order.add(table, &latest(table, numbers));
        }
        order
    }

    /// Adds a trace, of which the rows come by start.
    fn add(&mut self, table: &Table, numbers: &[u32]) {
        let rows: Vec<&Row> = numbers.iter().map(|number| &table.rows[*number as usize]).collect();
        let Some(first) = rows.first() else { return };
        self.traces.push(Trace { number: first.trace, start: first.start, first: self.rows.len() });
        let parents = parents(&rows);
        let mut children: Vec<(Option<usize>, Option<usize>)> = vec![(None, None); rows.len()];
        for child in (0..rows.len()).rev() {
            if let Some(parent) = parents[child] {
                children[child].1 = children[parent].0;
                children[parent].0 = Some(child);
            }
        }
        let mut places = vec![None; rows.len()];
        let roots = (0..rows.len()).filter(|row| parents[*row].is_none());
        // Spans that are their own ancestors, as colliding ids make them, would be lost: the first of
        // such a circle has no parent.
        let mut open = Vec::new();
        for root in roots.chain(0..rows.len()) {
            open.push(root);
            while let Some(row) = open.pop() {
                if places[row].is_some() {
                    continue;
                }
                places[row] = Some(self.rows.len() as u32);
                self.rows.push(numbers[row]);
                let parent = parents[row].filter(|_| row != root);
                self.parents.push(parent.and_then(|parent| places[parent]));
                let from = open.len();
                let mut child = children[row].0;
                while let Some(next) = child {
                    open.push(next);
                    child = children[next].1;
                }
                open[from..].reverse();
            }
        }
    }
}

fn parents(rows: &[&Row]) -> Vec<Option<usize>> {
    let mut by_id: HashMap<u64, usize> = HashMap::with_capacity(rows.len());
    for (place, row) in rows.iter().enumerate() {
        by_id.entry(row.id).or_insert(place);
    }
    let parent = |(place, row): (usize, &&Row)| {
        by_id.get(&row.parent).copied().filter(|found| row.parent != 0 && *found != place)
    };
    rows.iter().enumerate().map(parent).collect()
}

/// Leaves out what was written of a span while it was open, where more was written later.
fn latest(table: &Table, numbers: &[u32]) -> Vec<u32> {
    let row = |number: &u32| &table.rows[*number as usize];
    let is_open = |row: &Row| row.outcome == Outcome::Open;
    if !numbers.iter().any(|number| is_open(row(number))) {
        return numbers.to_vec();
    }
    let state = |number: &u32| (!is_open(row(number)), row(number).end, *number);
    let mut last: HashMap<u64, (bool, u64, u32)> = HashMap::with_capacity(numbers.len());
    for number in numbers {
        let last = last.entry(row(number).id).or_insert(state(number));
        *last = state(number).max(*last);
    }
    let kept = |number: &&u32| !is_open(row(number)) || last[&row(number).id] == state(number);
    numbers.iter().filter(kept).copied().collect()
}
