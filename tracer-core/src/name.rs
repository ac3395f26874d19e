//! Names that are known only at run time, such as routes.

use crate::callsite::Callsite;
use crate::context::SpanContext;
use crate::detail;
use crate::span::Span;

/// Bytes of a name; a longer one is cut.
const MAX_NAME: usize = 255;

impl SpanContext {
    /// Gives the span another name, known only at run time.
    ///
    /// Names are kept for good, at least 4,096 of them in a process: a route or a table makes a good
    /// one, an id does not. Where there are too many, spans keep the name of their callsite and have
    /// the other as the attribute `tracer.name`. At most 255 bytes count. A sampler knows nothing of it;
    /// where the name is known as the span begins, see [`SpanBuilder::name`](crate::SpanBuilder::name).
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, current, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| Span::new("GET").in_scope(|| current().set_name("GET /cart/{id}")));
    /// assert_eq!(scope.tree(), "GET /cart/{id}\n");
    /// ```
    pub fn set_name(&self, name: &str) {
        detail::name(self, cut(name));
    }
}

impl Span {
    /// Gives the span another name; see [`SpanContext::set_name`].
    pub fn set_name(&self, name: &str) {
        self.open.context.set_name(name);
    }
}

/// The callsite under another name, if there is place for one more.
pub(crate) fn renamed(callsite: &'static Callsite, name: &str) -> Option<&'static Callsite> {
    callsite.renamed(cut(name))
}

fn cut(name: &str) -> &str {
    let cut = (0..=MAX_NAME.min(name.len())).rev().find(|cut| name.is_char_boundary(*cut));
    &name[..cut.unwrap_or(0)]
}
