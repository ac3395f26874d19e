//! Records of `log` as events.

use std::fmt;

use log::kv::{Error, Key, Value as KvValue, VisitSource, VisitValue};
use log::{Level, LevelFilter, Log, Metadata, Record};
use tracer_core::__private::{allows, fail_by_text};
use tracer_core::{SpanContext, Value, current};

use crate::doubles;
use crate::fields::{Fields, Range};

/// Adds the records of `log` to the current span, as events: a logger before your own.
///
/// An event is named after the message; its attributes are the first 32 key-value pairs of the record,
/// `level`, `target`, `code.file.path` and `code.line.number`. A record of the level `ERROR` with a pair `err` or
/// `error` is also what the span failed with. Without a span nothing is added, nor where the span is not
/// recorded, nor what the tracer's [`Filter`](tracer_core::Filter) leaves out.
///
/// What came from `tracing` (its feature `log`) is not added again. Of a panic while a record is being
/// formatted a note is left; your own logger formats it again, as it would without.
///
/// # Examples
///
/// ```
/// use log::{LevelFilter, Log, Metadata, Record};
/// use tracer_bridge::Logger;
/// use tracer_core::{Span, testing};
///
/// /// Whichever logger you use.
/// struct Lines;
///
/// impl Log for Lines {
///     fn enabled(&self, _: &Metadata<'_>) -> bool {
///         true
///     }
///     fn log(&self, record: &Record<'_>) {
///         println!("{} {}", record.level(), record.args());
///     }
///     fn flush(&self) {}
/// }
///
/// log::set_boxed_logger(Box::new(Logger::before(Lines)))?;
/// log::set_max_level(LevelFilter::Info);
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| Span::new("request").in_scope(|| log::info!("{} rows", 3)));
/// let spans = scope.spans();
/// assert_eq!(spans[0].events().next().unwrap().name(), "3 rows");
/// # Ok::<_, log::SetLoggerError>(())
/// ```
pub struct Logger {
    next: Option<Box<dyn Log>>,
    max_level: LevelFilter,
}

impl Logger {
    /// Makes one that hands all records on to `logger`, which sees what it would see without.
    pub fn before(logger: impl Log + 'static) -> Self {
        Self { next: Some(Box::new(logger)), max_level: LevelFilter::Trace }
    }

    /// Makes one for a program that writes no lines.
    ///
    /// # Examples
    ///
    /// ```
    /// log::set_boxed_logger(Box::new(tracer_bridge::Logger::alone()))?;
    /// log::set_max_level(log::LevelFilter::Info);
    /// # Ok::<_, log::SetLoggerError>(())
    /// ```
    pub const fn alone() -> Self {
        Self { next: None, max_level: LevelFilter::Trace }
    }

    /// Adds only records of at most this level; those that are handed on are as many as before.
    ///
    /// # Examples
    ///
    /// ```
    /// let logger = tracer_bridge::Logger::alone().max_level(log::LevelFilter::Warn);
    /// ```
    #[must_use]
    pub fn max_level(self, max_level: LevelFilter) -> Self {
        Self { max_level, ..self }
    }

    fn wants(&self, metadata: &Metadata<'_>) -> Option<SpanContext> {
        let is_wanted = metadata.level() <= self.max_level
            // What `tracing` tells of its spans, of which we know already.
            && !metadata.target().starts_with("tracing::span");
        Some(current()).filter(|span| is_wanted && span.is_recorded())
    }
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logger").field("max_level", &self.max_level).finish_non_exhaustive()
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let goes_on = self.next.as_ref().is_some_and(|next| next.enabled(metadata));
        goes_on || self.wants(metadata).is_some()
    }

    fn log(&self, record: &Record<'_>) {
        if !doubles::is_added(record.file(), record.line()) {
            if let Some(span) = self.wants(record.metadata()) {
                add(&span, record);
            }
        }
        if let Some(next) = &self.next {
            doubles::hand_on(|| next.log(record));
        }
    }

    fn flush(&self) {
        if let Some(next) = &self.next {
            next.flush();
        }
    }
}

fn add(span: &SpanContext, record: &Record<'_>) {
    if !allows(record.target(), level(record.level())) {
        return;
    }
    Fields::with(|fields| {
        let message = fields.keep(Value::Display(record.args()));
        let mut pairs = Pairs { fields, error: None };
        // One that breaks off has said what it had to say.
        let _complete = record.key_values().visit(&mut pairs);
        let error = pairs.error;
        fields.add("level", Value::Str(record.level().as_str()));
        fields.add("target", Value::Str(record.target()));
        if let (Some(file), Some(line)) = (record.file(), record.line()) {
            fields.add("code.file.path", Value::Str(file));
            fields.add("code.line.number", Value::I64(line.into()));
        }
        if let (Level::Error, Some(error)) = (record.level(), error) {
            fail_by_text(span, Value::Str(fields.text(error)));
        }
        fields.show(|items| span.add_event(fields.text(message), items));
    });
}

fn level(level: Level) -> tracer_core::Level {
    match level {
        Level::Error => tracer_core::Level::Error,
        Level::Warn => tracer_core::Level::Warn,
        Level::Info => tracer_core::Level::Info,
        Level::Debug => tracer_core::Level::Debug,
        Level::Trace => tracer_core::Level::Trace,
    }
}

/// Reads key-value pairs.
struct Pairs<'a> {
    fields: &'a mut Fields,
    error: Option<Range>,
}

impl<'v> VisitSource<'v> for Pairs<'_> {
    fn visit_pair(&mut self, key: Key<'v>, value: KvValue<'v>) -> Result<(), Error> {
        let key = key.as_str();
        if matches!(key, "err" | "error") {
            self.error = Some(self.fields.keep(Value::Display(&value)));
        }
        value.visit(Pair { key, fields: self.fields })
    }
}

struct Pair<'a> {
    key: &'a str,
    fields: &'a mut Fields,
}

impl Pair<'_> {
    fn add(&mut self, value: Value<'_>) {
        self.fields.add_named(self.key, value);
    }
}

impl VisitValue<'_> for Pair<'_> {
    fn visit_any(&mut self, value: KvValue<'_>) -> Result<(), Error> {
        self.add(Value::Display(&value));
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.add(Value::U64(value));
        Ok(())
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        self.add(Value::I64(value));
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        self.add(Value::F64(value));
        Ok(())
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        self.add(Value::Bool(value));
        Ok(())
    }

    fn visit_str(&mut self, value: &str) -> Result<(), Error> {
        self.add(Value::Str(value));
        Ok(())
    }
}
