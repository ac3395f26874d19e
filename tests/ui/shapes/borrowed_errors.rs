//! Errors that borrow, or whose type is the caller's: of them no lifetime is asked.

use std::error::Error;
use std::fmt;
use std::sync::{LockResult, Mutex, MutexGuard};

use tracer::testing::Scope;
use tracer::traced;
use tracer_ui_tests::block_on;

#[derive(Debug)]
struct Borrowed<'a>(&'a str);

impl fmt::Display for Borrowed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Borrowed<'_> {}

trait Source {
    type Error: Error;

    fn get(self) -> Result<u32, Self::Error>;
}

impl<'a> Source for &'a str {
    type Error = Borrowed<'a>;

    fn get(self) -> Result<u32, Borrowed<'a>> {
        Err(Borrowed(self))
    }
}

#[traced]
fn of_a_trait<S: Source>(source: S) -> Result<u32, S::Error> {
    source.get()
}

#[traced]
async fn of_the_caller<E: Error>(error: E) -> Result<u32, E> {
    Err(error)
}

#[traced]
fn borrowed(text: &str) -> Result<(), Borrowed<'_>> {
    Err(Borrowed(text))
}

#[traced]
async fn borrowed_later(text: &str) -> Result<(), Borrowed<'_>> {
    Err(Borrowed(text))
}

#[traced]
fn boxed<'a>(text: &'a str) -> Result<(), Box<dyn Error + Send + Sync + 'a>> {
    Err(Box::new(Borrowed(text)))
}

#[traced]
fn boxed_here<'a>(text: &'a str) -> Result<(), Box<dyn Error + 'a>> {
    Err(Box::new(Borrowed(text)))
}

#[traced]
fn locked(lock: &Mutex<u32>) -> LockResult<MutexGuard<'_, u32>> {
    lock.lock()
}

#[test]
fn errors_that_borrow_mark_their_spans() {
    let text = String::from("gone with the caller");
    let scope = Scope::new();
    scope.in_scope(|| {
        assert_eq!(of_a_trait(text.as_str()).unwrap_err().0, text);
        assert_eq!(block_on(of_the_caller(Borrowed(&text))).unwrap_err().0, text);
        assert_eq!(borrowed(&text).unwrap_err().0, text);
        assert_eq!(block_on(borrowed_later(&text)).unwrap_err().0, text);
        assert_eq!(boxed(&text).unwrap_err().to_string(), text);
        assert_eq!(boxed_here(&text).unwrap_err().to_string(), text);
        assert_eq!(*locked(&Mutex::new(7)).unwrap(), 7);
    });
    assert_eq!(
        scope.tree(),
        "borrowed ✖\nborrowed_later ✖\nboxed ✖\nboxed_here ✖\nlocked\nof_a_trait ✖\nof_the_caller ✖\n"
    );
    let errors = scope.spans();
    let errors = errors.iter().filter_map(|span| span.error());
    assert!(errors.into_iter().all(|error| error.message() == text));
}
