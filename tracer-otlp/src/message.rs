//! What OTLP says of a span: one description, whichever way it is written down.

use tracer_core::__private::told::{self, ByCallsite};
use tracer_core::{Callsite, ErrorRecord, Event, Link, SpanKind, SpanRecord, Value};

use crate::attribute;
use crate::facts::{Own, facts, place};
use crate::field::{IS_REMOTE, KNOWS_REMOTE, SAMPLED, STATUS_ERROR};
use crate::field::{any_value, array_value, event, key_value, link, span as field, status};
use crate::value::{attribute, named, value};
use crate::writer::{Size, Writer};

/// Describes spans to a writer; keeps what many of them have in common as it is written.
#[derive(Debug, Default)]
pub(crate) struct Spans {
    /// What is the same for all spans of a callsite.
    callsites: ByCallsite<Written>,
    text: String,
}

/// Name and kind, and the attributes of the place.
#[derive(Debug)]
struct Written {
    head: Box<[u8]>,
    attributes: Box<[u8]>,
}

/// The attributes of one span, or their keys, or what lies beneath them, used for the next again.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    keys: Vec<&'a str>,
    attributes: Vec<(&'a str, Value<'a>)>,
}

impl Spans {
    /// Writes a span; always with a writer of the same kind.
    pub(crate) fn span<'a, W: Writer>(
        &mut self,
        w: &mut W,
        span: &'a SpanRecord,
        given: &mut Given<'a>,
    ) {
        w.id(field::TRACE_ID, &span.trace_id().to_u128().to_be_bytes());
        w.id(field::SPAN_ID, &span.span_id().to_u64().to_be_bytes());
        named(w, field::TRACE_STATE, &span.trace_state());
        if let Some(parent) = span.parent_id() {
            w.id(field::PARENT_SPAN_ID, &parent.to_u64().to_be_bytes());
        }
        let callsite = span.callsite();
        let Self { callsites, text, .. } = self;
        let common = callsites.get_or_make(callsite, || Written::new::<W>(callsite));
        w.raw(&common.head);
        w.fixed64(field::START, span.start());
        w.fixed64(field::END, span.end());
        let error = span.error();
        w.list(field::ATTRIBUTES, |w| {
            let before = w.written().len();
            let mut own = if given.write_simply(w, span) {
                w.raw(&common.attributes);
                Own { w, given: &[] }
            } else {
                w.truncate(before);
                let mut own = Own { given: given.write(w, span), w };
                place(&mut own, callsite);
                own
            };
            facts(&mut own, span, error.as_ref(), text);
        });
        events(w, span, error.as_ref(), text);
        if span.links().next().is_some() {
            w.list(field::LINKS, |w| span.links().for_each(|link| self::link(w, link)));
        }
        if span.is_failed() {
            w.message(field::STATUS, Size::Short, |w| failed(w, error.as_ref()));
        }
        w.fixed32(field::FLAGS, flags(span));
    }
}

impl<'a> Given<'a> {
    /// Writes the attributes as they are; false, and too much was written, where a key is there more
    /// than once or is one of ours.
    #[inline]
    fn write_simply<W: Writer>(&mut self, w: &mut W, span: &'a SpanRecord) -> bool {
        self.keys.clear();
        for (key, value) in span.attributes() {
            if self.keys.contains(&key) || attribute::is_ours(key) {
                return false;
            }
            self.keys.push(key);
            attribute(w, field::ATTRIBUTES, key, &value);
        }
        true
    }

    /// Writes the last value of each key, because that counts and OTLP wants keys to be there once;
    /// returns those that are ours.
    #[cold]
    fn write<W: Writer>(&mut self, w: &mut W, span: &'a SpanRecord) -> &[(&'a str, Value<'a>)] {
        let given = &mut self.attributes;
        given.clear();
        given.extend(span.attributes());
        for (index, (key, value)) in given.iter().enumerate() {
            if !given[index + 1..].iter().any(|(later, _)| later == key) {
                attribute(w, field::ATTRIBUTES, key, value);
            }
        }
        given.retain(|(key, _)| attribute::is_ours(key));
        given
    }
}

impl Written {
    fn new<W: Writer>(callsite: &'static Callsite) -> Self {
        let mut head = W::default();
        named(&mut head, field::NAME, callsite.name());
        head.uint32(field::KIND, kind(callsite.kind()));
        let mut attributes = W::default();
        place(&mut Own { w: &mut attributes, given: &[] }, callsite);
        Self { head: head.written().into(), attributes: attributes.written().into() }
    }
}

fn events<W: Writer>(
    w: &mut W,
    span: &SpanRecord,
    error: Option<&ErrorRecord<'_>>,
    text: &mut String,
) {
    let error = error.filter(|error| error.is_exception());
    if error.is_none() && span.events().next().is_none() {
        return;
    }
    w.list(field::EVENTS, |w| {
        span.events().for_each(|event| self::event(w, &event));
        if let Some(error) = error {
            w.entry(field::EVENTS, Size::Long, |w| exception(w, span, error, text));
        }
    });
}

fn event<W: Writer>(w: &mut W, event: &Event<'_>) {
    w.entry(field::EVENTS, Size::Short, |w| {
        w.fixed64(event::TIME, event.time());
        named(w, event::NAME, event.name());
        w.list(event::ATTRIBUTES, |w| {
            for (index, (key, value)) in event.attributes().enumerate() {
                if !event.attributes().skip(index + 1).any(|(later, _)| later == key) {
                    attribute(w, event::ATTRIBUTES, key, &value);
                }
            }
        });
    });
}

/// The error as OpenTelemetry tells of it: an event at the end of the span.
fn exception<W: Writer>(w: &mut W, span: &SpanRecord, error: &ErrorRecord<'_>, text: &mut String) {
    text.clear();
    told::write_stack(text, span, error.backtrace());
    w.fixed64(event::TIME, span.end());
    w.text(event::NAME, attribute::EXCEPTION);
    w.list(event::ATTRIBUTES, |w| {
        let mut add = |key, value| attribute(w, event::ATTRIBUTES, key, &Value::Str(value));
        add(attribute::EXCEPTION_TYPE, error.type_name());
        add(attribute::EXCEPTION_MESSAGE, error.message());
        add(attribute::EXCEPTION_STACKTRACE, text);
        if span.is_passed_on() {
            attribute(w, event::ATTRIBUTES, attribute::PASSED_ON, &Value::Bool(true));
        }
        if error.sources().next().is_some() {
            w.entry(event::ATTRIBUTES, Size::Long, |w| sources(w, error));
        }
    });
}

fn sources<W: Writer>(w: &mut W, error: &ErrorRecord<'_>) {
    w.text(key_value::KEY, attribute::SOURCES);
    w.message(key_value::VALUE, Size::Long, |w| {
        w.message(any_value::ARRAY, Size::Long, |w| {
            w.list(array_value::VALUES, |w| {
                for source in error.sources() {
                    w.entry(array_value::VALUES, Size::Short, |w| value(w, &Value::Str(source)));
                }
            });
        });
    });
}

fn link<W: Writer>(w: &mut W, link: Link) {
    w.entry(field::LINKS, Size::Short, |w| {
        w.id(link::TRACE_ID, &link.trace.to_u128().to_be_bytes());
        w.id(link::SPAN_ID, &link.span.to_u64().to_be_bytes());
    });
}

fn failed<W: Writer>(w: &mut W, error: Option<&ErrorRecord<'_>>) {
    let message = error.map_or("panicked", ErrorRecord::message);
    named(w, status::MESSAGE, message);
    w.uint32(status::CODE, STATUS_ERROR);
}

/// All that is here is sampled, and whether the parent is of another process is known.
fn flags(span: &SpanRecord) -> u32 {
    let remote = span.is_local_root() && span.parent_id().is_some();
    SAMPLED | KNOWS_REMOTE | if remote { IS_REMOTE } else { 0 }
}

const fn kind(kind: SpanKind) -> u32 {
    match kind {
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
        // Internal, and what later versions of the core may add.
        _ => 1,
    }
}
