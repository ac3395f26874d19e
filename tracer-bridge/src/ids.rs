//! Ids of a span, for log lines.

use std::fmt::{self, Display};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};

use tracer_core::__private::{Service, service_of, trace_flags};
use tracer_core::{SpanContext, current};

/// The ids of a span, to be written into a log line by any logger.
///
/// Its `Display` is `trace_id=… span_id=… trace_flags=…`, OpenTelemetry's names for logs that are text:
/// lower-case hexadecimal, the flags those of W3C. Where no span is current it is nothing at all.
///
/// Where the environment says `DD_LOGS_INJECTION=true`, which `tracer::init` reads, it is
/// [Datadog's names](Self::datadog) instead, unless [`opentelemetry`](Self::opentelemetry) is asked for.
///
/// # Examples
///
/// ```
/// use tracer_bridge::Ids;
/// use tracer_core::{Span, testing};
///
/// assert_eq!(Ids::current().to_string(), "");
///
/// testing::Scope::new().in_scope(|| {
///     let span = Span::new("request");
///     let (trace, id) = (span.context().trace_id(), span.context().span_id());
///     let line = span.in_scope(|| format!("ready {}", Ids::current()));
///     assert_eq!(line, format!("ready trace_id={trace} span_id={id} trace_flags=03"));
/// });
/// ```
///
/// In `env_logger`, and likewise in `fern` and whatever else formats lines itself:
///
/// ```text
/// builder.format(|line, record| writeln!(line, "{} {}", record.args(), Ids::current()))
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Ids {
    span: SpanContext,
    style: Style,
}

/// Whose names ids have.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Style {
    /// Nobody said so here: the environment does.
    Usual,
    OpenTelemetry,
    Datadog,
}

impl Style {
    fn is_datadog(self) -> bool {
        match self {
            // Relaxed: nothing else depends on it.
            Self::Usual => IS_DATADOG_USUAL.load(Ordering::Relaxed),
            Self::OpenTelemetry => false,
            Self::Datadog => true,
        }
    }
}

static IS_DATADOG_USUAL: AtomicBool = AtomicBool::new(false);

/// Says whether ids have Datadog's names where nobody says which.
pub fn name_ids_as_datadog(usually: bool) {
    // Relaxed: nothing else depends on it.
    IS_DATADOG_USUAL.store(usually, Ordering::Relaxed);
}

impl Ids {
    /// Returns those of the span that is current.
    pub fn current() -> Self {
        Self::of(&current())
    }

    /// Returns those of a span.
    pub const fn of(span: &SpanContext) -> Self {
        Self { span: *span, style: Style::Usual }
    }

    pub(crate) const fn styled(self, style: Style) -> Self {
        Self { style, ..self }
    }

    /// Takes OpenTelemetry's names, whatever the environment says.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_bridge::Ids;
    ///
    /// println!("ready {}", Ids::current().opentelemetry());
    /// ```
    #[must_use]
    pub const fn opentelemetry(self) -> Self {
        self.styled(Style::OpenTelemetry)
    }

    /// Takes the names that Datadog looks for: `dd.trace_id`, `dd.span_id`, and of the service.
    ///
    /// `dd.service`, `dd.env` and `dd.version` are the tracer's `service.name`,
    /// `deployment.environment.name` and `service.version`; what it does not have is left out. Ids are
    /// decimal, but for a trace id of 128 bits, as all are that begin here: that is 32 hexadecimal
    /// digits, as in Datadog's own libraries, or the decimal lower half where
    /// `DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED` is `false` or `0`.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_bridge::Ids;
    /// use tracer_core::{Span, Tracer};
    ///
    /// let tracer = Tracer::builder().resource("service.name", "shop").build()?;
    /// let span = tracer.in_scope(|| Span::new("request")).context();
    /// let (trace, id) = (span.trace_id(), span.span_id().to_u64());
    /// assert_eq!(
    ///     Ids::of(&span).datadog().to_string(),
    ///     format!("dd.service=shop dd.trace_id={trace} dd.span_id={id}"),
    /// );
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    #[must_use]
    pub const fn datadog(self) -> Self {
        self.styled(Style::Datadog)
    }

    /// Shows them one by one, for loggers of keys and values; none where no span is current.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_bridge::Ids;
    /// use tracer_core::{Span, testing};
    ///
    /// let mut keys = Vec::new();
    /// testing::Scope::new().in_scope(|| {
    ///     Span::new("request").in_scope(|| Ids::current().each(|key, _| keys.push(key)));
    /// });
    /// assert_eq!(keys, ["trace_id", "span_id", "trace_flags"]);
    /// ```
    pub fn each(&self, mut show: impl FnMut(&'static str, &dyn Display)) {
        let span = &self.span;
        if !span.is_valid() {
            return;
        }
        if !self.style.is_datadog() {
            show("trace_id", &span.trace_id());
            show("span_id", &span.span_id());
            show("trace_flags", &format_args!("{:02x}", trace_flags(span)));
            return;
        }
        let Service { name, environment, version } = service_of(span);
        for (key, value) in [("dd.service", name), ("dd.env", environment), ("dd.version", version)]
        {
            if !value.is_empty() {
                show(key, &value);
            }
        }
        let trace = span.trace_id().to_u128();
        if trace >> 64 != 0 && *IS_WIDE {
            show("dd.trace_id", &span.trace_id());
        } else {
            show("dd.trace_id", &(trace as u64));
        }
        show("dd.span_id", &span.span_id().to_u64());
    }
}

impl Display for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut result = Ok(());
        let mut separator = "";
        self.each(|key, value| {
            result = result.and_then(|()| write!(f, "{separator}{key}={value}"));
            separator = " ";
        });
        result
    }
}

/// Whether trace ids of 128 bits are written whole; read once.
static IS_WIDE: LazyLock<bool> = LazyLock::new(|| {
    let set = std::env::var("DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED").unwrap_or_default();
    !(set.eq_ignore_ascii_case("false") || set == "0")
});
