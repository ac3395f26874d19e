//! The command `tracer`: shows traces that are in files, or that are sent to it.

mod arguments;
mod chart;
mod chrome;
mod compared;
mod live;
mod operations;
mod perfetto;
mod protobuf;
mod source;
mod written;

use std::env;
use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use tracer_otlp::read::Span;

use crate::command::arguments::{Asked, Format, View, Wanted};
use crate::command::source::{Source, Take};
use crate::command::written::Table as Aligned;
use crate::html::{self, Heading};
use crate::table::Table;
use crate::tree::Tree;
use crate::{terminal, text};

const HELP: &str = "\
tracer shows traces that are in files, or that are sent to it

usage: tracer view [--open] [--to PATH] FILE…       as one page for the browser; says where it is
       tracer tree [--trace ID] [--width N] FILE…   as trees
       tracer top FILE…                             operations: how often, how long, how many failed
       tracer diff FILE FILE                        operations of two runs, side by side
       tracer convert --to FORMAT FILE…             for other tools, on standard output
       tracer live [--open] [--port N] [FILE…]      takes OTLP over HTTP on this machine, from programs in
                                                    any language, and serves the page with what came last

  --open      opens the page in the browser
  --to PATH   writes the page there, not into the folder for temporary files
  --to FORMAT perfetto: a trace for ui.perfetto.dev, with polls, and flows for spawns and wakes;
              chrome: the same as trace events of Chrome, in JSON;
              otlp-json: OTLP in JSON, one message a line
  --trace ID  only the traces whose ids begin so
  --width N   columns of a tree, from 40 to 500
  --port N    the port of 127.0.0.1, 4318 unless it is given, any for 0

FILE has OTLP of any tool, in JSON or protobuf: one message, or one a line or behind its length;
or what Jaeger exports as JSON; also compressed by gzip. `-` is standard input.
";

/// Runs the command; 1 says that it failed, 2 that it was not understood.
pub fn main() -> ExitCode {
    let (mut out, mut err) = (io::stdout().lock(), io::stderr().lock());
    let failed = match run(env::args_os().skip(1).collect(), &mut out, &mut err) {
        Ok(()) => return ExitCode::SUCCESS,
        // Whoever reads has enough.
        Err(Failed::Written(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            return ExitCode::SUCCESS;
        }
        Err(failed) => failed,
    };
    let (code, why) = match failed {
        Failed::Asked(why) => (2, format!("{why}; see `tracer --help`")),
        Failed::Done(why) => (1, why),
        Failed::Written(error) => (1, format!("cannot write: {error}")),
    };
    // A closed stderr changes nothing.
    let _told = writeln!(err, "tracer: {}", text::clean(&why, false));
    ExitCode::from(code)
}

/// Why the command did not do what was asked.
#[derive(Debug)]
enum Failed {
    /// It was not understood.
    Asked(String),
    /// It could not be done.
    Done(String),
    /// What it has to say cannot be written.
    Written(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Written(error)
    }
}

fn run(arguments: Vec<OsString>, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failed> {
    match arguments::read(arguments).map_err(Failed::Asked)? {
        Asked::Help => out.write_all(HELP.as_bytes())?,
        Asked::Version => writeln!(out, "tracer {}", env!("CARGO_PKG_VERSION"))?,
        Asked::View(asked) => view(&asked, out, err)?,
        Asked::Tree { files, trace, width } => tree(&files, &trace, width, out, err)?,
        Asked::Top { files } => {
            let table = table(&files, err)?;
            aligned(out, &operations::aligned(&operations::of(&table)))?;
        }
        Asked::Convert { files, to } => convert(&files, to, out, err)?,
        Asked::Live(asked) => live::run(&asked, out, err)?,
        Asked::Diff { before, after } => {
            let (before, after) = (table(&[before], err)?, table(&[after], err)?);
            let (before, after) = (operations::of(&before), operations::of(&after));
            aligned(out, &compared::aligned(&before, &after))?;
        }
    }
    out.flush()?;
    Ok(())
}

fn aligned(out: &mut dyn Write, table: &Aligned) -> Result<(), Failed> {
    Ok(out.write_all(table.text(terminal::is_ascii()).as_bytes())?)
}

/// All spans of the files.
fn table(files: &[PathBuf], err: &mut dyn Write) -> Result<Table, Failed> {
    let mut table = Table::default();
    read(files, err, |span| table.add_read(&span))?;
    Ok(table)
}

/// Takes all spans of the files.
fn read(files: &[PathBuf], err: &mut dyn Write, mut take: impl FnMut(Span)) -> Result<(), Failed> {
    read_messages(files, err, &mut |_, spans| {
        spans.into_iter().for_each(&mut take);
        Ok(())
    })
}

fn read_messages(
    files: &[PathBuf],
    err: &mut dyn Write,
    take: &mut Take<'_>,
) -> Result<(), Failed> {
    let mut count = 0;
    for file in files {
        Source::new(file).each(err, &mut |message, spans| {
            count += spans.len();
            take(message, spans)
        })?;
    }
    if count == 0 {
        let names: Vec<_> = files.iter().map(|file| source::name(file)).collect();
        return Err(Failed::Done(format!("there are no spans in {}", names.join(", "))));
    }
    Ok(())
}

fn convert(
    files: &[PathBuf],
    to: Format,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failed> {
    let mut out = BufWriter::new(out);
    match to {
        Format::Perfetto => drop(perfetto::write(&table(files, err)?, &mut out)?),
        Format::Chrome => drop(chrome::write(&table(files, err)?, &mut out)?),
        Format::OtlpJson => read_messages(files, err, &mut |message, spans| {
            // A file of the Collector may have metrics and logs, too.
            if !spans.is_empty() {
                writeln!(out, "{message}")?;
            }
            Ok(())
        })?,
    }
    Ok(out.flush()?)
}

fn view(asked: &View, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failed> {
    let table = table(&asked.files, err)?;
    let names: Vec<_> = asked.files.iter().map(|file| source::name(file)).collect();
    let heading = Heading { program: names.join(", "), ..Heading::default() };
    let path = asked.to.clone().unwrap_or_else(|| {
        let stem = asked.files[0].file_stem().unwrap_or_default().to_string_lossy();
        let stem = if asked.files[0] == Path::new("-") { "stdin".into() } else { stem };
        env::temp_dir().join(format!("trace-{stem}.html"))
    });
    html::write_file(&table, &heading, &path)
        .map_err(|error| Failed::Done(format!("cannot write {}: {error}", path.display())))?;
    writeln!(out, "{}", path.display())?;
    if asked.open { open(&path) } else { Ok(()) }
}

/// Opens a page in the browser.
fn open(page: &Path) -> Result<(), Failed> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        // `start` takes the first quoted argument for a title.
        let mut command = Command::new("cmd");
        command.args(["/c", "start", ""]);
        command
    } else {
        Command::new("xdg-open")
    };
    let command = command.arg(page).stdin(Stdio::null()).stdout(Stdio::null());
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Failed::Done(format!("the browser was not opened: {status}"))),
        Err(error) => Err(Failed::Done(format!("the browser was not opened: {error}"))),
    }
}

fn tree(
    files: &[PathBuf],
    trace: &Wanted,
    width: Option<usize>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<(), Failed> {
    let mut spans = Vec::new();
    read(files, err, |span| {
        if trace.has(span.trace_id) {
            spans.push(span);
        }
    })?;
    if spans.is_empty() {
        return Err(Failed::Done(format!("no trace has an id that begins with {trace}")));
    }
    let columns = width.unwrap_or_else(terminal::stdout_width);
    let tree = Tree::to(io::sink()).color(terminal::stdout_color()).width(columns);
    Ok(out.write_all(tree.draw(&spans).as_bytes())?)
}
