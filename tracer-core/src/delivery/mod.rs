//! What exporters share that send requests: each is delivered, refused or given up in time.

mod losses;
mod pace;
mod verdict;

use std::time::{Duration, Instant};

pub use losses::{Loss, Losses};
use pace::Backoff;
pub use pace::{Pace, RealTime, retry_after};
pub use verdict::{Unreachable, Verdict, answered, in_one_line};

/// Delivers requests, one after the other.
#[derive(Debug)]
pub struct Delivery {
    timeout: Duration,
    pace: Box<dyn Pace>,
    /// When the receiver wants to hear from us again.
    not_before: Option<Instant>,
    /// The last request did not reach the receiver: the next ones are tried once each.
    is_down: bool,
}

impl Delivery {
    /// Each request has so much time, its repetitions included.
    pub const fn new(timeout: Duration, pace: Box<dyn Pace>) -> Self {
        Self { timeout, pace, not_before: None, is_down: false }
    }

    /// Sends a request until it is delivered or refused, or its time is over.
    ///
    /// `post` sends it once, in the time that it is given.
    ///
    /// # Errors
    ///
    /// Says what was lost, and why.
    pub fn deliver(
        &mut self,
        post: &mut dyn FnMut(Duration) -> Result<Verdict, Unreachable>,
    ) -> Result<(), Loss> {
        let deadline = self.pace.now() + self.timeout;
        let mut backoff = Backoff::new();
        let mut why = "it wants to be left alone for longer than a request may take".to_owned();
        loop {
            // A wait that was asked for takes all the time there is: what comes meanwhile waits in
            // the queue, instead of being lost as well.
            if let Some(until) = self.not_before {
                self.sleep_until(until.min(deadline));
            }
            let left = deadline.saturating_duration_since(self.pace.now());
            if left.is_zero() {
                return Err(Loss::Failed(why));
            }
            self.not_before = None;
            let was_down = std::mem::take(&mut self.is_down);
            match post(left) {
                Ok(Verdict::Delivered) => return Ok(()),
                Ok(Verdict::Rejected(spans, said)) => return Err(Loss::Rejected(spans, said)),
                Ok(Verdict::Failed(said)) => return Err(Loss::Failed(said)),
                Ok(Verdict::Later(after, said)) => {
                    let wait = after.unwrap_or_else(|| backoff.next_wait());
                    self.not_before = Some(self.pace.now() + wait);
                    why = said;
                }
                Err(Unreachable { why: said, for_good }) => {
                    self.is_down = true;
                    why = said;
                    let wait = backoff.next_wait();
                    if for_good || was_down || self.pace.now() + wait >= deadline {
                        return Err(Loss::Failed(why));
                    }
                    self.pace.sleep(wait);
                    // This request has its tries.
                    self.is_down = false;
                }
            }
        }
    }

    /// Returns how long a request may take, its repetitions included.
    pub const fn timeout(&self) -> Duration {
        self.timeout
    }

    fn sleep_until(&self, until: Instant) {
        let wait = until.saturating_duration_since(self.pace.now());
        if !wait.is_zero() {
            self.pace.sleep(wait);
        }
    }
}
