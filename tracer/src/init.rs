//! The tracer that the environment asks for, and its end with the program.

mod exporters;

use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use tracer_core::{Builder, InstallError, Tracer};

use crate::environment::{Compiled, DatadogSampler, Environment, install_sampler, lines};
use crate::providers;

/// How long the last flush may take.
const LAST_FLUSH: Duration = Duration::from_secs(5);

/// Keeps the tracer that [`init`] installed; dropping it flushes, also while unwinding.
///
/// The flush takes at most five seconds, and the tracer ends with it. What was not delivered is said
/// in one line on stderr.
///
/// # Examples
///
/// ```
/// fn main() -> Result<(), tracer::InstallError> {
///     let guard = tracer::init()?; // first, so that it is dropped last
///     if let Some(tracer) = guard.tracer() {
///         println!("{}", tracer.stats());
///     }
///     Ok(())
/// }
/// ```
#[derive(Debug)]
#[must_use = "dropping the guard ends the tracer; keep it until the end of `main`"]
pub struct Guard {
    pub(crate) tracer: Option<Arc<Tracer>>,
}

impl Guard {
    /// Returns the tracer; none where the environment asks for none.
    pub fn tracer(&self) -> Option<&Tracer> {
        self.tracer.as_deref()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(tracer) = &self.tracer {
            end(tracer);
        }
    }
}

/// Installs the tracer that the environment asks for.
///
/// | variable | values |
/// |---|---|
/// | `TRACER` | `off`, or a list of `tree` (trees on stderr), `html` or `html:PATH` (a page, written at the end), `live` or `live:PORT` (a page on 127.0.0.1 while the program runs), `otlp`, `datadog` (its agent) and `file:PATH`; unset: what `DD_*` and `OTEL_*` ask for, else `tree` where stderr is a terminal |
/// | `TRACER_FILTER` | which functions are traced: `target=level,…,level`; see [`Filter`](crate::Filter) |
/// | `OTEL_SERVICE_NAME` | the name of the service |
/// | `OTEL_RESOURCE_ATTRIBUTES` | `key=value,…`, percent-encoded |
/// | `OTEL_TRACES_SAMPLER` | `always_on`, `always_off` or `traceidratio`; with `parentbased_` before it, callers decide about theirs; unset: `parentbased_always_on` |
/// | `OTEL_TRACES_SAMPLER_ARG` | the share of `traceidratio`, from 0 to 1 |
/// | `OTEL_EXPORTER_OTLP_*`, also `…_TRACES_*` | `ENDPOINT`, `HEADERS`, `TIMEOUT`, `COMPRESSION`, `PROTOCOL`, `CERTIFICATE` of OTLP; an endpoint asks for it |
/// | `OTEL_TRACES_EXPORTER` | a list of `otlp` and `console`, or `none` |
/// | `OTEL_SDK_DISABLED` | `true` does nothing, whatever `TRACER` says |
/// | `OTEL_PROPAGATORS` | comma list of `tracecontext`, `baggage`, `datadog`, `b3` and `b3multi`, or `none`; either `b3` reads both, and writes its own; see [`propagate`](crate::propagate) |
/// | `DD_TRACE_PROPAGATION_STYLE` | the same, each as named, and wins; with `_EXTRACT` or `_INJECT` for one way; unset, with an agent: `datadog,tracecontext,baggage` |
/// | `DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT` | what becomes of a trace that comes in headers: `continue`, `restart` (a new one, linked to it), `ignore` |
/// | `DD_TRACE_AGENT_URL`, `DD_AGENT_HOST` | where Datadog's agent is, which asks for it unless `OTEL_TRACES_EXPORTER` names another; with `DD_TRACE_AGENT_PORT` and `DD_TRACE_AGENT_TIMEOUT_SECONDS` |
/// | `DD_SERVICE`, `DD_ENV`, `DD_VERSION` | `service.name`, `deployment.environment.name` and `service.version` |
/// | `DD_TAGS` | `key:value,…`, or with spaces between; `service` counts after `OTEL_SERVICE_NAME` |
/// | `DD_TRACE_ENABLED` | `false` does nothing, whatever `TRACER` says; `true` wins over `OTEL_SDK_DISABLED` and over `none` in `OTEL_TRACES_EXPORTER` |
/// | `DD_TRACE_SAMPLING_RULES` | a list in JSON: `[{"service": "shop", "name": "*health*", "resource": "GET /*", "tags": {"tier": "1"}, "sample_rate": 0.5}]`, all but `sample_rate` as needed |
/// | `DD_TRACE_SAMPLE_RATE` | the share of traces that no rule fits, from 0 to 1 |
/// | `DD_TRACE_RATE_LIMIT` | how many traces a second are kept by rules and that share; unset: 100 |
/// | `DD_TRACE_HEADER_TAGS` | headers that servers and clients record: `header:attribute,header`; the usual attribute is `http.request.headers.<header>`, of answers `http.response.headers.<header>` |
/// | `DD_LOGS_INJECTION` | `true` names ids in log lines as Datadog does, unless the program says whose names |
/// | `DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED` | `false`: of a trace id of 128 bits `dd.trace_id` is the lower half, decimal; unset: all of it, hexadecimal |
/// | `DD_TRACE_PARTIAL_FLUSH_ENABLED` | whether traces go to the agent in parts while their roots are open, at `DD_TRACE_PARTIAL_FLUSH_MIN_SPANS` ended spans; unset: `true` and 300, but `false` where trees are drawn of them, too |
///
/// Where variables of OpenTelemetry and of Datadog say the same thing, Datadog's count, whatever the
/// destination is. Its rules leave it to callers to decide about theirs; without rules and without
/// `OTEL_TRACES_SAMPLER` its agent says how many traces it wants, where they go to it.
///
/// A value that makes no sense is named in one line on stderr, and the default stands; so is the way
/// to traces where they would go nowhere. `main` of `tracer::tokio` and its siblings calls
/// this.
///
/// # Examples
///
/// ```
/// let _tracer = tracer::init()?;
/// # Ok::<_, tracer::InstallError>(())
/// ```
///
/// # Errors
///
/// A tracer is installed already, or a thread could not be started.
pub fn init() -> Result<Guard, InstallError> {
    install(false)
}

fn install(in_flight: bool) -> Result<Guard, InstallError> {
    providers::register();
    let get = |name: &str| std::env::var(name).ok();
    let mut environment = Environment::read(get, std::io::stderr().is_terminal(), Compiled::HERE);
    say(&lines(&environment.complaints));
    let Some((builder, agent)) = exporters::add(Tracer::builder(), &environment.destinations)
    else {
        return Ok(Guard { tracer: None });
    };
    record_headers(&environment.headers);
    name_ids(environment.ids_of_datadog);
    let mut builder = builder.in_flight(in_flight);
    builder = sampler(builder, &mut environment, agent);
    if let Some(filter) = environment.filter {
        builder = builder.filter(filter);
    }
    if let Some(propagators) = environment.styles.propagators() {
        builder = builder.propagators(propagators);
    }
    if let Some(spans) = environment.parts {
        builder = builder.partial_flush(spans);
    }
    for (key, value) in &environment.resource {
        builder = builder.resource(key, value);
    }
    Ok(Guard { tracer: Some(Arc::new(builder.install()?)) })
}

/// Who decides which traces are recorded: Datadog's rules, else OpenTelemetry's sampler, else, where
/// it gets them, Datadog's agent.
fn sampler(
    builder: Builder,
    environment: &mut Environment,
    agent: Option<DatadogSampler>,
) -> Builder {
    let resource = &environment.resource;
    match (environment.rules.take(), environment.sampling, agent) {
        #[cfg(feature = "datadog")]
        (Some(rules), _, Some(agent)) => {
            install_sampler(rules.with_rates_of(&agent), resource, builder)
        }
        (Some(rules), _, _) => install_sampler(rules, resource, builder),
        (None, Some(sampling), _) => sampling.of(builder),
        (None, None, Some(agent)) => install_sampler(agent, resource, builder),
        (None, None, None) => builder,
    }
}

/// Has these headers recorded in the whole process, whichever tracer it is.
#[cfg_attr(not(feature = "http"), expect(unused_variables, reason = "nobody records them"))]
fn record_headers(headers: &[(String, String)]) {
    #[cfg(feature = "http")]
    tracer_http::__private::record_headers(headers);
}

/// Has ids of log lines named so in the whole process.
#[cfg_attr(
    not(any(feature = "tracing", feature = "log", feature = "opentelemetry-api")),
    expect(unused_variables, reason = "nobody writes them")
)]
fn name_ids(as_datadog: bool) {
    #[cfg(any(feature = "tracing", feature = "log", feature = "opentelemetry-api"))]
    tracer_bridge::__private::name_ids_as_datadog(as_datadog);
}

/// For `main`: tracing never fails the traced program, so what went wrong is said.
pub fn init_or_say() -> Guard {
    install_or_say(false)
}

/// As [`init_or_say`], and it may follow what is in flight.
pub(crate) fn install_or_say(in_flight: bool) -> Guard {
    install(in_flight).unwrap_or_else(|error| {
        say(&format!("tracer: {error}\n"));
        Guard { tracer: None }
    })
}

fn end(tracer: &Tracer) {
    if let Err(error) = tracer.shutdown(LAST_FLUSH) {
        say(&format!("tracer: {error}\n"));
    }
}

/// A closed stderr is no reason to fail.
pub(crate) fn say(text: &str) {
    let _told = std::io::stderr().write_all(text.as_bytes());
}

/// Flushes on SIGTERM and SIGINT, and then dies by that signal.
#[cfg(all(unix, any(feature = "tokio", feature = "async-std", feature = "smol")))]
pub fn flush_on_signal(guard: &Guard) {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    let Some(tracer) = guard.tracer.clone() else { return };
    let wait = Signals::new([SIGTERM, SIGINT]).and_then(|mut signals| {
        std::thread::Builder::new().name("tracer-signals".to_owned()).spawn(move || {
            if let Some(signal) = signals.forever().next() {
                end(&tracer);
                // Returns only if the signal could not be raised again: exit as a shell would say it.
                let _raised = signal_hook::low_level::emulate_default_handler(signal);
                std::process::exit(128 + signal);
            }
        })
    });
    if let Err(error) = wait {
        say(&format!("tracer: cannot flush on signals: {error}\n"));
    }
}

/// There are no such signals here.
#[cfg(not(all(unix, any(feature = "tokio", feature = "async-std", feature = "smol"))))]
pub fn flush_on_signal(_: &Guard) {}
