//! What Datadog calls a span, and its attributes: from OpenTelemetry's names to Datadog's.
//!
//! The rules are those by which the agent itself reads OTLP, in its source `DataDog/datadog-agent`:
//! operation and resource names and types by `pkg/trace/otel/traceutil/otel_util.go` (those of version
//! 2, which it follows unless told otherwise), with the attributes that `pkg/trace/semantics/mappings.json`
//! looks at; names of tags by `pkg/trace/transform/transform.go`, with `HTTPMappings` in
//! `pkg/opentelemetry-mapping-go/otlp/attributes/attributes.go`; what a name may be made of by
//! `pkg/trace/traceutil/normalize/normalize.go`. Attributes that OpenTelemetry has renamed since count
//! under both names: `db.system.name`, `messaging.operation.type`, `rpc.system.name`.

mod database;
mod table;

use std::borrow::Cow;

use tracer_core::{Resource, SpanKind, Value};

pub(crate) use table::{Role, keys_of, role};

use crate::tag;

/// What a span is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Names<'a> {
    /// What kind of work it is: lower case, and at most 100 characters.
    pub(crate) operation: Cow<'a, str>,
    /// What it works on.
    pub(crate) resource: Cow<'a, str>,
    /// Which of Datadog's views it is for.
    pub(crate) span_type: Cow<'a, str>,
}

/// Characters of an operation's name; the agent cuts longer ones.
const MAX_OPERATION: usize = 100;

const HTTP_METHOD: &[&str] = &["http.request.method", "http.method"];
const DB_SYSTEM: &[&str] = &["db.system", "db.system.name"];
const DB_STATEMENT: &[&str] = &["db.statement", "db.query.text"];
const MESSAGING_OPERATION: &[&str] = &["messaging.operation", "messaging.operation.type"];
const MESSAGING_DESTINATION: &[&str] = &["messaging.destination", "messaging.destination.name"];
const RPC_SYSTEM: &[&str] = &["rpc.system", "rpc.system.name"];

/// What Datadog calls a service that nobody named.
pub(crate) const UNNAMED: &str = "unnamed-rust-service";

/// The service that a resource names, or what Datadog calls one that nobody named.
pub(crate) fn service(resource: &Resource) -> &str {
    match resource.service_name() {
        "" => UNNAMED,
        name => name,
    }
}

/// The environment that a resource names; empty if it names none.
pub(crate) fn env(resource: &Resource) -> &str {
    let keys = ["deployment.environment.name", "deployment.environment", tag::ENV];
    keys.iter().find_map(|key| resource.get(key)).unwrap_or_default()
}

/// What a span of this kind and name is called, by those of its attributes that matter.
pub(crate) fn of<'a>(
    kind: SpanKind,
    name: &'a str,
    get: &dyn Fn(&str) -> Option<Value<'a>>,
) -> Names<'a> {
    let known = Known { kind, get };
    Names {
        operation: known.operation(),
        resource: known.resource(name),
        span_type: known.span_type(),
    }
}

struct Known<'a, 'g> {
    kind: SpanKind,
    get: &'g dyn Fn(&str) -> Option<Value<'a>>,
}

impl<'a> Known<'a, '_> {
    /// The text of the first of the attributes that is there.
    fn first(&self, keys: &[&str]) -> Option<Cow<'a, str>> {
        keys.iter().find_map(|key| match (self.get)(key)? {
            Value::Str("") => None,
            Value::Str(text) => Some(Cow::Borrowed(text)),
            value => Some(Cow::Owned(value.to_string())),
        })
    }

    fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.first(&[key])
    }

    fn operation(&self) -> Cow<'a, str> {
        if let Some(name) = self.text("operation.name").as_deref().map(allowed) {
            return or(name, self.kind);
        }
        let side = match self.kind {
            SpanKind::Server => "server",
            SpanKind::Client => "client",
            _ => return self.without_side(),
        };
        if self.first(HTTP_METHOD).is_some() {
            return Cow::Owned(format!("http.{side}.request"));
        }
        let of_side = match side {
            "client" => self.first(DB_SYSTEM).map(|system| format!("{system}.query")),
            _ => None,
        };
        let made = of_side
            .or_else(|| self.messaging())
            .or_else(|| self.rpc(side))
            .or_else(|| self.function(side))
            .or_else(|| self.graphql())
            .or_else(|| Some(format!("{}.{side}.request", self.text("network.protocol.name")?)))
            .unwrap_or_else(|| format!("{side}.request"));
        or(allowed(&made), self.kind)
    }

    /// Of neither a server nor a client.
    fn without_side(&self) -> Cow<'a, str> {
        let messaging = match self.kind {
            SpanKind::Producer | SpanKind::Consumer => self.messaging(),
            _ => None,
        };
        match messaging.or_else(|| self.graphql()) {
            Some(made) => or(allowed(&made), self.kind),
            None => Cow::Borrowed(self.kind.as_str()),
        }
    }

    fn messaging(&self) -> Option<String> {
        Some(format!("{}.{}", self.text("messaging.system")?, self.first(MESSAGING_OPERATION)?))
    }

    fn rpc(&self, side: &str) -> Option<String> {
        let system = self.first(RPC_SYSTEM)?;
        if system == "aws-api" && side == "client" {
            let service = self.text("rpc.service").unwrap_or(Cow::Borrowed("client"));
            return Some(format!("aws.{service}.request"));
        }
        Some(format!("{system}.{side}.request"))
    }

    fn function(&self, side: &str) -> Option<String> {
        if side == "server" {
            return Some(format!("{}.invoke", self.text("faas.trigger")?));
        }
        let provider = self.text("faas.invoked_provider")?;
        Some(format!("{provider}.{}.invoke", self.text("faas.invoked_name")?))
    }

    fn graphql(&self) -> Option<String> {
        self.text("graphql.operation.type").map(|_| "graphql.server.request".to_owned())
    }

    fn resource(&self, name: &'a str) -> Cow<'a, str> {
        if let Some(name) = self.text("resource.name") {
            return name;
        }
        if let Some(method) = self.first(HTTP_METHOD) {
            let method = if method == "_OTHER" { Cow::Borrowed("HTTP") } else { method };
            let is_server = self.kind == SpanKind::Server;
            return joined(method, self.text("http.route").filter(|_| is_server));
        }
        if let Some(operation) = self.first(MESSAGING_OPERATION) {
            return joined(operation, self.first(MESSAGING_DESTINATION));
        }
        if let Some(method) = self.text("rpc.method") {
            return joined(method, self.text("rpc.service"));
        }
        if let Some(operation) = self.text("graphql.operation.type") {
            return joined(operation, self.text("graphql.operation.name"));
        }
        // The agent hides what is secret in a statement where it is the resource.
        self.first(DB_SYSTEM).and_then(|_| self.first(DB_STATEMENT)).unwrap_or(Cow::Borrowed(name))
    }

    fn span_type(&self) -> Cow<'a, str> {
        if let Some(given) = self.text("span.type") {
            return given;
        }
        Cow::Borrowed(match self.kind {
            SpanKind::Server => "web",
            SpanKind::Client => self.first(DB_SYSTEM).map_or("http", |it| database::span_type(&it)),
            _ => "custom",
        })
    }
}

fn joined<'a>(first: Cow<'a, str>, second: Option<Cow<'a, str>>) -> Cow<'a, str> {
    match second {
        Some(second) => Cow::Owned(format!("{first} {second}")),
        None => first,
    }
}

/// A name, or that of the kind where nothing of the name is allowed.
fn or<'a>(name: String, kind: SpanKind) -> Cow<'a, str> {
    if name.is_empty() { Cow::Borrowed(kind.as_str()) } else { Cow::Owned(name) }
}

/// What is allowed of an operation's name: letters, from the first one on, digits, points and underscores.
fn allowed(name: &str) -> String {
    let mut kept = String::with_capacity(name.len().min(MAX_OPERATION));
    for letter in name.chars().map(|letter| letter.to_ascii_lowercase()) {
        if kept.len() == MAX_OPERATION {
            break;
        }
        match letter {
            'a'..='z' => kept.push(letter),
            _ if kept.is_empty() => {}
            '0'..='9' => kept.push(letter),
            '.' => {
                if kept.ends_with('_') {
                    kept.pop();
                }
                kept.push('.');
            }
            _ if kept.ends_with(['.', '_']) => {}
            _ => kept.push('_'),
        }
    }
    if kept.ends_with('_') {
        kept.pop();
    }
    kept
}

#[cfg(test)]
mod tests;
