//! Attributes and their values.

use tracer_core::Value;

use crate::field::{any_value, key_value};
use crate::writer::{Field, Size, Writer};

/// Writes an attribute as an entry of the list `field`. The value is not moved: it was written piece by
/// piece, and a move by larger ones would wait for these.
#[inline(always)]
pub(crate) fn attribute<W: Writer>(w: &mut W, field: Field, key: &str, value: &Value<'_>) {
    w.entry(field, Size::Short, |w| {
        named(w, key_value::KEY, key);
        w.message(key_value::VALUE, Size::Short, |w| self::value(w, value));
    });
}

/// Writes a text that is not there where it is empty.
#[inline]
pub(crate) fn named<W: Writer>(w: &mut W, field: Field, text: &str) {
    if !text.is_empty() {
        w.text(field, text);
    }
}

#[inline(always)]
pub(crate) fn value<W: Writer>(w: &mut W, value: &Value<'_>) {
    match *value {
        Value::Bool(value) => w.boolean(any_value::BOOL, value),
        Value::I64(value) => w.int64(any_value::INT, value),
        Value::F64(value) => w.double(any_value::DOUBLE, value),
        Value::Str(text) => w.text(any_value::STRING, text),
        Value::U64(number) if i64::try_from(number).is_ok() => {
            w.int64(any_value::INT, number as i64);
        }
        _ => formatted(w, value),
    }
}

#[cold]
fn formatted<W: Writer>(w: &mut W, value: &Value<'_>) {
    w.text(any_value::STRING, &value.to_string());
}
