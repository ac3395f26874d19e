//! What a span says of other processes.

use crate::export::SpanRecord;
use crate::id::SpanId;
use crate::record::{Items, Kind, NO_PRIORITY};
use crate::value::Value;

/// What came with the request.
impl SpanRecord {
    /// Returns the W3C `tracestate` that came with the request; empty where none did.
    ///
    /// The local root has it, for all spans of its trace in this process.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, propagate, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let remote = propagate::extract(&[
    ///         ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
    ///         ("tracestate", "vendor=7"),
    ///     ]);
    ///     drop(Span::below("serve", &remote.context()));
    /// });
    /// assert_eq!(scope.spans()[0].trace_state(), "vendor=7");
    /// ```
    pub fn trace_state(&self) -> String {
        self.details(Kind::TraceState).trace_state()
    }

    /// Returns what Datadog's headers said of the trace, and who decided to keep it, if anybody did.
    ///
    /// The local root has what came or its sampler said, and a span in which somebody decided by hand
    /// has that.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| {
    ///     let refund = Span::new("refund");
    ///     refund.context().keep_trace();
    ///     drop(Span::new("health"));
    /// });
    /// let spans = scope.spans();
    /// let [health, refund] = &spans[..] else { panic!("two spans") };
    /// assert!(health.datadog().is_none());
    /// assert_eq!(refund.datadog().unwrap().priority(), Some(2));
    /// ```
    pub fn datadog(&self) -> Option<DatadogRecord<'_>> {
        self.details(Kind::Datadog).datadog()
    }
}

/// What Datadog's headers said of a trace, and who decided to keep it.
///
/// # Examples
///
/// ```
/// use tracer_core::propagate::{Propagators, Style};
/// use tracer_core::{Memory, Span, Tracer, propagate};
///
/// let memory = Memory::default();
/// let styles = Propagators::default().with(Style::Datadog);
/// let tracer = Tracer::builder().exporter(memory.clone()).propagators(styles).build()?;
/// tracer.in_scope(|| {
///     let remote = propagate::extract(&[
///         ("x-datadog-trace-id", "7"),
///         ("x-datadog-parent-id", "8"),
///         ("x-datadog-sampling-priority", "2"),
///         ("x-datadog-tags", "_dd.p.dm=-4"),
///     ]);
///     drop(Span::below("serve", &remote.context()));
/// });
/// tracer.shutdown(std::time::Duration::from_secs(5))?;
///
/// let spans = memory.take();
/// let datadog = spans[0].datadog().unwrap();
/// assert_eq!(datadog.priority(), Some(2));
/// assert!(datadog.tags().eq([("_dd.p.dm", "-4")]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct DatadogRecord<'a> {
    priority: i8,
    by_hand: bool,
    parent: SpanId,
    rates: [f64; 3],
    origin: &'a str,
    tags: Items<'a>,
}

impl<'a> DatadogRecord<'a> {
    pub(super) fn read(mut items: Items<'a>) -> Option<Self> {
        let (priority, by_hand) = (items.word()? as i8, items.word()? != 0);
        let parent = SpanId(items.word()?);
        let mut rate = || Some(f64::from_bits(items.word()?));
        let rates = [rate()?, rate()?, rate()?];
        let origin = match items.next() {
            Some((_, Value::Str(origin))) => origin,
            _ => "",
        };
        Some(Self { priority, by_hand, parent, rates, origin, tags: items })
    }

    /// Returns the sampling priority, from -1 to 2, if it was said: above 0 the trace is kept.
    pub const fn priority(&self) -> Option<i8> {
        if self.priority == NO_PRIORITY { None } else { Some(self.priority) }
    }

    /// Returns whether somebody decided by hand, in this span.
    ///
    /// See [`SpanContext::keep_trace`](crate::SpanContext::keep_trace).
    pub const fn is_by_hand(&self) -> bool {
        self.by_hand
    }

    /// Returns where the trace began, as `synthetics` or `rum`; empty if it was not said.
    pub const fn origin(&self) -> &'a str {
        self.origin
    }

    /// Returns the last span that Datadog knows, where services without it came after it.
    pub fn parent_id(&self) -> Option<SpanId> {
        (self.parent != SpanId::NONE).then_some(self.parent)
    }

    /// Returns the tags that go with the trace, such as `_dd.p.dm`, without the upper half of its id.
    pub fn tags(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.tags.clone().filter_map(|(key, value)| match value {
            Value::Str(text) => Some((key, text)),
            _ => None,
        })
    }

    /// Returns the share that the agent asked for, where that decided; from 0.0 to 1.0.
    pub fn agent_rate(&self) -> Option<f64> {
        self.rate(0)
    }

    /// Returns the share of the rule that decided, where one did; from 0.0 to 1.0.
    pub fn rule_rate(&self) -> Option<f64> {
        self.rate(1)
    }

    /// Returns the share that the limit of rules let through of late, where it decided; from 0.0 to 1.0.
    pub fn limit_rate(&self) -> Option<f64> {
        self.rate(2)
    }

    fn rate(&self, index: usize) -> Option<f64> {
        Some(self.rates[index]).filter(|rate| !rate.is_nan())
    }
}
