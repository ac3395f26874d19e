//! The attributes of one span, as tags.

use std::borrow::Cow;

use tracer_core::{SpanRecord, Value};

use crate::msgpack;
use crate::names::{Role, role};
use crate::span::process::Process;
use crate::span::tags::Tags;

/// The attributes of one span, or what lies beneath them, used for the next again.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    keys: Vec<&'a str>,
    /// Those that what the span is called may depend on.
    naming: Vec<(&'a str, Value<'a>)>,
    /// All of them, as tags, where one of them may be there twice.
    tags: Vec<(Cow<'a, str>, Value<'a>, Role)>,
}

impl<'a> Given<'a> {
    /// Writes the attributes that stand above tags of ours; [`write_rest`](Self::write_rest) the others.
    #[inline]
    pub(super) fn write(&mut self, tags: &mut Tags<'_>, span: &'a SpanRecord, process: &Process) {
        self.keys.clear();
        self.naming.clear();
        self.tags.clear();
        let before = tags.mark();
        if !self.write_simply(tags, span, process) {
            tags.back_to(before);
            self.write_slowly(tags, span);
        }
    }

    /// Writes the attributes as they come; false, and too much was written, where a tag is there more than
    /// once or may be one of ours.
    #[inline]
    fn write_simply(
        &mut self,
        tags: &mut Tags<'_>,
        span: &'a SpanRecord,
        process: &Process,
    ) -> bool {
        for (key, value) in span.attributes() {
            let (role, names) = role(key);
            if names {
                self.naming.push((key, value));
            }
            let tag = match role {
                Role::Plain => key,
                Role::As(tag) | Role::Text(tag) => tag,
                Role::Too(tag) if !self.keys.contains(&tag) && !process.has_tag(tag) => {
                    self.keys.push(tag);
                    tags.value(tag, &value);
                    key
                }
                Role::Name => continue,
                _ => return false,
            };
            if self.keys.contains(&tag) || process.has_tag(tag) {
                return false;
            }
            self.keys.push(tag);
            match role {
                Role::Text(_) => tags.shown(tag, &value),
                _ => tags.value(tag, &value),
            }
        }
        true
    }

    /// Writes the last value of each tag, because that counts and the agent wants tags to be there once.
    #[cold]
    fn write_slowly(&mut self, tags: &mut Tags<'_>, span: &'a SpanRecord) {
        self.naming.clear();
        for (key, value) in span.attributes() {
            let (role, names) = role(key);
            if names {
                self.naming.push((key, value));
            }
            match role {
                Role::Name => {}
                Role::As(tag) | Role::Text(tag) => self.push(tag.into(), value, role),
                Role::Too(tag) => {
                    let is_own = |(given, _, role): &(Cow<'_, str>, Value<'_>, Role)| {
                        given == tag && !matches!(role, Role::Too(_))
                    };
                    if !self.tags.iter().any(is_own) {
                        self.push(tag.into(), value, role);
                    }
                    self.push(key.into(), value, role);
                }
                Role::Header => {
                    let tag = key.replacen("header", "headers", 1);
                    self.push(tag.into(), value, role);
                }
                Role::Plain | Role::Ours | Role::Default => self.push(key.into(), value, role),
            }
        }
        for (tag, value, role) in &self.tags {
            match role {
                Role::Ours => {}
                Role::Text(_) => tags.shown(tag, value),
                _ => tags.value(tag, value),
            }
        }
    }

    /// The later one stands.
    fn push(&mut self, tag: Cow<'a, str>, value: Value<'a>, role: Role) {
        match self.tags.iter_mut().find(|(given, ..)| *given == tag) {
            Some(place) => *place = (tag, value, role),
            None => self.tags.push((tag, value, role)),
        }
    }

    /// Whether one of them may be a tag of ours.
    pub(super) fn is_special(&self) -> bool {
        !self.tags.is_empty()
    }

    /// Whether one of them stands in the place of a tag of ours.
    pub(super) fn stands_for(&self, key: &str) -> bool {
        self.tags.iter().any(|(tag, _, role)| tag == key && *role != Role::Ours)
    }

    /// Writes those of whose name no tag of ours was written, the texts of which begin at `meta`.
    pub(super) fn write_rest(&self, tags: &mut Tags<'_>, meta: usize) {
        for (tag, value, _) in self.tags.iter().filter(|(_, _, role)| *role == Role::Ours) {
            let is_there =
                msgpack::holds(&tags.meta[meta..], tag) || msgpack::holds(tags.metrics, tag);
            if !is_there {
                tags.value(tag, value);
            }
        }
    }

    /// Whether what the span is called depends on none of them.
    pub(super) fn names_nothing(&self) -> bool {
        self.naming.is_empty()
    }

    /// The value of an attribute that may matter for what the span is called.
    pub(super) fn naming(&self, key: &str) -> Option<Value<'a>> {
        self.naming.iter().rev().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }
}
