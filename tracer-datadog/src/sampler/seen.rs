//! A local root as rules see it: in Datadog's words, and in OpenTelemetry's.

use std::borrow::Cow;
use std::cell::OnceCell;

use tracer_core::{LocalRoot, Value};

use crate::names::{self, Names};

/// What rules ask of a local root.
#[derive(Debug)]
pub(crate) struct Seen<'a> {
    root: &'a LocalRoot<'a>,
    /// Of all spans.
    tags: &'a [(String, String)],
    /// Made where a rule asks for them.
    names: OnceCell<Names<'a>>,
}

impl<'a> Seen<'a> {
    pub(crate) const fn new(root: &'a LocalRoot<'a>, tags: &'a [(String, String)]) -> Self {
        Self { root, tags, names: OnceCell::new() }
    }

    /// The service, as it is sent.
    pub(crate) fn service(&self) -> Cow<'a, str> {
        match self.root.attribute("service.name") {
            Some(Value::Str(name)) if !name.is_empty() => Cow::Borrowed(name),
            Some(other) if other != Value::Str("") => Cow::Owned(other.to_string()),
            _ if self.root.service().is_empty() => Cow::Borrowed(names::UNNAMED),
            _ => Cow::Borrowed(self.root.service()),
        }
    }

    pub(crate) const fn name(&self) -> &'a str {
        self.root.name()
    }

    pub(crate) fn operation(&self) -> &str {
        &self.names().operation
    }

    pub(crate) fn resource(&self) -> &str {
        &self.names().resource
    }

    /// A tag by Datadog's name, or by that of its attribute.
    pub(crate) fn tag(&self, key: &str) -> Option<Value<'a>> {
        let of_all = || self.tags.iter().rfind(|(name, _)| name == key);
        let attribute = |key: &str| self.root.attribute(key);
        attribute(key)
            .or_else(|| names::keys_of(key).find_map(attribute))
            .or_else(|| {
                let header = key.strip_prefix("http.request.headers.")?;
                attribute(&format!("http.request.header.{header}"))
            })
            .or_else(|| of_all().map(|(_, value)| Value::Str(value)))
    }

    fn names(&self) -> &Names<'a> {
        self.names.get_or_init(|| {
            names::of(self.root.kind(), self.root.name(), &|key| self.root.attribute(key))
        })
    }
}
