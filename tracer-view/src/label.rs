//! What stands at the left of a line: where it hangs, the name, arguments and marks.

use tracer_core::Outcome;

use crate::fold::{Count, at_once};
use crate::layout::Row;
use crate::node::Node;
use crate::paint::{Look, Piece, Style, width};
use crate::text;
use crate::trace::Trace;

/// Columns of an argument's value.
const VALUE: usize = 24;

/// The lines of the tree up to a row. Deeper than half of `limit` they stop, and the level is told.
pub(crate) fn prefix(row: &Row, look: Look, limit: usize) -> Vec<Piece> {
    let glyphs = look.glyphs();
    let level = row.rails.len();
    if level == 0 {
        return Vec::new();
    }
    let mut lines = rails(row, look, levels(limit).min(level));
    lines.push_str(if row.last { glyphs.corner } else { glyphs.tee });
    let mut pieces = vec![(Style::Faint, lines)];
    if level > levels(limit) {
        pieces.push((Style::Faint, format!("{level}{} ", glyphs.level)));
    }
    pieces
}

/// The lines of the tree beside what is told below a row.
pub(crate) fn margin(row: &Row, look: Look, limit: usize) -> String {
    let glyphs = look.glyphs();
    let level = row.rails.len().min(levels(limit));
    let mut lines = rails(row, look, level);
    if level > 0 {
        lines.push_str(if row.last { "   " } else { glyphs.rail });
    }
    lines.push_str(if row.opens && row.rails.len() < levels(limit) { glyphs.rail } else { "   " });
    lines
}

fn rails(row: &Row, look: Look, level: usize) -> String {
    let inner = row.rails.iter().take(level).skip(1);
    inner.map(|goes_on| if *goes_on { look.glyphs().rail } else { "   " }).collect()
}

const fn levels(limit: usize) -> usize {
    let levels = limit / 6;
    if levels == 0 { 1 } else { levels }
}

/// The label of a span, in at most `limit` columns.
pub(crate) fn span(
    trace: &Trace<'_>,
    node: usize,
    row: &Row,
    look: Look,
    limit: usize,
) -> Vec<Piece> {
    let mut pieces = prefix(row, look, limit);
    let span = &trace.nodes[node];
    let marks = marks(span, trace.concurrent[node], look);
    let room = limit.saturating_sub(width(&pieces) + width(&marks));
    let name = look.cut(span.name, room.max(4));
    let room = room.saturating_sub(text::width(&name));
    pieces.push((name_style(span, row), name));
    pieces.extend(arguments(span, look, room).map(|text| (Style::Faint, text)));
    pieces.extend(marks);
    pieces
}

fn name_style(node: &Node<'_>, row: &Row) -> Style {
    match &node.failure {
        Some(failure) if failure.passed_on => Style::Passed,
        Some(_) => Style::Failed,
        None if node.is_cancelled() => Style::Notable,
        None if node.missing => Style::Faint,
        None if row.rails.is_empty() => Style::Strong,
        None => Style::Plain,
    }
}

fn marks(node: &Node<'_>, concurrent: bool, look: Look) -> Vec<Piece> {
    let glyphs = look.glyphs();
    let ending = match node.outcome {
        Outcome::Cancelled => Some((Style::Notable, "cancelled")),
        Outcome::Panicked => Some((Style::Failed, "panicked")),
        _ => None,
    };
    let marks = [
        (concurrent && !node.missing).then_some((Style::Faint, glyphs.concurrent)),
        node.spawned.then_some((Style::Faint, glyphs.spawned)),
        ending,
    ];
    marks.into_iter().flatten().map(|(style, mark)| (style, format!(" {mark}"))).collect()
}

/// The attributes that have the name of an argument, as many as fit: `(id=3, …)`.
fn arguments(node: &Node<'_>, look: Look, room: usize) -> Option<String> {
    let mut left = node.attributes.iter().filter(|(key, _)| is_identifier(key)).peekable();
    let mut text = String::new();
    while let Some((key, value)) = left.next() {
        let separator = if text.is_empty() { "" } else { ", " };
        let part = format!("{separator}{}={}", look.clean(key), look.cut(value, VALUE));
        let more = if left.peek().is_some() { 2 + text::width(look.glyphs().ellipsis) } else { 0 };
        if text::width(&text) + text::width(&part) + more + 2 > room {
            let more = format!("{separator}{}", look.glyphs().ellipsis);
            if text::width(&text) + text::width(&more) + 2 > room {
                return None;
            }
            text.push_str(&more);
            break;
        }
        text.push_str(&part);
    }
    (!text.is_empty()).then(|| format!("({text})"))
}

/// The other attributes, as many as fit; `http.route` is nobody's argument.
pub(crate) fn attributes(node: &Node<'_>, look: Look, room: usize) -> String {
    let mut text = String::new();
    for (key, value) in node.attributes.iter().filter(|(key, _)| !is_identifier(key)) {
        let part = format!("  {}={}", look.clean(key), look.cut(value, VALUE));
        if text::width(&text) + text::width(&part) <= room {
            text.push_str(&part);
        }
    }
    text
}

fn is_identifier(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The label of a fold, in at most `limit` columns: `query ×412  p50 3.04 ms  up to 13 at once`.
pub(crate) fn fold(
    trace: &Trace<'_>,
    members: &[usize],
    count: Count,
    row: &Row,
    look: Look,
    limit: usize,
) -> Vec<Piece> {
    let facts = facts(trace, members, look);
    let mut needed: Vec<Piece> =
        vec![(Style::Plain, format!(" {}{}", look.glyphs().times, members.len()))];
    needed.extend(ended(count, "  "));
    if count.spans > members.len() {
        needed.push((Style::Faint, format!("  {} spans", count.spans)));
    }
    let mut pieces = prefix(row, look, limit);
    let room = limit.saturating_sub(width(&pieces) + width(&needed));
    let name = look.cut(trace.nodes[members[0]].name, room.max(4));
    let mut room = room.saturating_sub(text::width(&name));
    pieces.push((Style::Plain, name));
    pieces.extend(needed);
    // The median, then how many at once, then the slow ones; in the order in which they are read.
    let mut fits = [false; 3];
    for fact in [0, 2, 1] {
        let columns = text::width(&facts[fact]);
        fits[fact] = columns <= room;
        room -= if fits[fact] { columns } else { 0 };
    }
    let facts = facts.into_iter().zip(fits).filter(|(_, fits)| *fits);
    pieces.extend(facts.map(|(fact, _)| (Style::Faint, fact)));
    pieces
}

fn facts(trace: &Trace<'_>, members: &[usize], look: Look) -> [String; 3] {
    let mut durations: Vec<u64> =
        members.iter().map(|node| trace.nodes[*node].duration()).collect();
    durations.sort_unstable();
    let percentile =
        |percent: usize| look.duration(durations[(durations.len() * percent).div_ceil(100) - 1]);
    let at_once =
        at_once(members.iter().map(|node| (trace.nodes[*node].start, trace.nodes[*node].end)));
    let at_once = if at_once > 1 { format!("  up to {at_once} at once") } else { String::new() };
    [format!("  p50 {}", percentile(50)), format!("  p95 {}", percentile(95)), at_once]
}

/// How many spans did not end well.
pub(crate) fn ended(count: Count, separator: &str) -> Vec<Piece> {
    let failed =
        (count.failed > 0).then(|| (Style::Passed, format!("{} with error", count.failed)));
    let cancelled =
        (count.cancelled > 0).then(|| (Style::Notable, format!("{} cancelled", count.cancelled)));
    let told = failed.into_iter().chain(cancelled);
    told.flat_map(|piece| [(Style::Plain, separator.to_owned()), piece]).collect()
}
