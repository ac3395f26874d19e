//! What goes wrong with a tracer as a whole: it does not start, or does not deliver.

use std::time::Duration;
use std::{fmt, io};

/// Why a tracer was not installed.
///
/// # Examples
///
/// ```
/// use tracer_core::{InstallError, Tracer};
///
/// let _tracer = Tracer::builder().install()?;
/// let second = Tracer::builder().install();
/// assert!(matches!(second, Err(InstallError::AlreadyInstalled)));
/// # Ok::<_, InstallError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum InstallError {
    /// A tracer is installed already; shut it down first, or use `build` and a scope.
    AlreadyInstalled,
    /// A thread could not be started.
    Thread(io::Error),
    /// All 2^24 numbers for tracers of this process have been used.
    TooMany,
    /// The collector's thread is gone: it panicked.
    CollectorGone,
}

impl fmt::Display for InstallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AlreadyInstalled => "a tracer is installed already; shut it down first, or build this one and use its scope",
            Self::Thread(_) => "a thread of the tracer could not be started",
            Self::TooMany => "more tracers than a process can have",
            Self::CollectorGone => "the tracer's collector is gone",
        })
    }
}

impl std::error::Error for InstallError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Thread(error) => Some(error),
            _ => None,
        }
    }
}

/// What a flush could not deliver.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Batch, ExportError, Exporter, Span, Tracer};
///
/// #[derive(Debug)]
/// struct Broken;
///
/// impl Exporter for Broken {
///     fn name(&self) -> &str {
///         "broken"
///     }
///
///     fn export(&mut self, _: &Batch) -> Result<(), ExportError> {
///         Err(ExportError::failed("connection refused"))
///     }
/// }
///
/// let tracer = Tracer::builder().exporter(Broken).build()?;
/// tracer.in_scope(|| drop(Span::new("work")));
/// let error = tracer.flush(Duration::from_secs(5)).unwrap_err();
/// assert_eq!((error.queued, error.dropped), (0, 1));
/// assert_eq!(error.to_string(), "1 spans dropped; last error: connection refused");
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FlushError {
    /// Spans still on their way when the time was over.
    pub queued: u64,
    /// Spans dropped since the last flush.
    pub dropped: u64,
    /// What an exporter said last of spans that it did not deliver.
    pub(super) cause: Option<String>,
    /// How long was waited, if it was not enough.
    pub(super) timeout: Option<Duration>,
    /// The tracer is the parent's, and this a forked child.
    pub(super) is_inherited: bool,
    /// All spans were delivered, but an exporter had not ended when the time was over.
    pub(super) is_unended: bool,
}

impl FlushError {
    pub(super) fn of_parent() -> Self {
        Self { is_inherited: true, ..Self::blank() }
    }

    pub(super) fn unended(timeout: Duration) -> Self {
        Self { timeout: Some(timeout), is_unended: true, ..Self::blank() }
    }

    fn blank() -> Self {
        Self {
            queued: 0,
            dropped: 0,
            cause: None,
            timeout: None,
            is_inherited: false,
            is_unended: false,
        }
    }
}

impl fmt::Display for FlushError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_inherited {
            return f
                .write_str("the tracer is the parent process's; install one in the forked child");
        }
        if let (Some(timeout), true) = (self.timeout, self.is_unended) {
            return write!(f, "an exporter did not end within {timeout:?}");
        }
        if let Some(timeout) = self.timeout {
            write!(f, "{} spans not delivered within {timeout:?}", self.queued)?;
        }
        match (self.timeout, self.dropped) {
            (_, 0) => {}
            (Some(_), dropped) => write!(f, ", {dropped} dropped")?,
            (None, dropped) => write!(f, "{dropped} spans dropped")?,
        }
        match &self.cause {
            Some(cause) => write!(f, "; last error: {cause}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FlushError {}
