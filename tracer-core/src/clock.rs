//! Time: raw ticks where spans are recorded, nanoseconds where they are collected.
//!
//! The time-stamp counter is read only where the kernel itself trusts it (its own clock source is
//! the TSC: constant rate, synchronous over the cores); elsewhere ticks are nanoseconds of
//! [`Instant`]. Reads of two cores may still differ by some ten nanoseconds, because `rdtsc` runs
//! ahead of earlier instructions; the collector clamps a child to its parent's start.
#![expect(
    unsafe_code,
    reason = "reading the time-stamp counter is an intrinsic; this is the only place"
)]
#![expect(clippy::disallowed_methods, reason = "this is the place where the wall clock is read")]

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

static COUNTER: AtomicBool = AtomicBool::new(false);
static START: OnceLock<Instant> = OnceLock::new();
static FIRST: OnceLock<Anchor> = OnceLock::new();
static COARSE: AtomicU64 = AtomicU64::new(0);

/// Returns the current ticks; comparable between threads once [`start`] has been called.
#[inline(always)]
pub(crate) fn ticks() -> u64 {
    try_ticks().unwrap_or_else(elapsed)
}

/// As [`ticks`], without a call; nothing where ticks are not the processor's.
#[inline(always)]
pub(crate) fn try_ticks() -> Option<u64> {
    // Relaxed: written once, before the first tracer is announced.
    COUNTER.load(Ordering::Relaxed).then(counter)
}

/// Decides what ticks are. Called before the first tracer records; later calls change nothing.
pub(crate) fn start() {
    START.get_or_init(|| {
        COUNTER.store(kernel_trusts_counter(), Ordering::Relaxed);
        Instant::now()
    });
    FIRST.get_or_init(anchor);
}

/// Milliseconds since [`start`], as of the collector's last pass: costs one load, not a clock read.
pub(crate) fn coarse() -> u64 {
    COARSE.load(Ordering::Relaxed)
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
#[inline(always)]
fn counter() -> u64 {
    // SAFETY: every x86-64 processor has `rdtsc`; it reads a register and touches no memory.
    unsafe { core::arch::x86_64::_rdtsc() }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn counter() -> u64 {
    elapsed()
}

#[cold]
fn elapsed() -> u64 {
    START.get().map_or(0, |start| start.elapsed().as_nanos() as u64)
}

#[cfg(all(target_os = "linux", target_arch = "x86_64", not(miri)))]
fn kernel_trusts_counter() -> bool {
    const CURRENT: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    std::fs::read_to_string(CURRENT).is_ok_and(|source| source.trim() == "tsc")
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", not(miri))))]
fn kernel_trusts_counter() -> bool {
    false
}

/// Ticks, monotonic time and wall time of one moment.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    ticks: u64,
    instant: Instant,
    unix: u64,
}

/// The tightest of a few readings, so that an interruption between two reads does not bend the scale.
fn anchor() -> Anchor {
    (0..8).map(|_| reading()).min_by_key(|(width, _)| *width).expect("eight readings").1
}

/// One reading, and how many ticks it took.
fn reading() -> (u64, Anchor) {
    let before = ticks();
    let instant = Instant::now();
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let width = ticks().wrapping_sub(before);
    (width, Anchor { ticks: before + width / 2, instant, unix: unix.as_nanos() as u64 })
}

/// The ticks at which the wall clock showed `time`, or will: those of now and as many more or fewer as
/// lie between. Times of long ago are as exact as the rate is known, which is the longer measured the
/// longer the process has been tracing.
pub(crate) fn ticks_at(time: SystemTime) -> u64 {
    let (_, now) = reading();
    let wanted = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos() as u64;
    let apart = now.unix.abs_diff(wanted);
    let ticks = FIRST.get().map_or(apart, |first| {
        let nanos = now.instant.saturating_duration_since(first.instant).as_nanos();
        let ticks = u128::from(now.ticks.saturating_sub(first.ticks));
        (u128::from(apart) * ticks).checked_div(nanos).map_or(0, |ticks| ticks as u64)
    });
    // Those of before the machine was started wrap, as they do where they are converted back.
    if wanted < now.unix { now.ticks.wrapping_sub(ticks) } else { now.ticks.wrapping_add(ticks) }
}

/// Converts ticks to nanoseconds since the Unix epoch.
///
/// The rate is measured over the whole time since the first anchor, so it needs no spin at start
/// and its error only shrinks. The wall clock is followed in steps: durations never bend.
#[derive(Debug)]
pub(crate) struct Timeline {
    first: Anchor,
    /// Nanoseconds a tick, as a 32.32 fixed-point number.
    rate: u64,
    /// Unix nanoseconds at the first anchor, as last corrected.
    unix: u64,
}

impl Timeline {
    /// How far the wall clock may run away before it is followed.
    const SLACK: u64 = Duration::from_millis(1).as_nanos() as u64;

    pub(crate) fn new() -> Self {
        start();
        let first = anchor();
        Self { first, rate: 1 << 32, unix: first.unix }
    }

    /// Reads the clocks again; once per pass of the collector, before it converts.
    pub(crate) fn refresh(&mut self) {
        let now = anchor();
        let nanos = now.instant.duration_since(self.first.instant).as_nanos();
        let ticks = u128::from(now.ticks.wrapping_sub(self.first.ticks));
        if let Some(rate) = (nanos << 32).checked_div(ticks) {
            self.rate = rate as u64;
        }
        let expected = self.unix.wrapping_add(nanos as u64);
        if now.unix.abs_diff(expected) > Self::SLACK {
            self.unix = now.unix.wrapping_sub(nanos as u64);
        }
        let since = START.get().map_or(0, |start| start.elapsed().as_millis() as u64);
        COARSE.store(since, Ordering::Relaxed);
    }

    /// Nanoseconds since the Unix epoch at `ticks`.
    pub(crate) fn unix(&self, ticks: u64) -> u64 {
        let since = ticks.wrapping_sub(self.first.ticks) as i64;
        let nanos = (i128::from(since) * i128::from(self.rate)) >> 32;
        self.unix.wrapping_add_signed(nanos as i64)
    }

    /// Nanoseconds that `ticks` last.
    pub(crate) fn nanos(&self, ticks: u64) -> u64 {
        ((u128::from(ticks) * u128::from(self.rate)) >> 32) as u64
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

    use super::{Timeline, ticks, ticks_at};

    #[test]
    fn a_timeline_measures_what_the_monotonic_clock_measures() {
        let mut timeline = Timeline::new();
        let (begin, instant) = (ticks(), Instant::now());
        while instant.elapsed() < Duration::from_millis(20) {}
        let (end, real) = (ticks(), instant.elapsed());
        timeline.refresh();
        let measured = Duration::from_nanos(timeline.unix(end) - timeline.unix(begin));
        assert!(
            measured.abs_diff(real) < Duration::from_millis(1),
            "{measured:?} against {real:?}"
        );
    }

    #[test]
    fn ticks_of_a_moment_on_the_wall_clock_are_those_of_that_moment() {
        let mut timeline = Timeline::new();
        let (start, begin) = (Instant::now(), SystemTime::now());
        while start.elapsed() < Duration::from_millis(20) {}
        timeline.refresh();
        for offset in [Duration::ZERO, Duration::from_millis(10), Duration::from_secs(1)] {
            for time in [begin - offset, begin + offset] {
                let converted = UNIX_EPOCH + Duration::from_nanos(timeline.unix(ticks_at(time)));
                let difference = converted.duration_since(time).unwrap_or_else(|e| e.duration());
                assert!(difference < Duration::from_millis(5), "{difference:?} at {offset:?}");
            }
        }
    }

    #[test]
    fn ticks_before_the_first_anchor_convert_too() {
        super::start();
        let early = ticks();
        let mut timeline = Timeline::new();
        timeline.refresh();
        assert!(timeline.unix(early) <= timeline.unix(ticks()));
    }
}
