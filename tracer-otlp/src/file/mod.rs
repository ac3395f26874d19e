//! OTLP in files: a line of JSON for each batch.

mod rotation;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::fmt;
use std::fs::{self, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tracer_core::{Batch, ExportError, Exporter};

use crate::file::rotation::Rotation;
use crate::json::Json;
use crate::request::{MAX_BYTES, Requests};

/// Appends finished spans to a file: OTLP's JSON, a line for each batch.
///
/// Each line is a whole message, as OpenTelemetry's collector writes and takes it, and
/// [`read`](crate::read) reads it back with all that was recorded. A line is written in one piece
/// as its batch comes, so that the file can be followed while the program runs, and a program that
/// is killed leaves whole lines. What of a line a full disk took is taken back.
///
/// A file that would become longer than 64 MiB is put aside as `PATH.1`, the one before it as
/// `PATH.2`, and so on; four of them are kept.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Span, Tracer};
/// use tracer_otlp::{File, read};
///
/// let path = std::env::temp_dir().join(format!("tracer-example-{}.jsonl", std::process::id()));
/// let tracer = Tracer::builder().exporter(File::open(&path)?).build()?;
/// tracer.in_scope(|| drop(Span::new("work")));
/// tracer.shutdown(Duration::from_secs(5))?;
///
/// let lines = read::lines(std::io::BufReader::new(std::fs::File::open(&path)?));
/// let spans = lines.collect::<Result<Vec<_>, _>>()?.concat();
/// assert_eq!(spans[0].name, "work");
/// # std::fs::remove_file(&path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct File {
    rotation: Rotation,
    open: fs::File,
    requests: Requests<Json>,
    line: Vec<u8>,
}

/// Describes a file of traces before it is opened.
///
/// # Examples
///
/// ```
/// use tracer_otlp::File;
///
/// let path = std::env::temp_dir().join(format!("tracer-small-{}.jsonl", std::process::id()));
/// let file = File::builder(&path).max_bytes(1 << 20).keep(1).open()?;
/// # drop(file);
/// # std::fs::remove_file(&path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `open`"]
pub struct FileBuilder {
    path: PathBuf,
    max_bytes: u64,
    keep: u32,
}

const DEFAULT_BYTES: u64 = 64 << 20;
const DEFAULT_KEPT: u32 = 4;

impl File {
    /// Opens a file to append to; see [`FileBuilder::open`].
    ///
    /// # Errors
    ///
    /// The file cannot be opened for writing.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, FileError> {
        Self::builder(path).open()
    }

    /// Begins to describe a file; see [`FileBuilder`].
    pub fn builder(path: impl AsRef<Path>) -> FileBuilder {
        let path = path.as_ref().to_owned();
        FileBuilder { path, max_bytes: DEFAULT_BYTES, keep: DEFAULT_KEPT }
    }
}

impl FileBuilder {
    /// Puts the file aside before it becomes longer; 64 MiB unless this is called.
    ///
    /// A batch is never torn: a line that is longer by itself has a file by itself.
    pub const fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Keeps so many files that were put aside; 4 unless this is called.
    pub const fn keep(mut self, files: u32) -> Self {
        self.keep = files;
        self
    }

    /// Opens the file, or makes it; its folder has to be there.
    ///
    /// # Errors
    ///
    /// The file cannot be opened for writing.
    pub fn open(self) -> Result<File, FileError> {
        let line_bytes = usize::try_from(self.max_bytes).unwrap_or(MAX_BYTES).min(MAX_BYTES);
        let rotation = Rotation { path: self.path, max_bytes: self.max_bytes, keep: self.keep };
        let opened = open(&rotation.path).and_then(|mut file| {
            finish_line(&mut file)?;
            Ok(file)
        });
        match opened {
            Ok(file) => Ok(File {
                rotation,
                open: file,
                requests: Requests::new(line_bytes),
                line: Vec::new(),
            }),
            Err(source) => Err(FileError { path: rotation.path, source }),
        }
    }
}

impl Exporter for File {
    fn name(&self) -> &'static str {
        "file"
    }

    fn takes_open(&self) -> bool {
        true
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let Self { rotation, open, requests, line } = self;
        let mut failed = 0;
        let mut why = None;
        requests.each(batch, |json, count| {
            line.clear();
            line.extend_from_slice(json);
            line.push(b'\n');
            if let Err(error) = append(rotation, open, line) {
                failed += count;
                why = Some(error);
            }
        });
        match why {
            None => Ok(()),
            Some(error) => {
                let message = format!("{}: {error}", rotation.path.display());
                Err(ExportError::partial(failed, 0, message))
            }
        }
    }
}

fn open(path: &Path) -> io::Result<fs::File> {
    OpenOptions::new().create(true).append(true).read(true).open(path)
}

/// A line that a killed program left unfinished does not spoil the next.
fn finish_line(file: &mut fs::File) -> io::Result<()> {
    // Pipes and the like have no end to look at.
    if !file.metadata()?.is_file() || file.metadata()?.len() == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn append(rotation: &Rotation, file: &mut fs::File, line: &[u8]) -> io::Result<()> {
    loop {
        // Asked anew each time: others may write to the file, or cut it.
        let before = file.metadata()?;
        if !before.is_file() || !rotation.is_due(before.len(), line.len()) {
            return write(file, before.len(), line);
        }
        // Others may have put it aside already; then it is not the one under that name.
        if fs::metadata(&rotation.path).is_ok_and(|named| named.len() == before.len()) {
            rotation.put_aside()?;
        }
        *file = open(&rotation.path)?;
    }
}

/// Writes a line whole or not at all.
fn write(file: &mut fs::File, length: u64, line: &[u8]) -> io::Result<()> {
    file.write_all(line).inspect_err(|_| {
        // A pipe cannot be cut; what is wrong is said already.
        let _cut = file.set_len(length);
    })
}

/// Why a file of traces cannot be written.
///
/// # Examples
///
/// ```
/// use std::error::Error;
///
/// use tracer_otlp::File;
///
/// let error = File::open("/no/such/folder/traces.jsonl").unwrap_err();
/// assert_eq!(error.to_string(), "cannot write traces to /no/such/folder/traces.jsonl");
/// assert!(error.source().is_some());
/// ```
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    source: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write traces to {}", self.path.display())
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
