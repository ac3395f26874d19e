//! Draws a trace as text.

use tracer_core::Completeness;

use crate::critical;
use crate::failure;
use crate::fold::{self, Count, Entry, What};
use crate::label;
use crate::layout::{self, Row, Shown};
use crate::paint::{self, Look, Page, Piece, Style};
use crate::text;
use crate::timeline;
use crate::trace::Trace;

/// Columns of labels: at least, so that the bars of different traces stand below each other; and
/// at most, so that the eye finds from the label to its bar.
const LABEL: usize = 32;
const LONG_LABEL: usize = 84;
/// Columns of durations, and of the mark behind them.
const DURATION: usize = 7;
const MARK: usize = 2;
/// Columns of the timeline at most; a terminal narrower than the second number has none.
const TIMELINE: usize = 36;
const NARROW: usize = 50;

/// Draws a whole tree.
pub(crate) fn tree(trace: &Trace<'_>, look: Look, legend: bool) -> String {
    let critical =
        if trace.is_open() { vec![false; trace.nodes.len()] } else { critical::path(trace) };
    let counts = fold::counts(trace);
    let entries = fold::entries(trace, &critical, &counts);
    let rows = layout::rows(trace, &entries, &critical);
    let mut drawing = Drawing::new(trace, &entries, &critical, look);
    drawing.headline("", total(trace, &counts));
    drawing.rows(&rows);
    if legend {
        drawing.legend();
    }
    drawing.page.into_text()
}

/// Draws one line for a trace.
pub(crate) fn line(trace: &Trace<'_>, look: Look) -> String {
    let mut drawing = Drawing::new(trace, &[], &[], look);
    let root = trace.roots.iter().find(|root| !trace.nodes[**root].missing);
    drawing.headline(
        root.map_or("", |root| trace.nodes[*root].name),
        total(trace, &fold::counts(trace)),
    );
    drawing.page.into_text()
}

fn total(trace: &Trace<'_>, counts: &[Count]) -> Count {
    let mut total = Count::default();
    trace.roots.iter().for_each(|root| total.add(counts[*root]));
    total
}

struct Drawing<'a> {
    trace: &'a Trace<'a>,
    entries: &'a [Entry],
    critical: &'a [bool],
    look: Look,
    page: Page,
    /// Columns of the labels, with the gap behind them.
    label: usize,
    timeline: usize,
}

impl<'a> Drawing<'a> {
    fn new(trace: &'a Trace<'a>, entries: &'a [Entry], critical: &'a [bool], look: Look) -> Self {
        let timeline = if look.width < NARROW { 0 } else { (look.width * 2 / 5).min(TIMELINE) };
        Self { trace, entries, critical, look, page: Page::new(look.color), label: LABEL, timeline }
    }

    /// Columns that a label may take, with the gap behind it.
    fn longest_label(&self) -> usize {
        let frame = if self.timeline == 0 { 0 } else { 2 };
        self.look
            .width
            .saturating_sub(DURATION + MARK + self.timeline + frame)
            .clamp(16, LONG_LABEL)
    }

    /// `trace 4f9c02d1  shop  61.0 ms  4 spans · 2 tasks · 2 with error`.
    fn headline(&mut self, root: &str, total: Count) {
        let what = match self.trace.completeness {
            _ if self.trace.is_open() => "open trace ",
            Completeness::Late => "late part of trace ",
            Completeness::Partial | Completeness::Open => "partial trace ",
            _ => "trace ",
        };
        self.page.put(Style::Faint, what);
        self.page.put(Style::Strong, &self.trace.id);
        let limit = self.look.width;
        for name in [self.trace.service, root].into_iter().filter(|name| !name.is_empty()) {
            let name = (Style::Strong, self.look.cut(name, LABEL));
            self.page.pack("  ", &[name], limit, "  ");
        }
        let duration = (Style::Plain, self.look.duration(self.trace.duration()));
        self.page.pack("  ", &[duration], limit, "  ");
        for (place, piece) in self.summary(total).into_iter().enumerate() {
            let separator = if place == 0 { "  " } else { self.look.glyphs().dot };
            self.page.pack(separator, &[piece], limit, "  ");
        }
        self.page.end_line();
    }

    fn summary(&self, total: Count) -> Vec<Piece> {
        let spans = if total.spans == 1 { "span" } else { "spans" };
        let mut pieces = vec![(Style::Plain, format!("{} {spans}", total.spans))];
        for (count, what) in [(self.trace.task_count(), "tasks"), (self.trace.services, "services")]
        {
            if count > 1 {
                pieces.push((Style::Plain, format!("{count} {what}")));
            }
        }
        pieces.extend(label::ended(total));
        pieces
    }

    fn rows(&mut self, rows: &[Row]) {
        let limit = self.longest_label();
        let longest = rows
            .iter()
            .map(|row| self.label_of(row, limit - 2))
            .map(|(pieces, spare)| (paint::width(&pieces) + 2).saturating_sub(spare));
        self.label = longest.max().unwrap_or(0).max(LABEL).min(limit);
        for row in rows {
            self.row(row);
        }
    }

    /// The label of a row in `limit` columns, and how much of the duration's columns it may take.
    fn label_of(&self, row: &Row, limit: usize) -> (Vec<Piece>, usize) {
        match row.what {
            Shown::Rest { count, longest } => (self.rest(row, count, longest, limit), DURATION),
            Shown::Entry(entry) => match &self.entries[entry].what {
                What::Span(node) => (label::span(self.trace, *node, row, self.look, limit), 0),
                What::Fold(members) => {
                    let count = self.entries[entry].count;
                    let limit = limit + DURATION;
                    (label::fold(self.trace, members, count, row, self.look, limit), DURATION)
                }
            },
        }
    }

    fn row(&mut self, row: &Row) {
        let (label, _) = self.label_of(row, self.label - 2);
        self.page.put_all(&label);
        let Shown::Entry(entry) = row.what else { return self.page.end_line() };
        let members = self.entries[entry].what.members();
        let span = &self.trace.nodes[members[0]];
        if let What::Span(_) = self.entries[entry].what {
            if span.missing {
                return self.page.end_line();
            }
            let room = self.label.saturating_sub(self.page.column() + 2);
            self.page.put(Style::Faint, &label::attributes(span, self.look, room));
            let duration = self.look.duration(span.duration());
            self.page.pad_to(self.label + DURATION.saturating_sub(text::width(&duration)));
            self.page.put(Style::Plain, &duration);
        }
        self.page.pad_to(self.label + DURATION + 1);
        let mark = if self.critical[members[0]] { self.look.glyphs().critical } else { " " };
        self.page.put(Style::Notable, mark);
        self.bar(members, span.is_origin());
        self.page.end_line();
        if let (What::Span(node), true) = (&self.entries[entry].what, span.is_origin()) {
            let margin = label::margin(row, self.look, self.label - 2);
            failure::put(&mut self.page, self.trace, *node, self.look, &margin);
        }
    }

    fn bar(&mut self, members: &[usize], failed: bool) {
        if self.timeline > 0 {
            let cells = timeline::cells(self.trace, members, self.timeline);
            timeline::put(&mut self.page, self.look, &cells, failed);
        }
    }

    /// `… 1234 more spans · 1 with error · longest 1.20 ms`.
    fn rest(&self, row: &Row, count: Count, longest: u64, limit: usize) -> Vec<Piece> {
        let glyphs = self.look.glyphs();
        let mut pieces = label::prefix(row, self.look, limit);
        let spans = if count.spans == 1 { "span" } else { "spans" };
        pieces.push((Style::Faint, format!("{} {} more {spans}", glyphs.ellipsis, count.spans)));
        for piece in label::ended(count) {
            pieces.extend([(Style::Faint, glyphs.dot.to_owned()), piece]);
        }
        let longest = self.look.duration(longest);
        pieces.push((Style::Faint, format!("{}longest {longest}", glyphs.dot)));
        pieces
    }

    /// All marks, not only those of this trace: it stands below the first tree alone.
    fn legend(&mut self) {
        let glyphs = self.look.glyphs();
        let (polled, waiting) = (glyphs.polled.to_string(), glyphs.waiting.to_string());
        let marks = [
            (Style::Polled, polled.as_str(), " polled"),
            (Style::Faint, waiting.as_str(), " waiting"),
            (Style::Faint, glyphs.concurrent, " concurrent"),
            (Style::Faint, glyphs.spawned, " spawned"),
            (Style::Notable, glyphs.critical, " critical path"),
        ];
        for (style, mark, meaning) in marks.into_iter().skip(if self.timeline == 0 { 2 } else { 0 })
        {
            let pieces = [(style, mark.to_owned()), (Style::Faint, meaning.to_owned())];
            self.page.pack("  ", &pieces, self.look.width, "");
        }
        self.page.end_line();
    }
}

#[cfg(test)]
mod tests;
