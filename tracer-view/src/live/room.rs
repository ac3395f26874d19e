//! How much all who send something at once may take together.

use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of bodies, as they are sent and as they are unpacked.
#[derive(Debug)]
pub(crate) struct Room {
    left: Mutex<usize>,
    /// What is read out of a body takes several times its bytes, so that is done one by one.
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

    /// Waits until nobody else reads spans out of a body.
    pub(crate) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn left(&self) -> MutexGuard<'_, usize> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Share<'_> {
    fn take(&mut self, bytes: usize) -> io::Result<()> {
        let mut left = self.room.left();
        *left = left.checked_sub(bytes).ok_or(io::ErrorKind::OutOfMemory)?;
        self.bytes += bytes;
        Ok(())
    }

    /// Gives bytes back that were taken.
    pub(super) fn give(&mut self, bytes: usize) {
        self.bytes -= bytes;
        *self.room.left() += bytes;
    }
}

/// A source of which each byte takes room; where there is none it fails as where memory is out.
pub(super) struct Within<'a, 'r, R> {
    pub(super) source: R,
    pub(super) share: &'a mut Share<'r>,
}

impl<R: Read> Read for Within<'_, '_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(bytes)?;
        self.share.take(read)?;
        Ok(read)
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.give(self.bytes);
    }
}
