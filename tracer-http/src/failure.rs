//! Errors of services and bodies, whatever their types.

use std::any::{Any, type_name};
use std::error::Error;
use std::fmt::Display;

use tracer_core::{__private, SpanContext, Value};

/// Marks the span as failed by an error of which only the bounds are known.
///
/// Boxes of errors do not implement `Error`, so that no bound gives the sources of both.
pub(crate) fn record<E: Display + 'static>(span: &SpanContext, error: &E) {
    if span.is_recorded() {
        let source = known(error).and_then(Error::source);
        __private::fail(span, type_name::<E>(), Value::Display(error), source);
    }
}

/// The error as one that tells of its sources, if its type is one of those that are common here.
fn known(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        return Some(&**boxed);
    }
    if let Some(boxed) = error.downcast_ref::<Box<dyn Error + Send>>() {
        return Some(&**boxed);
    }
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        return Some(error);
    }
    #[cfg(feature = "hyper-util")]
    if let Some(error) = error.downcast_ref::<hyper_util::client::legacy::Error>() {
        return Some(error);
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<reqwest::Error>() {
        return Some(error);
    }
    #[cfg(feature = "reqwest-middleware")]
    if let Some(error) = error.downcast_ref::<reqwest_middleware::Error>() {
        return Some(error);
    }
    None
}
