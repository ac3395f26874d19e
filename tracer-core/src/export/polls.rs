//! When a span was polled, and how long that took.

/// The polls of a span, as far as they were recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Polls {
    pub(super) slices: Vec<Slice>,
    /// Nanoseconds in all polls, and in the longest one.
    pub(super) total: u64,
    pub(super) longest: u64,
}

impl Polls {
    pub(super) fn new(slices: Vec<Slice>) -> Self {
        let durations = || slices.iter().map(|slice| slice.end.saturating_sub(slice.start));
        let (total, longest) = (durations().sum(), durations().max().unwrap_or(0));
        Self { slices: merged(slices), total, longest }
    }
}

/// A stretch of time in which a task was being polled.
///
/// Times are nanoseconds since the Unix epoch.
///
/// # Examples
///
/// ```
/// use tracer_core::SpanRecord;
///
/// /// Nanoseconds in which the task was running, not waiting.
/// fn busy(span: &SpanRecord) -> u64 {
///     span.slices().iter().map(|slice| slice.end - slice.start).sum()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Slice {
    /// When the first of its polls began.
    pub start: u64,
    /// When the last of its polls returned.
    pub end: u64,
}

/// Slices of a span; more are merged over the shortest gaps between them.
const MAX_SLICES: usize = 64;

/// In order, without overlaps, and not more than [`MAX_SLICES`].
fn merged(mut slices: Vec<Slice>) -> Vec<Slice> {
    slices.sort_by_key(|slice| slice.start);
    if slices.len() <= MAX_SLICES {
        return slices;
    }
    let mut gaps: Vec<_> =
        slices.windows(2).map(|pair| pair[1].start.saturating_sub(pair[0].end)).collect();
    let (_, limit, _) = gaps.select_nth_unstable_by(MAX_SLICES - 1, |a, b| b.cmp(a));
    let limit = *limit;
    let mut kept: Vec<Slice> = Vec::with_capacity(MAX_SLICES);
    for slice in slices {
        match kept.last_mut() {
            Some(last) if slice.start.saturating_sub(last.end) <= limit => {
                last.end = last.end.max(slice.end);
            }
            _ => kept.push(slice),
        }
    }
    kept
}
