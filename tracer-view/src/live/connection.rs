//! A connection with an end: nobody holds a thread by being slow.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

/// A connection to somebody who may be slow or gone.
pub(crate) struct Connection {
    stream: BufReader<Timed>,
}

/// What is left for reading what is sent in vain.
const LEFT: Duration = Duration::from_secs(2);

impl Connection {
    /// One that fails after this time.
    pub(super) fn new(stream: TcpStream, time: Duration) -> Self {
        Self { stream: BufReader::new(Timed { stream, until: now() + time }) }
    }

    /// Gives it this time from now.
    pub(crate) fn allow(&mut self, time: Duration) {
        self.stream.get_mut().until = now() + time;
    }

    /// Whether the other side is gone: it has nothing to say any more.
    pub(super) fn is_gone(&self) -> bool {
        let stream = &self.stream.get_ref().stream;
        let looked = stream
            .set_read_timeout(Some(Duration::from_millis(1)))
            .and_then(|()| stream.peek(&mut [0]));
        match looked {
            Ok(read) => read == 0,
            Err(error) => !is_slow(&error),
        }
    }

    /// Ends it such that what was written arrives, also where not all was read.
    pub(super) fn end(mut self) {
        let _ended = self.stream.get_ref().stream.shutdown(Shutdown::Write);
        self.allow(LEFT);
        // Whoever goes on for longer may miss the answer.
        let _read = io::copy(&mut self.stream, &mut io::sink());
    }
}

impl Read for Connection {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }
}

impl BufRead for Connection {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.stream.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.stream.consume(bytes);
    }
}

impl Write for Connection {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let timed = self.stream.get_mut();
        timed.stream.set_write_timeout(Some(timed.left()?))?;
        timed.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream until a time.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for Timed {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(bytes)
    }
}

/// Systems name it one way or the other.
fn is_slow(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

fn now() -> Instant {
    Instant::now()
}
