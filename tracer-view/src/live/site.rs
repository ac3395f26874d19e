//! What there is at which address, and who may have it.

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::html::{self, Stored};
use crate::live::answer::{self, Answer};
use crate::live::connection::Connection;
use crate::live::latest::{Latest, News};
use crate::live::request::Request;
use crate::live::server::{self, Serve, Server};
use crate::live::token::Token;

/// A page at an address of its own, which is gone when this is dropped.
pub(crate) struct Site<S: Stored> {
    address: SocketAddr,
    url: String,
    latest: Arc<Latest<S>>,
    _server: Server,
}

/// Takes what is sent to [`POSTED`].
pub(crate) type Post<S> = fn(&Request, &mut Connection, &Latest<S>) -> Answer;

/// Where traces are sent to, as OTLP has it.
pub(crate) const POSTED: &str = "/v1/traces";
/// A head has to be there after this time.
const HEAD: Duration = Duration::from_secs(10);
/// What is sent and what is answered, each, takes no longer.
const BODY: Duration = Duration::from_secs(60);
/// News are told no more often.
const RATE: Duration = Duration::from_secs(1);
/// So many wait for news at most; the others are for whom answers come at once.
const MAX_WAITING: usize = server::MAX - 4;

impl<S: Stored> Site<S> {
    /// Opens it on a port of 127.0.0.1.
    pub(crate) fn open(port: u16, posted: Option<Post<S>>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let token = Token::random();
        let url = format!("http://{address}/?token={}", token.as_str());
        let latest = Arc::new(Latest::new(html::MAX_BYTES));
        let own = Arc::clone(&latest);
        let visitors = Visitors {
            port: address.port(),
            token,
            latest: own,
            post: posted,
            waiting: AtomicUsize::new(0),
        };
        let server = Server::start(listener, Arc::new(visitors))?;
        Ok(Self { address, url, latest, _server: server })
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address with its token.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn latest(&self) -> Arc<Latest<S>> {
        Arc::clone(&self.latest)
    }
}

impl<S: Stored> Drop for Site<S> {
    fn drop(&mut self) {
        self.latest.close();
    }
}

/// What whoever comes is answered.
struct Visitors<S> {
    port: u16,
    token: Token,
    latest: Arc<Latest<S>>,
    post: Option<Post<S>>,
    /// How many wait for news.
    waiting: AtomicUsize,
}

impl<S: Stored> Serve for Visitors<S> {
    fn serve(&self, stream: TcpStream) {
        let mut connection = Connection::new(stream, HEAD);
        // Whoever is gone needs no answer.
        let Ok(request) = Request::read(&mut connection) else { return };
        connection.allow(BODY);
        let answer = match request {
            Some(request) => match self.answer(&request, &mut connection) {
                Some(answer) => answer,
                None => return,
            },
            None => Answer::refused(400),
        };
        connection.allow(BODY);
        if answer.write(&mut connection).is_ok() {
            connection.end();
        }
    }

    fn refuse(&self, mut stream: TcpStream) {
        // A new connection has room for as little; if not, it is closed without a word.
        let _told = stream
            .set_nonblocking(true)
            .and_then(|()| Answer::refused(503).with("Retry-After", "1").write(&mut stream));
    }
}

impl<S: Stored> Visitors<S> {
    /// Answers a request; nothing where it is answered already.
    fn answer(&self, request: &Request, connection: &mut Connection) -> Option<Answer> {
        if !self.is_own_name(request.header("host").unwrap_or_default()) {
            return Some(Answer::refused(403));
        }
        let is_posted = request.method == "POST" && request.path == POSTED;
        if let Some(post) = self.post.filter(|_| is_posted) {
            return Some(post(request, connection, &self.latest));
        }
        if request.method != "GET" {
            return Some(Answer::refused(405).with("Allow", "GET"));
        }
        if !self.token.is(request.asked("token").unwrap_or_default()) {
            return Some(Answer::refused(403));
        }
        let made = match request.path.as_str() {
            "/" => self.page(),
            "/data" => self.data(request),
            "/live" => return self.news(connection),
            _ => Ok(Answer::refused(404)),
        };
        Some(made.unwrap_or_else(|_| Answer::refused(500)))
    }

    /// Another site's name may lead here, and then its scripts could read what is answered.
    fn is_own_name(&self, host: &str) -> bool {
        let Some((name, port)) = host.rsplit_once(':') else { return false };
        let is_name = name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost");
        is_name && port == self.port.to_string()
    }

    fn page(&self) -> io::Result<Answer> {
        let made = self.latest.made()?;
        let page = html::write_served(&made.program, &made.data, made.version, Vec::new())?;
        Ok(Answer::new(200, "text/html; charset=utf-8", page))
    }

    /// The data of a later version than that which a page has; of any for whoever has none.
    fn data(&self, request: &Request) -> io::Result<Answer> {
        let seen = request.asked("after").and_then(|seen| seen.parse().ok());
        let made = match seen {
            Some(seen) => self.latest.made_after(seen, Instant::now())?,
            None => Some(self.latest.made()?),
        };
        let Some(made) = made else { return Ok(Answer::new(204, "application/gzip", Vec::new())) };
        let answer = Answer::new(200, "application/gzip", made.data.clone());
        Ok(answer.with("Tracer-Version", made.version.to_string()))
    }

    /// Tells of each new version as Server-Sent Events, until one of both is gone.
    fn news(&self, connection: &mut Connection) -> Option<Answer> {
        // Relaxed, here and below: it counts, and guards nothing.
        if self.waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING {
            // Whoever is gone needs no more of them.
            let _told = self.tell(connection);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Some(Answer::refused(503))
    }

    fn tell(&self, connection: &mut Connection) -> io::Result<()> {
        let head = answer::head(200, "text/event-stream", &[] as &[(&str, Cow<'_, str>)]);
        connection.write_all(head.as_bytes())?;
        let mut seen = 0;
        loop {
            match self.latest.wait(seen, RATE) {
                News::Closed => return Ok(()),
                News::Nothing if connection.is_gone() => return Ok(()),
                News::Nothing => {}
                News::Version(version) => {
                    seen = version;
                    connection.allow(HEAD);
                    connection.write_all(format!("data: {version}\n\n").as_bytes())?;
                    // No version is later than this: it only ends with the program.
                    self.latest.wait(u64::MAX, RATE);
                }
            }
        }
    }
}
