//! How long the collector waits between two passes while spans come.

use std::time::Duration;

/// Where few come; also how often what is due is handed on.
pub(super) const BUSY: Duration = Duration::from_millis(10);
/// Where so many come that each pass would read [`MANY`]: who shares the core has to wait until it is over.
const BUSIEST: Duration = Duration::from_millis(1);
const MANY: u64 = 1_000;

/// The time between two passes: the shorter, the more spans come in it.
#[derive(Debug)]
pub(super) struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(BUSY)
    }
}

impl Pause {
    pub(super) const fn time(&self) -> Duration {
        self.0
    }

    /// So many spans came since the pass before.
    pub(super) fn came(&mut self, spans: u64) {
        if spans >= MANY {
            self.0 = (self.0 / 2).max(BUSIEST);
        } else if spans < MANY / 4 {
            // At twice the time they would still not be half of what is too many.
            self.0 = (self.0 * 2).min(BUSY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where it comes to with so many spans a second.
    fn settled(pause: &mut Pause, a_second: u64) -> Duration {
        for _ in 0..20 {
            let micros = u64::try_from(pause.time().as_micros()).expect("it is short");
            pause.came(a_second * micros / 1_000_000);
        }
        pause.time()
    }

    #[test]
    fn the_more_spans_come_the_sooner_they_are_read() {
        let mut pause = Pause::default();
        assert_eq!([0, 1_000, 50_000].map(|rate| settled(&mut pause, rate)), [BUSY; 3]);
        assert_eq!(settled(&mut pause, 250_000), BUSY / 4);
        assert_eq!(settled(&mut pause, 10_000_000), BUSIEST);
        assert_eq!(settled(&mut pause, 50_000), 8 * BUSIEST, "between the two it stays");
        assert_eq!(settled(&mut pause, 1_000), BUSY);
    }
}
