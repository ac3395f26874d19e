//! Somebody decides whether a trace is kept, while it runs.

use std::sync::Arc;

use crate::context::SpanContext;
use crate::detail;
use crate::propagator;
use crate::side::Datadog;

/// What the sampler said does not count from then on.
impl SpanContext {
    /// Keeps the trace, whatever the sampler and the tail rule say.
    ///
    /// Who is called from now on is told so. What the sampler left out is kept only where a
    /// [`TailRule`](crate::TailRule) had it recorded; without one it was never there.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Memory, Ratio, Span, TailRule, Tracer, current};
    ///
    /// let memory = Memory::default();
    /// let builder = Tracer::builder().exporter(memory.clone()).sampler(Ratio::new(0.0));
    /// let tracer = builder.tail_rule(TailRule::new()).build()?;
    /// tracer.in_scope(|| Span::new("refund").in_scope(|| current().keep_trace()));
    /// tracer.shutdown(std::time::Duration::from_secs(5))?;
    /// assert_eq!(memory.take().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn keep_trace(&self) {
        self.decide(true);
    }

    /// Drops the trace: no exporter gets what ends from now on, and who is called is told so.
    ///
    /// What ended before may have been exported, except where the tail rule has it. The spans are
    /// counted as [`Dropped::tail_rule`](crate::Dropped::tail_rule).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Memory, Span, Tracer, current};
    ///
    /// let memory = Memory::default();
    /// let tracer = Tracer::builder().exporter(memory.clone()).build()?;
    /// tracer.in_scope(|| Span::new("health").in_scope(|| current().drop_trace()));
    /// tracer.shutdown(std::time::Duration::from_secs(5))?;
    /// assert_eq!(memory.take().len(), 0);
    /// assert_eq!(tracer.stats().exporters[0].dropped.tail_rule, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn drop_trace(&self) {
        self.decide(false);
    }

    fn decide(&self, keep: bool) {
        if !self.is_valid() || self.is_remote() {
            return;
        }
        // Where there is no room for it, those who are called go on as the sampler said.
        let told = self.root.change_side(|side| {
            let side = Arc::make_mut(side);
            side.verdict = Some(keep);
            propagator::decide(&mut side.datadog, keep);
            side.datadog.clone()
        });
        if self.is_recorded() {
            detail::verdict(self, keep);
            let told = told.unwrap_or_else(|| {
                let mut alone = Datadog::default();
                propagator::decide(&mut alone, keep);
                alone
            });
            detail::datadog(self, &told, true);
        }
    }
}
