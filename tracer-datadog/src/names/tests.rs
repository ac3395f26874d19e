use super::*;

/// What a span is called: `operation | resource | type`.
fn called(kind: SpanKind, attributes: &[(&'static str, &'static str)]) -> String {
    let get = |key: &str| {
        let found = attributes.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| Value::Str(value))
    };
    let names = of(kind, "span name", &get);
    format!("{} | {} | {}", names.operation, names.resource, names.span_type)
}

const GET: (&str, &str) = ("http.request.method", "GET");
const ROUTE: (&str, &str) = ("http.route", "/item/{id}");

/// Kind and attributes of a span, and what it is called.
type Case = (SpanKind, &'static [(&'static str, &'static str)], &'static str);

const CASES: &[Case] = {
    use SpanKind::{Client, Consumer, Internal, Producer, Server};
    &[
        (Internal, &[], "internal | span name | custom"),
        (Internal, &[GET], "internal | GET | custom"),
        (Server, &[], "server.request | span name | web"),
        (Server, &[GET, ROUTE], "http.server.request | GET /item/{id} | web"),
        (Server, &[("http.method", "_OTHER")], "http.server.request | HTTP | web"),
        (Client, &[GET, ROUTE], "http.client.request | GET | http"),
        (Client, &[("network.protocol.name", "FTP")], "ftp.client.request | span name | http"),
        (
            Client,
            &[("db.system.name", "postgresql"), ("db.query.text", "select 1")],
            "postgresql.query | select 1 | sql",
        ),
        (Client, &[("db.system", "redis")], "redis.query | span name | redis"),
        (Client, &[("db.system", "dynamodb")], "dynamodb.query | span name | db"),
        (
            Client,
            &[("db.system.name", "microsoft.sql_server")],
            "microsoft.sql_server.query | span name | sql",
        ),
        (Server, &[("db.system", "mysql")], "server.request | span name | web"),
        (
            Producer,
            &[
                ("messaging.system", "kafka"),
                ("messaging.operation.type", "send"),
                ("messaging.destination.name", "orders"),
            ],
            "kafka.send | send orders | custom",
        ),
        (Consumer, &[("messaging.system", "kafka")], "consumer | span name | custom"),
        (
            Internal,
            &[("messaging.system", "kafka"), ("messaging.operation", "process")],
            "internal | process | custom",
        ),
        (
            Client,
            &[("rpc.system.name", "grpc"), ("rpc.method", "shop.Shop/Buy")],
            "grpc.client.request | shop.Shop/Buy | http",
        ),
        (
            Server,
            &[("rpc.system", "grpc"), ("rpc.method", "Buy"), ("rpc.service", "Shop")],
            "grpc.server.request | Buy Shop | web",
        ),
        (
            Client,
            &[("rpc.system", "aws-api"), ("rpc.service", "S3")],
            "aws.s3.request | span name | http",
        ),
        (Client, &[("rpc.system", "aws-api")], "aws.client.request | span name | http"),
        (Server, &[("faas.trigger", "timer")], "timer.invoke | span name | web"),
        (
            Client,
            &[("faas.invoked_provider", "aws"), ("faas.invoked_name", "resize")],
            "aws.resize.invoke | span name | http",
        ),
        (
            Internal,
            &[("graphql.operation.type", "query"), ("graphql.operation.name", "Items")],
            "graphql.server.request | query Items | custom",
        ),
        (
            Server,
            &[
                GET,
                ("operation.name", "Own Name"),
                ("resource.name", "own"),
                ("span.type", "worker"),
            ],
            "own_name | own | worker",
        ),
    ]
};

#[test]
fn names_are_those_that_the_agent_makes_of_otlp() {
    for (kind, attributes, expected) in CASES {
        assert_eq!(called(*kind, attributes), *expected, "{kind:?} {attributes:?}");
    }
}

#[test]
fn an_operation_is_made_of_what_the_agent_allows() {
    let cases = [
        ("Shop.Buy", "shop.buy"),
        ("9-to_.5 ", "to.5"),
        ("a  b--c", "a_b_c"),
        ("żółw", "w"),
        ("水", ""),
        ("", ""),
    ];
    for (name, expected) in cases {
        assert_eq!(allowed(name), expected, "{name:?}");
    }
    assert_eq!(allowed(&"ab ".repeat(100)).len(), 100);
    assert_eq!(called(SpanKind::Server, &[("operation.name", "水")]), "server | span name | web");
}

#[test]
fn attributes_have_the_roles_of_the_table() {
    let cases = [
        ("http.request.method", (Role::As("http.method"), true)),
        ("http.response.status_code", (Role::Text("http.status_code"), false)),
        ("url.full", (Role::As("http.url"), false)),
        ("http.request.header.accept", (Role::Header, false)),
        ("http.request.header.referrer", (Role::As("http.referrer"), false)),
        ("db.system.name", (Role::Too("db.system"), true)),
        ("service.name", (Role::Name, true)),
        ("_dd.top_level", (Role::Ours, false)),
        ("error.type", (Role::Ours, false)),
        ("error.types", (Role::Plain, false)),
        ("tracer.polls", (Role::Default, false)),
        ("", (Role::Plain, false)),
        ("rows", (Role::Plain, false)),
    ];
    for (key, expected) in cases {
        assert_eq!(role(key), expected, "{key}");
    }
}
