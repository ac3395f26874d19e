//! The fields of OTLP's messages, as `opentelemetry/proto/trace/v1/trace.proto` numbers them.

use crate::writer::Field;

macro_rules! fields {
    ($($(#[$doc:meta])* $message:ident { $($field:ident = $number:literal $name:literal),* $(,)? })*) => { $(
        $(#[$doc])*
        pub(crate) mod $message {
            use super::Field;
            $(pub(crate) const $field: Field = Field { number: $number, name: $name };)*
        }
    )* };
}

fields! {
    request { RESOURCE_SPANS = 1 "resourceSpans" }
    resource_spans { RESOURCE = 1 "resource", SCOPE_SPANS = 2 "scopeSpans", SCHEMA_URL = 3 "schemaUrl" }
    resource { ATTRIBUTES = 1 "attributes" }
    scope_spans { SCOPE = 1 "scope", SPANS = 2 "spans", SCHEMA_URL = 3 "schemaUrl" }
    scope { NAME = 1 "name", VERSION = 2 "version" }
    span {
        TRACE_ID = 1 "traceId",
        SPAN_ID = 2 "spanId",
        TRACE_STATE = 3 "traceState",
        PARENT_SPAN_ID = 4 "parentSpanId",
        NAME = 5 "name",
        KIND = 6 "kind",
        START = 7 "startTimeUnixNano",
        END = 8 "endTimeUnixNano",
        ATTRIBUTES = 9 "attributes",
        EVENTS = 11 "events",
        LINKS = 13 "links",
        STATUS = 15 "status",
        FLAGS = 16 "flags",
    }
    event { TIME = 1 "timeUnixNano", NAME = 2 "name", ATTRIBUTES = 3 "attributes" }
    link { TRACE_ID = 1 "traceId", SPAN_ID = 2 "spanId" }
    status { MESSAGE = 2 "message", CODE = 3 "code" }
    key_value { KEY = 1 "key", VALUE = 2 "value" }
    any_value {
        STRING = 1 "stringValue",
        BOOL = 2 "boolValue",
        INT = 3 "intValue",
        DOUBLE = 4 "doubleValue",
        ARRAY = 5 "arrayValue",
        KEY_VALUES = 6 "kvlistValue",
        BYTES = 7 "bytesValue",
    }
    array_value { VALUES = 1 "values" }
    key_values { VALUES = 1 "values" }

    /// What a backend answers.
    response { PARTIAL_SUCCESS = 1 "partialSuccess" }
    partial_success { REJECTED_SPANS = 1 "rejectedSpans", ERROR_MESSAGE = 2 "errorMessage" }
    /// What it answers where something was wrong: gRPC's status.
    refusal { MESSAGE = 2 "message" }
}

/// Bits of a span's flags: its trace is sampled.
pub(crate) const SAMPLED: u32 = 1;
/// It is known whether the parent is of another process.
pub(crate) const KNOWS_REMOTE: u32 = 1 << 8;
/// The parent is of another process.
pub(crate) const IS_REMOTE: u32 = 1 << 9;

/// The status of a span that failed.
pub(crate) const STATUS_ERROR: u32 = 2;
