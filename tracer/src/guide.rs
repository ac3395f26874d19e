//! Pages to read, with programs that run.
//!
//! [Whose span is it?](whose_span) Which span is the parent, for every way to run something; what is
//! not carried, and what to write then.
//!
//! [Servers and clients](servers_and_clients): axum, hyper, tonic and reqwest in one trace, a few lines for
//! each.
//!
//! [Other instrumentation](other_tracing): what `tracing`, `log` and the API of OpenTelemetry tell, in the
//! same tree; ids in log lines.
//!
//! [Datadog](datadog): what its agent gets, the variables, sampling, and what differs from its tracers.

#[cfg_attr(
    all(
        feature = "macros",
        feature = "tokio",
        feature = "async-std",
        feature = "smol",
        feature = "rayon"
    ),
    doc = include_str!("guide/whose_span.md")
)]
#[cfg_attr(
    not(all(
        feature = "macros",
        feature = "tokio",
        feature = "async-std",
        feature = "smol",
        feature = "rayon"
    )),
    doc = "Whose span is it? Built with the features of all runtimes, the page is here."
)]
pub mod whose_span {}

// Its programs are run where the libraries are that they use: in the tests of services.
#[cfg_attr(all(feature = "http", not(doctest)), doc = include_str!("guide/servers_and_clients.md"))]
#[cfg_attr(
    not(feature = "http"),
    doc = "Servers and clients. Built with the feature `http`, the page is here."
)]
pub mod servers_and_clients {}

#[cfg_attr(
    all(feature = "macros", feature = "tracing", feature = "log", feature = "opentelemetry-api"),
    doc = include_str!("guide/other_tracing.md")
)]
#[cfg_attr(
    not(all(
        feature = "macros",
        feature = "tracing",
        feature = "log",
        feature = "opentelemetry-api"
    )),
    doc = "Other instrumentation. Built with the features `tracing`, `log` and `opentelemetry-api`, the page is here."
)]
pub mod other_tracing {}

#[cfg_attr(feature = "datadog", doc = include_str!("guide/datadog.md"))]
#[cfg_attr(
    not(feature = "datadog"),
    doc = "Datadog. Built with the feature `datadog`, the page is here."
)]
pub mod datadog {}
