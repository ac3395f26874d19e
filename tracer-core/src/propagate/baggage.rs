//! Baggage of a span: that of its local root.

use std::sync::Arc;

use crate::context::SpanContext;
use crate::destination;
use crate::refused::{Refusal, Refused};

/// Baggage belongs to the local root, the first span of the trace in this process: all spans below
/// it have the same, until it ends.
impl SpanContext {
    /// Returns an item of the baggage, if it is there.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, current, testing};
    ///
    /// testing::Scope::new().in_scope(|| {
    ///     let request = Span::new("request");
    ///     request.context().set_baggage("user", "7");
    ///     let query = request.in_scope(|| Span::new("query"));
    ///     assert_eq!(query.context().baggage("user").as_deref(), Some("7"));
    ///     assert_eq!(current().baggage("user"), None);
    /// });
    /// ```
    pub fn baggage(&self, key: &str) -> Option<String> {
        self.root.side()?.baggage.get(key)
    }

    /// Sets an item of the baggage, for all spans below the local root and for whom they call.
    ///
    /// The key is a token as HTTP has it. More than 64 items or, encoded, 8,192 bytes are not kept
    /// but counted: see [`Stats::refused`](crate::Stats).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, propagate, testing};
    ///
    /// let span = testing::Scope::new().in_scope(|| Span::new("call"));
    /// span.context().set_baggage("user", "Zoë");
    ///
    /// let mut headers = Vec::<(String, String)>::new();
    /// propagate::inject(&span.context(), &mut headers);
    /// assert_eq!(headers[1], ("baggage".to_owned(), "user=Zo%C3%AB".to_owned()));
    /// ```
    pub fn set_baggage(&self, key: &str, value: &str) {
        self.change_baggage(|side| Arc::make_mut(side).baggage.set(key, value));
    }

    /// Takes an item out of the baggage, for all spans below the local root.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, testing};
    ///
    /// let span = testing::Scope::new().in_scope(|| Span::new("call"));
    /// span.context().set_baggage("user", "Zoë");
    /// span.context().remove_baggage("user");
    /// assert_eq!(span.context().baggage("user"), None);
    /// ```
    pub fn remove_baggage(&self, key: &str) {
        if self.baggage(key).is_some() {
            self.change_baggage(|side| {
                Arc::make_mut(side).baggage.remove(key);
                Ok(())
            });
        }
    }

    fn change_baggage(
        &self,
        change: impl FnOnce(&mut Arc<crate::side::Side>) -> Result<(), Refusal>,
    ) {
        if !self.is_valid() {
            return;
        }
        let result = self.root.change_side(change).unwrap_or(Err(Refusal::NotKept));
        if let (Err(refusal), Some(destination)) = (result, destination::find(self.tracer())) {
            let mut refused = Refused::default();
            refused.count(refusal);
            destination.refused.add(refused);
        }
    }
}
