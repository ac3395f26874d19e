//! Spans and events of `tracing` among ours.

mod said;
mod site;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use tracer_core::__private::{
    Below, ShortLock, allows, enter_span, is_active, leave_span, open_at,
};
use tracer_core::{Span, SpanContext, SpanId, SpanKind, Value, current};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::doubles;
use crate::fields::Fields;
use crate::tracing::said::{Described, OfEvent, OfSpan, Status};
use crate::tracing::site::Site;

/// Makes spans and events of `tracing` part of the tree: a layer of `tracing_subscriber`.
///
/// A span of `tracing` becomes one of ours: a child of its explicit parent, else of what is current, ours
/// or theirs, else a root. While it is entered it is current, in its task alone. It ends when it is
/// closed, which is when its last handle is dropped. Where no tracer is, nothing is done; where the trace
/// is not recorded, no field is looked at.
///
/// Fields are attributes of their type. `otel.name`, `otel.kind`, `otel.status_code` and
/// `otel.status_message` say what they say elsewhere, `otel.kind` only as the span begins; a field `error`
/// is what the span failed with: an error with its sources, a text, or `true`.
///
/// Events are events of their explicit parent or of what is current, named after their message; beside
/// their fields they have `level`, `target`, `code.file.path` and `code.line.number`. One at the level of
/// errors with an error among its fields, or a text in `error` or `err`, also says what the span failed
/// with. An event outside of any span is dropped.
///
/// What the tracer's [`Filter`](tracer_core::Filter) leaves out by target or level is not recorded; a span
/// that is left out carries the context that it was made in. At most 8,192 callsites are told apart.
///
/// # Examples
///
/// ```
/// use tracer_bridge::Tracing;
/// use tracer_core::{Span, testing};
/// use tracing_subscriber::prelude::*;
///
/// tracing_subscriber::registry().with(Tracing::new()).init();
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     tracing::info_span!("theirs", rows = 3).in_scope(|| drop(Span::new("ours")));
/// });
/// assert_eq!(scope.tree(), "theirs\n  ours\n");
/// ```
#[derive(Debug)]
pub struct Tracing {
    /// Spans that were closed while they were entered, by their ids, until they are left.
    closed: ShortLock<BTreeMap<u64, (SpanContext, u32)>>,
    closed_count: AtomicUsize,
    /// A span has been joined: only then it is worth to look for one.
    any: AtomicBool,
}

/// What is kept of a span of `tracing`.
#[derive(Debug)]
struct Joined {
    /// None where the filter leaves it out: then `context` is the one that it was made in.
    span: Option<Span>,
    context: SpanContext,
    /// The span that was current where it was made.
    origin: SpanId,
    /// How often it is entered now, by all threads together.
    entered: AtomicU32,
    status: Status,
}

impl Tracing {
    /// Makes the layer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_bridge::Tracing;
    /// use tracing_subscriber::Layer as _;
    /// use tracing_subscriber::filter::LevelFilter;
    ///
    /// // What is beyond is for other layers.
    /// let layer = Tracing::new().with_filter(LevelFilter::INFO);
    /// # let _ = tracing_subscriber::layer::SubscriberExt::with(tracing_subscriber::registry(), layer);
    /// ```
    pub const fn new() -> Self {
        Self {
            closed: ShortLock::new(BTreeMap::new()),
            closed_count: AtomicUsize::new(0),
            any: AtomicBool::new(false),
        }
    }

    fn has_joined(&self) {
        // Relaxed, and below: whoever has the span got it after this, from the thread that made it.
        if !self.any.load(Ordering::Relaxed) {
            self.any.store(true, Ordering::Relaxed);
        }
    }

    fn find<'a, S>(&self, ctx: &'a Context<'_, S>, id: &Id) -> Option<SpanRef<'a, S>>
    where
        S: Subscriber + for<'l> LookupSpan<'l>,
    {
        if self.any.load(Ordering::Relaxed) { ctx.span(id) } else { None }
    }

    /// What lies above a span that was closed before.
    #[cold]
    fn leave_closed(&self, id: &Id) {
        let Some(mut closed) = self.closed.lock() else { return };
        let Some((context, times)) = closed.get_mut(&id.into_u64()) else { return };
        leave_span(context);
        *times -= 1;
        if *times == 0 {
            closed.remove(&id.into_u64());
            // Relaxed: who leaves a span has entered it before it was closed.
            self.closed_count.store(closed.len(), Ordering::Relaxed);
        }
    }
}

impl Default for Tracing {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tracing {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        if !is_active() {
            return;
        }
        let Some(span) = ctx.span(id) else { return };
        if span.extensions().get::<Joined>().is_some() {
            // It is another such layer's.
            return;
        }
        let below = if attributes.is_root() {
            Below::Nothing
        } else if attributes.parent().is_some() {
            // One that is left out for this layer alone is not seen, but those around it are.
            let named = span.parent().and_then(|parent| context_of(&parent));
            named.map_or(Below::Nothing, Below::Given)
        } else {
            Below::Current
        };
        let Some(joined) = Joined::open(attributes, below) else { return };
        self.has_joined();
        let context = joined.recorded();
        span.extensions_mut().replace(joined);
        if let Some(context) = context {
            say(&span, &context, true, |reader| attributes.record(reader));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, ctx: Context<'_, S>) {
        let Some(span) = self.find(&ctx, id) else { return };
        if let Some(context) = recorded(&span) {
            say(&span, &context, false, |reader| values.record(reader));
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, ctx: Context<'_, S>) {
        if let (Some(span), Some(to)) = (self.find(&ctx, id), self.find(&ctx, follows)) {
            if let (Some(context), Some(to)) = (recorded(&span), recorded(&to)) {
                context.add_link(&to);
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        if !is_active() || event.is_root() {
            return;
        }
        let context = match event.parent() {
            Some(parent) => ctx.span(parent).and_then(|parent| context_of(&parent)),
            None => Some(current()),
        };
        if let Some(context) = context.filter(SpanContext::is_recorded) {
            add_event(&context, event);
        }
    }

    fn on_enter(&self, id: &Id, ctx: Context<'_, S>) {
        let Some(span) = self.find(&ctx, id) else { return };
        let extensions = span.extensions();
        if let Some(joined) = extensions.get::<Joined>() {
            // Relaxed: who closes the span has seen the threads that entered it, or is one of them.
            joined.entered.fetch_add(1, Ordering::Relaxed);
            enter_span(&joined.context, joined.origin);
        }
    }

    fn on_exit(&self, id: &Id, ctx: Context<'_, S>) {
        let context = self.find(&ctx, id).and_then(|span| {
            let extensions = span.extensions();
            let joined = extensions.get::<Joined>()?;
            joined.entered.fetch_sub(1, Ordering::Relaxed);
            Some(joined.context)
        });
        match context {
            Some(context) => leave_span(&context),
            None if self.closed_count.load(Ordering::Relaxed) > 0 => self.leave_closed(id),
            None => {}
        }
    }

    fn on_close(&self, id: Id, ctx: Context<'_, S>) {
        let Some(span) = self.find(&ctx, &id) else { return };
        let joined = span.extensions_mut().remove::<Joined>();
        let Some(joined) = joined else { return };
        let entered = joined.entered.load(Ordering::Relaxed);
        if let Some(mut closed) = (entered > 0).then(|| self.closed.lock()).flatten() {
            closed.insert(id.into_u64(), (joined.context, entered));
            self.closed_count.store(closed.len(), Ordering::Relaxed);
        }
        joined.status.finish(&joined.context);
    }
}

impl Joined {
    /// Opens the span, or carries the context where the filter leaves it out.
    fn open(attributes: &Attributes<'_>, below: Below) -> Option<Self> {
        let site = Site::of(attributes.metadata(), SpanKind::Internal);
        if !site.is_let_through() {
            let made_in = current();
            let context = match below {
                Below::Current => made_in,
                Below::Given(parent) => parent,
                Below::Nothing => return None,
            };
            return context.is_valid().then(|| Self::new(None, context, made_in.span_id()));
        }
        let (span, origin) = if site.is_described {
            let mut described = Described::default();
            attributes.record(&mut described);
            let site = Site::of(attributes.metadata(), described.kind);
            open_at(site.callsite, described.name.as_deref(), below)
        } else {
            open_at(site.callsite, None, below)
        };
        let context = span.context();
        Some(Self::new(Some(span), context, origin))
    }

    /// The context of the span itself, if it is recorded.
    fn recorded(&self) -> Option<SpanContext> {
        Some(self.context).filter(|context| self.span.is_some() && context.is_recorded())
    }

    fn new(span: Option<Span>, context: SpanContext, origin: SpanId) -> Self {
        Self { span, context, origin, entered: AtomicU32::new(0), status: Status::default() }
    }
}

/// The context of a span of `tracing`; where we have none of it, that of the next one around it.
pub(crate) fn context_of<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<SpanContext> {
    span.scope().find_map(|span| Some(span.extensions().get::<Joined>()?.context))
}

/// The context of a span of `tracing` itself, if it is recorded.
fn recorded<'a, R: LookupSpan<'a>>(span: &SpanRef<'a, R>) -> Option<SpanContext> {
    span.extensions().get::<Joined>()?.recorded()
}

/// Writes down what the fields of a span say.
fn say<'a, R: LookupSpan<'a>>(
    span: &SpanRef<'a, R>,
    context: &SpanContext,
    is_new: bool,
    read: impl FnOnce(&mut OfSpan<'_>),
) {
    Fields::with(|fields| {
        let mut reader = OfSpan::new(context, is_new, fields);
        read(&mut reader);
        reader.finish(|change| {
            if let Some(joined) = span.extensions_mut().get_mut::<Joined>() {
                change(&mut joined.status);
            }
        });
    });
}

fn add_event(context: &SpanContext, event: &Event<'_>) {
    let metadata = event.metadata();
    // What `tracing-log` makes of a record has the record's place among its fields.
    let is_record = metadata.name() == "log event" && metadata.target() == "log";
    if is_record && doubles::is_handed_on() {
        return;
    }
    let site = Site::of(metadata, SpanKind::Internal);
    if !site.is_let_through() {
        return;
    }
    Fields::with(|fields| {
        let is_error = *metadata.level() == Level::ERROR;
        let mut reader = OfEvent::new(context, fields, is_error, is_record);
        event.record(&mut reader);
        let (message, target) = (reader.message, reader.target);
        if target.is_some_and(|target| !allows(fields.text(target), site.callsite.level())) {
            return;
        }
        fields.add("level", Value::Str(metadata.level().as_str()));
        match target {
            Some(target) => fields.add_kept("target", target),
            None => fields.add("target", Value::Str(metadata.target())),
        }
        if let (Some(file), Some(line), false) = (metadata.file(), metadata.line(), is_record) {
            fields.add("code.file.path", Value::Str(file));
            fields.add("code.line.number", Value::I64(line.into()));
        }
        let name = message.map_or(metadata.name(), |message| fields.text(message));
        fields.show(|items| context.add_event(name, items));
        doubles::added(metadata.file(), metadata.line());
    });
}
