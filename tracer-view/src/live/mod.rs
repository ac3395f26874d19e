//! The exporter that serves its traces while the program runs.

mod site;

#[cfg(feature = "command")]
mod body;
mod latest;

mod server;
mod token;

mod answer;
mod connection;
mod request;
#[cfg(feature = "command")]
mod room;

#[cfg(all(test, feature = "command"))]
mod tests;

use std::fmt;
use std::io::{self, Write as _};
use std::sync::Arc;

use tracer_core::{Batch, ExportError, Exporter, SpanRecord, Unit};

pub(crate) use latest::Latest;
pub(crate) use site::Site;
#[cfg(feature = "command")]
pub(crate) use {
    answer::Answer, body::BodyError, connection::Connection, request::Request, room::Room,
};

/// An exporter that serves traces as a page for the browser, which shows new ones as they come.
///
/// It listens on 127.0.0.1 alone. Who has the address sees the traces: it holds a random token, and
/// is said once on standard error. Requests by other names of the host are refused, so that no other
/// site that is open in the browser gets them.
///
/// The page is there as long as its tracer; what was shown then stays. 48 MiB of traces are kept in
/// memory, as by [`Html`](crate::Html). Requests are answered by threads of its own, 16 at once at
/// most; no browser holds up the program. While a page is open, new data are made for it, about once
/// a second at most.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Span, Tracer};
/// use tracer_view::Live;
///
/// let live = Live::on(0)?;
/// assert!(live.url().starts_with("http://127.0.0.1:"));
/// let tracer = Tracer::builder().exporter(live).build()?;
/// tracer.in_scope(|| drop(Span::new("work")));
/// tracer.shutdown(Duration::from_secs(5))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "a page has no traces until it is given to a tracer as an exporter"]
pub struct Live {
    latest: Arc<Latest<SpanRecord>>,
    site: Site<SpanRecord>,
}

impl Live {
    /// Listens on a port of 127.0.0.1, on any that is free if it is 0, and says where.
    ///
    /// # Errors
    ///
    /// If the port is taken or not allowed, or there is no thread.
    pub fn on(port: u16) -> io::Result<Self> {
        let site = Site::open(port, None)?;
        // A closed stderr is no reason to fail.
        let told = format!("tracer: traces are at {}\n", site.url());
        let _told = io::stderr().write_all(told.as_bytes());
        Ok(Self { latest: site.latest(), site })
    }

    /// Returns where the page is: `http://127.0.0.1:PORT/?token=…`.
    pub fn url(&self) -> &str {
        self.site.url()
    }
}

impl fmt::Debug for Live {
    /// The token is not for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Live").field("address", &self.site.address()).finish_non_exhaustive()
    }
}

impl Exporter for Live {
    fn name(&self) -> &'static str {
        "live"
    }

    fn unit(&self) -> Unit {
        Unit::Traces
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        self.latest.add([batch.spans().into()], batch.resource().service_name());
        Ok(())
    }
}
