//! Says on stderr what was lost: once an interval, whatever the exporters do.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::callsite::Callsite;
use crate::collector::outlet::Outlet;
use crate::destination;

/// No more often than this.
const INTERVAL: Duration = Duration::from_secs(10);

/// What has been said of one tracer.
#[derive(Debug, Default)]
pub(crate) struct Report {
    last: Option<Instant>,
    dropped: Vec<u64>,
}

impl Report {
    /// Reports losses since the last report, if that is long enough ago.
    pub(crate) fn now_and_then(&mut self, tracer: u32, outlets: &[Arc<Outlet>], now: Instant) {
        if self.last.is_some_and(|last| now.duration_since(last) < INTERVAL) {
            return;
        }
        let log_full =
            destination::find(tracer).map_or(0, |d| d.lost.spans.load(Ordering::Relaxed));
        self.dropped.resize(outlets.len(), 0);
        for (outlet, reported) in outlets.iter().zip(&mut self.dropped) {
            let mut stats = outlet.stats();
            stats.dropped.log_full = log_full;
            let total = stats.dropped.lost();
            if total > *reported {
                *reported = total;
                self.last = Some(now);
                let error = outlet
                    .last_error()
                    .map_or_else(String::new, |error| format!("; last error: {error}"));
                say(format_args!("{}: {} so far{error}", stats.name, stats.dropped));
            }
        }
    }
}

/// Reports a guard that was held over an await.
pub(crate) fn guard_held(callsite: &'static Callsite) {
    let (function, file, line) = (callsite.function_name(), callsite.file(), callsite.line());
    say(format_args!(
        "a guard of `Span::enter` was held over an await in {function} ({file}:{line}); use `future.in_span(span)`"
    ));
}

/// Reports a poll that took too long.
pub(crate) fn slow_poll(callsite: &'static Callsite, duration: Duration) {
    let (name, file, line) = (callsite.name(), callsite.file(), callsite.line());
    say(format_args!(
        "a poll of {name} ({file}:{line}) took {duration:.1?} and blocked its executor; use `spawn_blocking`, or yield"
    ));
}

/// A closed stderr is no reason to fail.
fn say(line: fmt::Arguments<'_>) {
    let _told = std::io::stderr().write_all(format!("tracer: {line}\n").as_bytes());
}
