//! What was said of a span while it was open, as exporters read it.

use crate::callsite::Callsite;
use crate::export::remote::DatadogRecord;
use crate::export::task::TaskRecord;
use crate::id::{SpanId, TraceId};
use crate::record::{self, Head, Items, Kind};
use crate::value::Value;

/// Takes the first detail off `bytes`, to be changed in place: its head, its payload, the rest.
pub(super) fn split(bytes: &mut [u8]) -> Option<(Head, &mut [u8], &mut [u8])> {
    let (head, record, rest) = split_whole(bytes)?;
    Some((head, &mut record[8..], rest))
}

/// As [`split`], with the bytes of the head before those of the payload.
pub(super) fn split_whole(bytes: &mut [u8]) -> Option<(Head, &mut [u8], &mut [u8])> {
    let head = Head::from_word(u64::from_le_bytes(*bytes.first_chunk()?))?;
    let (record, rest) = bytes.split_at_mut_checked(8 + usize::from(head.extra) * 8)?;
    Some((head, record, rest))
}

/// The details of a span, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Details<'a> {
    bytes: &'a [u8],
    callsite: &'static Callsite,
}

impl<'a> Details<'a> {
    pub(super) const fn new(bytes: &'a [u8], callsite: &'static Callsite) -> Self {
        Self { bytes, callsite }
    }

    #[inline]
    pub(super) const fn attributes(self) -> Attributes<'a> {
        Attributes { items: Items::new(&[], self.callsite), details: self }
    }

    pub(super) fn events(self) -> impl Iterator<Item = Event<'a>> {
        self.filter(|(kind, _)| *kind == Kind::Event).filter_map(|(_, items)| Event::read(items))
    }

    pub(super) fn links(self) -> impl Iterator<Item = Link> {
        self.filter(|(kind, _)| *kind == Kind::Link).filter_map(|(_, items)| Link::read(items))
    }

    pub(super) fn task(self) -> Option<TaskRecord<'a>> {
        self.filter(|(kind, _)| *kind == Kind::Task).find_map(|(_, items)| TaskRecord::read(items))
    }

    pub(super) fn trace_state(self) -> String {
        let pieces =
            self.filter(|(kind, _)| *kind == Kind::TraceState).flat_map(|(_, items)| items);
        pieces
            .filter_map(|(_, piece)| if let Value::Str(text) = piece { Some(text) } else { None })
            .collect()
    }

    /// The last one: what somebody decides stands above what came.
    pub(super) fn datadog(self) -> Option<DatadogRecord<'a>> {
        let details = self.filter(|(kind, _)| *kind == Kind::Datadog);
        details.filter_map(|(_, items)| DatadogRecord::read(items)).last()
    }

    pub(super) fn error(self, backtrace: Option<&'a str>) -> Option<ErrorRecord<'a>> {
        let (_, items) = self.filter(|(kind, _)| *kind == Kind::Error).last()?;
        Some(ErrorRecord { items, backtrace })
    }
}

impl<'a> Iterator for Details<'a> {
    type Item = (Kind, Items<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (head, payload, rest) = record::split(self.bytes)?;
        self.bytes = rest;
        Some((head.kind, Items::new(payload, self.callsite)))
    }
}

/// The attributes of all details, one after the other.
#[derive(Clone, Debug)]
pub(super) struct Attributes<'a> {
    details: Details<'a>,
    items: Items<'a>,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a str, Value<'a>);

    // Inlined, so that values stay in registers: exporters read each of them once.
    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(item) = self.items.next() {
                return Some(item);
            }
            let (kind, items) = self.details.next()?;
            if kind == Kind::Attributes {
                self.items = items;
            }
        }
    }
}

/// Something that happened while a span was open.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| Span::new("call").add_event("retry", &[("attempt", 2.into())]));
///
/// let span = &scope.spans()[0];
/// let retry = span.events().next().unwrap();
/// assert_eq!(retry.name(), "retry");
/// assert!(span.start() <= retry.time() && retry.time() <= span.end());
/// assert_eq!(retry.attributes().next(), Some(("attempt", 2.into())));
/// ```
#[derive(Clone, Debug)]
pub struct Event<'a> {
    name: &'a str,
    time: u64,
    items: Items<'a>,
}

impl<'a> Event<'a> {
    fn read(mut items: Items<'a>) -> Option<Self> {
        let time = items.word()?;
        let name = match items.next() {
            Some((_, Value::Str(name))) => name,
            _ => "",
        };
        Some(Self { name, time, items })
    }

    /// Returns its name.
    pub const fn name(&self) -> &'a str {
        self.name
    }

    /// Returns when it happened: nanoseconds since the Unix epoch.
    pub const fn time(&self) -> u64 {
        self.time
    }

    /// Returns its attributes in the order in which they were given.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        self.items.clone()
    }
}

/// A span that another one points to.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     let batch = Span::root("batch");
///     Span::root("request").add_link(&batch.context());
/// });
///
/// let spans = scope.spans();
/// let (batch, request) = (&spans[1], &spans[0]); // as they ended
/// let link = request.links().next().unwrap();
/// assert_eq!((link.trace, link.span), (batch.trace_id(), batch.span_id()));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Link {
    /// Its trace.
    pub trace: TraceId,
    /// Its id.
    pub span: SpanId,
}

impl Link {
    fn read(mut items: Items<'_>) -> Option<Self> {
        let trace = TraceId { high: items.word()?, low: items.word()? };
        Some(Self { trace, span: SpanId(items.word()?) })
    }
}

/// The error that a span failed with.
///
/// # Examples
///
/// ```
/// use tracer_core::{Span, testing};
///
/// let scope = testing::Scope::new();
/// let wrong = "x".parse::<u8>().unwrap_err();
/// scope.in_scope(|| Span::new("parse").record_error(&wrong));
///
/// let spans = scope.spans();
/// let error = spans[0].error().unwrap();
/// assert_eq!(error.message(), "invalid digit found in string");
/// assert_eq!(error.sources().count(), 0);
/// ```
#[derive(Clone, Debug)]
pub struct ErrorRecord<'a> {
    items: Items<'a>,
    backtrace: Option<&'a str>,
}

impl<'a> ErrorRecord<'a> {
    fn texts(&self, wanted: &'static str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.items.clone().filter_map(move |(key, value)| match value {
            Value::Str(text) if key == wanted => Some(text),
            _ => None,
        })
    }

    /// Returns the error's Rust type; where there was no error as a value, what stands for it.
    pub fn type_name(&self) -> &'a str {
        self.texts("type").next().unwrap_or_default()
    }

    /// Returns whether there was an error as a value, and not only the word that the span failed.
    ///
    /// See [`SpanContext::set_failed`](crate::SpanContext::set_failed).
    pub fn is_exception(&self) -> bool {
        self.texts("message").next().is_some()
    }

    /// Returns its message.
    pub fn message(&self) -> &'a str {
        self.texts("message").next().unwrap_or_default()
    }

    /// Returns the messages of its sources, from the nearest to the deepest; at most 8.
    pub fn sources(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.texts("source")
    }

    /// Returns the system's backtrace, if `RUST_BACKTRACE` asked for it.
    pub const fn backtrace(&self) -> Option<&'a str> {
        self.backtrace
    }
}
