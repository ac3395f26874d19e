//! The trace that ddtrace makes, too: `peer_small.py`.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use tracer::export::{Datadog, SpanKind};
use tracer::{Span, Tracer};

pub(crate) fn send(url: &str) -> Result<(), Box<dyn Error>> {
    let datadog = Datadog::builder().agent_url(url).build()?;
    let builder = Tracer::builder().service_name("shop").resource("service.version", "1.2");
    let tracer =
        builder.resource("deployment.environment.name", "prod").exporter(datadog).install()?;
    request();
    tracer.shutdown(Duration::from_secs(10))?;
    Ok(())
}

fn request() {
    let server = Span::builder("GET /item/{id}").kind(SpanKind::Server).root().open();
    server.set_attribute("http.request.method", "GET");
    server.set_attribute("http.route", "/item/{id}");
    server.set_attribute("http.response.status_code", 200);
    server.set_attribute("url.full", "http://shop/item/7");
    let _entered = server.enter();
    let query = Span::builder("SELECT items").kind(SpanKind::Client).open();
    query.set_attribute("db.system.name", "postgresql");
    query.set_attribute("db.query.text", "SELECT price FROM items");
    query.set_attribute("db.namespace", "shop");
    query.set_attribute("server.address", "db.internal");
    drop(query);
    let price = Span::new("price");
    price.set_attribute("item", 7);
    price.set_attribute("is_new", true);
    price.record_error(&NoPrice);
}

#[derive(Debug)]
struct NoPrice;

impl fmt::Display for NoPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no price")
    }
}

impl Error for NoPrice {}
