//! Ends of spans that wait until details of other threads have been read too.

use std::collections::VecDeque;

use crate::chunk::Word;
use crate::record::{END, Head};

/// Ends of spans from one log: they wait until all other logs have been read once more, which may
/// hold details that were written before.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    steps: VecDeque<Step>,
}

/// Those that were read in one step, in order.
#[derive(Debug, Default)]
pub(super) struct Step {
    number: u64,
    ends: Vec<End>,
    /// What was said of them right before they ended, of one after the other.
    said: Vec<u8>,
}

#[derive(Debug)]
struct End {
    words: [u64; END],
    /// Bytes of what was said of it.
    said: usize,
}

impl Ends {
    pub(super) fn add(
        &mut self,
        step: u64,
        spare: &mut Spare,
        words: [u64; END],
        details: &[Word],
    ) {
        if self.steps.back().is_none_or(|last| last.number != step) {
            self.steps.push_back(Step { number: step, ..spare.0.pop().unwrap_or_default() });
        }
        let Some(last) = self.steps.back_mut() else { return };
        let before = last.said.len();
        let mut rest = details;
        while let Some((_, detail, next)) = split(rest) {
            put_detail(&mut last.said, detail);
            rest = next;
        }
        last.ends.push(End { words, said: last.said.len() - before });
    }

    /// Takes those of the oldest step if it came before `step`.
    pub(super) fn before(&mut self, step: u64) -> Option<Step> {
        self.steps.front().filter(|oldest| oldest.number < step)?;
        self.steps.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Step {
    /// Shows each end, with the details that stood before it.
    pub(super) fn each(&mut self, mut show: impl FnMut(&[u64; END], &mut [u8])) {
        let mut rest = self.said.as_mut_slice();
        for End { words, said } in &self.ends {
            let (own, next) = rest.split_at_mut(*said);
            show(words, own);
            rest = next;
        }
    }
}

/// Room of steps that are done, for further ones: a few, because each may have taken much.
#[derive(Debug, Default)]
pub(super) struct Spare(Vec<Step>);

impl Spare {
    const MOST: usize = 4;

    pub(super) fn keep(&mut self, mut step: Step) {
        if self.0.len() < Self::MOST {
            step.ends.clear();
            step.said.clear();
            self.0.push(step);
        }
    }
}

/// Takes the first record off a run of whole ones.
pub(super) fn split(words: &[Word]) -> Option<(Head, &[Word], &[Word])> {
    let head = Head::from_word(words.first()?.load())?;
    let (record, rest) = words.split_at_checked(head.words())?;
    Some((head, record, rest))
}

/// The first words of a record, which has so many.
pub(super) fn loaded<const N: usize>(record: &[Word]) -> [u64; N] {
    std::array::from_fn(|index| record.get(index).map_or(0, Word::load))
}

/// Adds a detail without the span's id.
pub(super) fn put_detail(bytes: &mut Vec<u8>, record: &[Word]) {
    let Some((head, [_, payload @ ..])) = record.split_first() else { return };
    let begin = bytes.len();
    bytes.resize(begin + 8 * (1 + payload.len()), 0);
    let places = bytes[begin..].chunks_exact_mut(8);
    for (place, word) in places.zip(std::iter::once(head).chain(payload)) {
        place.copy_from_slice(&word.load().to_le_bytes());
    }
}
