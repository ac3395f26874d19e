//! Records of `log` are events, once each, whichever way they come.

use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use log::{LevelFilter, Log, Metadata, Record};
use tracer::testing::Scope;
use tracer::{Span, traced};
use tracer_bridge::Logger;
use tracer_bridge_tests::{details, install};

/// What the program's own logger saw.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn lines() -> MutexGuard<'static, Vec<String>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps lines, and makes events of `tracing` of them, as `tracing-log` does.
struct Own(tracing_log::LogTracer);

impl Log for Own {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() != "quiet" && metadata.level() <= log::Level::Info
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            lines().push(format!("{} {}", record.level(), record.args()));
            self.0.log(record);
        }
    }

    fn flush(&self) {}
}

/// What is said of the spans that `f` opens, and what the program's own logger saw.
fn logged(f: impl FnOnce()) -> (String, Vec<String>) {
    static ALONE: Mutex<()> = Mutex::new(());
    static ONCE: Once = Once::new();
    install();
    ONCE.call_once(|| {
        let logger =
            Logger::before(Own(tracing_log::LogTracer::new())).max_level(LevelFilter::Debug);
        log::set_boxed_logger(Box::new(logger)).expect("the only logger");
        log::set_max_level(LevelFilter::Trace);
    });
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    lines().clear();
    let scope = Scope::new();
    scope.in_scope(f);
    (details(&scope.spans()), lines().clone())
}

#[traced]
fn request(f: impl FnOnce()) {
    f();
}

#[test]
fn a_record_is_an_event_of_the_current_span_and_goes_on() {
    let (told, lines) = logged(|| {
        log::info!("nobody's");
        request(|| {
            log::info!(count = 3, half = 0.5, ok = true, who = "it"; "done with {}", 7);
            log::debug!(target: "quiet", "an aside");
            log::trace!("beyond the level");
        });
    });
    assert_eq!(
        told,
        "request internal\n  - done with \n      count=3\n      half=0.5\n      ok=true\n      \
         who=\"it\"\n      level=\"INFO\"\n      target=\"records\"\n  \
         - an aside\n      level=\"DEBUG\"\n      target=\"quiet\"\n"
    );
    assert_eq!(lines, ["INFO nobody's", "INFO done with 7"]);
}

#[test]
fn a_record_of_an_error_marks_its_span_as_failed() {
    let (told, _) = logged(|| {
        request(|| log::error!(err = "disk is full"; "not saved"));
        request(|| log::warn!(err = "disk is slow"; "saved later"));
        request(|| log::error!("only words"));
    });
    let failed = told.lines().filter(|line| line.contains('✖')).collect::<Vec<_>>();
    assert_eq!(failed, ["  ✖ \"disk is full\" ← []"]);
}

/// `tracing` is built with `log-always` here.
#[test]
fn what_comes_from_tracing_is_there_once() {
    let (told, lines) = logged(|| {
        request(|| {
            tracing::info_span!("span").in_scope(|| {
                for count in 0..2 {
                    tracing::info!(count, "by tracing");
                }
            });
            log::info!("by log");
        });
    });
    assert_eq!(
        told,
        "request internal\n  - by log\n      level=\"INFO\"\n      target=\"records\"\n\
         span internal\n  - by tracing\n      count=0\n      level=\"INFO\"\n      target=\"records\"\n  \
         - by tracing\n      count=1\n      level=\"INFO\"\n      target=\"records\"\n"
    );
    assert_eq!(lines.iter().filter(|line| line.contains("by tracing")).count(), 2, "both go on");
}

/// As where `tracing-log` is the program's logger.
#[test]
fn a_record_that_comes_through_tracing_says_what_it_said() {
    let (told, _) = logged(|| {
        request(|| {
            let record = Record::builder()
                .args(format_args!("told"))
                .level(log::Level::Warn)
                .target("db")
                .file(Some("db.rs"))
                .line(Some(7))
                .build();
            tracing_log::LogTracer::new().log(&record);
        });
    });
    assert_eq!(told, "request internal\n  - told\n      level=\"WARN\"\n      target=\"db\"\n");
}

#[test]
fn a_level_is_enabled_where_somebody_has_a_use_for_it() {
    let (_, _) = logged(|| {
        let quiet = || log::log_enabled!(target: "quiet", log::Level::Info);
        assert!(!quiet());
        Span::new("span").in_scope(|| {
            assert!(quiet());
            assert!(!log::log_enabled!(target: "quiet", log::Level::Trace));
        });
    });
}

#[test]
fn what_panics_while_it_is_formatted_leaves_a_note_and_panics_in_the_other_logger_alone() {
    struct Panics;
    impl std::fmt::Display for Panics {
        fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            panic!("on purpose")
        }
    }
    let (told, _) = logged(|| request(|| log::debug!("a {Panics} b")));
    assert!(told.contains("  - (panicked while formatting)\n"), "{told}");
}
