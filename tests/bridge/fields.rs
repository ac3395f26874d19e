//! What the fields of spans and events become.

use std::error::Error;
use std::fmt;

use tracer::testing::Scope;
use tracer::traced;
use tracer_bridge_tests::detailed;
use tracing::{Level, debug, error, field, info, info_span, instrument, span, warn};

#[derive(Debug)]
struct Refused(std::num::ParseIntError);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn refused() -> Refused {
    Refused("x".parse::<u8>().expect_err("it is no number"))
}

#[test]
fn fields_are_attributes_of_their_type() {
    assert_eq!(
        detailed(|| {
            let span = info_span!(
                "all",
                signed = -1_i64,
                unsigned = 2_u64,
                wide = u64::MAX,
                wider = u128::MAX,
                float = 0.5,
                flag = true,
                text = "words",
                shown = %"shown",
                debugged = ?Some(1),
                later = field::Empty,
                never = field::Empty,
            );
            span.record("later", 7);
            span.record("text", "others");
        }),
        "all internal\n  signed=-1\n  unsigned=2\n  wide=\"18446744073709551615\"\n  \
         wider=\"340282366920938463463374607431768211455\"\n  float=0.5\n  flag=true\n  \
         text=\"words\"\n  shown=\"shown\"\n  debugged=\"Some(1)\"\n  later=7\n  text=\"others\"\n"
    );
}

#[test]
fn what_panics_while_it_is_formatted_leaves_a_note() {
    struct Panics;
    impl fmt::Debug for Panics {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("on purpose")
        }
    }
    struct Traces;
    impl fmt::Debug for Traces {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            info_span!("inside", of = 1).in_scope(|| info!("event"));
            f.write_str("traces")
        }
    }
    assert_eq!(
        detailed(|| drop(info_span!("span", bad = ?Panics, good = ?Traces))),
        "span internal\n  bad=\"(panicked while formatting)\"\n  good=\"traces\"\n\
         inside internal\n  of=1\n  - (formatted while formatting another value)\n      \
         level=\"INFO\"\n      target=\"fields\"\n"
    );
}

#[test]
fn events_belong_to_the_current_span_or_to_their_parent() {
    assert_eq!(
        detailed(|| {
            info!("nobody's");
            let outer = info_span!("outer");
            let _outer = outer.enter();
            let inner = info_span!("inner").entered();
            info!(count = 3, ok = true, "done with {}", "it");
            warn!(name: "refund", target: "elsewhere", "named");
            debug!(parent: &outer, only = "a field");
            info!(parent: None, "nobody's");
            drop(inner);
        }),
        "outer internal\n  - event tests/bridge/fields.rs:\n      only=\"a field\"\n      \
         level=\"DEBUG\"\n      target=\"fields\"\n\
         inner internal\n  - done with it\n      count=3\n      ok=true\n      level=\"INFO\"\n      \
         target=\"fields\"\n  - named\n      level=\"WARN\"\n      target=\"elsewhere\"\n"
    );
}

#[test]
fn fields_of_opentelemetry_say_name_kind_and_status() {
    assert_eq!(
        detailed(|| {
            let route = "/cart";
            let span = info_span!(
                "request",
                otel.name = format!("GET {route}"),
                otel.kind = "server",
                otel.status_code = field::Empty,
                otel.status_message = field::Empty,
                other = field::Empty,
            );
            span.record("otel.status_code", "ERROR");
            span.record("otel.status_message", "upstream is gone");
            drop(span);
            let span = info_span!("call", otel.kind = ?tracer::export::SpanKind::Client, otel.name = field::Empty);
            span.record("otel.name", "GET /stock");
            drop(span);
            drop(info_span!("fine", otel.status_code = "OK", otel.kind = "nonsense"));
        }),
        "GET /cart server\n  ✖ \"upstream is gone\" ← []\n\
         GET /stock client\n\
         fine internal\n"
    );
}

#[test]
fn an_error_of_a_span_is_what_it_failed_with() {
    assert_eq!(
        detailed(|| {
            let wrong = refused();
            drop(info_span!("a", error = &wrong as &(dyn Error + 'static)));
            drop(info_span!("b", error = %wrong));
            drop(info_span!("c", error = true));
            drop(info_span!("d", error = false, cause = &wrong as &(dyn Error + 'static)));
        }),
        "a internal\n  ✖ \"refused\" ← [\"invalid digit found in string\"]\n\
         b internal\n  ✖ \"refused\" ← []\n\
         c internal\n  ✖ \"\" ← []\n\
         d internal\n  cause=\"refused\"\n"
    );
}

#[instrument(err)]
fn fails() -> Result<(), Refused> {
    Err(refused())
}

#[test]
fn an_event_of_an_error_marks_its_span_as_failed() {
    assert_eq!(
        detailed(|| drop(fails())),
        "fails internal\n  - event tests/bridge/fields.rs:\n      error=\"refused\"\n      \
         level=\"ERROR\"\n      target=\"fields\"\n  ✖ \"refused\" ← []\n"
    );
    assert_eq!(
        detailed(|| {
            let wrong = refused();
            info_span!("a").in_scope(|| error!(e = &wrong as &(dyn Error + 'static), "gone"));
            info_span!("b").in_scope(|| error!("only words"));
            info_span!("c").in_scope(|| warn!(error = %wrong, "tried again"));
        }),
        "a internal\n  - gone\n      e=\"refused\"\n      level=\"ERROR\"\n      target=\"fields\"\n  \
         ✖ \"refused\" ← [\"invalid digit found in string\"]\n\
         b internal\n  - only words\n      level=\"ERROR\"\n      target=\"fields\"\n\
         c internal\n  - tried again\n      error=\"refused\"\n      level=\"WARN\"\n      target=\"fields\"\n"
    );
}

#[instrument(err)]
fn passes_on() -> Result<(), Refused> {
    fails()
}

#[traced]
fn ours() -> Result<(), Refused> {
    passes_on()
}

#[test]
fn an_error_begins_where_it_was_first_told() {
    tracer_bridge_tests::install();
    let scope = Scope::new();
    scope.in_scope(|| drop(ours()));
    assert_eq!(scope.tree(), "ours ⚠\n  passes_on ⚠\n    fails ✖\n");
}

#[test]
fn a_callsite_says_where_and_how_much_it_matters() {
    tracer_bridge_tests::install();
    let scope = Scope::new();
    scope.in_scope(|| drop(span!(target: "db", Level::WARN, "query")));
    let spans = scope.spans();
    let site = spans[0].callsite();
    assert_eq!((site.target(), site.level().as_str()), ("db", "warn"));
    assert_eq!((site.file(), site.line() > 0), (file!(), true));
}
