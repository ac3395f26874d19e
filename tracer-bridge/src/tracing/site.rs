//! Callsites of `tracing` as ours: one for each and kind, found again by its address.

use std::sync::OnceLock;

use tracer_core::__private::is_let_through;
use tracer_core::{Callsite, Level, SpanKind};
use tracing_core::Metadata;

/// What is known of a place in somebody else's source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    metadata: &'static Metadata<'static>,
    kind: SpanKind,
    pub(super) callsite: &'static Callsite,
    /// A field may say the name or the kind of its spans.
    pub(super) is_described: bool,
}

/// Places beyond this many are not told apart.
static SITES: [OnceLock<Site>; 8192] = [const { OnceLock::new() }; 8192];
static TOO_MANY: Callsite = Callsite::new("(too many callsites)", "", "", 0, || {});
/// Places in the table that are looked at.
const PROBES: usize = 64;

impl Site {
    /// The place where spans or events of this kind are made.
    pub(super) fn of(metadata: &'static Metadata<'static>, kind: SpanKind) -> Self {
        let address = std::ptr::from_ref(metadata).addr();
        let first = (address as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 48;
        for probe in 0..PROBES {
            let place = &SITES[(first as usize).wrapping_add(probe) % SITES.len()];
            let found = place.get_or_init(|| Self::new(metadata, kind));
            if std::ptr::eq(found.metadata, metadata) && found.kind == kind {
                return *found;
            }
        }
        Self { callsite: &TOO_MANY, ..Self::described(metadata, kind) }
    }

    /// Whether the filter lets its spans and events through.
    pub(super) fn is_let_through(&self) -> bool {
        is_let_through(self.callsite)
    }

    fn new(metadata: &'static Metadata<'static>, kind: SpanKind) -> Self {
        let (file, line) = (metadata.file().unwrap_or_default(), metadata.line().unwrap_or(0));
        // Not its module: what the span is named after need not be a function in it.
        let callsite = Callsite::new(metadata.name(), "", file, line, || {})
            .with_kind(kind)
            .with_level(level(*metadata.level()))
            .with_target(metadata.target());
        Self { callsite: Box::leak(Box::new(callsite)), ..Self::described(metadata, kind) }
    }

    fn described(metadata: &'static Metadata<'static>, kind: SpanKind) -> Self {
        let fields = metadata.fields();
        let is_described =
            ["otel.name", "otel.kind"].iter().any(|name| fields.field(name).is_some());
        Self { metadata, kind, callsite: &TOO_MANY, is_described }
    }
}

fn level(level: tracing_core::Level) -> Level {
    match level {
        tracing_core::Level::ERROR => Level::Error,
        tracing_core::Level::WARN => Level::Warn,
        tracing_core::Level::INFO => Level::Info,
        tracing_core::Level::DEBUG => Level::Debug,
        _ => Level::Trace,
    }
}
