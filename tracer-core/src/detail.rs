//! What is said of a span while it is open, written to the log at once and joined by its id later.

use std::cell::Cell;
use std::fmt::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::clock;
use crate::context::SpanContext;
use crate::id::{SpanId, TraceId};
use crate::log::{self, Payload, Row};
use crate::provider::TaskFacts;
use crate::record::{self, Head, Key, Kind, MAX_KEY, MAX_WORDS, NO_PRIORITY, Sink, UNKNOWN_DELAY};
use crate::side::Datadog;
use crate::value::Value;

/// Bytes of a source file's path; of a longer one nothing is said.
const MAX_PATH: usize = 4_096;

/// An attribute to be written.
pub(crate) type Item<'a> = (Key<'a>, Value<'a>);

/// Writes an attribute of the span `context`.
#[inline]
pub(crate) fn attribute(context: &SpanContext, key: &str, value: Value<'_>) {
    if context.is_recorded() {
        let target = Target { context, callsite: 0, kind: Kind::Attributes };
        details(target, &[], 1, &|_| (Key::Name(key), value));
    }
}

/// Writes the fields of the callsite numbered `callsite`, in their order.
#[cold]
pub(crate) fn fields(context: &SpanContext, callsite: u32, values: &[Value<'_>]) {
    if context.is_recorded() && !values.is_empty() {
        let target = Target { context, callsite, kind: Kind::Attributes };
        details(target, &[], values.len(), &|index| (Key::Field(index as u8), values[index]));
    }
}

/// Writes attributes of the span `context` together.
pub(crate) fn named(context: &SpanContext, items: &[(&str, Value<'_>)]) {
    if !items.is_empty() {
        other(context, Kind::Attributes, &[], items.len(), |index| {
            (Key::Name(items[index].0), items[index].1)
        });
    }
}

/// A few plain attributes.
impl Row {
    /// Adds the value of a field; false where it does not fit or needs formatting.
    #[inline(always)]
    pub(crate) fn add(&mut self, field: u8, value: &Value<'_>) -> bool {
        let Some(head) = record::field_head(field, value) else { return false };
        match value {
            Value::Bool(_) => self.push([head]),
            Value::I64(number) => self.push([head, *number as u64]),
            Value::U64(number) => i64::try_from(*number).is_ok() && self.push([head, *number]),
            Value::F64(number) => self.push([head, number.to_bits()]),
            Value::Str(text) => self.push([head]) && self.push_text(text),
            Value::Display(_) | Value::Debug(_) => false,
        }
    }
}

/// Writes an event, an error or a link: `words` first, then `count` items.
#[inline(never)]
pub(crate) fn other<'a>(
    context: &SpanContext,
    kind: Kind,
    words: &[u64],
    count: usize,
    item: impl Fn(usize) -> Item<'a>,
) {
    if context.is_recorded() {
        details(Target { context, callsite: 0, kind }, words, count, &item);
    }
}

#[inline(always)]
fn details<'a>(target: Target<'_>, words: &[u64], count: usize, item: &impl Fn(usize) -> Item<'a>) {
    if (0..count).all(|index| is_plain(&item(index))) {
        write(target, words, count, item);
    } else {
        formatted(count, item, |item| write(target, words, count, item));
    }
}

/// Writes an event of now.
pub(crate) fn event(context: &SpanContext, name: &str, items: &[(&str, Value<'_>)]) {
    if context.is_recorded() {
        event_at(context, name, items, clock::ticks());
    }
}

/// Writes an event of another time.
pub(crate) fn event_at(context: &SpanContext, name: &str, items: &[(&str, Value<'_>)], ticks: u64) {
    if context.is_recorded() {
        other(context, Kind::Event, &[ticks], items.len() + 1, |index| {
            match index.checked_sub(1) {
                None => (Key::Name("name"), Value::Str(name)),
                Some(index) => (Key::Name(items[index].0), items[index].1),
            }
        });
    }
}

/// Writes another name of the span.
pub(crate) fn name(context: &SpanContext, name: &str) {
    other(context, Kind::Name, &[], 1, |_| (Key::Name(record::UNKEPT_NAME), Value::Str(name)));
}

/// Writes a link to another span.
pub(crate) fn link(context: &SpanContext, to: &SpanContext) {
    other(context, Kind::Link, &[to.trace.high, to.trace.low, to.span.0], 0, no_item);
}

/// Writes that a span has begun.
pub(crate) fn begin(context: &SpanContext, callsite: u32, parent: SpanId, start: u64, flags: u16) {
    let head = Head { kind: Kind::Begin, extra: 5, tracer: context.tracer(), callsite };
    log::detail(head, context.span.0, |sink| {
        let TraceId { high, low } = context.trace;
        [high, low, parent.0, start].into_iter().for_each(|word| sink.word(word));
        sink.word(u64::from(flags) << 32 | u64::from(context.path));
    });
}

/// Writes that the trace is to be kept, or not.
pub(crate) fn verdict(context: &SpanContext, keep: bool) {
    let head = Head { kind: Kind::Verdict, extra: 3, tracer: context.tracer(), callsite: 0 };
    log::detail(head, context.span.0, |sink| {
        let TraceId { high, low } = context.trace;
        [high, low, u64::from(keep)].into_iter().for_each(|word| sink.word(word));
    });
}

/// Writes that the task of a span is woken now, where `by` is current.
pub(crate) fn wake(context: &SpanContext, by: &SpanContext) {
    let words = [clock::ticks(), by.span.0, by.trace.high, by.trace.low];
    other(context, Kind::Wake, &words, 0, no_item);
}

/// Bytes of a piece: below any limit of texts.
const PIECE: usize = 128;

/// Writes the W3C `tracestate` of the span's trace, which is ASCII, in pieces that are never cut.
pub(crate) fn trace_state(context: &SpanContext, text: &str) {
    let pieces = text.len().div_ceil(PIECE);
    if pieces > 0 {
        other(context, Kind::TraceState, &[], pieces, |index| {
            let end = text.len().min((index + 1) * PIECE);
            (Key::Name(""), Value::Str(text.get(index * PIECE..end).unwrap_or_default()))
        });
    }
}

/// Writes what Datadog's headers say of the span's trace, or who decided about it.
#[cold]
pub(crate) fn datadog(context: &SpanContext, datadog: &Datadog, by_hand: bool) {
    let Datadog { priority, origin, parent, tags, rates } = datadog;
    let priority = i64::from(priority.unwrap_or(NO_PRIORITY));
    let rate = |rate: Option<f64>| rate.unwrap_or(f64::NAN).to_bits();
    let words = [
        priority as u64,
        u64::from(by_hand),
        parent.map_or(0, |span| span.0),
        rate(rates.agent),
        rate(rates.rule),
        rate(rates.limit),
    ];
    let tags = || tags.split(',').filter_map(|tag| tag.split_once('='));
    other(context, Kind::Datadog, &words, tags().count() + 1, |index| {
        let of_tag = index.checked_sub(1).and_then(|index| tags().nth(index));
        let (key, value) = of_tag.unwrap_or(("origin", origin));
        (Key::Name(key), Value::Str(value))
    });
}

/// Writes one poll of the task's outermost frame, of the callsite numbered `callsite`.
#[inline(always)]
pub(crate) fn poll(context: &SpanContext, callsite: u32, start: u64, end: u64) {
    let head = Head { kind: Kind::Poll, extra: 2, tracer: context.tracer(), callsite };
    log::detail(head, context.span.0, |sink| {
        sink.word(start);
        sink.word(end);
    });
}

/// Writes what is known of the task whose outermost span this is; `delay` is in ticks.
pub(crate) fn task(context: &SpanContext, key: u64, delay: Option<u64>, facts: TaskFacts<'_>) {
    let place = facts.spawned_at.filter(|place| place.file().len() <= MAX_PATH);
    let (file, line) = place.map_or(("", 0), |place| (place.file(), place.line()));
    let words = [delay.unwrap_or(UNKNOWN_DELAY), key, facts.spawned_by, u64::from(line)];
    let name = facts.name.filter(|name| name.len() <= MAX_KEY).unwrap_or_default();
    if file.is_empty() && name.is_empty() {
        // As of most roots.
        let extra = words.len() as u16;
        let head = Head { kind: Kind::Task, extra, tracer: context.tracer(), callsite: 0 };
        if let Some(mut row) = Row::try_new() {
            if row.push(words) {
                return row.publish(head, context.span.0);
            }
        }
        let put = |sink: &mut Payload<'_>| words.iter().for_each(|word| sink.word(*word));
        return log::detail(head, context.span.0, put);
    }
    // Texts as short as these need no preparation.
    let (target, texts) = (Target { context, callsite: 0, kind: Kind::Task }, [file, name]);
    write(target, &words, texts.len(), &|index| (Key::Name(""), Value::Str(texts[index])));
}

fn no_item(_: usize) -> Item<'static> {
    (Key::Name(""), Value::Bool(false))
}

#[derive(Clone, Copy)]
struct Target<'a> {
    context: &'a SpanContext,
    callsite: u32,
    kind: Kind,
}

/// Writes one record, or two of the halves where it would be too long for one.
#[inline]
fn write<'a>(
    target: Target<'_>,
    words: &[u64],
    count: usize,
    item: &(impl Fn(usize) -> Item<'a> + ?Sized),
) {
    let length = |index| {
        let (key, value): Item<'_> = item(index);
        record::item_words(key, &value)
    };
    let total = words.len() + (0..count).map(length).sum::<usize>();
    if total > MAX_WORDS {
        // One item is never so long: keys and texts are cut.
        return write_halves(target, words, count, &|index| item(index));
    }
    let Target { context, callsite, kind } = target;
    let head = Head { kind, extra: total as u16, tracer: context.tracer(), callsite };
    log::detail(head, context.span.0, |sink| {
        words.iter().for_each(|word| sink.word(*word));
        for index in 0..count {
            let (key, value) = item(index);
            record::write_item(sink, key, &value);
        }
    });
}

/// The second half of a long event or error becomes attributes of the span: nothing is lost.
#[cold]
fn write_halves<'a>(
    target: Target<'_>,
    words: &[u64],
    count: usize,
    item: &dyn Fn(usize) -> Item<'a>,
) {
    let half = count / 2;
    write(target, words, half, item);
    let rest = |index: usize| item(half + index);
    write(Target { kind: Kind::Attributes, ..target }, &[], count - half, &rest);
}

/// Whether an item can be written as it stands.
#[inline]
fn is_plain((key, value): &Item<'_>) -> bool {
    let short = !matches!(key, Key::Name(name) if name.len() > MAX_KEY);
    short
        && match value {
            Value::Bool(_) | Value::I64(_) | Value::F64(_) => true,
            Value::U64(value) => i64::try_from(*value).is_ok(),
            Value::Str(text) => text.len() <= record::text_limit(),
            Value::Display(_) | Value::Debug(_) => false,
        }
}

/// Room to format values in; taken while in use.
#[derive(Default)]
struct Scratch {
    text: String,
    /// Where each item's text ends; items that are written as they stand have none of their own.
    ends: Vec<usize>,
}

thread_local! {
    static SCRATCH: Cell<Option<Scratch>> = const { Cell::new(None) };
    static FORMATTING: Cell<bool> = const { Cell::new(false) };
}

/// Formats what needs it before anything is written: user code may itself be traced, or panic.
#[cold]
fn formatted<'a>(
    count: usize,
    item: &dyn Fn(usize) -> Item<'a>,
    use_them: impl for<'s> FnOnce(&'s dyn Fn(usize) -> Item<'s>),
) {
    let mut scratch = SCRATCH.try_with(Cell::take).ok().flatten().unwrap_or_default();
    scratch.text.clear();
    scratch.ends.clear();
    for index in 0..count {
        let (_, value) = item(index);
        if !is_plain(&(Key::Field(0), value)) {
            format(&value, &mut scratch.text);
        }
        scratch.ends.push(scratch.text.len());
    }
    use_them(&|index| {
        let (key, value) = item(index);
        let start = index.checked_sub(1).map_or(0, |before| scratch.ends[before]);
        let text = &scratch.text[start..scratch.ends[index]];
        let plain = is_plain(&(Key::Field(0), value));
        (short(key), if plain { value } else { Value::Str(text) })
    });
    // Without the thread-local the room is simply freed.
    let _kept = SCRATCH.try_with(|place| place.set(Some(scratch)));
}

fn short(key: Key<'_>) -> Key<'_> {
    match key {
        Key::Name(name) => {
            let cut = (0..=MAX_KEY.min(name.len())).rev().find(|cut| name.is_char_boundary(*cut));
            Key::Name(&name[..cut.unwrap_or(0)])
        }
        field @ Key::Field(_) => field,
    }
}

/// Appends the value's text, at most [`record::text_limit`] bytes of it; what panics leaves a note.
pub(crate) fn format(value: &Value<'_>, text: &mut String) {
    let start = text.len();
    let nested = FORMATTING.replace(true);
    if nested {
        text.push_str("(formatted while formatting another value)");
        return;
    }
    let outcome =
        catch_unwind(AssertUnwindSafe(|| write!(Bounded { text, start, full: false }, "{value}")));
    FORMATTING.set(false);
    if outcome.is_err() {
        text.truncate(start);
        text.push_str("(panicked while formatting)");
    }
}

/// Stops the formatting of endless values, with a mark where it was cut.
struct Bounded<'a> {
    text: &'a mut String,
    start: usize,
    full: bool,
}

impl fmt::Write for Bounded<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = (self.start + record::text_limit()).saturating_sub(self.text.len());
        if part.len() <= room && !self.full {
            self.text.push_str(part);
            return Ok(());
        }
        if !self.full {
            self.full = true;
            let cut = (0..=room).rev().find(|cut| part.is_char_boundary(*cut)).unwrap_or(0);
            self.text.push_str(&part[..cut]);
            self.text.push('…');
        }
        // A value that goes on all the same is not listened to.
        Err(fmt::Error)
    }
}
