//! The one switch between std and loom: what the log's protocol is built from.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};
#[cfg(not(loom))]
pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A count that guards nothing, so that no model has to know it.
pub(crate) use std::sync::atomic::AtomicU64 as Count;

/// A value that is set once and copied out; reads never wait.
#[cfg(not(loom))]
#[derive(Debug)]
pub(crate) struct SetOnce<T>(std::sync::OnceLock<T>);

#[cfg(not(loom))]
impl<T: Copy> SetOnce<T> {
    pub(crate) const fn new() -> Self {
        Self(std::sync::OnceLock::new())
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<T> {
        self.0.get().copied()
    }

    /// Returns false if there was a value already.
    pub(crate) fn set(&self, value: T) -> bool {
        self.0.set(value).is_ok()
    }
}

/// loom knows no `OnceLock`: a lock around the value means the same, and the model explores it.
#[cfg(loom)]
#[derive(Debug)]
pub(crate) struct SetOnce<T>(loom::sync::Mutex<Option<T>>);

#[cfg(loom)]
impl<T: Copy> SetOnce<T> {
    pub(crate) fn new() -> Self {
        Self(loom::sync::Mutex::new(None))
    }

    pub(crate) fn get(&self) -> Option<T> {
        *self.0.lock().expect("no panic inside the lock")
    }

    pub(crate) fn set(&self, value: T) -> bool {
        let mut slot = self.0.lock().expect("no panic inside the lock");
        let first = slot.is_none();
        slot.get_or_insert(value);
        first
    }
}
