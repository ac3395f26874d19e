//! Attributes of a span that begins, in a row on the stack.

use tracer_core::Value;

/// How many there may be; none of our spans has more of its own.
const MAX: usize = 20;

/// Attributes that are known as a span begins.
pub(crate) struct Attributes<'a> {
    items: [(&'a str, Value<'a>); MAX],
    length: usize,
}

impl<'a> Attributes<'a> {
    pub(crate) const fn new() -> Self {
        Self { items: [("", Value::Bool(false)); MAX], length: 0 }
    }

    pub(crate) fn add(&mut self, key: &'a str, value: impl Into<Value<'a>>) {
        if let Some(place) = self.items.get_mut(self.length) {
            *place = (key, value.into());
            self.length += 1;
        }
    }

    /// Adds what is known of something that may be unknown.
    pub(crate) fn add_some(&mut self, key: &'a str, value: Option<impl Into<Value<'a>>>) {
        if let Some(value) = value {
            self.add(key, value);
        }
    }

    pub(crate) fn as_slice(&self) -> &[(&'a str, Value<'a>)] {
        &self.items[..self.length]
    }
}
