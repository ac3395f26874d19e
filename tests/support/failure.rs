//! An error with a source, and what is recorded of errors.

use std::error::Error;
use std::fmt;

use tracer::export::SpanRecord;
use tracer::testing::Scope;

/// Says its message; has a source or is one.
#[derive(Debug)]
pub struct Refused {
    source: Option<Box<dyn Error + Send + Sync>>,
    message: &'static str,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &dyn Error)
    }
}

/// An error without a source.
pub fn refused(message: &'static str) -> Refused {
    Refused { source: None, message }
}

/// An error because of another.
pub fn wrapped(message: &'static str, source: impl Error + Send + Sync + 'static) -> Refused {
    Refused { source: Some(Box::new(source)), message }
}

/// The only span that is called so.
///
/// # Panics
///
/// If there is none or there are several.
#[track_caller]
pub fn span_called(scope: &Scope, name: &str) -> SpanRecord {
    let mut spans = scope.spans();
    spans.retain(|span| span.name() == name);
    assert_eq!(spans.len(), 1, "spans called {name}");
    spans.remove(0)
}

/// Type, message and sources of the error of the only span that is called so.
///
/// # Panics
///
/// If there is none or there are several, or it has no error.
#[track_caller]
pub fn error_of(scope: &Scope, name: &str) -> (String, String, Vec<String>) {
    let span = span_called(scope, name);
    let error = span.error().expect("the span failed");
    let sources = error.sources().map(str::to_owned).collect();
    (error.type_name().to_owned(), error.message().to_owned(), sources)
}
