//! Spans and events of `tracing` among ours.

mod joined;
mod said;
mod site;

use std::cell::Cell;

use tracer_core::__private::{Below, allows, enter_span, is_active, leave_span};
use tracer_core::{SpanContext, SpanKind, Value, current};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::{LookupSpan, SpanRef};

use crate::doubles;
use crate::fields::Fields;
use crate::tracing::joined::{Joined, Table};
use crate::tracing::said::{OfEvent, OfSpan};
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
/// use tracing_subscriber::filter::LevelFilter;
/// use tracing_subscriber::prelude::*;
///
/// tracing_subscriber::registry().with(Tracing::new().with_filter(LevelFilter::INFO)).init();
///
/// let scope = testing::Scope::new();
/// scope.in_scope(|| {
///     tracing::info_span!("theirs", rows = 3).in_scope(|| drop(Span::new("ours")));
/// });
/// assert_eq!(scope.tree(), "theirs\n  ours\n");
/// ```
#[derive(Debug)]
pub struct Tracing {
    spans: Table,
    /// Another one of these sees the same spans.
    is_second: bool,
}

impl Tracing {
    /// Makes the layer.
    ///
    /// Give it a filter: without one, some libraries tell of each frame that they read.
    pub const fn new() -> Self {
        Self { spans: Table::new(), is_second: false }
    }

    fn is_off(&self) -> bool {
        self.is_second || !is_active()
    }

    /// The context of a span; where we have none of it, that of the next one around it.
    fn context_of<'a, R: LookupSpan<'a>>(&self, span: &SpanRef<'a, R>) -> Option<SpanContext> {
        span.scope().find_map(|span| self.spans.find(&span.id(), |joined| joined.context))
    }

    /// The context that an event is to be added to.
    fn context_for<S>(&self, event: &Event<'_>, ctx: &Context<'_, S>) -> Option<SpanContext>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        match event.parent() {
            Some(parent) => ctx.span(parent).and_then(|parent| self.context_of(&parent)),
            None => Some(current()).filter(|_| !event.is_root()),
        }
    }

    /// Writes down what the fields of a span say.
    fn say(
        &self,
        id: &Id,
        context: &SpanContext,
        is_new: bool,
        read: impl FnOnce(&mut OfSpan<'_>),
    ) {
        Fields::with(|fields| {
            let mut reader = OfSpan::new(context, is_new, fields);
            read(&mut reader);
            reader.finish(|change| self.spans.change_status(id, change));
        });
    }
}

impl Default for Tracing {
    fn default() -> Self {
        Self::new()
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Tracing {
    fn on_layer(&mut self, subscriber: &mut S) {
        let subscriber: &dyn Subscriber = subscriber;
        self.is_second = subscriber.downcast_ref::<Self>().is_some();
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, ctx: Context<'_, S>) {
        if self.is_off() {
            return;
        }
        let below = if attributes.is_root() {
            Below::Nothing
        } else if attributes.parent().is_some() {
            // One that is left out for this layer alone is not seen, but those around it are.
            let named = ctx.span(id).and_then(|span| self.context_of(&span.parent()?));
            named.map_or(Below::Nothing, Below::Given)
        } else {
            Below::Current
        };
        let Some(joined) = Joined::open(attributes, below) else { return };
        let context = joined.recorded();
        self.spans.keep(id, joined);
        if let Some(context) = context {
            self.say(id, &context, true, |reader| attributes.record(reader));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        if let Some(context) = self.spans.find(id, Joined::recorded).flatten() {
            self.say(id, &context, false, |reader| values.record(reader));
        }
    }

    fn on_follows_from(&self, id: &Id, follows: &Id, _: Context<'_, S>) {
        let [context, to] = [id, follows].map(|id| self.spans.find(id, Joined::recorded).flatten());
        if let (Some(context), Some(to)) = (context, to) {
            context.add_link(&to);
        }
    }

    fn event_enabled(&self, event: &Event<'_>, ctx: Context<'_, S>) -> bool {
        if let Some(parent) = event.parent().filter(|_| !self.is_off()) {
            // Lines of other layers may want to know.
            let context = self.context_for(event, &ctx);
            NAMED.set(context.map(|context| (parent.into_u64(), context)));
        }
        true
    }

    fn on_event(&self, event: &Event<'_>, ctx: Context<'_, S>) {
        if self.is_off() {
            return;
        }
        if let Some(context) = self.context_for(event, &ctx).filter(SpanContext::is_recorded) {
            add_event(&context, event);
        }
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        if let Some((context, origin)) = self.spans.enter(id) {
            enter_span(&context, origin);
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        if let Some(context) = self.spans.leave(id) {
            leave_span(&context);
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.spans.close(&id);
    }
}

thread_local! {
    /// The span that the event which is on its way names as its parent, by its id.
    static NAMED: Cell<Option<(u64, SpanContext)>> = const { Cell::new(None) };
}

/// The context of the span that an event belongs to, which is on its way to all layers.
pub(crate) fn context_of(event: &Event<'_>) -> Option<SpanContext> {
    match event.parent() {
        Some(parent) => {
            NAMED.get().filter(|(id, _)| *id == parent.into_u64()).map(|(_, context)| context)
        }
        None => Some(current()).filter(|_| !event.is_root()),
    }
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
