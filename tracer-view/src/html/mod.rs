//! The exporter that keeps traces for a page, and writes it at the end.

mod base64;
mod bundle;
mod columns;
mod details;
mod ids;
mod page;
mod store;
mod stored;
#[cfg(all(test, feature = "command"))]
mod tests;

use std::env;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tracer_core::{Batch, ExportError, Exporter, Unit};

pub(crate) use columns::Heading;
pub(crate) use page::write_file;
#[cfg(feature = "live")]
pub(crate) use page::{gzip, write_served};
pub(crate) use store::Store;
#[cfg(feature = "live")]
pub(crate) use stored::Stored;
#[cfg(all(test, feature = "command"))]
pub(crate) use tests::{decoded::base64, spans::random as random_spans};

use crate::table::Table;

/// An exporter that writes traces as one HTML file, which a browser opens without a network.
///
/// It keeps the traces in memory and writes the file when its tracer ends: within the time that
/// [`Tracer::shutdown`](tracer_core::Tracer::shutdown) has. The path is then said in one line on
/// standard error. The file is replaced at once, so that a page that is open stays whole.
///
/// Where 48 MiB are not enough the oldest traces go; those in which something failed and the 100
/// slowest are kept longer, in half of that at most. How many are missing is said on the page.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Span, Tracer};
/// use tracer_view::Html;
///
/// let path = std::env::temp_dir().join(format!("tracer-page-{}.html", std::process::id()));
/// let tracer = Tracer::builder().exporter(Html::to(&path)).build()?;
/// tracer.in_scope(|| drop(Span::new("work")));
/// tracer.shutdown(Duration::from_secs(5))?;
///
/// assert!(std::fs::read_to_string(&path)?.starts_with("<!doctype html>"));
/// # std::fs::remove_file(&path)?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a page is not written until it is given to a tracer as an exporter"]
pub struct Html {
    path: PathBuf,
    /// The folder of the page is made if it is not there.
    makes_folder: bool,
    store: Store,
    service: String,
}

/// Bytes of traces that are kept, unless somebody asks for others.
pub(crate) const MAX_BYTES: usize = 48 << 20;
/// So many of the slowest traces are kept longer.
pub(crate) const SLOWEST: usize = 100;

impl Html {
    /// Makes one that writes to `path`; its folder has to be there.
    pub fn to(path: impl AsRef<Path>) -> Self {
        let path = path.as_ref().to_owned();
        let store = Store::new(MAX_BYTES, SLOWEST);
        Self { path, makes_folder: false, store, service: String::new() }
    }

    /// Sets how many bytes of traces are kept, about: 48 MiB unless this is called.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.store = Store::new(bytes, SLOWEST);
        self
    }

    /// Returns where the page will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the page of spans that were read, in place of those of a tracer; of one service or several.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_otlp::read;
    /// use tracer_view::Html;
    ///
    /// let line = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"work","traceId":"0000000000000000000000000000000a","spanId":"000000000000000b"}]}]}]}"#;
    /// let path = std::env::temp_dir().join(format!("tracer-read-{}.html", std::process::id()));
    /// Html::to(&path).write(&read::document(line)?)?;
    ///
    /// assert!(std::fs::read_to_string(&path)?.starts_with("<!doctype html>"));
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be written; then what was there before still is.
    #[cfg(feature = "file")]
    pub fn write(&self, spans: &[tracer_otlp::read::Span]) -> io::Result<()> {
        let mut table = Table::default();
        spans.iter().for_each(|span| table.add_read(span));
        self.write_table(&table, &Heading { program: program(), ..Heading::default() })
    }

    fn write_kept(&self) -> io::Result<()> {
        let program = if self.service.is_empty() { program() } else { self.service.clone() };
        let heading = Heading { program, evicted: self.store.evicted() };
        self.write_table(&self.store.table(&self.service), &heading)
    }

    fn write_table(&self, table: &Table, heading: &Heading) -> io::Result<()> {
        if let (true, Some(folder)) = (self.makes_folder, self.path.parent()) {
            fs::create_dir_all(folder)?;
        }
        write_file(table, heading, &self.path)
    }
}

impl Default for Html {
    /// Makes one that writes to `target/tracer/trace.html` of the cargo project in which the program
    /// runs, or elsewhere to `trace.html` in the folder for temporary files.
    fn default() -> Self {
        let mut usual = Self::to(usual_path());
        usual.makes_folder = true;
        usual
    }
}

impl fmt::Debug for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Html").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Exporter for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn unit(&self) -> Unit {
        Unit::Traces
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        if self.service.is_empty() {
            batch.resource().service_name().clone_into(&mut self.service);
        }
        self.store.add(batch.spans().into());
        Ok(())
    }
}

impl Drop for Html {
    fn drop(&mut self) {
        if self.store.is_empty() {
            return;
        }
        let told = match self.write_kept() {
            Ok(()) => format!("tracer: traces are in {}\n", self.path.display()),
            Err(error) => {
                format!("tracer: cannot write traces to {}: {error}\n", self.path.display())
            }
        };
        // A closed stderr is no reason to fail.
        let _told = io::stderr().write_all(told.as_bytes());
    }
}

/// The name of the running program.
pub(crate) fn program() -> String {
    let path = env::current_exe().unwrap_or_default();
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn usual_path() -> PathBuf {
    let folder = env::current_dir().ok().and_then(|here| {
        // A member of a workspace has no target folder of its own.
        let is_built =
            |folder: &&Path| folder.join("Cargo.toml").is_file() && folder.join("target").is_dir();
        Some(here.ancestors().find(is_built)?.join("target").join("tracer"))
    });
    folder.unwrap_or_else(env::temp_dir).join("trace.html")
}
