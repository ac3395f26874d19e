//! What a tracer is built from.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::callsite;
use crate::collector::error::InstallError;
use crate::collector::in_flight::OpenSpans;
use crate::collector::outlet::Outlet;
use crate::collector::route::Route;
use crate::collector::slow::SlowPolls;
use crate::collector::tail::{Tail, TailRule};
use crate::collector::worker::{Command, worker};
use crate::collector::{LAST_FLUSH, Tracer};
use crate::context;
use crate::destination::{self, Service, Settings};
use crate::export::{Exporter, Resource};
use crate::filter::Filter;
use crate::log;
use crate::propagator::Propagators;
use crate::record;
use crate::root;
use crate::sample::{ParentBased, Ratio, Sampler};

/// Describes a tracer before it runs.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use tracer_core::{Memory, ParentBased, Ratio, Tracer};
///
/// let tracer = Tracer::builder()
///     .service_name("shop")
///     .resource("deployment.environment.name", "test")
///     .exporter(Memory::default())
///     .sampler(ParentBased::new(Ratio::new(0.5)))
///     .log_limit(16 << 20)
///     .install()?;
/// tracer.shutdown(Duration::from_secs(5))?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
#[must_use = "a builder does nothing until `install` or `build`"]
pub struct Builder {
    resource: Resource,
    exporters: Vec<Box<dyn Exporter>>,
    sampler: Option<Box<dyn Sampler>>,
    propagators: Propagators,
    log_limit: Option<u64>,
    grace: Option<Duration>,
    filter: Option<Filter>,
    text_limit: Option<usize>,
    slow_poll: Option<Duration>,
    tail_rule: Option<TailRule>,
    long_running: Option<Duration>,
    partial_flush: Option<usize>,
    in_flight: bool,
    wakes: bool,
}

impl Builder {
    /// Names the service: the resource attribute `service.name`.
    pub fn service_name(self, name: &str) -> Self {
        self.resource("service.name", name)
    }

    /// Sets an attribute of the process; the last value of a key counts.
    pub fn resource(mut self, key: &str, value: &str) -> Self {
        self.resource.set(key, value);
        self
    }

    /// Adds an exporter; each gets all spans.
    pub fn exporter(mut self, exporter: impl Exporter + 'static) -> Self {
        self.exporters.push(Box::new(exporter));
        self
    }

    /// Decides which traces are recorded; all that begin here and those that their callers record,
    /// unless this is called.
    ///
    /// One that is not [`ParentBased`] decides about traces of callers for itself.
    pub fn sampler(mut self, sampler: impl Sampler + 'static) -> Self {
        self.sampler = Some(Box::new(sampler));
        self
    }

    /// Records also what the sampler leaves out, and exports of it what `rule` keeps.
    ///
    /// Spans of all traces cost their threads what recorded ones cost, then.
    pub fn tail_rule(mut self, rule: TailRule) -> Self {
        self.tail_rule = Some(rule);
        self
    }

    /// Says how contexts are written in headers.
    ///
    /// As W3C trace context and baggage unless this is called; see
    /// [`propagate`](crate::propagate). `tracer::init` takes it from the environment.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Tracer;
    /// use tracer_core::propagate::{Propagators, Style};
    ///
    /// let styles = Propagators::default().with(Style::Datadog);
    /// let tracer = Tracer::builder().propagators(styles).build()?;
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn propagators(mut self, propagators: Propagators) -> Self {
        self.propagators = propagators;
        self
    }

    /// Bounds the bytes that the logs of the whole process take.
    ///
    /// 128 MiB unless this is called. The last tracer to be built decides.
    pub fn log_limit(mut self, bytes: u64) -> Self {
        self.log_limit = Some(bytes);
        self
    }

    /// Sets for how long an inherited context outlives its local root.
    ///
    /// Ten seconds unless this is called. A task that has a context only because it was spawned
    /// there, and opens a span later than this, begins a trace of its own, linked to the old one.
    /// The last tracer to be built decides, for the whole process.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::{Memory, Span, Tracer, in_current, testing};
    ///
    /// let memory = Memory::default();
    /// let builder = Tracer::builder().exporter(memory.clone());
    /// let tracer = builder.inherited_for(Duration::ZERO).build()?;
    /// tracer.in_scope(|| {
    ///     let request = Span::new("request");
    ///     let refresh = request.in_scope(|| in_current(|| drop(Span::new("refresh"))));
    ///     drop(request);
    ///     refresh();
    /// });
    /// tracer.flush(Duration::from_secs(5))?;
    /// assert_eq!(testing::render(&memory.take()), "refresh linked\nrequest\n");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn inherited_for(mut self, grace: Duration) -> Self {
        self.grace = Some(grace);
        self
    }

    /// Says which functions are traced; all unless this is called.
    ///
    /// The last tracer to be built decides, for the whole process; [`Tracer::set_filter`] changes it
    /// while the program runs. `tracer::init` takes it from `TRACER_FILTER`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Tracer;
    ///
    /// let tracer = Tracer::builder().filter("shop=debug,hyper=off".parse()?).install()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Cuts texts that are longer than `bytes`: values of attributes, messages of errors.
    ///
    /// 8 KiB unless this is called; less than 256 bytes and more than 16 KiB count as these. A text
    /// that was cut ends in `…`. The last tracer to be built decides, for the whole process.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Memory, Span, Tracer};
    ///
    /// let memory = Memory::default();
    /// let tracer = Tracer::builder().exporter(memory.clone()).text_limit(1_000).build()?;
    /// tracer.in_scope(|| Span::new("call").set_attribute("body", "x".repeat(5_000).as_str()));
    /// tracer.flush(std::time::Duration::from_secs(5))?;
    /// let body = memory.take()[0].attribute("body").unwrap().to_string();
    /// assert_eq!(body, "x".repeat(1_000) + "…");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn text_limit(mut self, bytes: usize) -> Self {
        self.text_limit = Some(bytes);
        self
    }

    /// Reports futures that block their executor: whose task is polled for so long at once.
    ///
    /// Of each function the first such poll is named on stderr, with its place and duration;
    /// [`Stats::slow_polls`](crate::Stats::slow_polls) counts all. It looks at the outermost span of
    /// each task, and at functions with `#[traced(poll)]`. It costs traced code nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::Tracer;
    ///
    /// let tracer = Tracer::builder().slow_poll_threshold(Duration::from_millis(50)).build()?;
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn slow_poll_threshold(mut self, threshold: Duration) -> Self {
        self.slow_poll = Some(threshold);
        self
    }

    /// Follows which spans are open, so that [`Tracer::in_flight`] can tell; off unless this is called.
    ///
    /// Each span of this tracer leaves a second record, at its beginning, which takes its thread some
    /// nanoseconds; those of other tracers cost what they cost.
    pub fn in_flight(mut self, followed: bool) -> Self {
        self.in_flight = followed;
        self
    }

    /// Sends spans, too, that have been open for so long: a request that hangs is seen while it hangs.
    ///
    /// Such a span comes as it is then, with `tracer.outcome` `open` in OTLP, again whenever it has
    /// been open for twice as long, and once more when it has ended: a backend that keeps all spans of
    /// one id shows each. Exporters that do not ask for them get none; see
    /// [`Exporter::takes_open`]. It costs what [`in_flight`](Self::in_flight) costs, which it turns on.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tracer_core::Tracer;
    ///
    /// let tracer = Tracer::builder().long_running(Duration::from_secs(10)).build()?;
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn long_running(mut self, threshold: Duration) -> Self {
        self.long_running = Some(threshold);
        self
    }

    /// Hands a trace on in parts: whenever so many of its spans have ended while its root is open.
    ///
    /// Off unless this is called: exporters that want whole traces get one when its root has ended,
    /// after a minute, or at 100,000 spans. It is for backends that put traces together themselves;
    /// trees come in parts, too. 0 counts as 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::Tracer;
    ///
    /// let tracer = Tracer::builder().partial_flush(300).build()?;
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub fn partial_flush(mut self, spans: usize) -> Self {
        self.partial_flush = Some(spans);
        self
    }

    /// Records which span's poll woke which task; off unless this is called.
    ///
    /// [`SpanRecord::wakes`](crate::SpanRecord::wakes) of a task's outermost span has them, and the
    /// critical path of the tree follows them. Each such task is polled with a waker of its own, which
    /// costs it one lookup a poll and one record a wake; spans inside of it cost what they cost.
    pub fn wakes(mut self, recorded: bool) -> Self {
        self.wakes = recorded;
        self
    }

    /// Starts the tracer and makes it the one that roots belong to.
    ///
    /// A forked child has neither the tracers nor the threads of its parent. It installs its own, in
    /// the thread that forked and before it starts others; spans that were opened before, here or in
    /// the parent, are the parent's, who delivers them if they end there.
    ///
    /// # Errors
    ///
    /// Another tracer is installed, a thread could not be started, or the collector is gone.
    pub fn install(self) -> Result<Tracer, InstallError> {
        let tracer = self.build()?;
        if destination::install(tracer.number) {
            Ok(tracer)
        } else {
            Err(InstallError::AlreadyInstalled)
        }
    }

    /// Starts the tracer without installing it: only roots in its scope are its own.
    ///
    /// See [`Tracer::in_scope`] and [`Tracer::scope`].
    ///
    /// # Errors
    ///
    /// A thread could not be started, or the collector is gone.
    pub fn build(self) -> Result<Tracer, InstallError> {
        let worker = worker().map_err(InstallError::Thread)?;
        if let Some(bytes) = self.log_limit {
            log::set_limit(bytes);
        }
        if let Some(grace) = self.grace {
            root::set_grace(grace);
        }
        if let Some(bytes) = self.text_limit {
            record::set_text_limit(bytes);
        }
        if let Some(filter) = self.filter {
            callsite::set_filter(filter);
        }
        let started: io::Result<Vec<_>> = self.exporters.into_iter().map(Outlet::start).collect();
        let outlets = started.map_err(InstallError::Thread)?;
        let in_flight = self.in_flight || self.long_running.is_some();
        let marks = if in_flight { context::FOLLOWED } else { 0 }
            | if self.wakes { context::WOKEN } else { 0 };
        let recorded = context::RECORDED | marks;
        let settings = Settings {
            sampler: self.sampler.unwrap_or_else(|| Box::new(ParentBased::new(Ratio::new(1.0)))),
            sampled: recorded,
            unsampled: self.tail_rule.as_ref().map_or(0, |_| recorded | context::PROVISIONAL),
            service: Service {
                name: self.resource.service_name().to_owned(),
                environment: said(&self.resource, "deployment.environment.name"),
                version: said(&self.resource, "service.version"),
            },
            propagators: self.propagators,
        };
        let (number, destination) = destination::open(settings).ok_or(InstallError::TooMany)?;
        let slow_polls = self.slow_poll.map(SlowPolls::new);
        let open = in_flight.then(OpenSpans::default);
        let mut route = Box::new(Route::new(
            self.resource,
            outlets.clone(),
            slow_polls,
            open,
            Tail::new(self.tail_rule),
        ));
        route.long_running = self.long_running;
        if let Some(spans) = self.partial_flush {
            route.flush_parts_of(spans);
        }
        let (done, opened) = channel();
        let told = worker.send(Command::Open { tracer: number, route, done });
        // Waits, else a pass under way would meet spans of a tracer that it does not know.
        told.ok()
            .and_then(|()| opened.recv_timeout(LAST_FLUSH).ok())
            .ok_or(InstallError::CollectorGone)?;
        Ok(Tracer {
            number,
            process: std::process::id(),
            destination,
            outlets,
            closed: AtomicBool::new(false),
            lost: AtomicU64::new(0),
        })
    }
}

fn said(resource: &Resource, key: &str) -> String {
    resource.get(key).unwrap_or_default().to_owned()
}
