//! What is open, as programs read it that look at themselves.

use crate::export::SpanRecord;

/// The spans of a tracer that were open at one moment.
///
/// Returned by [`Tracer::in_flight`](crate::Tracer::in_flight).
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, Tracer};
///
/// let tracer = Tracer::builder().in_flight(true).build()?;
/// let _request = tracer.in_scope(|| Span::new("request"));
/// for span in tracer.in_flight().expect("it was asked for").spans() {
///     println!("{} for {} ns", span.name(), span.end() - span.start());
/// }
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct InFlight {
    pub(crate) spans: Vec<SpanRecord>,
    pub(crate) unlisted: u64,
}

impl InFlight {
    /// Returns the open spans by start, each as if it ended now, with what was said of it so far.
    ///
    /// At most 65,536. A span whose end was lost because the logs were full stays in it; see
    /// [`Dropped::log_full`](crate::Dropped).
    pub fn spans(&self) -> &[SpanRecord] {
        &self.spans
    }

    /// Returns how many more are open that there was no room for.
    pub const fn unlisted(&self) -> u64 {
        self.unlisted
    }
}
