//! What is kept of an error, whichever kind it is and however it is told.

use std::error::Error;
use std::fmt;

use futures::executor::block_on;
use tracer::{Span, current, traced};
use tracer_tests::{Refused, error_of, scope, wrapped};

#[test]
fn every_kind_of_error_is_seen() {
    #[derive(Debug)]
    struct DebugOnly(#[expect(dead_code, reason = "shown by Debug")] u32);
    struct Opaque;

    #[traced]
    async fn boxed() -> Result<(), Box<dyn Error + Send + Sync>> {
        Err(wrapped("outside", std::io::Error::other("inside")).into())
    }
    #[traced]
    fn text() -> Result<(), String> {
        Err("a text".into())
    }
    #[traced]
    fn borrowed() -> Result<(), &'static str> {
        Err("a borrowed text")
    }
    #[traced]
    fn debug_only() -> Result<(), DebugOnly> {
        Err(DebugOnly(7))
    }
    #[traced]
    fn opaque() -> Result<(), Opaque> {
        Err(Opaque)
    }
    #[traced]
    fn io() -> std::io::Result<()> {
        Err(std::io::Error::other("a disk"))
    }
    let scope = scope();
    scope.in_scope(|| {
        assert!(block_on(boxed()).is_err());
        assert!(
            text().is_err()
                && borrowed().is_err()
                && debug_only().is_err()
                && opaque().is_err()
                && io().is_err()
        );
    });
    assert_eq!(scope.tree(), "borrowed ✖\nboxed ✖\ndebug_only ✖\nio ✖\nopaque ✖\ntext ✖\n");
    let said = |name| {
        let (kind, message, sources) = error_of(&scope, name);
        format!("{}: {message} {sources:?}", kind.rsplit("::").next().unwrap_or_default())
    };
    assert!(said("boxed").ends_with(": outside [\"inside\"]"), "{}", said("boxed"));
    assert_eq!(said("text"), "String: a text []");
    assert_eq!(said("borrowed"), "&str: a borrowed text []");
    assert_eq!(said("debug_only"), "DebugOnly: DebugOnly(7) []");
    assert_eq!(said("opaque"), "Opaque:  []");
    assert_eq!(said("io"), "Error: a disk []");
}

#[test]
fn an_error_recorded_by_hand() {
    let scope = scope();
    scope.in_scope(|| {
        Span::new("by hand").in_scope(|| {
            current().record_error(&wrapped("outside", std::io::Error::other("inside")));
        });
    });
    let (_, message, sources) = error_of(&scope, "by hand");
    assert_eq!((message.as_str(), sources), ("outside", vec!["inside".to_owned()]));
}

#[test]
fn the_last_of_several_errors_counts() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("retries");
        (1..=3).for_each(|attempt| {
            span.record_error(&std::io::Error::other(format!("attempt {attempt}")));
        });
    });
    assert_eq!(error_of(&scope, "retries").1, "attempt 3");
}

#[test]
fn an_error_that_panics_while_it_is_displayed_harms_nobody() {
    #[derive(Debug)]
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("on purpose");
        }
    }
    impl Error for Broken {}
    #[traced]
    fn broken() -> Result<(), Broken> {
        Err(Broken)
    }
    let scope = scope();
    scope.in_scope(|| assert!(broken().is_err()));
    assert_eq!(error_of(&scope, "broken").1, "(panicked while formatting)");
    assert_eq!(scope.tree(), "broken ✖\n");
}

#[test]
fn an_error_is_kept_however_many_events_came_before() {
    let scope = scope();
    scope.in_scope(|| {
        let span = Span::new("span");
        (0..200).for_each(|_| span.add_event("event", &[]));
        span.record_error(&fmt::Error);
    });
    assert_eq!(scope.tree(), "span ✖\n");
}

#[test]
fn a_boxed_error_that_is_not_send_has_its_sources() {
    #[traced]
    fn boxed() -> Result<(), Box<dyn Error>> {
        Err(wrapped("outside", std::io::Error::other("inside")).into())
    }
    let scope = scope();
    scope.in_scope(|| assert!(boxed().is_err()));
    assert_eq!(error_of(&scope, "boxed").2, ["inside"]);
}
#[test]
fn the_sources_go_deep() {
    #[traced]
    fn fails() -> Result<(), Refused> {
        let bottom = wrapped("level 1", std::io::Error::other("level 0"));
        Err((2..=4).fold(bottom, |error, level| {
            wrapped(["", "", "level 2", "level 3", "level 4"][level], error)
        }))
    }
    let scope = scope();
    scope.in_scope(fails).unwrap_err();
    assert_eq!(error_of(&scope, "fails").2, ["level 3", "level 2", "level 1", "level 0"]);
}

#[test]
fn an_error_that_panics_while_it_names_its_source_harms_nobody() {
    #[derive(Debug)]
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("broken")
        }
    }
    impl Error for Broken {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            panic!("on purpose");
        }
    }
    #[traced]
    async fn polled() -> Result<(), Broken> {
        Err(Broken)
    }
    #[traced]
    fn called() -> Result<(), Broken> {
        Err(Broken)
    }
    #[traced]
    fn wraps() -> Result<(), Refused> {
        Err(wrapped("outside", Broken))
    }
    let scope = scope();
    scope.in_scope(|| {
        assert!(block_on(polled()).is_err() && called().is_err() && wraps().is_err());
        current().record_error(&Broken);
        Span::new("by hand").in_scope(|| current().record_error(&Broken));
    });
    let said = |name| {
        let (_, message, sources) = error_of(&scope, name);
        format!("{message} {sources:?}")
    };
    assert_eq!(["polled", "called", "by hand"].map(said), ["broken []"; 3]);
    assert_eq!(said("wraps"), "outside [\"broken\"]");
}
