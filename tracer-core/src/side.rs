//! What a local root keeps beside its context until it ends: baggage, tracestate and their like.
//!
//! Few roots have any, so it lies in a table by root. A traced thread only tries its locks, so many
//! times; what does not fit into the table, or comes while a lock is held for too long, is refused.

use std::collections::BTreeMap;
use std::sync::{Arc, MutexGuard};

use crate::baggage::Baggage;
use crate::id::{SpanId, TraceId};
use crate::short_lock::ShortLock;

/// What is kept of one root. Shared: the root that a request was extracted into hands it to the
/// local root.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Side {
    pub(crate) baggage: Baggage,
    /// W3C's header.
    pub(crate) trace_state: String,
    pub(crate) datadog: Datadog,
    /// What somebody decided: whether the trace is kept.
    pub(crate) verdict: Option<bool>,
    /// Spans of other traces that the request names too.
    pub(crate) links: Vec<(TraceId, SpanId)>,
}

/// What Datadog's headers, or its member of `tracestate`, say beyond ids.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Datadog {
    pub(crate) priority: Option<i8>,
    pub(crate) origin: String,
    /// The last span that Datadog knows, where others came after it.
    pub(crate) parent: Option<SpanId>,
    /// Those to be handed on, without the upper half of the trace id.
    pub(crate) tags: String,
    pub(crate) rates: Rates,
}

/// Shares that decided about the trace, where they did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rates {
    pub(crate) agent: Option<f64>,
    pub(crate) rule: Option<f64>,
    pub(crate) limit: Option<f64>,
}

impl Datadog {
    pub(crate) const NONE: Self = Self {
        priority: None,
        origin: String::new(),
        parent: None,
        tags: String::new(),
        rates: Rates { agent: None, rule: None, limit: None },
    };

    /// Adds what is not said yet.
    pub(crate) fn add(&mut self, found: Self) {
        self.priority = self.priority.or(found.priority);
        self.parent = self.parent.or(found.parent);
        if self.origin.is_empty() {
            self.origin = found.origin;
        }
        if self.tags.is_empty() {
            self.tags = found.tags;
        }
    }
}

impl Side {
    /// Bytes that it takes, roughly.
    fn bytes(&self) -> usize {
        let texts = self.baggage.as_str().len()
            + self.trace_state.len()
            + self.datadog.origin.len()
            + self.datadog.tags.len();
        size_of::<Self>() + texts + self.links.len() * size_of::<(TraceId, SpanId)>()
    }
}

const SHARDS: usize = 64;
/// 64 MiB in all shards.
const MAX_BYTES: usize = 1 << 20;

#[derive(Debug)]
struct Shard {
    sides: BTreeMap<u64, Arc<Side>>,
    bytes: usize,
}

static TABLE: [ShortLock<Shard>; SHARDS] =
    [const { ShortLock::new(Shard { sides: BTreeMap::new(), bytes: 0 }) }; SHARDS];

/// What is kept of a root.
pub(crate) fn get(root: u64) -> Option<Arc<Side>> {
    shard(root)?.sides.get(&root).cloned()
}

/// Forgets a root that has ended.
pub(crate) fn free(root: u64) {
    let side = shard(root).and_then(|mut shard| {
        let side = shard.sides.remove(&root)?;
        shard.bytes -= side.bytes();
        Some(side)
    });
    // The lock is given back by now.
    drop(side);
}

/// Changes what is kept of a root; nothing if there is no room for what it would be then.
pub(crate) fn change<R>(
    root: u64,
    is_open: impl Fn(u64) -> bool,
    change: impl FnOnce(&mut Arc<Side>) -> R,
) -> Option<R> {
    let mut shard = shard(root)?;
    let mut side = shard.sides.get(&root).cloned().unwrap_or_default();
    let before = shard.sides.get(&root).map_or(0, |side| side.bytes());
    let result = change(&mut side);
    let after = side.bytes();
    if shard.bytes - before + after > MAX_BYTES {
        shard.sweep(is_open);
    }
    let before = if shard.sides.contains_key(&root) { before } else { 0 };
    if shard.bytes - before + after > MAX_BYTES {
        return None;
    }
    shard.bytes = shard.bytes - before + after;
    let former = shard.sides.insert(root, side);
    drop(shard);
    drop(former);
    Some(result)
}

impl Shard {
    /// Takes out what was set while its root ended.
    #[cold]
    fn sweep(&mut self, is_open: impl Fn(u64) -> bool) {
        let Self { sides, bytes } = self;
        sides.retain(|root, side| {
            let keep = is_open(*root);
            if !keep {
                *bytes -= side.bytes();
            }
            keep
        });
    }
}

/// Nothing where a forked child does not have the thread that holds it.
fn shard(root: u64) -> Option<MutexGuard<'static, Shard>> {
    TABLE[root as usize % SHARDS].lock()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{MAX_BYTES, SHARDS, Side, change, free, get};

    /// Of a shard that no real root uses: their indices are far lower.
    fn root(number: usize) -> u64 {
        ((1 << 21) + number * SHARDS) as u64
    }

    fn fill(side: &mut Arc<Side>) {
        Arc::make_mut(side).trace_state = "x".repeat(100 << 10);
    }

    #[test]
    fn what_does_not_fit_is_refused_and_what_was_left_behind_is_swept() {
        let room = MAX_BYTES / (100 << 10);
        for number in 0..room {
            assert!(change(root(number), |_| true, fill).is_some());
        }
        assert!(change(root(room), |_| true, fill).is_none());
        assert_eq!(get(root(room)), None);
        // A change of one that is there is no new one.
        assert!(change(root(0), |_| true, fill).is_some());

        assert!(change(root(room), |key| key != root(3), fill).is_some());
        assert!(get(root(3)).is_none() && get(root(room)).is_some());
        for number in 0..=room {
            free(root(number));
            assert_eq!(get(root(number)), None);
        }
        assert!(change(root(0), |_| true, fill).is_some());
        free(root(0));
    }
}
