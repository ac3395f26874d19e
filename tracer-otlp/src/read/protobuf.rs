//! OTLP's other encoding, read: a message becomes the tree that its JSON would be.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::field::{
    any_value, array_value, event, key_value, key_values, link, request, resource, resource_spans,
    scope, scope_spans, span, status,
};
use crate::tree::Tree;
use crate::wire::Message;
use crate::writer::Field;

/// The fields of a message that are read.
type Shape = [(Field, Holds)];

/// What a field holds.
#[derive(Clone, Copy)]
enum Holds {
    Text,
    /// The digits of an id.
    Id,
    Bytes,
    /// Of 64 bits.
    Natural,
    Integer,
    /// Of 32 bits, and of an enum.
    Small,
    Bool,
    Double,
    One(&'static Shape),
    Many(&'static Shape),
}

/// Messages in each other; more are refused.
const MAX_DEPTH: usize = 64;

static REQUEST: &Shape = &[(request::RESOURCE_SPANS, Holds::Many(RESOURCE_SPANS))];
static RESOURCE_SPANS: &Shape = &[
    (resource_spans::RESOURCE, Holds::One(RESOURCE)),
    (resource_spans::SCOPE_SPANS, Holds::Many(SCOPE_SPANS)),
];
static RESOURCE: &Shape = &[(resource::ATTRIBUTES, Holds::Many(&KEY_VALUE))];
static SCOPE_SPANS: &Shape =
    &[(scope_spans::SCOPE, Holds::One(SCOPE)), (scope_spans::SPANS, Holds::Many(SPAN))];
static SCOPE: &Shape = &[(scope::NAME, Holds::Text), (scope::VERSION, Holds::Text)];
static SPAN: &Shape = &[
    (span::TRACE_ID, Holds::Id),
    (span::SPAN_ID, Holds::Id),
    (span::TRACE_STATE, Holds::Text),
    (span::PARENT_SPAN_ID, Holds::Id),
    (span::NAME, Holds::Text),
    (span::KIND, Holds::Small),
    (span::START, Holds::Natural),
    (span::END, Holds::Natural),
    (span::ATTRIBUTES, Holds::Many(&KEY_VALUE)),
    (span::EVENTS, Holds::Many(EVENT)),
    (span::LINKS, Holds::Many(LINK)),
    (span::STATUS, Holds::One(STATUS)),
    (span::FLAGS, Holds::Small),
];
static EVENT: &Shape = &[
    (event::TIME, Holds::Natural),
    (event::NAME, Holds::Text),
    (event::ATTRIBUTES, Holds::Many(&KEY_VALUE)),
];
static LINK: &Shape = &[(link::TRACE_ID, Holds::Id), (link::SPAN_ID, Holds::Id)];
static STATUS: &Shape = &[(status::MESSAGE, Holds::Text), (status::CODE, Holds::Small)];

// Values hold values.
static KEY_VALUE: [(Field, Holds); 2] =
    [(key_value::KEY, Holds::Text), (key_value::VALUE, Holds::One(&ANY_VALUE))];
static ANY_VALUE: [(Field, Holds); 7] = [
    (any_value::STRING, Holds::Text),
    (any_value::BOOL, Holds::Bool),
    (any_value::INT, Holds::Integer),
    (any_value::DOUBLE, Holds::Double),
    (any_value::ARRAY, Holds::One(&ARRAY_VALUE)),
    (any_value::KEY_VALUES, Holds::One(&KEY_VALUES)),
    (any_value::BYTES, Holds::Bytes),
];
static ARRAY_VALUE: [(Field, Holds); 1] = [(array_value::VALUES, Holds::Many(&ANY_VALUE))];
static KEY_VALUES: [(Field, Holds); 1] = [(key_values::VALUES, Holds::Many(&KEY_VALUE))];

/// What was said to be a message is none.
#[derive(Debug)]
pub(super) struct NotProtobuf;

/// The tree of a message.
pub(super) fn tree(bytes: &[u8]) -> Result<Tree<'_>, NotProtobuf> {
    message(bytes, REQUEST, 0)
}

fn message<'a>(bytes: &'a [u8], shape: &Shape, depth: usize) -> Result<Tree<'a>, NotProtobuf> {
    let message = Message::read(bytes).filter(|_| depth <= MAX_DEPTH).ok_or(NotProtobuf)?;
    let mut members = Vec::new();
    for (field, holds) in shape {
        if let Some(value) = value(&message, *field, *holds, depth)? {
            members.push((Cow::Borrowed(field.name), value));
        }
    }
    Ok(Tree::Object(members))
}

/// What a field holds, if it is there.
fn value<'a>(
    of: &Message<'a>,
    field: Field,
    holds: Holds,
    depth: usize,
) -> Result<Option<Tree<'a>>, NotProtobuf> {
    let text = |text: String| Tree::Text(Cow::Owned(text));
    Ok(match holds {
        Holds::Text => of.last(field).map(|bytes| Tree::Text(String::from_utf8_lossy(bytes))),
        Holds::Id => of.last(field).map(|bytes| text(hexadecimal(bytes))),
        Holds::Bytes => of.last(field).map(|bytes| text(base64(bytes))),
        Holds::Natural => of.given_number(field).map(|number| text(number.to_string())),
        Holds::Integer => of.given_number(field).map(|number| text((number as i64).to_string())),
        Holds::Bool => of.given_number(field).map(|number| Tree::Bool(number != 0)),
        Holds::Small => {
            of.given_number(field).map(|number| Tree::Number(Cow::Owned(number.to_string())))
        }
        Holds::Double => of.given_number(field).map(|bits| double(f64::from_bits(bits))),
        Holds::One(shape) => match of.last(field) {
            Some(bytes) => Some(message(bytes, shape, depth + 1)?),
            None => None,
        },
        Holds::Many(shape) => {
            let messages = of.all(field).map(|bytes| message(bytes, shape, depth + 1));
            Some(Tree::List(messages.collect::<Result<_, _>>()?))
        }
    })
}

/// What JSON has no number for is a text.
fn double(value: f64) -> Tree<'static> {
    if value.is_finite() {
        return Tree::Number(Cow::Owned(format!("{value:?}")));
    }
    let infinite = if value > 0.0 { "Infinity" } else { "-Infinity" };
    Tree::Text(Cow::Borrowed(if value.is_nan() { "NaN" } else { infinite }))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string does not fail.
        let _written = write!(digits, "{byte:02x}");
        digits
    })
}

/// As OTLP's JSON has bytes.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - group.len()));
        let digit = |place: usize| char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize]);
        text.extend((0..=group.len()).map(digit));
        text.push_str(&"=="[..3 - group.len()]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;
    use crate::read::{Value, protobuf};

    #[test]
    fn values_of_all_kinds_are_read() {
        // {"resourceSpans":[{"scopeSpans":[{"spans":[{ids, attributes}]}]}]}
        let within = |tag: u8, content: &[u8]| [&[tag, content.len() as u8], content].concat();
        let attribute = |key: &str, value: &[u8]| {
            within(0x4a, &[within(0x0a, key.as_bytes()), within(0x12, value)].concat())
        };
        let span = [
            within(0x0a, &[7; 16]),
            within(0x12, &[8; 8]),
            attribute("bytes", &within(0x3a, &[0, 1])),
            attribute(
                "list",
                &within(0x2a, &[within(0x0a, &[0x18, 1]), within(0x0a, &[])].concat()),
            ),
            attribute("map", &within(0x32, &within(0x0a, &[0x0a, 1, b'k', 0x12, 2, 0x10, 1]))),
            attribute("text", &[0x0a, 2, b'a', 0xff]),
        ];
        let bytes = within(0x0a, &within(0x12, &within(0x12, &span.concat())));
        let spans = protobuf(&bytes).unwrap();
        let told = |key: &str| spans[0].attribute(key).map(ToString::to_string);
        assert_eq!(spans[0].span_id.to_string(), "0808080808080808");
        assert_eq!(
            (told("bytes").as_deref(), told("map").as_deref()),
            (Some("AAE="), Some("{k: true}"))
        );
        assert_eq!(spans[0].attribute("text"), Some(&Value::Text("a\u{fffd}".to_owned())));
        assert_eq!(told("list"), None, "a value of it has no type that is known");
    }

    #[test]
    fn nonsense_is_refused_however_deep() {
        assert!(protobuf(b"{\"resourceSpans\":[]}").is_err());
        let deep = (0..200_u32).fold(vec![], |inner: Vec<u8>, _| {
            let length = inner.len();
            let head = [0x2a, length as u8 & 0x7f | 0x80, (length >> 7) as u8 & 0x7f];
            let value = [&head, inner.as_slice()].concat();
            let length = value.len();
            let head = [0x0a, length as u8 & 0x7f | 0x80, (length >> 7) as u8 & 0x7f];
            [&head, value.as_slice()].concat()
        });
        assert!(super::message(&deep, &super::ARRAY_VALUE, 0).is_err());
        assert_eq!(
            ["", "f", "fo", "foo"].map(|t| base64(t.as_bytes())),
            ["", "Zg==", "Zm8=", "Zm9v"]
        );
    }
}
