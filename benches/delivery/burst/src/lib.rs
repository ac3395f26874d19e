//! The burst that all programs make, and what it costs the process.

mod allocations;

use std::env;
use std::fs;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Traces of a burst, and spans of each.
pub const TRACES: u32 = 10_000;
pub const SPANS: u32 = 100;

/// Where spans do not come at once, those of so long do.
const STEP: Duration = Duration::from_millis(5);

/// Seconds after which slow ones are enough.
const LONGEST: u32 = 30;

/// The text that each step is given.
pub const TEXT: &str = "a text of 20 bytes..";

/// Ends the spans, at once or so many a second as the first argument says, and prints how many they
/// were and what that took.
///
/// A trace is a root and steps with the numbers that `trace` is given; `deliver` waits until all
/// spans are where they shall be, and says of how many that is known.
pub fn run<F: Future>(
    trace: impl Fn(std::ops::Range<u32>) -> F,
    deliver: impl FnOnce() -> Option<u64>,
) {
    let rate: u32 = env::args().nth(1).map_or(0, |rate| rate.parse().expect("spans a second"));
    let traces = if rate == 0 { TRACES } else { TRACES.min(rate.saturating_mul(LONGEST) / SPANS) };
    // In which what is allocated once is allocated.
    let warm_up = traces / 4;
    let waker = Waker::from(Arc::new(Nobody));
    let mut context = Context::from_waker(&waker);
    let mut latencies = Vec::with_capacity(traces as usize);
    let (begin, mut caller, mut allocated) = (Instant::now(), 0, 0);
    for number in 0..traces {
        let first = number * SPANS;
        if let Some(nanos) = (u64::from(first) * 1_000_000_000).checked_div(u64::from(rate)) {
            let early = Duration::from_nanos(nanos).saturating_sub(begin.elapsed());
            if early > STEP {
                std::thread::sleep(early);
            }
        }
        let allocations = allocations::of_this_thread();
        let (before, start) = (nanos(ClockId::ThreadCPUTime), Instant::now());
        let trace = pin!(trace(first..first + SPANS - 1));
        assert!(matches!(trace.poll(&mut context), Poll::Ready(_)), "no step waits");
        latencies.push(start.elapsed().as_nanos());
        caller += nanos(ClockId::ThreadCPUTime) - before;
        if number >= warm_up {
            allocated += allocations::of_this_thread() - allocations;
        }
    }
    let known = deliver().map_or_else(|| "unknown".to_owned(), |known| known.to_string());
    let process = nanos(ClockId::ProcessCPUTime);
    latencies.sort_unstable();
    let at = |thousandth: usize| latencies[(latencies.len() - 1) * thousandth / 1000];
    let [median, slow, slower, slowest] = [500, 990, 999, 1000].map(at);
    println!(
        "{known} {} {caller} {process} {} {} {allocated} {median} {slow} {slower} {slowest}",
        traces * SPANS,
        system_nanos(),
        peak_kib()
    );
}

struct Nobody;

impl Wake for Nobody {
    fn wake(self: Arc<Self>) {}
}

fn nanos(clock: ClockId) -> u64 {
    let time = clock_gettime(clock);
    let [seconds, nanos] = [time.tv_sec, time.tv_nsec].map(i64::cast_unsigned);
    seconds * 1_000_000_000 + nanos
}

/// Nanoseconds that the kernel worked for the process, by its tick.
fn system_nanos() -> u64 {
    const TICK: u64 = 10_000_000;
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux tells");
    let fields = stat.rsplit(") ").next().expect("behind the name");
    fields.split(' ').nth(12).and_then(|ticks| ticks.parse::<u64>().ok()).expect("a number") * TICK
}

fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("it is there");
    line.split_whitespace().nth(1).expect("a number").parse().expect("a number")
}
