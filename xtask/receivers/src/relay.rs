//! A service between two others: what it is asked for it asks the next one for, in the same trace.

use std::error::Error;
use std::io;
use std::net::{TcpListener, TcpStream};

use tracer::propagate::{self, Remote};
use tracer::{current, traced};

use crate::http::{self, Headers, Request};

/// Who is asked next, as host and port.
const NEXT: &str = "x-next";

/// Serves until it is asked for `/end`; the environment says how contexts are read and written.
pub(crate) fn serve(port: &str) -> Result<(), Box<dyn Error>> {
    let guard = tracer::init()?;
    let listener = TcpListener::bind(("127.0.0.1", port.parse()?))?;
    for stream in listener.incoming() {
        let stream = stream?;
        // Whoever only looks whether somebody listens sends nothing.
        let Ok(request) = Request::read(&stream) else { continue };
        if request.path == "/end" {
            let refused = guard.tracer().ok_or("`TRACER` asks for nothing")?.stats().refused;
            let is_well = refused == propagate::Refused::default();
            http::answer(&stream, if is_well { 200 } else { 500 })?;
            break;
        }
        handle(&stream, &request)?;
    }
    Ok(())
}

fn handle(stream: &TcpStream, request: &Request) -> io::Result<()> {
    let remote = propagate::extract(&request.headers);
    let result = relay(&remote, request);
    http::answer(stream, if result.is_ok() { 200 } else { 502 })
}

#[traced("rust server", kind = server, parent = remote)]
fn relay(remote: &Remote, request: &Request) -> io::Result<()> {
    if let Some(user) = current().baggage("user") {
        current().set_baggage("seen", &user);
    }
    match request.path.as_str() {
        "/keep" => current().keep_trace(),
        "/drop" => current().drop_trace(),
        _ => {}
    }
    call(request.header(NEXT).ok_or(io::ErrorKind::InvalidData)?)
}

#[traced("rust client", kind = client)]
fn call(next: &str) -> io::Result<()> {
    let mut headers = Headers::new();
    propagate::inject(&current(), &mut headers);
    http::get(next, "/", &headers)
}
