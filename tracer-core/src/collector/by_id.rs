//! Tables of spans, traces and tracers.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

pub(crate) type ById<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Where a table that has grown too large is cut: what came in this step or before is its older half.
pub(crate) fn median(steps: impl Iterator<Item = u64>) -> u64 {
    let mut steps: Vec<_> = steps.collect();
    let middle = steps.len() / 2;
    if steps.is_empty() { 0 } else { *steps.select_nth_unstable(middle).1 }
}

/// Ids are well mixed already, and tracers are few.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, id: u64) {
        self.0 ^= id;
    }

    fn write_u32(&mut self, number: u32) {
        self.0 ^= u64::from(number);
    }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn a_table_loses_its_older_half_and_an_empty_one_nothing() {
        let kept = |steps: &[u64]| {
            let older = median(steps.iter().copied());
            steps.iter().copied().filter(|step| *step > older).collect::<Vec<_>>()
        };
        assert_eq!(kept(&[4, 1, 6, 2, 5, 3]), [6, 5]);
        assert_eq!(kept(&[7, 7]), []);
        assert_eq!(kept(&[]), []);
    }
}
