//! All threads' logs, as the one collector reads them.

use crate::chunk::{MAX_RECORD, Progress, Reader, Word, Writer};
use crate::log::{POOL, WRITER};

/// All logs of the process, read by the one collector, step by step; with each what is `kept` of it.
#[derive(Debug)]
pub(crate) struct Logs<T> {
    logs: Vec<Log<T>>,
    /// Numbers the steps, from 1.
    step: u64,
}

#[derive(Debug)]
struct Log<T> {
    reader: Reader,
    /// The last step in which it was read to its end, or [`ENDED`].
    drained: u64,
    kept: T,
}

/// In place of a step: nothing will be written to this log any more.
const ENDED: u64 = u64::MAX;

/// Chunks of one log that are read in a step, a quarter of a mebibyte: so that what was read can be
/// handed on while the processor still has it at hand, and before there is more of it than the logs
/// have room for.
const CHUNKS: usize = 4;

impl<T: Default> Logs<T> {
    /// Begins to read. In a forked child what was written so far is for its parent to deliver, and
    /// the caller's log begins anew; elsewhere nothing was written yet.
    pub(crate) fn begin() -> Self {
        WRITER.with(Writer::begin_anew);
        let mut logs = Self { logs: Vec::new(), step: 0 };
        while logs.read(|_, _, _| {}) {}
        POOL.begin_anew();
        logs
    }

    /// Reads a step: shows runs of words that hold whole records, with what is kept of their log and
    /// the step's number. False once all logs were read to their ends.
    pub(crate) fn read(&mut self, mut visit: impl FnMut(&mut T, u64, &[Word])) -> bool {
        self.step += 1;
        let begun = |reader| Log { reader, drained: 0, kept: T::default() };
        self.logs.extend(POOL.new_logs().into_iter().map(begun));
        let mut more = false;
        for Log { reader, drained, kept } in &mut self.logs {
            if *drained == ENDED {
                continue;
            }
            match reader.read(&POOL, CHUNKS, |words| visit(kept, self.step, words)) {
                Progress::More => more = true,
                Progress::Drained => *drained = self.step,
                Progress::Ended => *drained = ENDED,
            }
        }
        more
    }

    /// Shows what is kept of each log, and the step before which all has been read that other threads
    /// had written by then; `settle` says whether nothing is kept any more. Returns the step for which
    /// that holds of all logs.
    ///
    /// It is never beyond the step that was read last, because a log may have begun since.
    pub(crate) fn settle(&mut self, mut settle: impl FnMut(&mut T, u64) -> bool) -> u64 {
        let least = Least::of(self.step, self.logs.iter().map(|log| log.drained));
        self.logs.retain_mut(|log| {
            let is_empty = settle(&mut log.kept, least.without(log.drained));
            !(is_empty && log.drained == ENDED)
        });
        least.first
    }

    /// The step that was read last.
    pub(crate) const fn step(&self) -> u64 {
        self.step
    }
}

/// Steps after which all has been read that was written before the first of them, however fast
/// threads go on writing: the logs have no room for more.
pub(crate) fn steps_of_all() -> u64 {
    POOL.allocated() / (CHUNKS * MAX_RECORD) as u64 + 1
}

/// The two least of the steps in which logs were drained.
#[derive(Clone, Copy, Debug)]
struct Least {
    first: u64,
    second: u64,
}

impl Least {
    fn of(step: u64, drained: impl Iterator<Item = u64>) -> Self {
        drained.fold(Self { first: step, second: step }, |least, drained| Self {
            first: least.first.min(drained),
            second: least.second.min(least.first.max(drained)),
        })
    }

    /// The least of all logs but one that was drained in this step.
    const fn without(self, drained: u64) -> u64 {
        if drained == self.first { self.second } else { self.first }
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDED, Least};

    #[test]
    fn a_log_waits_for_all_others_and_for_those_that_may_have_begun() {
        let others = |drained: &[u64]| -> Vec<u64> {
            let least = Least::of(9, drained.iter().copied());
            drained.iter().map(|own| least.without(*own)).collect()
        };
        assert_eq!(others(&[9]), [9], "another may have begun in this step");
        assert_eq!(others(&[3]), [9], "its own backlog is read in order");
        assert_eq!(others(&[9, 9]), [9, 9]);
        assert_eq!(others(&[3, 9, ENDED]), [9, 3, 3]);
        assert_eq!(others(&[3, 5, 9]), [5, 3, 3]);
        assert_eq!(others(&[3, 3, 9]), [3, 3, 3]);
    }
}
