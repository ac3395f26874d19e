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
/// Columns below which it is not worth to begin one.
const LITTLE: usize = 6;
/// By what a request came or a query went, not what it was: nobody looks for that in a tree.
const TRANSPORT: &[&str] =
    &["client.", "db.system.", "network.", "rpc.system.", "server.", "url.scheme", "user_agent."];

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
    pieces.extend(entered(trace, node, look));
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

/// The service that begins here, before the name: `stock · `.
fn entered(trace: &Trace<'_>, node: usize, look: Look) -> Vec<Piece> {
    let Some(service) = trace.entered(node) else { return Vec::new() };
    let service = (Style::Service, look.cut(service, VALUE));
    vec![service, (Style::Faint, look.glyphs().of_service.to_owned())]
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

/// The attributes that have the name of an argument, as far as they fit: `(id=3, …)`.
fn arguments(node: &Node<'_>, look: Look, room: usize) -> Option<String> {
    let ellipsis = look.glyphs().ellipsis;
    let mut left = node.attributes.iter().filter(|(key, _)| is_identifier(key)).peekable();
    let mut text = String::new();
    while let Some((key, value)) = left.next() {
        let separator = if text.is_empty() { "" } else { ", " };
        let key = format!("{separator}{}=", look.clean(key));
        let more = if left.peek().is_some() { 2 + text::width(ellipsis) } else { 0 };
        let used = text::width(&text) + text::width(&key) + more + "()".len();
        let value = look.cut(value, VALUE.min(room.saturating_sub(used).max(LITTLE)));
        if used + text::width(&value) > room {
            text.push_str(separator);
            text.push_str(ellipsis);
            break;
        }
        text.push_str(&key);
        text.push_str(&value);
    }
    let fits = text::width(&text) + "()".len() <= room;
    (fits && !text.is_empty()).then(|| format!("({text})"))
}

/// The other attributes, as many as fit, and where it was spawned; `http.route` is nobody's argument.
/// What the name says is not said again, nor how a request came.
pub(crate) fn attributes(node: &Node<'_>, look: Look, room: usize) -> String {
    let mut text = String::new();
    let is_named = |value: &str| node.name.split(' ').any(|word| word == value);
    let is_transport = |key: &str| TRANSPORT.iter().any(|start| key.starts_with(start));
    let others =
        node.attributes.iter().filter(|(key, _)| !is_identifier(key) && !is_transport(key));
    for (key, value) in others.filter(|(_, value)| !is_named(value)) {
        let part = format!("  {}={}", look.clean(key), look.cut(value, VALUE));
        if text::width(&text) + text::width(&part) <= room {
            text.push_str(&part);
        }
    }
    if let Some((file, line)) = node.spawned_at {
        let part = format!("  at {}:{line}", look.clean(file));
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
    let facts = facts(trace, members, count, look);
    let told: usize = facts.iter().filter(|fact| fact.rank == 0).map(Fact::columns).sum();
    let times = format!(" {}{}", look.glyphs().times, members.len());
    let mut pieces = prefix(row, look, limit);
    pieces.extend(entered(trace, members[0], look));
    let room = limit.saturating_sub(width(&pieces) + text::width(&times));
    let name = look.cut(trace.nodes[members[0]].name, room.saturating_sub(told).max(4));
    let room = room.saturating_sub(text::width(&name));
    pieces.extend([(Style::Plain, name), (Style::Plain, times)]);
    for fact in fitting(facts, room) {
        pieces.extend([(Style::Plain, "  ".to_owned()), fact.piece]);
    }
    pieces
}

/// What is told of a fold. What has a higher rank is left out first.
struct Fact {
    rank: u8,
    piece: Piece,
}

impl Fact {
    /// Columns with the gap before it.
    fn columns(&self) -> usize {
        2 + text::width(&self.piece.1)
    }
}

/// In the order in which they are read.
fn facts(trace: &Trace<'_>, members: &[usize], count: Count, look: Look) -> Vec<Fact> {
    let faint = |rank, text| Fact { rank, piece: (Style::Faint, text) };
    let mut facts: Vec<Fact> = ended(count).map(|piece| Fact { rank: 0, piece }).collect();
    if count.spans > members.len() {
        facts.push(faint(1, format!("{} spans", count.spans)));
    }
    let stretches =
        || members.iter().map(|node| (trace.nodes[*node].start, trace.nodes[*node].end));
    let mut durations: Vec<u64> =
        stretches().map(|(start, end)| end.saturating_sub(start)).collect();
    durations.sort_unstable();
    let percentile =
        |percent: usize| look.duration(durations[(durations.len() * percent).div_ceil(100) - 1]);
    let (median, slow) = (percentile(50), percentile(95));
    facts.push(faint(2, format!("p50 {median}")));
    if slow != median {
        facts.push(faint(4, format!("p95 {slow}")));
    }
    let at_once = at_once(stretches());
    if at_once > 1 {
        facts.push(faint(3, format!("up to {at_once} at once")));
    }
    facts
}

/// Leaves out what has no room.
fn fitting(mut facts: Vec<Fact>, room: usize) -> Vec<Fact> {
    while facts.iter().map(Fact::columns).sum::<usize>() > room {
        let highest = (0..facts.len()).max_by_key(|fact| facts[*fact].rank);
        highest.map(|fact| facts.remove(fact));
    }
    facts
}

/// How many spans did not end well.
pub(crate) fn ended(count: Count) -> impl Iterator<Item = Piece> {
    let told = [
        (count.failed, Style::Passed, "with error"),
        (count.cancelled, Style::Notable, "cancelled"),
    ];
    let told = told.into_iter().filter(|(count, ..)| *count > 0);
    told.map(|(count, style, how)| (style, format!("{count} {how}")))
}
