//! Puts files aside that have become too long.

use std::ffi::OsString;
use std::path::PathBuf;
use std::{fs, io};

/// A file, and how many like it are kept.
#[derive(Debug)]
pub(crate) struct Rotation {
    pub(crate) path: PathBuf,
    pub(crate) max_bytes: u64,
    pub(crate) keep: u32,
}

impl Rotation {
    /// Whether a line of `more` bytes would make a file of `length` too long.
    pub(crate) const fn is_due(&self, length: u64, more: usize) -> bool {
        length > 0 && length + more as u64 > self.max_bytes
    }

    /// Renames the file and those before it, of which the oldest goes.
    pub(crate) fn put_aside(&self) -> io::Result<()> {
        if self.keep == 0 {
            return fs::remove_file(&self.path);
        }
        for number in (0..self.keep).rev() {
            match fs::rename(self.numbered(number), self.numbered(number + 1)) {
                // There were not so many yet.
                Err(error) if number > 0 && error.kind() == io::ErrorKind::NotFound => {}
                done => done?,
            }
        }
        Ok(())
    }

    fn numbered(&self, number: u32) -> PathBuf {
        if number == 0 {
            return self.path.clone();
        }
        let mut name: OsString = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}
