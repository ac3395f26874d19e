//! Ids in the lines of `tracing_subscriber::fmt`.

use std::fmt;

use tracer_core::SpanContext;
use tracing_core::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::ids::{Ids, Style};
use crate::tracing::context_of;

/// Adds the ids of the current span to the lines of `tracing_subscriber::fmt`.
///
/// A line without a span stays as it is. The names are those of [`Ids`], which the environment may
/// choose.
///
/// # Examples
///
/// ```
/// use tracer_bridge::{Tracing, WithIds};
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::fmt;
/// use tracing_subscriber::prelude::*;
///
/// // 2026-11-27T21:00:00Z  INFO shop: paid trace_id=… span_id=… trace_flags=03
/// let spans = Tracing::new().with_filter(LevelFilter::INFO);
/// let lines = fmt::layer().event_format(WithIds::text(fmt::format()));
/// tracing_subscriber::registry().with(spans).with(lines).init();
/// ```
///
/// For lines of JSON, with the feature `json` of `tracing-subscriber`:
///
/// ```text
/// fmt::layer().json().event_format(WithIds::json(fmt::format().json()))
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WithIds<F> {
    format: F,
    is_json: bool,
    style: Style,
}

impl<F> WithIds<F> {
    /// Adds them at the end of a line of text.
    ///
    /// Colours are those that `format` itself was told to use, as by its `with_ansi(true)`.
    pub const fn text(format: F) -> Self {
        Self { format, is_json: false, style: Style::Usual }
    }

    /// Adds them as the first members of a line that is an object of JSON.
    pub const fn json(format: F) -> Self {
        Self { format, is_json: true, style: Style::Usual }
    }

    /// Takes the names that Datadog looks for: see [`Ids::datadog`].
    ///
    /// # Examples
    ///
    /// ```
    /// let format = tracer_bridge::WithIds::text(tracing_subscriber::fmt::format()).datadog();
    /// ```
    #[must_use]
    pub fn datadog(self) -> Self {
        Self { style: Style::Datadog, ..self }
    }

    /// Takes OpenTelemetry's names, whatever the environment says: see [`Ids::opentelemetry`].
    ///
    /// # Examples
    ///
    /// ```
    /// let format = tracer_bridge::WithIds::text(tracing_subscriber::fmt::format()).opentelemetry();
    /// ```
    #[must_use]
    pub fn opentelemetry(self) -> Self {
        Self { style: Style::OpenTelemetry, ..self }
    }
}

impl<S, N, F> FormatEvent<S, N> for WithIds<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let span = context_of(event);
        let Some(span) = span.filter(SpanContext::is_valid) else {
            return self.format.format_event(ctx, writer, event);
        };
        let ids = Ids::of(&span).styled(self.style);
        if self.is_json {
            let mut line = Object { writer: &mut writer, ids: Some(ids) };
            return self.format.format_event(ctx, Writer::new(&mut line), event);
        }
        let mut line = Line { writer: &mut writer, has_ended: false };
        self.format.format_event(ctx, Writer::new(&mut line), event)?;
        let end = if line.has_ended { "\n" } else { "" };
        write!(writer, " {ids}{end}")
    }
}

/// Keeps the end of a line back: something may be added.
struct Line<'a, 'w> {
    writer: &'a mut Writer<'w>,
    has_ended: bool,
}

impl fmt::Write for Line<'_, '_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if part.is_empty() {
            return Ok(());
        }
        if self.has_ended {
            self.writer.write_str("\n")?;
        }
        let text = part.strip_suffix('\n');
        self.has_ended = text.is_some();
        self.writer.write_str(text.unwrap_or(part))
    }
}

/// Adds ids behind the brace that opens an object.
struct Object<'a, 'w> {
    writer: &'a mut Writer<'w>,
    ids: Option<Ids>,
}

impl fmt::Write for Object<'_, '_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let rest = part.strip_prefix('{').filter(|_| self.ids.is_some());
        let (Some(rest), Some(ids)) = (rest, self.ids.take()) else {
            return self.writer.write_str(part);
        };
        self.writer.write_str("{")?;
        let mut result = Ok(());
        ids.each(|key, value| {
            result = result
                .and_then(|()| write!(self.writer, "\"{key}\":\""))
                .and_then(|()| write!(Escaped(self.writer), "{value}"))
                .and_then(|()| self.writer.write_str("\","));
        });
        result.and_then(|()| self.writer.write_str(rest))
    }
}

/// Text inside of a string of JSON.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        part.chars().try_for_each(|sign| match sign {
            '"' | '\\' => write!(self.0, "\\{sign}"),
            '\0'..='\x1f' => write!(self.0, "\\u{:04x}", u32::from(sign)),
            other => self.0.write_char(other),
        })
    }
}
