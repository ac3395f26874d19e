"""The trace of `src/small.rs`, made by hand with ddtrace, as somebody would who uses it."""

from ddtrace.trace import tracer


class NoPrice(Exception):
    pass


def price():
    with tracer.trace("internal", resource="price") as span:
        span.set_tag("span.kind", "internal")
        span.set_tag("item", 7)
        span.set_tag("is_new", True)
        raise NoPrice("no price")


def request():
    with tracer.trace("http.server.request", resource="GET /item/{id}", span_type="web") as span:
        span.set_tag("span.kind", "server")
        span.set_tag("http.method", "GET")
        span.set_tag("http.route", "/item/{id}")
        span.set_tag("http.status_code", 200)
        span.set_tag("http.url", "http://shop/item/7")
        query = "SELECT price FROM items"
        with tracer.trace("postgresql.query", resource=query, span_type="sql") as below:
            below.set_tag("span.kind", "client")
            below.set_tag("db.system", "postgresql")
            below.set_tag("db.name", "shop")
            below.set_tag("server.address", "db.internal")
            below.set_tag("_dd.measured", 1)
        try:
            price()
        except NoPrice:
            pass


request()
tracer.shutdown()
