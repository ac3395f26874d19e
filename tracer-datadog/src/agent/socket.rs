//! A Unix socket, where there are such.

use std::io;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::path::Path;
use std::time::Duration;

use crate::agent::connection::Stream;

/// Whether there can be a socket of this path.
pub(crate) fn check(path: &Path) -> Result<(), String> {
    match SocketAddr::from_pathname(path) {
        Ok(_) => Ok(()),
        Err(_) => Err("the path of its socket is longer than sockets have".to_owned()),
    }
}

pub(crate) fn connect(path: &Path) -> io::Result<Box<dyn Stream>> {
    Ok(Box::new(UnixStream::connect(path)?))
}

impl Stream for UnixStream {
    fn set_patience(&self, left: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(left))?;
        self.set_write_timeout(Some(left))
    }

    fn set_waits(&self, waits: bool) -> io::Result<()> {
        self.set_nonblocking(!waits)
    }
}
