//! When to try again.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

/// Time, which tests steer.
pub trait Pace: fmt::Debug + Send {
    /// Returns what the clock says.
    fn now(&self) -> Instant;

    /// Lets the time pass.
    fn sleep(&self, time: Duration);
}

/// The time that all others have.
#[derive(Debug)]
pub struct RealTime;

impl Pace for RealTime {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);
/// Nobody is left alone for longer, whatever they ask for.
const MAX_ASKED: Duration = Duration::from_secs(3_600);

/// Waits that double, each cut by up to a half, so that many processes do not come back at once.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
    jitter: RandomState,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        // Keyed by the operating system.
        Self { next: FIRST, jitter: RandomState::new() }
    }

    pub(crate) fn next_wait(&mut self) -> Duration {
        let whole = self.next;
        self.next = (whole * 2).min(LONGEST);
        // Of 1,024 parts more than a half, at most all.
        let parts = 1_024 - self.jitter.hash_one(whole) as u32 % 512;
        whole * parts / 1_024
    }
}

/// How long to wait: seconds, or a date, seen from the `Date` of the same answer.
pub fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds).min(MAX_ASKED));
    }
    let seconds = seconds_of(value)?.saturating_sub(seconds_of(date?.trim())?);
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)).min(MAX_ASKED))
}

/// Seconds of an HTTP date such as `Sun, 06 Nov 1994 08:49:37 GMT`, from an arbitrary day on.
fn seconds_of(date: &str) -> Option<i64> {
    const MONTHS: &str = "JanFebMarAprMayJunJulAugSepOctNovDec";
    let mut words = date.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
    let name = words.next().filter(|name| name.len() == 3)?;
    let month = MONTHS.find(name).filter(|at| at % 3 == 0)? as i64 / 3;
    let year: i64 = words.next()?.parse().ok().filter(|year| (1..=9_999).contains(year))?;
    let mut clock = words.next()?.splitn(3, ':').map(|part| part.parse::<i64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    if words.next() != Some("GMT") || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    // A year that begins in March has its odd day at its end.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 306 + 5) / 10 + day;
    Some(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_half_a_minute_and_are_cut_by_less_than_half() {
        let mut backoff = Backoff::new();
        for whole in [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000] {
            let wait = backoff.next_wait().as_millis();
            assert!(whole / 2 < wait && wait <= whole, "{wait} of {whole}");
        }
        let waits: std::collections::HashSet<_> =
            (0..32).map(|_| Backoff::new().next_wait()).collect();
        assert!(waits.len() > 8, "{waits:?}");
    }

    #[test]
    fn what_the_receiver_asks_for_is_read() {
        let seconds = |value, date| retry_after(value, date).map(|wait| wait.as_secs());
        let now = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(seconds("7", None), Some(7));
        assert_eq!(seconds("18446744073709551615", None), Some(3_600));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:50:07 GMT", now), Some(30));
        assert_eq!(seconds("Sun, 06 Nov 1994 09:49:36 GMT", now), Some(3_599));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:00 GMT", now), Some(0), "it is over");
        let leap = Some("Wed, 28 Feb 2024 23:59:59 GMT");
        assert_eq!(seconds("Thu, 29 Feb 2024 00:00:09 GMT", leap), Some(10));
        for wrong in [
            "",
            "-1",
            "soon",
            "Sun, 06 Nov 1994 8 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 99 Nov 1994 08:49:37 GMT",
            "x, 1 anF 1 1:1:1 GMT",
        ] {
            assert_eq!(seconds(wrong, now), None, "{wrong:?}");
        }
    }
}
