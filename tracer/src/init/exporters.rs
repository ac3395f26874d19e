//! The exporters that the environment asks for.

use tracer_core::Builder;

#[cfg(feature = "html")]
use crate::environment::Page;
use crate::environment::{DatadogSampler, Destinations};
#[cfg(any(feature = "live", feature = "otlp", feature = "datadog", feature = "file"))]
use crate::init::say;

/// Adds the exporters of the destinations, if there is any; one that cannot be is said and left out.
/// Returns the sampler that does as Datadog's agent asks, too, where there is such an exporter.
#[cfg_attr(
    not(any(
        feature = "tree",
        feature = "html",
        feature = "live",
        feature = "otlp",
        feature = "datadog",
        feature = "file"
    )),
    expect(unused_mut, unused_variables, reason = "there are no exporters")
)]
pub(super) fn add(
    mut builder: Builder,
    to: &Destinations,
) -> Option<(Builder, Option<DatadogSampler>)> {
    let (mut any, mut agent) = (false, None);
    #[cfg(feature = "tree")]
    if to.tree {
        any = true;
        builder = builder.exporter(tracer_view::Tree::stderr());
    }
    #[cfg(feature = "html")]
    if let Some(page) = &to.html {
        any = true;
        builder = builder.exporter(match page {
            Page::Usual => tracer_view::Html::default(),
            Page::At(path) => tracer_view::Html::to(path),
        });
    }
    #[cfg(feature = "live")]
    if let Some(port) = to.live {
        match tracer_view::Live::on(port) {
            Ok(live) => {
                any = true;
                builder = builder.exporter(live);
            }
            Err(error) => say(&format!(
                "tracer: TRACER: cannot serve traces on port {port} of 127.0.0.1: {error}\n"
            )),
        }
    }
    #[cfg(feature = "otlp")]
    if to.otlp {
        match tracer_otlp::Otlp::from_env() {
            Ok(otlp) => {
                any = true;
                builder = builder.exporter(otlp);
            }
            Err(error) => say(&format!("tracer: {}; sending nothing\n", told(&error))),
        }
    }
    #[cfg(feature = "datadog")]
    if to.datadog {
        match tracer_datadog::Datadog::from_env() {
            Ok(datadog) => {
                any = true;
                agent = Some(datadog.sampler());
                builder = builder.exporter(datadog);
            }
            Err(error) => say(&format!("tracer: {}; sending nothing\n", told(&error))),
        }
    }
    #[cfg(feature = "file")]
    if let Some(path) = &to.file {
        match tracer_otlp::File::open(path) {
            Ok(file) => {
                any = true;
                builder = builder.exporter(file);
            }
            Err(error) => say(&format!("tracer: TRACER: {}\n", told(&error))),
        }
    }
    any.then_some((builder, agent))
}

/// An error and its source in one line.
#[cfg(any(feature = "otlp", feature = "datadog", feature = "file"))]
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
