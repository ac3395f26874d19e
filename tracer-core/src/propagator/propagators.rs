//! Which styles are in use: several of them become one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::propagator::{
    Extractor, Injector, Parts, Propagator, Style, datadog, datadog_state, trace_context,
};
use crate::refused::{Refusal, Refused};

/// Which styles are read and written, in order: W3C trace context and baggage unless told otherwise.
///
/// When headers are read, the first style that finds a trace counts. If others find another trace,
/// the local root is linked to it. If they find the same, each adds what the ones before did not
/// say; and the span that `traceparent` names is the parent, because others hand on what is known
/// to them alone.
///
/// # Examples
///
/// ```
/// use tracer_core::Tracer;
/// use tracer_core::propagate::{Propagators, Style};
///
/// let styles = Propagators::none().with(Style::Datadog).with(Style::TraceContext);
/// assert_eq!(styles.extracted().next(), Some("x-datadog-trace-id"));
///
/// // Old callers may send B3, which nobody is sent.
/// let styles = Propagators::default().extracting(Style::B3);
/// assert!(styles.extracted().any(|header| header == "b3"));
/// assert!(styles.injected().eq(["traceparent", "tracestate", "baggage"]));
/// let tracer = Tracer::builder().propagators(styles).build()?;
/// # Ok::<_, tracer_core::InstallError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "styles do nothing until a builder has them"]
pub struct Propagators {
    extract: Vec<Arc<dyn Propagator>>,
    inject: Vec<Arc<dyn Propagator>>,
    /// Whether Datadog's member of `tracestate` is read and written.
    reads_state: bool,
    writes_state: bool,
    behavior: ExtractBehavior,
}

/// What becomes of a trace that came with a request.
///
/// As Datadog's variable `DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT` has it.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::{self, ExtractBehavior, Propagators};
/// use tracer_core::{Memory, Span, Tracer};
///
/// let memory = Memory::default();
/// let styles = Propagators::default().extract_behavior(ExtractBehavior::Restart);
/// let tracer = Tracer::builder().exporter(memory.clone()).propagators(styles).build()?;
/// tracer.in_scope(|| {
///     let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
///     let remote = propagate::extract(&[("traceparent", parent)]);
///     drop(Span::below("serve", &remote.context()));
/// });
/// tracer.flush(std::time::Duration::from_secs(5))?;
/// let serve = &memory.take()[0];
/// assert!(serve.parent_id().is_none());
/// let link = serve.links().next().unwrap();
/// assert_eq!(link.trace.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExtractBehavior {
    /// It goes on here.
    #[default]
    Continue,
    /// Another begins here, and its first span is linked to the caller's; baggage is taken over.
    Restart,
    /// Another begins here, and nothing is taken over: no header is read.
    Ignore,
}

impl Default for Propagators {
    fn default() -> Self {
        Self::none().with(Style::TraceContext).with(Style::Baggage)
    }
}

impl Propagators {
    /// Reads and writes nothing.
    pub const fn none() -> Self {
        Self {
            extract: Vec::new(),
            inject: Vec::new(),
            reads_state: false,
            writes_state: false,
            behavior: ExtractBehavior::Continue,
        }
    }

    /// Adds a style that is read and written.
    pub fn with(mut self, propagator: impl Propagator + 'static) -> Self {
        let propagator: Arc<dyn Propagator> = Arc::new(propagator);
        self.reads_state |= is_datadog(&*propagator);
        self.writes_state |= is_datadog(&*propagator);
        self.extract.push(Arc::clone(&propagator));
        self.inject.push(propagator);
        self
    }

    /// Adds a style that is read only.
    pub fn extracting(mut self, propagator: impl Propagator + 'static) -> Self {
        self.reads_state |= is_datadog(&propagator);
        self.extract.push(Arc::new(propagator));
        self
    }

    /// Adds a style that is written only.
    pub fn injecting(mut self, propagator: impl Propagator + 'static) -> Self {
        self.writes_state |= is_datadog(&propagator);
        self.inject.push(Arc::new(propagator));
        self
    }

    /// Reads and writes Datadog's member of `tracestate`, as is done anyway where its headers are.
    ///
    /// It says with which priority the trace is sampled, where the trace comes from, which span of
    /// Datadog's was the last one, and has the tags that are handed on.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::propagate::{self, Propagators};
    /// use tracer_core::{Span, Tracer};
    ///
    /// let tracer = Tracer::builder().propagators(Propagators::default().with_datadog_state());
    /// tracer.build()?.in_scope(|| {
    ///     let span = Span::new("call");
    ///     let mut headers = Vec::<(String, String)>::new();
    ///     propagate::inject(&span.context(), &mut headers);
    ///     assert_eq!(headers[1].1, format!("dd=s:1;p:{};t.dm:-0", span.context().span_id()));
    /// });
    /// # Ok::<_, tracer_core::InstallError>(())
    /// ```
    pub const fn with_datadog_state(mut self) -> Self {
        (self.reads_state, self.writes_state) = (true, true);
        self
    }

    /// Says what becomes of a trace that came with a request: it goes on, unless this is called.
    pub const fn extract_behavior(mut self, behavior: ExtractBehavior) -> Self {
        self.behavior = behavior;
        self
    }

    /// Returns the names of the headers that are read, in order.
    pub fn extracted(&self) -> impl Iterator<Item = &str> {
        self.extract.iter().flat_map(|propagator| propagator.headers()).copied()
    }

    /// Returns the names of the headers that are written, in order.
    ///
    /// What a server allows browsers to send, for example.
    pub fn injected(&self) -> impl Iterator<Item = &str> {
        self.inject.iter().flat_map(|propagator| propagator.headers()).copied()
    }

    pub(crate) fn extract(&self, headers: &dyn Extractor) -> Parts {
        let mut parts = Parts::default();
        if self.behavior == ExtractBehavior::Ignore {
            return parts;
        }
        for propagator in &self.extract {
            // Foreign code, and the headers are; tracing does not fail the traced program.
            let found = catch_unwind(AssertUnwindSafe(|| propagator.extract(headers)));
            match found {
                Ok(mut found) => {
                    let is_w3c = propagator.headers().first() == trace_context::HEADERS.first();
                    if is_w3c && self.reads_state {
                        datadog_state::read(&mut found);
                    }
                    parts.add(found, is_w3c);
                }
                Err(_) => parts.refuse(Refusal::Malformed),
            }
        }
        if self.behavior == ExtractBehavior::Restart { parts.restarted() } else { parts }
    }

    /// Writes a context; what there is no room for is returned.
    pub(crate) fn inject(&self, parts: &Parts, headers: &mut dyn Injector) -> Refused {
        let mut refused = Refused::default();
        let with_state;
        let parts = if self.writes_state {
            with_state = datadog_state::written(parts, &mut refused);
            &with_state
        } else {
            parts
        };
        for propagator in &self.inject {
            // As above. What has been written by then is of whole headers.
            let _written = catch_unwind(AssertUnwindSafe(|| propagator.inject(parts, headers)));
        }
        refused
    }
}

fn is_datadog(propagator: &dyn Propagator) -> bool {
    propagator.headers().first() == datadog::HEADERS.first()
}

#[cfg(test)]
mod tests;
