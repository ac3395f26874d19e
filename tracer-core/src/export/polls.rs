//! When a span was polled, and how long that took.

use crate::clock::Timeline;
use crate::export::detail::{self, Link};
use crate::id::{SpanId, TraceId};
use crate::record::{Kind, UNKNOWN_DELAY};

/// The polls of a span, as far as they were recorded.
#[derive(Clone, Debug, Default)]
pub(super) struct Polls {
    pub(super) slices: Vec<Slice>,
    /// Nanoseconds in all polls, and in the longest one.
    pub(super) total: u64,
    pub(super) longest: u64,
    pub(super) wakes: Vec<Wake>,
}

impl Polls {
    /// Reads polls and wakes, and turns ticks into nanoseconds in place.
    ///
    /// Also returns which kinds of details there are, a bit each.
    pub(super) fn read(details: &mut [u8], timeline: &Timeline) -> (Option<Self>, u16) {
        let (mut slices, mut wakes, mut kinds) = (Vec::new(), Vec::new(), 0);
        let mut rest = details;
        while let Some((head, payload, next)) = detail::split(rest) {
            kinds |= 1 << head.kind as u16;
            let word = |index: usize| {
                payload
                    .get(8 * index..)
                    .and_then(<[u8]>::first_chunk)
                    .copied()
                    .map(u64::from_le_bytes)
            };
            match (head.kind, word(0), word(1)) {
                (Kind::Poll, Some(start), Some(end)) => {
                    slices.push(Slice { start: timeline.unix(start), end: timeline.unix(end) });
                }
                (Kind::Wake, Some(ticks), Some(by)) => {
                    let [high, low] = [2, 3].map(|index| word(index).unwrap_or_default());
                    let by = Link { trace: TraceId { high, low }, span: SpanId(by) };
                    let by = (by.span != SpanId::NONE).then_some(by);
                    wakes.push(Wake { time: timeline.unix(ticks), by, scheduled: None });
                }
                (Kind::Task, Some(ticks), _) if ticks != UNKNOWN_DELAY => {
                    payload[..8].copy_from_slice(&timeline.nanos(ticks).to_le_bytes());
                }
                (Kind::Event, Some(ticks), _) => {
                    payload[..8].copy_from_slice(&timeline.unix(ticks).to_le_bytes());
                }
                _ => {}
            }
            rest = next;
        }
        let has_some = !(slices.is_empty() && wakes.is_empty());
        (has_some.then(|| Self::new(slices, wakes)), kinds)
    }

    fn new(mut slices: Vec<Slice>, mut wakes: Vec<Wake>) -> Self {
        slices.sort_by_key(|slice| slice.start);
        wakes.sort_by_key(|wake| wake.time);
        for wake in &mut wakes {
            let next = slices.partition_point(|slice| slice.start < wake.time);
            wake.scheduled = slices.get(next).map(|poll| poll.start - wake.time);
        }
        let durations = || slices.iter().map(|slice| slice.end.saturating_sub(slice.start));
        let (total, longest) = (durations().sum(), durations().max().unwrap_or(0));
        Self { slices: merged(slices), total, longest, wakes }
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

/// That a task was woken, so that it is polled again.
///
/// Of several wakes between two polls it is the first one.
///
/// # Examples
///
/// ```
/// use tracer_core::SpanRecord;
///
/// /// How often something else than a span woke the task: a timer, a socket, untraced code.
/// fn from_outside(span: &SpanRecord) -> usize {
///     span.wakes().iter().filter(|wake| wake.by.is_none()).count()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wake {
    /// When: nanoseconds since the Unix epoch.
    pub time: u64,
    /// The span that was current where it was woken, if one was.
    pub by: Option<Link>,
    /// The nanoseconds until it was polled, if it was.
    pub scheduled: Option<u64>,
}

/// Slices of a span; more are merged over the shortest gaps between them.
const MAX_SLICES: usize = 64;

/// Without overlaps, and not more than [`MAX_SLICES`].
fn merged(slices: Vec<Slice>) -> Vec<Slice> {
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
