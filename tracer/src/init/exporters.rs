//! The exporters that the environment asks for.

use tracer_core::Builder;

#[cfg(feature = "html")]
use crate::environment::Page;
#[cfg(feature = "datadog")]
use crate::environment::lines;
use crate::environment::{DatadogSampler, Destinations};
#[cfg(any(feature = "live", feature = "otlp", feature = "datadog", feature = "file"))]
use crate::init::say;

/// Adds the exporters of the destinations, if there is any; one that cannot be is said and left out.
///
/// Returns the sampler that does as Datadog's agent asks, too, where there is such an exporter.
pub(super) fn add(
    builder: Builder,
    to: &Destinations,
) -> Option<(Builder, Option<DatadogSampler>)> {
    let (builder, agent) = datadog(builder, to);
    let (builder, any) = others(builder, to);
    (any || agent.is_some()).then_some((builder, agent))
}

#[cfg(feature = "datadog")]
fn datadog(builder: Builder, to: &Destinations) -> (Builder, Option<DatadogSampler>) {
    if !to.datadog {
        return (builder, None);
    }
    let get = |name: &str| std::env::var(name).ok();
    let (described, complaints) = tracer_datadog::DatadogBuilder::of_variables(&get);
    say(&lines(&complaints));
    match described.build() {
        Ok(datadog) => {
            let sampler = datadog.sampler();
            (builder.exporter(datadog), Some(sampler))
        }
        Err(error) => {
            say(&format!("tracer: {}; sending nothing\n", told(&error)));
            (builder, None)
        }
    }
}

#[cfg(not(feature = "datadog"))]
const fn datadog(builder: Builder, _: &Destinations) -> (Builder, Option<DatadogSampler>) {
    (builder, None)
}

#[cfg_attr(
    not(any(
        feature = "tree",
        feature = "html",
        feature = "live",
        feature = "otlp",
        feature = "file"
    )),
    expect(unused_mut, unused_variables, reason = "there are no others")
)]
fn others(mut builder: Builder, to: &Destinations) -> (Builder, bool) {
    let mut any = false;
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
    (builder, any)
}

/// An error and its source in one line.
#[cfg(any(feature = "otlp", feature = "datadog", feature = "file"))]
fn told(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    }
}
