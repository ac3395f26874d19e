//! What a span says of other processes.

use crate::export::SpanRecord;
use crate::record::Kind;

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
}
