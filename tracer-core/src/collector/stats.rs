//! What became of every span: the numbers behind "never lost silently".

use std::fmt;

use crate::refused::Refused;

/// What became of the spans of one tracer, for each of its exporters.
///
/// Its `Display` is one line an exporter and one for the details and the logs.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Memory, Span, Tracer};
///
/// let tracer = Tracer::builder().exporter(Memory::default()).build()?;
/// tracer.in_scope(|| drop(Span::new("work")));
/// tracer.flush(Duration::from_secs(5))?;
/// let stats = tracer.stats();
/// assert_eq!(stats.exporters[0].acknowledged, 1);
/// assert!(stats.is_balanced());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// One entry an exporter, in the order in which they were added.
    pub exporters: Vec<ExporterStats>,
    /// Attributes, events, links and errors that were not kept.
    ///
    /// There was no room in the log, one span had more than 128 of a kind, or its end did not come.
    pub lost_details: u64,
    /// What came in headers of other processes, or was to leave in them, and was not kept.
    pub refused: Refused,
    /// Polls that took longer than [`Builder::slow_poll_threshold`](crate::Builder::slow_poll_threshold).
    pub slow_polls: u64,
    /// Bytes that the logs of the process take, for all tracers together.
    pub log_bytes: u64,
}

/// What became of the spans that one exporter should have got.
///
/// Once nothing is under way, `ended = acknowledged + dropped.total() + queued`.
///
/// # Examples
///
/// ```
/// let stats = tracer_core::ExporterStats::default();
/// assert_eq!(
///     stats.to_string(),
///     ": 0 ended = 0 acknowledged + 0 dropped + 0 queued",
/// );
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExporterStats {
    /// The exporter's name.
    pub name: String,
    /// Spans that have ended.
    pub ended: u64,
    /// Spans that the exporter delivered.
    pub acknowledged: u64,
    /// Spans that were not and will not be delivered.
    pub dropped: Dropped,
    /// Spans on their way.
    pub queued: u64,
}

/// Spans that were not delivered, by cause.
///
/// # Examples
///
/// ```
/// let mut dropped = tracer_core::Dropped::default();
/// dropped.queue_full = 7;
/// assert_eq!(dropped.total(), 7);
/// assert_eq!(dropped.to_string(), "7 dropped (queue full 7)");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dropped {
    /// The logs had no room: spans came faster than they could be collected.
    pub log_full: u64,
    /// The exporter's queue had no room: spans came faster than it delivers.
    pub queue_full: u64,
    /// The receiver refused them.
    pub rejected: u64,
    /// The exporter failed.
    pub failed: u64,
    /// They ended after the tracer was shut down.
    pub after_shutdown: u64,
}

impl Dropped {
    /// Returns the sum over all causes.
    pub const fn total(&self) -> u64 {
        self.log_full + self.queue_full + self.rejected + self.failed + self.after_shutdown
    }
}

impl Stats {
    /// Returns whether every ended span is accounted for, with each exporter.
    ///
    /// That is, `ended = acknowledged + dropped.total() + queued`.
    pub fn is_balanced(&self) -> bool {
        self.exporters.iter().all(|e| e.ended == e.acknowledged + e.dropped.total() + e.queued)
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let causes = [
            ("log full", self.log_full),
            ("queue full", self.queue_full),
            ("rejected", self.rejected),
            ("failed", self.failed),
            ("after shutdown", self.after_shutdown),
        ];
        write!(f, "{} dropped", self.total())?;
        let mut separator = " (";
        for (cause, count) in causes.into_iter().filter(|(_, count)| *count > 0) {
            write!(f, "{separator}{cause} {count}")?;
            separator = ", ";
        }
        f.write_str(if separator == ", " { ")" } else { "" })
    }
}

impl fmt::Display for ExporterStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, ended, acknowledged, dropped, queued } = self;
        write!(
            f,
            "{name}: {ended} ended = {acknowledged} acknowledged + {dropped} + {queued} queued"
        )
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for exporter in &self.exporters {
            writeln!(f, "{exporter}")?;
        }
        if self.refused.total() > 0 {
            writeln!(f, "headers: {}", self.refused)?;
        }
        write!(f, "{} details lost, logs take {} KiB", self.lost_details, self.log_bytes / 1024)
    }
}
