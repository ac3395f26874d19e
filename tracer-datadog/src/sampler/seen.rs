//! A local root as rules see it: in Datadog's words.

use std::borrow::Cow;

use tracer_core::{LocalRoot, Value};

/// What rules ask of a local root.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    root: &'a LocalRoot<'a>,
    /// Of all spans.
    tags: &'a [(String, String)],
}

impl<'a> Seen<'a> {
    pub(crate) const fn new(root: &'a LocalRoot<'a>, tags: &'a [(String, String)]) -> Self {
        Self { root, tags }
    }

    pub(crate) fn service(&self) -> Cow<'a, str> {
        match self.root.attribute("service.name") {
            Some(Value::Str(name)) => Cow::Borrowed(name),
            Some(other) => Cow::Owned(other.to_string()),
            None => Cow::Borrowed(self.root.service()),
        }
    }

    pub(crate) const fn name(&self) -> &'a str {
        self.root.name()
    }

    pub(crate) fn operation(&self) -> &str {
        self.root.name()
    }

    pub(crate) fn resource(&self) -> &str {
        self.root.name()
    }

    pub(crate) fn tag(&self, key: &str) -> Option<Value<'a>> {
        let of_all = || self.tags.iter().rfind(|(name, _)| name == key);
        self.root.attribute(key).or_else(|| of_all().map(|(_, value)| Value::Str(value)))
    }
}
