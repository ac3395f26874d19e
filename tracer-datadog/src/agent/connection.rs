//! A connection on which nothing takes longer than it may.

use std::fmt;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::agent::endpoint::Place;
#[cfg(unix)]
use crate::agent::socket;

/// An open connection.
pub(crate) struct Connection {
    stream: Box<dyn Stream>,
}

/// What connections are made of.
pub(crate) trait Stream: Read + Write + Send {
    /// Bounds each read and each write; not by nothing.
    fn set_patience(&self, left: Duration) -> io::Result<()>;

    /// Whether reads wait for what may come.
    fn set_waits(&self, waits: bool) -> io::Result<()>;
}

/// Opens connections, one at a time.
///
/// On a thread of its own: neither looking up a name nor connecting to a Unix socket, whose listener
/// has no room, can be bounded.
#[derive(Debug, Default)]
pub(crate) struct Opening {
    /// What took too long, and is waited for the next time.
    pending: Option<Receiver<io::Result<Connection>>>,
}

impl Opening {
    pub(crate) fn open(&mut self, place: &Place, deadline: Instant) -> io::Result<Connection> {
        let pending = match self.pending.take() {
            Some(pending) => pending,
            None => start(place, left(deadline)?)?,
        };
        match pending.recv_timeout(left(deadline)?) {
            Ok(opened) => opened,
            Err(RecvTimeoutError::Timeout) => {
                self.pending = Some(pending);
                Err(ErrorKind::TimedOut.into())
            }
            Err(RecvTimeoutError::Disconnected) => Err(ErrorKind::Other.into()),
        }
    }
}

fn start(place: &Place, patience: Duration) -> io::Result<Receiver<io::Result<Connection>>> {
    let (sender, pending) = channel();
    let place = place.clone();
    thread::Builder::new().name("tracer-connect".to_owned()).spawn(move || {
        let opened = connect(&place, patience).map(|stream| Connection { stream });
        let _nobody_waits = sender.send(opened);
    })?;
    Ok(pending)
}

fn connect(place: &Place, patience: Duration) -> io::Result<Box<dyn Stream>> {
    match place {
        Place::Tcp(host, port) => connect_tcp(host, *port, patience),
        #[cfg(unix)]
        Place::Socket(path) => socket::connect(path),
    }
}

/// Tries each address of the host.
fn connect_tcp(host: &str, port: u16, patience: Duration) -> io::Result<Box<dyn Stream>> {
    let addresses: Vec<_> = (host, port).to_socket_addrs()?.collect();
    // One that does not answer leaves time for the others.
    let share = patience / u32::try_from(addresses.len().max(1)).unwrap_or(u32::MAX);
    let mut error = ErrorKind::NotFound.into();
    for address in addresses {
        match TcpStream::connect_timeout(&address, share.max(Duration::from_millis(1))) {
            Ok(stream) => {
                // A request is written in two pieces, of which the second must not wait.
                stream.set_nodelay(true)?;
                return Ok(Box::new(stream));
            }
            Err(why) => error = why,
        }
    }
    Err(error)
}

impl Connection {
    pub(crate) fn write(&mut self, mut bytes: &[u8], deadline: Instant) -> io::Result<()> {
        while !bytes.is_empty() {
            self.stream.set_patience(left(deadline)?)?;
            match self.stream.write(bytes) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(plain(error)),
            }
        }
        Ok(())
    }

    /// Puts what has come behind `bytes`, and returns how much that is: nothing at the end.
    pub(crate) fn read(&mut self, bytes: &mut Vec<u8>, deadline: Instant) -> io::Result<usize> {
        let mut room = [0; 4_096];
        loop {
            self.stream.set_patience(left(deadline)?)?;
            match self.stream.read(&mut room) {
                Ok(count) => {
                    bytes.extend_from_slice(room.get(..count).unwrap_or_default());
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(plain(error)),
            }
        }
    }

    /// Whether the other side has neither closed it nor said what nobody asked for.
    pub(crate) fn is_idle(&mut self) -> bool {
        let read = self.stream.set_waits(false).and_then(|()| self.stream.read(&mut [0]));
        let is_open = matches!(read, Err(error) if error.kind() == ErrorKind::WouldBlock);
        is_open && self.stream.set_waits(true).is_ok()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Stream for TcpStream {
    fn set_patience(&self, left: Duration) -> io::Result<()> {
        self.set_read_timeout(Some(left))?;
        self.set_write_timeout(Some(left))
    }

    fn set_waits(&self, waits: bool) -> io::Result<()> {
        self.set_nonblocking(!waits)
    }
}

fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Time that is over has two names.
fn plain(error: io::Error) -> io::Error {
    match error.kind() {
        ErrorKind::WouldBlock => ErrorKind::TimedOut.into(),
        _ => error,
    }
}
