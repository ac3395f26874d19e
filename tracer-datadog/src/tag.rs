//! Names of tags: Datadog's, OpenTelemetry's where Datadog has taken them, and ours for the rest.

pub(crate) const ENV: &str = "env";
pub(crate) const VERSION: &str = "version";
pub(crate) const COMPONENT: &str = "component";
pub(crate) const LANGUAGE: &str = "language";
pub(crate) const RUNTIME_ID: &str = "runtime-id";
pub(crate) const PROCESS_ID: &str = "process_id";
pub(crate) const SPAN_KIND: &str = "span.kind";
pub(crate) const EVENTS: &str = "events";
pub(crate) const HAS_EXCEPTION: &str = "_dd.span_events.has_exception";

pub(crate) const ERROR_TYPE: &str = "error.type";
pub(crate) const ERROR_MESSAGE: &str = "error.message";
pub(crate) const ERROR_STACK: &str = "error.stack";

/// The span counts in statistics: the first of its service in a trace, or one that asks others.
pub(crate) const TOP_LEVEL: &str = "_dd.top_level";
pub(crate) const MEASURED: &str = "_dd.measured";
/// The service of the process, where the span says that it is of another one.
pub(crate) const BASE_SERVICE: &str = "_dd.base_service";
pub(crate) const ORIGIN: &str = "_dd.origin";
/// The last span of another process that Datadog knows.
pub(crate) const PARENT_ID: &str = "_dd.parent_id";
/// The upper half of the trace's id.
pub(crate) const TRACE_ID_HIGH: &str = "_dd.p.tid";
/// Who decided that the trace is kept, or not.
pub(crate) const DECISION_MAKER: &str = "_dd.p.dm";
/// What tags begin with that go from process to process.
pub(crate) const PROPAGATED: &str = "_dd.p.";
pub(crate) const PRIORITY: &str = "_sampling_priority_v1";
/// The share that was kept: as the agent asked, by rule, by the limit of a second, and all of them.
pub(crate) const AGENT_RATE: &str = "_dd.agent_psr";
pub(crate) const RULE_RATE: &str = "_dd.rule_psr";
pub(crate) const LIMIT_RATE: &str = "_dd.limit_psr";
pub(crate) const SAMPLE_RATE: &str = "_sample_rate";
/// The share of what was kept that is sent.
pub(crate) const KEEP_RATE: &str = "_dd.tracer_kr";
/// The span has not ended; of several such the one with the largest number counts.
pub(crate) const PARTIAL_VERSION: &str = "_dd.partial_version";
pub(crate) const WAS_LONG_RUNNING: &str = "_dd.was_long_running";

// As in OTLP.
pub(crate) use tracer_core::__private::told::key::{PASSED_ON, SOURCES};
