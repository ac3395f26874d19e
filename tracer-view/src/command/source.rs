//! A file of spans, read piece by piece: of a large one only what is made of it is in memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;

use tracer_otlp::read::{self, Span};

use crate::command::Failed;

/// Of so many lines that cannot be read it is said what is wrong; of others how many they are.
const NAMED: u64 = 3;
/// Bytes that are looked at to see whether each line is a message.
const LOOKED_AT: usize = 1 << 16;

/// A file, or standard input.
pub(super) struct Source<'a> {
    path: &'a Path,
}

/// What a file is called where something is said of it.
pub(super) fn name(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

impl<'a> Source<'a> {
    pub(super) const fn new(path: &'a Path) -> Self {
        Self { path }
    }

    /// Takes each span; what cannot be read is said and left out.
    pub(super) fn each(
        &self,
        err: &mut dyn Write,
        take: &mut dyn FnMut(Span),
    ) -> Result<(), Failed> {
        let cannot = |error| Failed::Done(format!("cannot read {}: {error}", name(self.path)));
        let opened: Box<dyn Read> = if self.path == Path::new("-") {
            Box::new(io::stdin())
        } else {
            Box::new(File::open(self.path).map_err(cannot)?)
        };
        let mut source = BufReader::with_capacity(LOOKED_AT, opened);
        let start = source.fill_buf().map_err(cannot)?;
        if is_one_message(start) {
            let mut text = Vec::new();
            source.read_to_end(&mut text).map_err(cannot)?;
            let spans = read::document(&String::from_utf8_lossy(&text));
            spans.map_err(|why| Failed::Done(why_of(self.path, &why)))?.into_iter().for_each(take);
            return Ok(());
        }
        self.lines(source, err, take)
    }

    fn lines(
        &self,
        source: impl BufRead,
        err: &mut dyn Write,
        take: &mut dyn FnMut(Span),
    ) -> Result<(), Failed> {
        let mut wrong = 0;
        for line in read::lines(source) {
            match line {
                Ok(spans) => spans.into_iter().for_each(&mut *take),
                Err(why) if std::error::Error::source(&why).is_some() => {
                    return Err(Failed::Done(why_of(self.path, &why)));
                }
                Err(why) => {
                    wrong += 1;
                    if wrong <= NAMED {
                        writeln!(err, "tracer: {}; left out", why_of(self.path, &why))?;
                    }
                }
            }
        }
        if wrong > NAMED {
            let more = wrong - NAMED;
            writeln!(err, "tracer: {}: {more} more lines are left out", name(self.path))?;
        }
        Ok(())
    }
}

/// Messages that are written for people go over lines.
fn is_one_message(start: &[u8]) -> bool {
    let start = start.trim_ascii_start();
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    first.len() < start.len() && matches!(first.last(), Some(b'{' | b'[' | b',' | b':'))
}

fn why_of(path: &Path, why: &read::ReadError) -> String {
    let source = std::error::Error::source(why);
    let source = source.map_or(String::new(), |source| format!(": {source}"));
    format!("{}: {why}{source}", name(path))
}
