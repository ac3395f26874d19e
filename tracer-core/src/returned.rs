//! What a traced function returns, as an attribute of its span: by type, chosen while compiling.
//!
//! As `outcome!(R)`, `returned!(R)` gives a zero-sized strategy. Of a `Result` the
//! value in it is recorded: an error is the outcome's to say.

use std::any::type_name;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;

use crate::context::SpanContext;
use crate::detail;
use crate::guard::SpanGuard;
use crate::outcome::{self, Observe, Observed, Tag};
use crate::slot;
use crate::value::{Typed, Value};

/// The key of what was returned.
const KEY: &str = "return";

/// The outcome first, then the value.
impl<T, A: Observe<T>, B: Observe<T>> Observe<T> for (A, B) {
    #[inline(always)]
    fn observe(span: &impl Observed, value: &T) {
        A::observe(span, value);
        B::observe(span, value);
    }
}

/// Records the value in the way of `H`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Whole<H>(PhantomData<H>);
/// Records the value in an `Ok` in the way of `H`.
#[doc(hidden)]
#[derive(Debug)]
pub struct InOk<H>(PhantomData<H>);

impl<H> Whole<H> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<H> InOk<H> {
    const fn new() -> Self {
        Self(PhantomData)
    }
}

/// A way to record a value.
#[doc(hidden)]
pub trait How<T: ?Sized> {
    fn value(value: &T) -> Value<'_>;
}

/// With its type.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnTyped;
/// As the text of its `Debug`.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnDebug;
/// As the text of its `Display`.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnDisplay;
/// As the name of its type.
#[doc(hidden)]
#[derive(Debug)]
pub struct ReturnName;

impl<T: Typed> How<T> for ReturnTyped {
    fn value(value: &T) -> Value<'_> {
        value.value()
    }
}

impl<T: Debug> How<T> for ReturnDebug {
    fn value(value: &T) -> Value<'_> {
        Value::Debug(value)
    }
}

impl<T: Display> How<T> for ReturnDisplay {
    fn value(value: &T) -> Value<'_> {
        Value::Display(value)
    }
}

impl<T> How<T> for ReturnName {
    fn value(_: &T) -> Value<'_> {
        Value::Str(type_name::<T>())
    }
}

impl<T, H: How<T>> Observe<T> for Whole<H> {
    #[inline(always)]
    fn observe(span: &impl Observed, value: &T) {
        let span = span.context();
        if span.is_recorded() {
            record(&span, H::value(value));
        }
    }
}

impl<T, E, H: How<T>> Observe<Result<T, E>> for InOk<H> {
    #[inline(always)]
    fn observe(span: &impl Observed, value: &Result<T, E>) {
        let span = span.context();
        if let (true, Ok(value)) = (span.is_recorded(), value) {
            record(&span, H::value(value));
        }
    }
}

#[inline(never)]
fn record(span: &SpanContext, value: Value<'_>) {
    detail::attribute(span, KEY, value);
}

/// Records what a function makes of the value that is returned; of a `Result`, of the value in it.
#[doc(hidden)]
pub fn return_with<'a, T, S: Display>(
    span: &SpanContext,
    value: Option<&'a T>,
    text: impl FnOnce(&'a T) -> S,
) {
    if let (true, Some(value)) = (span.is_recorded(), value) {
        record(span, Value::Display(&text(value)));
    }
}

/// Marks the span as failed with what a function makes of the error.
#[doc(hidden)]
pub fn error_with<'a, T, E, S: Display>(
    span: &SpanContext,
    value: &'a Result<T, E>,
    text: impl FnOnce(&'a E) -> S,
) {
    if let (true, Err(error)) = (span.is_recorded(), value) {
        outcome::fail(span, type_name::<E>(), Value::Display(&text(error)), None);
    }
}

/// The span of a function that is not async, where its value is looked at.
#[doc(hidden)]
pub fn span_of(guard: &SpanGuard) -> SpanContext {
    guard.context()
}

/// The span of a future, where its value is looked at.
#[doc(hidden)]
pub fn span_on_top() -> SpanContext {
    slot::top()
}

macro_rules! pick {
    ($method:ident: $($name:ident => $strategy:ty, for [$($generics:tt)*] $target:ty),* $(,)?) => { $(
        #[doc(hidden)]
        pub trait $name {
            fn $method(&self) -> $strategy {
                <$strategy>::new()
            }
        }

        impl<$($generics)*> $name for $target {}
    )* };
}

pick! { returned:
    PickOkTyped => InOk<ReturnTyped>, for [T: Typed, E] &&&&&Tag<Result<T, E>>,
    PickOkDebug => InOk<ReturnDebug>, for [T: Debug, E] &&&&Tag<Result<T, E>>,
    PickOkName => InOk<ReturnName>, for [T, E] &&&Tag<Result<T, E>>,
    PickWholeTyped => Whole<ReturnTyped>, for [T: Typed] &&Tag<T>,
    PickWholeDebug => Whole<ReturnDebug>, for [T: Debug] &Tag<T>,
    PickWholeName => Whole<ReturnName>, for [T] Tag<T>,
}

// The way is given. A method that is not there is one error; a strategy that does not fit would be one
// for each of its uses.
pick! { returned_as_debug:
    PickOkAsDebug => InOk<ReturnDebug>, for [T: Debug, E] &Tag<Result<T, E>>,
    PickAsDebug => Whole<ReturnDebug>, for [T: Debug] Tag<T>,
}
pick! { returned_as_display:
    PickOkAsDisplay => InOk<ReturnDisplay>, for [T: Display, E] &Tag<Result<T, E>>,
    PickAsDisplay => Whole<ReturnDisplay>, for [T: Display] Tag<T>,
}

/// What was returned, for a function to look at: of a `Result` the value in it.
#[doc(hidden)]
#[derive(Debug)]
pub struct Out<'a, T>(pub &'a T);

#[doc(hidden)]
pub trait OutOk<'a, T> {
    fn seen(&self) -> Option<&'a T>;
}

impl<'a, T, E> OutOk<'a, T> for &Out<'a, Result<T, E>> {
    fn seen(&self) -> Option<&'a T> {
        self.0.as_ref().ok()
    }
}

#[doc(hidden)]
pub trait OutWhole<'a, T> {
    fn seen(&self) -> Option<&'a T>;
}

impl<'a, T> OutWhole<'a, T> for Out<'a, T> {
    fn seen(&self) -> Option<&'a T> {
        Some(self.0)
    }
}

/// What `ret` with a function looks at.
#[doc(hidden)]
#[macro_export]
macro_rules! __seen {
    ($out:ident) => {{
        #[allow(unused_imports)]
        use $crate::__private::{OutOk as _, OutWhole as _};
        (&&$crate::__private::Out(&$out)).seen()
    }};
}

/// Chooses how a value of a declared return type is recorded.
#[doc(hidden)]
#[macro_export]
macro_rules! __returned {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            PickOkDebug as _, PickOkName as _, PickOkTyped as _, PickWholeDebug as _,
            PickWholeName as _, PickWholeTyped as _,
        };
        (&&&&&&$crate::__private::Tag::<$type>::new()).returned()
    }};
}
