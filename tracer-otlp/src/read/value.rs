//! Values of attributes, as OTLP has them.

use std::fmt;

use crate::tree::Tree;

/// A value of an attribute.
///
/// Its `Display` is what a reader wants to see: texts as they are.
///
/// # Examples
///
/// ```
/// use tracer_otlp::read::Value;
///
/// let list = Value::List(vec![Value::I64(1), Value::Text("a".to_owned())]);
/// assert_eq!(list.to_string(), "[1, a]");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A floating-point number.
    F64(f64),
    /// Text; and bytes, as they are written: in base64.
    Text(String),
    /// Values one after the other.
    List(Vec<Self>),
    /// Values by name.
    Map(Vec<(String, Self)>),
}

impl Value {
    /// Returns the text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Returns the whole number, if it is one.
    pub const fn as_i64(&self) -> Option<i64> {
        match self {
            Self::I64(number) => Some(*number),
            _ => None,
        }
    }

    /// Reads a value; none if it has no field that is known, or what is there is of another type.
    pub(super) fn read(tree: &Tree<'_>) -> Option<Self> {
        let Tree::Object(fields) = tree else { return None };
        let (name, value) = fields.iter().find(|(_, value)| *value != Tree::Null)?;
        match &**name {
            "stringValue" | "bytesValue" => Some(Self::Text(value.text()?.to_owned())),
            "intValue" => value.integer().map(Self::I64),
            "doubleValue" => value.float().map(Self::F64),
            "boolValue" => match value {
                Tree::Bool(value) => Some(Self::Bool(*value)),
                _ => None,
            },
            "arrayValue" => {
                let values = value.get("values").map_or(&[][..], Tree::list);
                values.iter().map(Self::read).collect::<Option<_>>().map(Self::List)
            }
            "kvlistValue" => Some(Self::Map(attributes(value.get("values")))),
            _ => None,
        }
    }
}

/// Reads a list of attributes; one without a value is left out.
pub(super) fn attributes(list: Option<&Tree<'_>>) -> Vec<(String, Value)> {
    let attribute = |tree: &Tree<'_>| {
        let key = tree.get("key").and_then(Tree::text).unwrap_or_default();
        Some((key.to_owned(), Value::read(tree.get("value")?)?))
    };
    list.map_or(&[][..], Tree::list).iter().filter_map(attribute).collect()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::List(values) => {
                let texts: Vec<_> = values.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", texts.join(", "))
            }
            Self::Map(values) => {
                let texts: Vec<_> =
                    values.iter().map(|(key, value)| format!("{key}: {value}")).collect();
                write!(f, "{{{}}}", texts.join(", "))
            }
        }
    }
}
