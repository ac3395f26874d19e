//! Values of attributes, and how the macro finds the best one for an argument of any type.

use std::any::type_name;
use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

/// A value of an attribute: a boolean, a number, or text.
///
/// Numbers, booleans and strings become one with `into`. Anything else is given by reference, to be
/// formatted only if the span is recorded; of its text at most 8 KiB are kept (see
/// [`Builder::text_limit`](crate::Builder::text_limit)), and a formatter that panics leaves a note
/// instead. Two texts are equal if they read the same.
///
/// # Examples
///
/// ```
/// use tracer_core::Value;
///
/// assert_eq!(Value::from(3_u8).to_string(), "3");
/// assert_eq!(Value::from("north").to_string(), "north");
/// assert_eq!(Value::Debug(&Some(1)).to_string(), "Some(1)");
/// assert_eq!(Value::Display(&"north"), Value::Str("north"));
/// ```
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Value<'a> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    I64(i64),
    /// A whole number that is not negative.
    ///
    /// Recorded as text where it is beyond `i64`, which is all that OpenTelemetry has.
    U64(u64),
    /// A floating-point number.
    F64(f64),
    /// Text.
    Str(&'a str),
    /// Text, formatted through `Display` when the span is recorded.
    Display(&'a dyn fmt::Display),
    /// Text, formatted through `Debug` when the span is recorded.
    Debug(&'a dyn fmt::Debug),
}

impl Value<'_> {
    const fn is_text(&self) -> bool {
        matches!(self, Self::Str(_) | Self::Display(_) | Self::Debug(_))
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::I64(value) => value.fmt(f),
            Self::U64(value) => value.fmt(f),
            Self::F64(value) => value.fmt(f),
            Self::Str(value) => f.write_str(value),
            Self::Display(value) => value.fmt(f),
            Self::Debug(value) => value.fmt(f),
        }
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(value) => fmt::Debug::fmt(value, f),
            other => fmt::Display::fmt(other, f),
        }
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::I64(a), Self::I64(b)) => a == b,
            (Self::U64(a), Self::U64(b)) => a == b,
            (Self::F64(a), Self::F64(b)) => a == b,
            (a, b) => a.is_text() && b.is_text() && a.to_string() == b.to_string(),
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident),*) => { $(
        impl From<$type> for Value<'_> {
            #[inline]
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )* };
}

from!(bool => Bool, i8 => I64, i16 => I64, i32 => I64, i64 => I64, u8 => I64, u16 => I64, u32 => I64, u64 => U64, f32 => F64, f64 => F64);

impl From<usize> for Value<'_> {
    #[inline]
    fn from(value: usize) -> Self {
        Self::U64(value as u64)
    }
}

impl From<isize> for Value<'_> {
    #[inline]
    fn from(value: isize) -> Self {
        Self::I64(value as i64)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    #[inline]
    fn from(value: &'a str) -> Self {
        Self::Str(value)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    #[inline]
    fn from(value: &'a String) -> Self {
        Self::Str(value)
    }
}

/// A value that keeps its type: a number, a boolean, or a text.
#[doc(hidden)]
pub trait Typed {
    fn value(&self) -> Value<'_>;
}

macro_rules! typed {
    ($($type:ty),*) => { $(
        impl Typed for $type {
            #[inline(always)]
            fn value(&self) -> Value<'_> {
                Value::from(*self)
            }
        }
    )* };
}

typed!(bool, i8, i16, i32, i64, isize, u8, u16, u32, u64, usize, f32, f64);

macro_rules! text {
    ($($type:ty),*) => { $(
        impl Typed for $type {
            #[inline(always)]
            fn value(&self) -> Value<'_> {
                Value::Str(self)
            }
        }
    )* };
}

text!(str, String, Box<str>, Rc<str>, Arc<str>, Cow<'_, str>);

impl Typed for char {
    fn value(&self) -> Value<'_> {
        Value::Display(self)
    }
}

impl<T: Typed + ?Sized> Typed for &T {
    #[inline(always)]
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Typed + ?Sized> Typed for &mut T {
    #[inline(always)]
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

/// An argument whose best value is found by autoref: numbers, booleans and strings keep their type,
/// else `Debug` is taken, else the type's name.
#[doc(hidden)]
#[derive(Debug)]
pub struct Argument<'a, T: ?Sized>(pub &'a T);

#[doc(hidden)]
pub trait TypedArgument<'a> {
    fn value(&self) -> Value<'a>;
}

impl<'a, T: Typed + ?Sized> TypedArgument<'a> for &&Argument<'a, T> {
    #[inline(always)]
    fn value(&self) -> Value<'a> {
        self.0.value()
    }
}

#[doc(hidden)]
pub trait DebugArgument<'a> {
    fn value(&self) -> Value<'a>;
}

impl<'a, T: fmt::Debug> DebugArgument<'a> for &Argument<'a, T> {
    fn value(&self) -> Value<'a> {
        Value::Debug(self.0)
    }
}

#[doc(hidden)]
pub trait OpaqueArgument<'a> {
    fn value(&self) -> Value<'a>;
}

impl<'a, T: ?Sized> OpaqueArgument<'a> for Argument<'a, T> {
    fn value(&self) -> Value<'a> {
        Value::Str(type_name::<T>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Opaque;

    macro_rules! argument {
        ($name:ident) => {
            (&&&Argument(&$name)).value()
        };
    }

    #[test]
    fn an_argument_keeps_its_type_or_falls_back_to_text() {
        let (number, text, list, wide, opaque) =
            (7_u16, String::from("x"), vec![1, 2], u64::MAX, Opaque);
        let reference = &text;
        assert!(matches!(argument!(number), Value::I64(7)));
        assert!(matches!(argument!(text), Value::Str("x")));
        assert!(matches!(argument!(reference), Value::Str("x")));
        assert_eq!(argument!(list).to_string(), "[1, 2]");
        assert_eq!(argument!(wide).to_string(), "18446744073709551615");
        assert!(argument!(opaque).to_string().ends_with("Opaque"));
    }
}
