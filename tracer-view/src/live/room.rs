//! How much all who send something at once may take together.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of bodies as they are sent.
#[derive(Debug)]
pub(crate) struct Room {
    left: Mutex<usize>,
    /// What is unpacked and read out of a body takes several times its bytes: one by one.
    turn: Mutex<()>,
}

/// What somebody has of it, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    room: &'a Room,
    bytes: usize,
}

impl Room {
    pub(crate) const fn new(bytes: usize) -> Self {
        Self { left: Mutex::new(bytes), turn: Mutex::new(()) }
    }

    pub(super) const fn share(&self) -> Share<'_> {
        Share { room: self, bytes: 0 }
    }

    /// Waits until nobody else reads something out of a body.
    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, usize> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share<'_> {
    /// Takes more; false if there is not so much.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let mut left = self.room.left();
        let is_enough = bytes <= *left;
        if is_enough {
            *left -= bytes;
            self.bytes += bytes;
        }
        is_enough
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.room.left() += self.bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::Room;

    #[test]
    fn all_together_have_so_much_room_and_give_it_back() {
        let room = Room::new(5);
        let (mut first, mut second) = (room.share(), room.share());
        assert!(first.take(3) && !second.take(3) && second.take(2) && !second.take(1));
        drop(first);
        assert!(second.take(3) && !room.share().take(1));
        drop(second);
        assert!(room.share().take(5));
    }
}
