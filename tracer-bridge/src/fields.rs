//! What others say of a span or an event, kept until all of it is known.

use std::cell::Cell;

use tracer_core::__private::write_text;
use tracer_core::Value;

/// Fields in their order: typed, and their texts in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    items: Vec<(Name, Kept)>,
    text: String,
}

#[derive(Clone, Copy, Debug)]
enum Name {
    Static(&'static str),
    #[cfg_attr(not(feature = "log"), expect(dead_code, reason = "`tracing` has static ones"))]
    Kept(Range),
}

#[derive(Clone, Copy, Debug)]
enum Kept {
    Bool(bool),
    I64(i64),
    U64(u64),
    F64(f64),
    /// Where it lies in the buffer.
    Text(Range),
}

/// A text in the buffer of [`Fields`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    start: usize,
    end: usize,
}

/// Fields that are kept: those of `tracing` are at most 32, and so many are of a record of `log`.
const MAX: usize = 32;
/// With those that say where an event came from.
const WITH_PLACE: usize = MAX + 4;

/// Bytes of a text that is copied as it stands.
const PLAIN: usize = 4_096;

thread_local! {
    /// Taken while in use: what is formatted may itself be traced.
    static ROOM: Cell<Option<Fields>> = const { Cell::new(None) };
}

impl Fields {
    /// Works with the room of this thread.
    pub(crate) fn with<R>(f: impl FnOnce(&mut Self) -> R) -> R {
        let mut fields = ROOM.try_with(Cell::take).ok().flatten().unwrap_or_default();
        fields.items.clear();
        fields.text.clear();
        let result = f(&mut fields);
        // Without the thread-local the room is simply freed.
        let _kept = ROOM.try_with(|room| room.set(Some(fields)));
        result
    }

    /// Adds a field; a text is formatted now.
    pub(crate) fn add(&mut self, key: &'static str, value: Value<'_>) {
        self.push(Name::Static(key), value);
    }

    /// As [`add`](Self::add), with a key that does not live for good.
    #[cfg(feature = "log")]
    pub(crate) fn add_named(&mut self, key: &str, value: Value<'_>) {
        if self.items.len() < MAX {
            let key = self.keep(Value::Str(key));
            self.push(Name::Kept(key), value);
        }
    }

    fn push(&mut self, key: Name, value: Value<'_>) {
        if self.items.len() < WITH_PLACE {
            let kept = match value {
                Value::Bool(value) => Kept::Bool(value),
                Value::I64(value) => Kept::I64(value),
                Value::U64(value) => Kept::U64(value),
                Value::F64(value) => Kept::F64(value),
                text => Kept::Text(self.keep(text)),
            };
            self.items.push((key, kept));
        }
    }

    /// Adds a field of which the text was kept.
    #[cfg(feature = "tracing")]
    pub(crate) fn add_kept(&mut self, key: &'static str, text: Range) {
        if self.items.len() < WITH_PLACE {
            self.items.push((Name::Static(key), Kept::Text(text)));
        }
    }

    /// Keeps a text that is no field.
    pub(crate) fn keep(&mut self, value: Value<'_>) -> Range {
        let start = self.text.len();
        match value {
            Value::Str(text) if text.len() <= PLAIN => self.text.push_str(text),
            other => write_text(&other, &mut self.text),
        }
        Range { start, end: self.text.len() }
    }

    /// Returns a text that was kept.
    pub(crate) fn text(&self, range: Range) -> &str {
        &self.text[range.start..range.end]
    }

    #[cfg(feature = "tracing")]
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Shows all fields as attributes.
    pub(crate) fn show<R>(&self, f: impl FnOnce(&[(&str, Value<'_>)]) -> R) -> R {
        let mut items = [("", Value::Bool(false)); WITH_PLACE];
        for (place, (key, kept)) in items.iter_mut().zip(&self.items) {
            *place = (self.name(*key), self.value(*kept));
        }
        f(&items[..self.items.len()])
    }

    fn name(&self, name: Name) -> &str {
        match name {
            Name::Static(name) => name,
            Name::Kept(range) => self.text(range),
        }
    }

    fn value(&self, kept: Kept) -> Value<'_> {
        match kept {
            Kept::Bool(value) => Value::Bool(value),
            Kept::I64(value) => Value::I64(value),
            Kept::U64(value) => Value::U64(value),
            Kept::F64(value) => Value::F64(value),
            Kept::Text(range) => Value::Str(self.text(range)),
        }
    }
}
