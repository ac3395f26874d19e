//! What comes by `tracing` and by `log`, since each can hand on to the other.
//!
//! With its feature `log-always`, `tracing` writes a record to `log` right after an event, on the same
//! thread and with the same place in the source. `tracing-log` makes an event of a record while it is
//! being logged.

use std::cell::Cell;

thread_local! {
    /// The place of the last event of `tracing` that was added.
    static LAST: Cell<(usize, u32)> = const { Cell::new((0, 0)) };
    /// A record of `log` is being handed on, which was added already.
    static IS_HANDED_ON: Cell<bool> = const { Cell::new(false) };
}

/// An event of this place has been added.
#[cfg(feature = "tracing")]
pub(crate) fn added(file: Option<&'static str>, line: Option<u32>) {
    LAST.set(place(file, line));
}

/// Whether a record is the event that has just been added.
#[cfg(feature = "log")]
pub(crate) fn is_added(file: Option<&str>, line: Option<u32>) -> bool {
    let place = place(file, line);
    let is_same = place != (0, 0) && LAST.get() == place;
    if is_same {
        LAST.set((0, 0));
    }
    is_same
}

/// A file is known by its address: both have it from the same macro.
fn place(file: Option<&str>, line: Option<u32>) -> (usize, u32) {
    file.zip(line).map_or((0, 0), |(file, line)| (file.as_ptr().addr(), line))
}

/// Whether the record that becomes an event now has been added by us.
#[cfg(feature = "tracing")]
pub(crate) fn is_handed_on() -> bool {
    IS_HANDED_ON.get()
}

/// Runs `f`, which hands a record on that has been added.
#[cfg(feature = "log")]
pub(crate) fn hand_on(f: impl FnOnce()) {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IS_HANDED_ON.set(self.0);
        }
    }
    let _restore = Restore(IS_HANDED_ON.replace(true));
    f();
}
