//! Glyphs, colours, and the page that lines are written on.

use std::fmt::Write;

use crate::text;

/// What a page looks like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) width: usize,
    pub(crate) color: bool,
    pub(crate) ascii: bool,
}

impl Look {
    pub(crate) const fn glyphs(self) -> &'static Glyphs {
        if self.ascii { &ASCII } else { &UNICODE }
    }

    pub(crate) fn clean(self, text: &str) -> String {
        text::clean(text, self.ascii)
    }

    pub(crate) fn cut(self, text: &str, columns: usize) -> String {
        text::cut(&text::clean(text, self.ascii), columns, self.glyphs().ellipsis)
    }

    pub(crate) fn duration(self, nanos: u64) -> String {
        text::duration(nanos, self.ascii)
    }
}

/// The signs of the tree.
#[derive(Debug)]
pub(crate) struct Glyphs {
    pub(crate) tee: &'static str,
    pub(crate) corner: &'static str,
    pub(crate) rail: &'static str,
    pub(crate) concurrent: &'static str,
    pub(crate) spawned: &'static str,
    pub(crate) critical: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) passed_to: &'static str,
    pub(crate) times: &'static str,
    pub(crate) dot: &'static str,
    pub(crate) of_service: &'static str,
    pub(crate) ellipsis: &'static str,
    pub(crate) level: &'static str,
    pub(crate) left: &'static str,
    pub(crate) right: &'static str,
    pub(crate) polled: char,
    pub(crate) waiting: char,
}

const UNICODE: Glyphs = Glyphs {
    tee: "├─ ",
    corner: "└─ ",
    rail: "│  ",
    concurrent: "∥",
    spawned: "⇢",
    critical: "◆",
    failed: "✖",
    passed_to: "←",
    times: "×",
    dot: " · ",
    of_service: " · ",
    ellipsis: "…",
    level: "›",
    left: "▕",
    right: "▏",
    polled: '█',
    waiting: '░',
};

const ASCII: Glyphs = Glyphs {
    tee: "|- ",
    corner: "`- ",
    rail: "|  ",
    concurrent: "||",
    spawned: "=>",
    critical: "*",
    failed: "x",
    passed_to: "<-",
    times: "x",
    dot: ", ",
    of_service: ": ",
    ellipsis: "..",
    level: ">",
    left: "|",
    right: "|",
    polled: '#',
    waiting: '.',
};

/// How a piece of text is meant; colours are the terminal's own, so that any theme fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    Strong,
    Faint,
    /// The service that a part of the trace ran in.
    Service,
    /// A span at work.
    Polled,
    /// Where an error began.
    Failed,
    /// Where an error passed through.
    Passed,
    /// Worth a look: cancelled, on the critical path.
    Notable,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Service => "35",
            Self::Polled => "36",
            Self::Failed => "1;31",
            Self::Passed => "31",
            Self::Notable => "33",
        }
    }
}

/// A piece of text in one style.
pub(crate) type Piece = (Style, String);

/// Columns that pieces take.
pub(crate) fn width(pieces: &[Piece]) -> usize {
    pieces.iter().map(|(_, text)| text::width(text)).sum()
}

/// The text of one trace; written at once, so that nothing comes between its lines.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    column: usize,
    color: bool,
}

impl Page {
    pub(crate) const fn new(color: bool) -> Self {
        Self { text: String::new(), column: 0, color }
    }

    /// Adds cleaned text to the line.
    pub(crate) fn put(&mut self, style: Style, text: &str) {
        if text.is_empty() {
            return;
        }
        self.column += text::width(text);
        if self.color && style != Style::Plain && !text.trim_start().is_empty() {
            write!(self.text, "\x1b[{}m{text}\x1b[0m", style.code()).expect("a String takes all");
        } else {
            self.text.push_str(text);
        }
    }

    pub(crate) fn put_all(&mut self, pieces: &[Piece]) {
        for (style, text) in pieces {
            self.put(*style, text);
        }
    }

    /// Adds pieces to the line, or to a new one behind `margin` where they do not fit into `limit`.
    pub(crate) fn pack(&mut self, separator: &str, pieces: &[Piece], limit: usize, margin: &str) {
        if self.column > 0 && self.column + text::width(separator) + width(pieces) > limit {
            self.end_line();
        }
        match self.column {
            0 => self.put(Style::Faint, margin),
            _ => self.put(Style::Plain, separator),
        }
        self.put_all(pieces);
    }

    /// Adds spaces up to `column`.
    pub(crate) fn pad_to(&mut self, column: usize) {
        let missing = column.saturating_sub(self.column);
        self.text.extend(std::iter::repeat_n(' ', missing));
        self.column += missing;
    }

    pub(crate) fn end_line(&mut self) {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
        self.column = 0;
    }

    pub(crate) const fn column(&self) -> usize {
        self.column
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{ASCII, Page, Style};

    #[test]
    fn a_colour_takes_no_columns_and_ends_where_its_text_ends() {
        let mut page = Page::new(true);
        page.put(Style::Failed, "no");
        page.pad_to(4);
        page.put(Style::Plain, "yes");
        assert_eq!(page.column(), 7);
        page.end_line();
        assert_eq!(page.into_text(), "\x1b[1;31mno\x1b[0m  yes\n");
    }

    #[test]
    fn a_page_without_colour_is_plain_text_without_trailing_spaces() {
        let mut page = Page::new(false);
        page.put(Style::Failed, "no");
        page.pad_to(9);
        page.end_line();
        assert_eq!(page.into_text(), "no\n");
    }

    #[test]
    fn what_does_not_fit_goes_to_the_next_line() {
        let mut page = Page::new(false);
        for word in ["one", "two", "three"] {
            page.pack(", ", &[(Style::Plain, word.to_owned())], 8, "> ");
        }
        page.end_line();
        assert_eq!(page.into_text(), "> one\n> two\n> three\n");
        let mut page = Page::new(false);
        for word in ["one", "two", "three"] {
            page.pack(", ", &[(Style::Plain, word.to_owned())], 10, "> ");
        }
        page.end_line();
        assert_eq!(page.into_text(), "> one, two\n> three\n");
    }

    #[test]
    fn the_signs_for_poor_terminals_are_ascii() {
        assert!(format!("{ASCII:?}").is_ascii());
    }
}
