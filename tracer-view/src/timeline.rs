//! The little picture behind each line: when spans were open, and when they were polled.

use crate::node::Stretch;
use crate::paint::{Look, Page, Style};
use crate::trace::Trace;

/// What happened in the time of one column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Cell {
    Outside,
    Waiting,
    Polled,
}

/// Draws `nodes` on `columns` that stand for the whole trace.
pub(crate) fn cells(trace: &Trace<'_>, nodes: &[usize], columns: usize) -> Vec<Cell> {
    let mut cells = vec![Cell::Outside; columns];
    let mut mark = |stretch: Stretch, cell: Cell| {
        for place in &mut cells[range(trace, stretch, columns)] {
            *place = cell.max(*place);
        }
    };
    for node in nodes {
        mark((trace.nodes[*node].start, trace.nodes[*node].end), Cell::Waiting);
        trace.polled(*node).into_iter().for_each(|stretch| mark(stretch, Cell::Polled));
    }
    cells
}

/// The columns that a stretch touches; at least one.
fn range(trace: &Trace<'_>, (start, end): Stretch, columns: usize) -> std::ops::Range<usize> {
    let whole = u128::from(trace.duration().max(1));
    let scaled = |moment: u64| u128::from(moment.saturating_sub(trace.start)) * columns as u128;
    let first = (scaled(start) / whole).min(columns as u128 - 1) as usize;
    let behind = scaled(end).div_ceil(whole).min(columns as u128) as usize;
    first..behind.max(first + 1)
}

/// Puts cells between their frame.
pub(crate) fn put(page: &mut Page, look: Look, cells: &[Cell], failed: bool) {
    let glyphs = look.glyphs();
    let polled = if failed { Style::Passed } else { Style::Polled };
    page.put(Style::Faint, glyphs.left);
    for run in cells.chunk_by(|a, b| a == b) {
        let (style, glyph) = match run[0] {
            Cell::Outside => (Style::Plain, ' '),
            Cell::Waiting => (Style::Faint, glyphs.waiting),
            Cell::Polled => (polled, glyphs.polled),
        };
        page.put(style, &String::from(glyph).repeat(run.len()));
    }
    page.put(Style::Faint, glyphs.right);
}
