//! How a traced function's return value marks its span: by type, chosen while compiling.
//!
//! The macro asks `outcome!(R)` for a zero-sized strategy: autoref picks the first that fits, from
//! a Result of a real error down to "nothing to learn". A closure would put a higher-ranked lifetime
//! into the future's type and break `Send` checks.

use std::any::type_name;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::backtrace;
use crate::context::SpanContext;
use crate::detail;
use crate::guard::SpanGuard;
use crate::record::{Key, Kind};
use crate::value::Value;

/// Looks at the value that a traced function returns.
#[doc(hidden)]
pub trait Observe<T> {
    /// Marks the span as failed if `value` says so.
    fn observe(span: &impl Observed, value: &T);
}

/// What has a span whose value is looked at.
#[doc(hidden)]
pub trait Observed {
    fn context(&self) -> SpanContext;
}

impl Observed for SpanGuard {
    fn context(&self) -> SpanContext {
        self.context()
    }
}

/// Marks the span of `guard` by the value its function returns; what the macro calls.
#[doc(hidden)]
#[inline(always)]
pub fn observe<T, O: Observe<T>>(guard: &SpanGuard, _: O, value: &T) {
    O::observe(guard, value);
}

/// Nothing to learn from the value.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Nothing;
/// A `Result` whose error has a message and sources.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByError;
/// A `Result` whose error is a box or report around a `dyn Error`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByReport;
/// A `Result` whose error is a box around a `dyn Error` that is not `Send`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByLocalReport;
/// A `Result` whose error can be displayed.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByDisplay;
/// A `Result` whose error can only be debugged.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByDebug;
/// A `Result` of whose error only the type is known.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct ByName;

impl<T> Observe<T> for Nothing {
    #[inline(always)]
    fn observe(_: &impl Observed, _: &T) {}
}

macro_rules! outcome {
    ($strategy:ty, [$($lifetime:lifetime)?], [$($bounds:tt)*], |$error:ident| $value:expr, $source:expr) => {
        impl<$($lifetime,)? T, E: $($bounds)*> Observe<Result<T, E>> for $strategy {
            #[inline(always)]
            fn observe(span: &impl Observed, value: &Result<T, E>) {
                if let Err(error) = value {
                    Self::fail(span, error);
                }
            }
        }

        impl $strategy {
            // Once for each type of errors, not in each function.
            #[cold]
            #[inline(never)]
            fn fail<$($lifetime,)? E: $($bounds)*>(span: &impl Observed, $error: &E) {
                let span = span.context();
                if span.is_recorded() {
                    fail(&span, type_name::<E>(), $value, source(|| $source));
                }
            }
        }
    };
}

outcome!(ByError, [], [Error], |error| Value::Display(error), Error::source(error));
outcome!(
    ByReport,
    ['e],
    [Display + AsRef<dyn Error + Send + Sync + 'e>],
    |error| Value::Display(error),
    error.as_ref().source()
);
outcome!(
    ByLocalReport,
    ['e],
    [Display + AsRef<dyn Error + 'e>],
    |error| Value::Display(error),
    error.as_ref().source()
);
outcome!(ByDisplay, [], [Display], |error| Value::Display(error), None);
outcome!(ByDebug, [], [Debug], |error| Value::Debug(error), None);
outcome!(ByName, [], [], |_error| Value::Str(""), None);

impl SpanContext {
    /// Marks the span as failed, with the error's type, message and up to 8 sources.
    ///
    /// With `RUST_BACKTRACE` set the system's backtrace is recorded, too. Of several errors the
    /// last one counts.
    ///
    /// # Examples
    ///
    /// ```
    /// let error = "x".parse::<u8>().unwrap_err();
    /// tracer_core::current().record_error(&error);
    /// ```
    pub fn record_error<E: Error + ?Sized>(&self, error: &E) {
        if self.is_recorded() {
            fail(self, type_name::<E>(), Value::Display(&error), source(|| error.source()));
        }
    }

    /// Marks the span as failed where there is no error as a value, such as by a status code.
    ///
    /// `error_type` is what OpenTelemetry's `error.type` says: of low cardinality, such as `503` or
    /// `timeout`. Where a child failed, the span is taken to have passed that on.
    ///
    /// # Examples
    ///
    /// ```
    /// use tracer_core::{Span, current, testing};
    ///
    /// let scope = testing::Scope::new();
    /// scope.in_scope(|| Span::new("call").in_scope(|| current().set_failed("503")));
    /// assert_eq!(scope.tree(), "call ✖\n");
    /// assert_eq!(scope.spans()[0].error().unwrap().type_name(), "503");
    /// ```
    pub fn set_failed(&self, error_type: &str) {
        if self.is_recorded() {
            let error_type = Value::Str(error_type);
            detail::other(self, Kind::Error, &[], 1, |_| (Key::Name("type"), error_type));
        }
    }
}

/// What an error names as its source. That is foreign code: where it panics there is none.
pub(crate) fn source<'a>(
    named: impl FnOnce() -> Option<&'a (dyn Error + 'static)>,
) -> Option<&'a (dyn Error + 'static)> {
    catch_unwind(AssertUnwindSafe(named)).unwrap_or_default()
}

/// Sources beyond this depth are not followed.
const MAX_SOURCES: usize = 8;

/// Marks the span as failed, by the type and message of its error.
#[doc(hidden)]
#[cold]
#[inline(never)]
pub fn fail(
    span: &SpanContext,
    kind: &'static str,
    message: Value<'_>,
    source: Option<&(dyn Error + 'static)>,
) {
    let mut sources = [None; MAX_SOURCES];
    let mut next = source;
    for place in &mut sources {
        *place = next;
        next = next.and_then(|error| self::source(|| error.source()));
    }
    let deep = sources.iter().flatten().count();
    backtrace::keep(span.span);
    detail::other(span, Kind::Error, &[], 2 + deep, |index| match index {
        0 => (Key::Name("type"), Value::Str(kind)),
        1 => (Key::Name("message"), message),
        _ => {
            let source = sources.get(index - 2).and_then(Option::as_ref);
            let text = source.map_or(Value::Str(""), |source| Value::Display(source));
            (Key::Name("source"), text)
        }
    });
}

/// Carries the declared return type for the choice below.
#[doc(hidden)]
pub struct Tag<T: ?Sized>(PhantomData<fn() -> Box<T>>);

impl<T: ?Sized> Tag<T> {
    #[doc(hidden)]
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: ?Sized> Debug for Tag<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tag")
    }
}

macro_rules! pick {
    ($($name:ident => $strategy:ident for [$($generics:tt)*] $target:ty),* $(,)?) => { $(
        #[doc(hidden)]
        pub trait $name {
            fn pick(&self) -> $strategy {
                $strategy
            }
        }

        impl<$($generics)*> $name for $target {}
    )* };
}

pick! {
    PickError => ByError for [T, E: Error] &&&&&&Tag<Result<T, E>>,
    PickReport => ByReport for ['e, T, E: Display + AsRef<dyn Error + Send + Sync + 'e>] &&&&&Tag<Result<T, E>>,
    PickLocalReport => ByLocalReport for ['e, T, E: Display + AsRef<dyn Error + 'e>] &&&&Tag<Result<T, E>>,
    PickDisplay => ByDisplay for [T, E: Display] &&&Tag<Result<T, E>>,
    PickDebug => ByDebug for [T, E: Debug] &&Tag<Result<T, E>>,
    PickName => ByName for [T, E] &Tag<Result<T, E>>,
    PickNothing => Nothing for [T: ?Sized] Tag<T>,
}

/// The errors of a `Result`, where somebody says how they are told.
#[doc(hidden)]
pub trait PickErrAsDisplay {
    fn error_as_display(&self) -> ByDisplay {
        ByDisplay
    }
}

impl<T, E: Display> PickErrAsDisplay for Tag<Result<T, E>> {}

#[doc(hidden)]
pub trait PickErrAsDebug {
    fn error_as_debug(&self) -> ByDebug {
        ByDebug
    }
}

impl<T, E: Debug> PickErrAsDebug for Tag<Result<T, E>> {}

/// Chooses the strategy for a declared return type.
#[doc(hidden)]
#[macro_export]
macro_rules! __outcome {
    ($type:ty) => {{
        #[allow(unused_imports)]
        use $crate::__private::{
            PickDebug as _, PickDisplay as _, PickError as _, PickLocalReport as _, PickName as _,
            PickNothing as _, PickReport as _,
        };
        (&&&&&&&$crate::__private::Tag::<$type>::new()).pick()
    }};
}

/// Finds the best value of an argument.
#[doc(hidden)]
#[macro_export]
macro_rules! __argument {
    ($name:expr) => {{
        #[allow(unused_imports)]
        use $crate::__private::{DebugArgument as _, OpaqueArgument as _, TypedArgument as _};
        (&&&$crate::__private::Argument(&$name)).value()
    }};
}
