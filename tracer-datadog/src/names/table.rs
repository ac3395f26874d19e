//! The table: what becomes of an attribute.

use Role::{As, Default, Name, Ours, Plain, Text, Too};

/// What becomes of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It is a tag of the same name.
    Plain,
    /// It is a tag of another name.
    As(&'static str),
    /// It is a tag of this name, and a text even if it is a number.
    Text(&'static str),
    /// It is a tag of its own name, and of another one, too.
    Too(&'static str),
    /// `http.request.header.` before a name becomes `http.request.headers.`.
    Header,
    /// It is no tag, but a name of the span itself.
    Name,
    /// A tag of ours may have its name: ours stands.
    Ours,
    /// A tag of ours may have its name: the span's own stands.
    Default,
}

struct Row {
    key: &'static str,
    role: Role,
    /// Whether what the span is called may depend on it.
    names: bool,
}

const fn row(key: &'static str, role: Role) -> Row {
    Row { key, role, names: false }
}

const fn naming(key: &'static str, role: Role) -> Row {
    Row { key, role, names: true }
}

const ROWS: &[Row] = &[
    // The agent's, of HTTP.
    row("client.address", As("http.client_ip")),
    row("http.response.body.size", As("http.response.content_length")),
    row("http.response.status_code", Text("http.status_code")),
    row("http.status_code", Text("http.status_code")),
    row("http.request.body.size", As("http.request.content_length")),
    row("http.request.header.referrer", As("http.referrer")),
    naming("http.request.method", As("http.method")),
    naming("http.method", Plain),
    naming("http.route", Plain),
    row("network.protocol.version", As("http.version")),
    row("server.address", As("http.server_name")),
    row("url.full", As("http.url")),
    row("user_agent.original", As("http.useragent")),
    // Names of the span itself.
    naming("operation.name", Name),
    naming("resource.name", Name),
    naming("service.name", Name),
    naming("span.type", Name),
    // What else matters for these. The tags of before are what Datadog's peers and statistics go by.
    naming("db.system", Plain),
    naming("db.system.name", Too("db.system")),
    naming("db.statement", Plain),
    naming("db.query.text", Plain),
    row("db.namespace", Too("db.name")),
    naming("messaging.system", Plain),
    naming("messaging.operation", Plain),
    naming("messaging.operation.type", Too("messaging.operation")),
    naming("messaging.destination", Plain),
    naming("messaging.destination.name", Plain),
    naming("rpc.system", Plain),
    naming("rpc.system.name", Too("rpc.system")),
    naming("rpc.service", Plain),
    naming("rpc.method", Plain),
    row("rpc.response.status_code", Too("rpc.grpc.status_code")),
    naming("faas.invoked_provider", Plain),
    naming("faas.invoked_name", Plain),
    naming("faas.trigger", Plain),
    naming("graphql.operation.type", Plain),
    naming("graphql.operation.name", Plain),
    naming("network.protocol.name", Plain),
    // Tags of ours, apart from those that begin as ours do.
    row("span.kind", Ours),
    row("language", Ours),
    row("runtime-id", Ours),
    row("process_id", Ours),
    // What is there by this name is read as JSON, or the payload refused.
    row("events", As("attribute.events")),
    row("error.type", Ours),
    row("error.message", Ours),
    row("error.stack", Ours),
    row("component", Default),
    row("env", Default),
    row("version", Default),
];

/// No key of the table is as long.
const LONGEST: usize = 32;
const NONE: u8 = u8::MAX;

/// For each length of a key the first row that has it, and for each row the next of its length.
const CHAINS: ([u8; LONGEST], [u8; ROWS.len()]) = {
    let (mut first, mut next) = ([NONE; LONGEST], [NONE; ROWS.len()]);
    let mut at = ROWS.len();
    while at > 0 {
        at -= 1;
        let length = ROWS[at].key.len();
        next[at] = first[length];
        first[length] = at as u8;
    }
    (first, next)
};

/// What becomes of an attribute, and whether what the span is called may depend on it.
#[inline]
pub(crate) fn role(key: &str) -> (Role, bool) {
    let mut at = CHAINS.0.get(key.len()).copied().unwrap_or(NONE);
    while at != NONE {
        let row = &ROWS[usize::from(at)];
        if row.key == key {
            return (row.role, row.names);
        }
        at = CHAINS.1[usize::from(at)];
    }
    (by_beginning(key), false)
}

/// The attributes that become a tag of another name.
pub(crate) fn keys_of(tag: &str) -> impl Iterator<Item = &'static str> {
    let is_it = move |row: &&Row| matches!(row.role, As(of) | Text(of) | Too(of) if of == tag);
    ROWS.iter().filter(is_it).map(|row| row.key)
}

#[inline]
fn by_beginning(key: &str) -> Role {
    match key.as_bytes().first() {
        Some(b'_') => Ours,
        Some(b't') if key.starts_with("tracer.") => Default,
        Some(b'c') if key.starts_with("code.") => Default,
        Some(b'h') if key.starts_with("http.request.header.") => Role::Header,
        _ => Plain,
    }
}
