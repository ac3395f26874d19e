//! What is told of an error, below the span where it began.

use crate::node::{Failure, Frame};
use crate::paint::{Look, Page, Piece, Style, width};
use crate::text;
use crate::trace::Trace;

/// Lines of a message, and of all its sources together.
const MESSAGE: usize = 6;
/// Functions of a stack.
const FRAMES: usize = 12;
/// Columns of what a span said of an error that it passed on.
const SAID: usize = 60;
/// Columns below which it is not worth to begin.
const LITTLE: usize = 8;

/// Writes the error of `node`, each line behind `margin`.
pub(crate) fn put(page: &mut Page, trace: &Trace<'_>, node: usize, look: Look, margin: &str) {
    let Some(failure) = &trace.nodes[node].failure else { return };
    let room = look.width.saturating_sub(text::width(margin)).max(16);
    let mark = format!("{} ", look.glyphs().failed);
    let hang = " ".repeat(text::width(&mark));
    let message = message(trace, node, failure, look, room - 2);
    let sources = sources(failure, look, room - 2);
    let stack = stack(trace, node, failure, look, room - 2);
    let stack_width: usize =
        stack.iter().map(|piece| width(piece)).sum::<usize>() + 2 * stack.len().saturating_sub(1);
    let in_one = message.len() == 1
        && sources.is_empty()
        && text::width(&mark) + text::width(&message[0]) + 3 + stack_width <= room;
    for (line, text) in message.iter().enumerate() {
        page.put(Style::Faint, margin);
        page.put(Style::Failed, if line == 0 { &mark } else { &hang });
        page.put(Style::Failed, text);
        if !in_one {
            page.end_line();
        }
    }
    for source in &sources {
        page.put(Style::Faint, margin);
        page.put(Style::Passed, &format!("{hang}{source}"));
        page.end_line();
    }
    let limit = if in_one { usize::MAX } else { look.width };
    for (depth, frame) in stack.iter().enumerate() {
        let separator = if depth == 0 { "   " } else { "  " };
        page.pack(separator, frame, limit, &format!("{margin}{hang}"));
    }
    if page.column() > 0 {
        page.end_line();
    }
}

fn message(
    trace: &Trace<'_>,
    node: usize,
    failure: &Failure<'_>,
    look: Look,
    room: usize,
) -> Vec<String> {
    let panicked = trace.nodes[node].outcome == tracer_core::Outcome::Panicked;
    let text = match (failure.message, failure.kind) {
        ("", "") if panicked => "panicked",
        ("", "") => "error",
        ("", kind) => kind,
        (message, _) => message,
    };
    paragraph(text, look, room)
}

/// The sources that the text above does not contain.
fn sources(failure: &Failure<'_>, look: Look, room: usize) -> Vec<String> {
    let mut told = failure.message;
    let mut lines = Vec::new();
    for source in &failure.sources {
        if !told.contains(source) {
            lines.extend(paragraph(&format!("caused by: {source}"), look, room));
        }
        told = source;
    }
    shortened(lines, look)
}

/// The lines of a text; its own line breaks are kept, what is too long is cut.
fn paragraph(text: &str, look: Look, room: usize) -> Vec<String> {
    let lines = text.trim_end().lines().take(MESSAGE + 1);
    shortened(lines.flat_map(|line| text::wrap(&look.clean(line), room)).collect(), look)
}

fn shortened(mut lines: Vec<String>, look: Look) -> Vec<String> {
    if lines.len() > MESSAGE {
        lines.truncate(MESSAGE - 1);
        lines.push(look.glyphs().ellipsis.to_owned());
    }
    lines
}

/// The functions around the error: `at` where it began, `←` where it went on to, `in` where it was
/// handled or nobody knows.
fn stack(
    trace: &Trace<'_>,
    node: usize,
    failure: &Failure<'_>,
    look: Look,
    room: usize,
) -> Vec<Vec<Piece>> {
    let passed = passed_to(trace, node);
    let frames = failure.stack.iter().take(FRAMES).enumerate();
    let mut stack: Vec<_> = frames
        .map(|(depth, frame)| match (depth, passed.get(depth.wrapping_sub(1))) {
            (0, _) => piece("at", frame, None, look, room),
            (_, Some(said)) => piece(look.glyphs().passed_to, frame, *said, look, room),
            (_, None) => piece("in", frame, None, look, room),
        })
        .collect();
    if failure.stack.len() > FRAMES {
        let more = failure.stack.len() - FRAMES;
        stack.push(vec![(Style::Faint, format!("{} {more} more", look.glyphs().ellipsis))]);
    }
    stack
}

/// A function of the stack in at most `room` columns.
fn piece(word: &str, frame: &Frame, said: Option<&str>, look: Look, room: usize) -> Vec<Piece> {
    let place = look.cut(&frame.place, room / 2);
    let left = room.saturating_sub(text::width(word) + text::width(&place) + 2);
    let whole = look.clean(&frame.function);
    let function = if text::width(&whole) <= left { &whole } else { frame.short_name() };
    let function = look.cut(function, left);
    let left = left.saturating_sub(text::width(&function) + 2).min(SAID);
    let mut pieces = vec![
        (Style::Faint, format!("{word} ")),
        (Style::Plain, function),
        (Style::Faint, format!(" {place}")),
    ];
    let said = said.filter(|_| left >= LITTLE).map(|said| look.cut(said, left));
    pieces.extend(said.map(|said| (Style::Passed, format!(": {said}"))));
    pieces
}

/// The spans around that failed with the same error, and what they said where they said something
/// else.
fn passed_to<'a>(trace: &'a Trace<'_>, node: usize) -> Vec<Option<&'a str>> {
    let mut said = trace.nodes[node].failure.as_ref().map_or("", |failure| failure.message);
    let mut passed = Vec::new();
    let mut next = trace.parents[node];
    while let Some(parent) = next.filter(|_| passed.len() < FRAMES) {
        let failure = trace.nodes[parent].failure.as_ref().filter(|failure| failure.passed_on);
        let Some(failure) = failure.filter(|failure| failure.stems_from(said)) else { break };
        passed.push(Some(failure.message).filter(|message| *message != said));
        said = failure.message;
        next = trace.parents[parent];
    }
    passed
}

impl Frame {
    /// The function without its module.
    fn short_name(&self) -> &str {
        self.function.rsplit("::").next().unwrap_or_default()
    }
}

impl Failure<'_> {
    /// Whether it is the error of this message, or was made from it.
    fn stems_from(&self, message: &str) -> bool {
        // One that only says that it failed has no message.
        self.message.is_empty() || self.message == message || self.sources.contains(&message)
    }
}
