//! Takes what a record has fields for out of the attributes, as `crate::facts` put it there.

use tracer_core::{Level, Outcome};

use crate::attribute;
use crate::notation;
use crate::read::span::{Task, Wake};
use crate::read::value::Value;

/// Attributes, of which those are taken that say what a record has fields for.
pub(super) struct Facts {
    pub(super) attributes: Vec<(String, Value)>,
}

impl Facts {
    /// How the span ended.
    pub(super) fn outcome(&mut self) -> Outcome {
        let outcome = |value: &Value| match value.as_text()? {
            "cancelled" => Some(Outcome::Cancelled),
            "panicked" => Some(Outcome::Panicked),
            "open" => Some(Outcome::Open),
            _ => None,
        };
        self.take(attribute::OUTCOME, outcome).unwrap_or(Outcome::Completed)
    }

    pub(super) fn level(&mut self) -> Level {
        let levels = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error];
        let level = |value: &Value| {
            levels.into_iter().find(|level| Some(level.as_str()) == value.as_text())
        };
        self.take(attribute::LEVEL, level).unwrap_or(Level::Info)
    }

    /// The slices of a span that began at `start`.
    pub(super) fn slices(&mut self, start: u64) -> Vec<(u64, u64)> {
        let slices = |value: &Value| notation::read_slices(value.as_text()?, start);
        self.take(attribute::SLICES, slices).unwrap_or_default()
    }

    /// The wakes of the task of a span that began at `start`.
    pub(super) fn wakes(&mut self, start: u64) -> Vec<Wake> {
        let wakes = |value: &Value| notation::read_wakes(value.as_text()?, start);
        let wakes = self.take(attribute::WAKES, wakes).unwrap_or_default();
        wakes.into_iter().map(|(time, by, scheduled)| Wake { time, by, scheduled }).collect()
    }

    pub(super) fn task(&mut self) -> Option<Task> {
        let place = |value: &Value| {
            let (file, line) = notation::read_place(value.as_text()?)?;
            Some((file.to_owned(), line))
        };
        let mut key = |name| self.number(name).map(|key: i64| key as u64);
        let task = Task {
            key: key(attribute::TASK_KEY),
            parent_key: key(attribute::TASK_PARENT_KEY),
            name: self.text(attribute::TASK_NAME),
            spawned_at: self.take(attribute::TASK_SPAWNED_AT, place),
            first_poll_delay: self.number(attribute::TASK_FIRST_POLL_DELAY),
        };
        (task != Task::default()).then_some(task)
    }

    /// Takes an attribute off the list if `read` can make something of it.
    pub(super) fn take<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        let at = self.attributes.iter().position(|(name, _)| name == key)?;
        let fact = read(&self.attributes[at].1)?;
        self.attributes.remove(at);
        Some(fact)
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.take(key, |value| value.as_text().map(str::to_owned))
    }

    pub(super) fn number<T: TryFrom<i64>>(&mut self, key: &str) -> Option<T> {
        self.take(key, |value| T::try_from(value.as_i64()?).ok())
    }

    pub(super) fn is_true(&mut self, key: &str) -> bool {
        self.take(key, |value| (*value == Value::Bool(true)).then_some(())).is_some()
    }
}
