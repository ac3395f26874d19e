//! What is known of a task, as exporters read it.

use crate::record::{Items, UNKNOWN_DELAY};
use crate::value::Value;

/// What is known of the task that a span was the outermost one of.
///
/// What the spawner told is known of the first of several such spans.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, in_current, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let request = Span::new("request");
///     let hash = request.in_scope(|| in_current(|| drop(Span::new("hash"))));
///     std::thread::spawn(hash).join().unwrap();
/// });
///
/// let spans = scope.spans();
/// let hash = spans.iter().find(|span| span.name() == "hash").unwrap();
/// let task = hash.task().unwrap();
/// assert_eq!(task.spawned_at(), Some((file!(), line!() - 7)));
/// assert!(task.first_poll_delay().is_some());
/// assert_eq!(task.key(), None, "a thread is no task of a runtime");
/// assert!(spans.iter().all(|span| span.name() == "hash" || span.task().is_none()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TaskRecord<'a> {
    key: u64,
    parent: u64,
    delay: u64,
    line: u32,
    file: &'a str,
    name: &'a str,
}

impl<'a> TaskRecord<'a> {
    pub(super) fn read(mut items: Items<'a>) -> Option<Self> {
        let [delay, key, parent, line] =
            [items.word()?, items.word()?, items.word()?, items.word()?];
        let mut text = || match items.next() {
            Some((_, Value::Str(text))) => text,
            _ => "",
        };
        Some(Self { key, parent, delay, line: line as u32, file: text(), name: text() })
    }

    /// Returns the number that the runtime has for it; none outside of tasks.
    ///
    /// On tokio and async-std it is what their task ids show.
    pub fn key(&self) -> Option<u64> {
        (self.key != 0).then_some(self.key)
    }

    /// Returns the number of the task that spawned it, if it is known and was a task.
    ///
    /// It is not where a traced future was handed to a runtime's own spawn as it is, but on tokio
    /// with hooks.
    pub fn parent_key(&self) -> Option<u64> {
        (self.parent != 0).then_some(self.parent)
    }

    /// Returns its name, if its runtime has one for it.
    pub fn name(&self) -> Option<&'a str> {
        (!self.name.is_empty()).then_some(self.name)
    }

    /// Returns the file and the line in which it was spawned, if known.
    pub fn spawned_at(&self) -> Option<(&'a str, u32)> {
        (!self.file.is_empty()).then_some((self.file, self.line))
    }

    /// Returns the nanoseconds from its spawn until it was polled or run for the first time, if
    /// known.
    pub fn first_poll_delay(&self) -> Option<u64> {
        (self.delay != UNKNOWN_DELAY).then_some(self.delay)
    }
}
