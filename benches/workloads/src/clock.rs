//! Time that this thread spent on a processor: what other threads do meanwhile is not counted.

use rustix::time::{ClockId, clock_gettime};

/// Nanoseconds of processor time of the calling thread.
pub(crate) fn thread_nanos() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}
