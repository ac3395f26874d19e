//! How thread-locals are reached where every instruction counts.

use std::thread::LocalKey;

/// As [`LocalKey::with`], for a thread-local without a destructor.
///
/// That one is a call unless the program is optimised at link time, and most are not; `try_with` is
/// marked to be inlined.
#[inline(always)]
pub(crate) fn with<T, R>(key: &'static LocalKey<T>, f: impl FnOnce(&T) -> R) -> R {
    match key.try_with(f) {
        Ok(result) => result,
        Err(_) => unreachable!("without a destructor it outlives all that runs on the thread"),
    }
}
