//! Ids of spans in little room.
//!
//! Those of our tracers are sequences with the same step, one a thread. Their places in these are
//! small numbers, where sixteen digits each would be the largest part of a page.

use std::collections::BTreeMap;
use std::io::Write;
use std::iter;

use crate::html::columns::Hex;
use crate::json::Json;

/// The step of `tracer_core`'s ids. With ids of others the digits are written.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
/// What multiplies to 1 with it.
const INVERSE: u64 = inverse(STEP);
/// Ids this many steps from the first one that was met are of another sequence.
const REACH: u64 = 1 << 31;

/// Writes the ids as sequences if there are few of them, else as digits.
pub(super) fn write(json: &mut Json<impl Write>, ids: &[u64]) {
    let Some(sequences) = Sequences::of(ids) else {
        return json.plain(ids.iter().map(|id| Hex(*id)));
    };
    json.object(|json| {
        json.key("base").list(|json| {
            sequences.bases.iter().for_each(|base| json.plain(iter::once(Hex(*base))));
        });
        json.key("of").numbers(sequences.of.iter().map(|of| i128::from(*of)));
        json.key("step").numbers(sequences.steps.iter().map(|step| i128::from(*step)));
    });
}

struct Sequences {
    /// An id of each.
    bases: Vec<u64>,
    /// Of which sequence each id is.
    of: Vec<u32>,
    /// Steps from the id before it of the same sequence, or from the base.
    steps: Vec<i64>,
}

impl Sequences {
    fn of(ids: &[u64]) -> Option<Self> {
        let mut this = Self { bases: Vec::new(), of: Vec::new(), steps: Vec::new() };
        // By the first place that was met of each, its number.
        let mut known: BTreeMap<u64, u32> = BTreeMap::new();
        let mut last = Vec::new();
        for id in ids {
            let place = id.wrapping_mul(INVERSE);
            let near = known.range(place.saturating_sub(REACH)..place.saturating_add(REACH)).next();
            let number = if let Some((_, number)) = near {
                *number
            } else if this.bases.len() < ids.len() / 4 {
                let number = this.bases.len() as u32;
                known.insert(place, number);
                this.bases.push(*id);
                last.push(place);
                number
            } else {
                return None;
            };
            let before = std::mem::replace(&mut last[number as usize], place);
            this.of.push(number);
            this.steps.push(place.wrapping_sub(before) as i64);
        }
        Some(this)
    }
}

/// Newton's iteration: each round doubles the number of bits that are right.
const fn inverse(odd: u64) -> u64 {
    let mut inverse = odd;
    let mut round = 0;
    while round < 6 {
        inverse = inverse.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::{INVERSE, STEP, Sequences};

    #[test]
    fn the_inverse_is_one() {
        assert_eq!(STEP.wrapping_mul(INVERSE), 1);
    }

    #[test]
    fn ids_of_our_tracers_are_a_sequence_a_thread_and_those_of_others_are_not() {
        let thread = |first: u64| move |at: u64| first.wrapping_add(STEP.wrapping_mul(at));
        let (one, other) = (thread(7), thread(u64::MAX / 3));
        let ids = [one(5), one(6), other(100), one(4), other(101), one(7), one(8), other(0)];
        let sequences = Sequences::of(&ids).expect("they are two");
        assert_eq!(sequences.bases, [ids[0], ids[2]]);
        assert_eq!(sequences.of, [0, 0, 1, 0, 1, 0, 0, 1]);
        assert_eq!(sequences.steps, [0, 1, 0, -2, 1, 3, 1, -101]);
        let random = (0..100_u64).map(|at| at.wrapping_mul(0xBF58_476D_1CE4_E5B9));
        assert!(Sequences::of(&random.collect::<Vec<_>>()).is_none());
    }

    #[test]
    fn real_ids_are_few_sequences() {
        let tracer = tracer_core::Tracer::builder().build().expect("a thread can be started");
        let ids: Vec<u64> = tracer.in_scope(|| {
            let id = |_| tracer_core::Span::new("span").context().span_id().to_u64();
            (0..100).map(id).collect()
        });
        let sequences = Sequences::of(&ids).expect("it is one thread");
        assert_eq!(sequences.bases.len(), 1);
    }
}
