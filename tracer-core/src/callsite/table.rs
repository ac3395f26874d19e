//! All callsites: by their numbers, and those of spans made by hand by name and place.

use std::hash::{BuildHasher as _, RandomState};
use std::panic::Location;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};

use crate::callsite::Callsite;
use crate::filter::{self, Filter};
use crate::kind::SpanKind;

const SEGMENT: usize = 1024;
type Segment = Box<[OnceLock<&'static Callsite>]>;

/// All callsites by number: append-only, read without a lock.
static TABLE: [OnceLock<Segment>; 64] = [const { OnceLock::new() }; 64];
static NEXT: AtomicU32 = AtomicU32::new(1);

pub(super) fn append(callsite: &'static Callsite) -> u32 {
    // Relaxed: the number only has to be unique; the callsite is published by the `OnceLock`.
    let id = NEXT.fetch_add(1, Ordering::Relaxed);
    let Some(segment) = TABLE.get(id as usize / SEGMENT) else { return 0 };
    let segment = segment.get_or_init(|| (0..SEGMENT).map(|_| OnceLock::new()).collect());
    let _first = segment[id as usize % SEGMENT].set(callsite);
    id
}

/// Changes the filter of the process, for all callsites.
pub(crate) fn set_filter(filter: Filter) {
    filter::replace(filter, |filter| {
        let segments = TABLE.iter().filter_map(OnceLock::get);
        segments.flatten().filter_map(OnceLock::get).for_each(|callsite| callsite.ask(filter));
    });
}

/// Finds a callsite by its number; 0 is the one beyond the table.
pub(crate) fn find(id: u32) -> &'static Callsite {
    TABLE
        .get(id as usize / SEGMENT)
        .and_then(OnceLock::get)
        .and_then(|segment| segment[id as usize % SEGMENT].get())
        .copied()
        .unwrap_or(&TOO_MANY)
}

impl Callsite {
    /// The callsite of a span made by hand: one per name, kind and place, found again by addresses.
    pub(crate) fn by_hand(
        name: &'static str,
        kind: SpanKind,
        place: &'static Location<'static>,
    ) -> &'static Self {
        let key =
            (name.as_ptr().addr() as u64).rotate_left(32) ^ std::ptr::from_ref(place).addr() as u64;
        let first = crate::id::mix(key) as usize;
        for probe in 0..BY_HAND.len() {
            let slot = &BY_HAND[first.wrapping_add(probe) % BY_HAND.len()];
            let found = slot.get_or_init(|| leak(name, kind, place));
            if std::ptr::eq(found.name.as_ptr(), name.as_ptr())
                && found.name.len() == name.len()
                && found.line == place.line()
                && found.kind() == kind
                && std::ptr::eq(found.file.as_ptr(), place.file().as_ptr())
            {
                return found;
            }
        }
        &TOO_MANY
    }
}

impl Callsite {
    /// This callsite under a name known only at run time; it is kept for good.
    ///
    /// None where there are too many such names already.
    pub(crate) fn renamed(&'static self, name: &str) -> Option<&'static Self> {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        if name == self.name {
            return Some(self);
        }
        let first = HASHER.hash_one((std::ptr::from_ref(self).addr(), name)) as usize;
        (0..PROBES).find_map(|probe| {
            let slot = &RENAMED[first.wrapping_add(probe) % RENAMED.len()];
            let (base, renamed) = slot.get_or_init(|| (self, self.leak_as(name)));
            (std::ptr::eq(*base, self) && renamed.name == name).then_some(*renamed)
        })
    }

    fn leak_as(&self, name: &str) -> &'static Self {
        let Self { function, module, file, line, fields, kind, level, target, .. } = *self;
        let Self { span_type, root, polls, prepare, .. } = *self;
        let name = &*Box::leak(Box::<str>::from(name));
        let copy = Self {
            // Where a span is made by hand no function is known.
            function: if module.is_empty() { name } else { function },
            fields,
            kind,
            level,
            target,
            span_type,
            root,
            polls,
            ..Self::new(name, module, file, line, prepare)
        };
        Box::leak(Box::new(copy))
    }
}

fn leak(
    name: &'static str,
    kind: SpanKind,
    place: &'static Location<'static>,
) -> &'static Callsite {
    let callsite = Callsite::new(name, "", place.file(), place.line(), || {}).with_kind(kind);
    Box::leak(Box::new(callsite))
}

/// Stands in for callsites beyond the limits below, so that their spans are not lost.
static TOO_MANY: Callsite = Callsite::new("(too many callsites)", "", "", 0, || {});

/// Callsites by hand are found by hashing; never more than this many names times places.
static BY_HAND: [OnceLock<&'static Callsite>; 4096] = [const { OnceLock::new() }; 4096];

/// Names that callsites got at run time, each beside the callsite that it is of.
static RENAMED: [OnceLock<(&'static Callsite, &'static Callsite)>; 8192] =
    [const { OnceLock::new() }; 8192];
/// Places in which such a name may lie: at least half of the table is used before one has no place.
const PROBES: usize = 64;
