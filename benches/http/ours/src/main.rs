//! The server in the layer of this tracer, with an exporter that drops.

use std::time::Duration;

use tracer::Tracer;
use tracer::export::{Batch, ExportError, Exporter};
use tracer::http::ServerLayer;
use tracer::sample::Ratio;

http_shop::handlers!(#[tracer::traced]);

#[derive(Debug)]
struct Drop;

impl Exporter for Drop {
    fn name(&self) -> &'static str {
        "drop"
    }

    fn export(&mut self, _batch: &Batch) -> Result<(), ExportError> {
        Ok(())
    }
}

fn main() {
    let app = routes().layer(ServerLayer::new());
    let builder = Tracer::builder().exporter(Drop);
    let builder = match std::env::args().nth(1).as_deref() {
        None => builder,
        Some("unsampled") => builder.sampler(Ratio::new(0.0)),
        Some(_) => return http_shop::serve(app, || 0),
    };
    let tracer = builder.install().expect("it is the first");
    http_shop::serve(app, move || {
        tracer.flush(Duration::from_secs(30)).expect("an exporter that drops is never behind");
        let stats = tracer.stats();
        let of = &stats.exporters[0];
        assert_eq!((of.ended, of.dropped.total()), (of.acknowledged, 0), "{stats}");
        assert_eq!(stats.lost_details, 0, "{stats}");
        of.acknowledged
    });
}
