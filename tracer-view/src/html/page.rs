//! One file that needs nothing else: the page's own sources and its data.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::html::base64::Base64;
use crate::html::bundle;
use crate::html::columns::{self, Heading};
use crate::table::Table;

const PAGE: &str = include_str!("../../page/page.html");
const STYLE: &str = include_str!("../../page/style.css");

/// Writes the page to a file, which is there as a whole or as it was.
pub(crate) fn write_file(table: &Table, heading: &Heading, path: &Path) -> io::Result<()> {
    let beside = beside(path);
    // One of a process that is gone, or a link of somebody's who can write there, too.
    let _removed = fs::remove_file(&beside);
    let written = File::create_new(&beside).and_then(|file| {
        let mut file = write(table, heading, BufWriter::new(file))?;
        file.flush()
    });
    written.and_then(|()| fs::rename(&beside, path)).inspect_err(|_| {
        // What is wrong is said already.
        let _removed = fs::remove_file(&beside);
    })
}

/// Writes the page.
pub(crate) fn write<W: Write>(table: &Table, heading: &Heading, to: W) -> io::Result<W> {
    write_with(&heading.program, to, |mut to| {
        to.write_all(b"<script id=\"data\" type=\"text/plain\">")?;
        let gzip = GzEncoder::new(Base64::new(to), Compression::default());
        columns::write(table, heading, gzip)?.finish()?.finish()
    })
}

/// The data of a page as it can be sent: gzip of JSON.
#[cfg(feature = "live")]
pub(crate) fn gzip(table: &Table, heading: &Heading) -> io::Result<Vec<u8>> {
    columns::write(table, heading, GzEncoder::new(Vec::new(), Compression::fast()))?.finish()
}

/// Writes the page of a program that is running: of `data`, which are those of a `version`.
#[cfg(feature = "live")]
pub(crate) fn write_served<W: Write>(
    program: &str,
    data: &[u8],
    version: u64,
    to: W,
) -> io::Result<W> {
    write_with(program, to, |mut to| {
        write!(to, "<script id=\"data\" type=\"text/plain\" data-version=\"{version}\">")?;
        let mut base64 = Base64::new(to);
        base64.write_all(data)?;
        base64.finish()
    })
}

fn write_with<W: Write>(
    program: &str,
    mut to: W,
    data: impl Fn(W) -> io::Result<W>,
) -> io::Result<W> {
    for piece in pieces(PAGE) {
        match piece {
            Piece::Text(text) => to.write_all(text.as_bytes())?,
            Piece::Title => write!(to, "<title>{}</title>", escaped(program))?,
            Piece::Style => write!(to, "<style>\n{STYLE}</style>")?,
            Piece::Script => write!(to, "<script type=\"module\">\n{}</script>", bundle::script())?,
            Piece::Data => {
                to = data(to)?;
                to.write_all(b"</script>")?;
            }
        }
    }
    Ok(to)
}

/// A part of the page's source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Text(&'a str),
    Title,
    Style,
    Data,
    Script,
}

/// What stands in the page's source where it is served as it is, in files beside each other.
const PLACES: [(&str, Piece<'_>); 4] = [
    ("<title>tracer</title>", Piece::Title),
    ("<link rel=\"stylesheet\" href=\"style.css\">", Piece::Style),
    ("<script id=\"data\" type=\"text/plain\"></script>", Piece::Data),
    ("<script type=\"module\" src=\"app.js\"></script>", Piece::Script),
];

/// Splits the page's source at these places.
fn pieces(page: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = page;
    let next = |rest: &str| {
        let found = PLACES.iter().filter_map(|(text, piece)| Some((rest.find(text)?, text, piece)));
        found.min_by_key(|(at, ..)| *at)
    };
    while let Some((at, text, piece)) = next(rest) {
        pieces.extend([Piece::Text(&rest[..at]), *piece]);
        rest = &rest[at + text.len()..];
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Text of a title: nothing of it is markup, and nothing is obeyed by whoever shows it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in crate::text::clean(text, false).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// A name of this process's own in the same folder: a rename replaces a file only there.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::{PAGE, Piece, STYLE, escaped, pieces};

    #[test]
    fn the_page_has_a_place_for_each_part() {
        let parts = pieces(PAGE);
        for part in [Piece::Title, Piece::Style, Piece::Data, Piece::Script] {
            assert_eq!(parts.iter().filter(|piece| **piece == part).count(), 1, "{part:?}");
        }
        assert!(!STYLE.contains("</style") && !STYLE.contains("<!--"));
    }

    #[test]
    fn a_title_is_text_whatever_it_holds() {
        assert_eq!(
            escaped("</title><script>&\u{202e}\n"),
            "&lt;/title&gt;&lt;script&gt;&amp;\\u{202e}\\n"
        );
    }
}
