//! Accepts connections on 127.0.0.1, a thread for each, and ends them all.

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{io, mem};

/// Connections at once at most.
pub(super) const MAX: usize = 16;
/// The system gives no connection for a while where it has too many files open.
const PAUSE: Duration = Duration::from_millis(50);
/// To oneself it takes no time, unless nobody accepts.
const WAKE: Duration = Duration::from_secs(1);

/// What is done with a connection.
pub(super) trait Serve: Send + Sync + 'static {
    fn serve(&self, stream: TcpStream);

    /// In place of serving it: there are too many. This must not wait.
    fn refuse(&self, stream: TcpStream);
}

/// A server; dropped, it ends all its connections.
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    is_closing: AtomicBool,
    open: Mutex<Open>,
}

/// The connections that are open, by numbers.
#[derive(Default)]
struct Open {
    next: u64,
    streams: HashMap<u64, TcpStream>,
}

impl Server {
    pub(super) fn start(listener: TcpListener, serve: Arc<dyn Serve>) -> io::Result<Self> {
        let (address, shared) = (listener.local_addr()?, Arc::new(Shared::default()));
        let accepting = {
            let shared = Arc::clone(&shared);
            named(move || accept(&listener, &shared, &serve))?
        };
        Ok(Self { address, shared, accepting: Some(accepting) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Release: pairs with the acquire in `accept`, which the connection below wakes.
        self.shared.is_closing.store(true, Ordering::Release);
        // Wakes the one that accepts. Where even that fails, it ends with the process.
        let woken = TcpStream::connect_timeout(&self.address, WAKE);
        if let (Ok(_), Some(accepting)) = (woken, self.accepting.take()) {
            let _ended = accepting.join();
        }
        let left = mem::take(&mut self.shared.open().streams);
        for stream in left.values() {
            let _ended = stream.shutdown(Shutdown::Both);
        }
    }
}

impl Shared {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a connection, if there is room for it.
    fn add(&self, stream: &TcpStream) -> Option<u64> {
        let mut open = self.open();
        if open.streams.len() >= MAX {
            return None;
        }
        open.next += 1;
        let (number, stream) = (open.next, stream.try_clone().ok()?);
        open.streams.insert(number, stream);
        Some(number)
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, serve: &Arc<dyn Serve>) {
    loop {
        let accepted = listener.accept();
        // Acquire: pairs with the release in `drop`.
        if shared.is_closing.load(Ordering::Acquire) {
            return;
        }
        let Ok((stream, _)) = accepted else {
            thread::sleep(PAUSE);
            continue;
        };
        let Some(number) = shared.add(&stream) else {
            serve.refuse(stream);
            continue;
        };
        let (served, serve) = (Arc::clone(shared), Arc::clone(serve));
        let started = named(move || {
            let _ended = Ended { number, shared: &served };
            serve.serve(stream);
        });
        if started.is_err() {
            drop(Ended { number, shared });
        }
    }
}

/// Forgets a connection, also where serving it panics.
struct Ended<'a> {
    number: u64,
    shared: &'a Shared,
}

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.shared.open().streams.remove(&self.number);
    }
}

fn named(run: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("tracer-live".to_owned()).spawn(run)
}
