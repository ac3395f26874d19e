//! What async-std tells of spawns makes its tasks inherit, and leaves the program's logger as it is.

use std::sync::Mutex;
use std::time::Duration;

use async_std::task::{self, Builder};
use log::{Level, LevelFilter, Log, Metadata, Record};
use tracer::async_std::hooks;
use tracer::export::Memory;
use tracer::testing::{self, Scope};
use tracer::{FutureExt as _, Span, Tracer, current, traced};
use tracer_tests::{Gate, pause};

#[traced(args)]
async fn query(id: u32) {
    pause().await;
}

/// Its work is written elsewhere: the attribute carries nothing into what that spawns.
#[traced(args(id))]
async fn request(id: u32, work: impl Future<Output = ()>) {
    work.await;
}

/// As a crate does that knows nothing of us.
async fn library(id: u32) {
    task::spawn(async move {
        query(id).await;
        pause().await;
        // Another thread may have it by now.
        query(id).await;
        task::spawn(async move { query(id + 1).await }).await;
    })
    .await;
}

pub(crate) fn inherits() {
    hooks::inherit_context().expect("there is no logger");
    let scope = Scope::new();
    task::block_on(scope.bind(request(0, async {
        library(1).await;
        let named = Builder::new().name("named".to_owned()).spawn(async { query(3).await });
        named.expect("it starts").await;
        Builder::new().local(async { query(4).await }).expect("it starts").await;
        let other = Span::new("other");
        task::spawn(async { query(5).await }.in_context(other.context())).await;
        // async-std tells of neither.
        assert!(!task::spawn_blocking(|| current().is_valid()).await);
        assert!(!task::block_on(async { current().is_valid() }));
    })));
    task::block_on(scope.bind(async {
        task::spawn(async { assert!(!current().is_valid()) }).await;
    }));
    assert_eq!(
        scope.tree(),
        "request(id=0)\n  other\n    query(id=5)\n  query(id=1)\n  query(id=1)\n  query(id=2)\n  \
         query(id=3)\n  query(id=4)\n"
    );
    assert!(hooks::inherit_context().is_err());
}

/// However a task that asked ends, nothing is kept of it; nor of one that needs not ask.
pub(crate) fn ends() {
    hooks::inherit_context().expect("there is no logger");
    let scope = Scope::new();
    let (asked, never) = (Gate::default(), Gate::default());
    let mut cancelled = None;
    task::block_on(scope.bind(request(1, async {
        library(2).await;
        assert_eq!(hooks::kept(), 0, "all have ended");
        tracer::async_std::spawn(query(4)).await;
        Builder::new().spawn(async {}.in_current()).expect("it starts").await;
        assert_eq!(hooks::kept(), 1, "it did not ask");
        let told = asked.clone();
        cancelled = Some(task::spawn(async move {
            query(5).await;
            told.open();
            never.await;
        }));
        asked.await;
        assert_eq!(hooks::kept(), 2);
    })));
    task::block_on(cancelled.expect("it was spawned").cancel());
    assert_eq!((hooks::kept(), hooks::evicted()), (1, 0));
    let lines = [2, 2, 3, 4, 5].map(|id| format!("  query(id={id})\n"));
    assert_eq!(scope.tree(), format!("request(id=1)\n{}", lines.concat()));
}

/// Tasks that never ask leave what they inherited, until there is no room; then the oldest goes.
pub(crate) fn many() {
    const ROOM: usize = 262_144;
    hooks::inherit_context().expect("there is no logger");
    let scope = Scope::new();
    task::block_on(scope.bind(request(0, async {
        let gate = Gate::default();
        let oldest = task::spawn({
            let gate = gate.clone();
            async {
                gate.await;
                assert!(!current().is_valid(), "it has made room");
            }
        });
        for _ in 0..ROOM + 1_000 {
            drop(task::spawn(async {}));
        }
        assert_eq!(hooks::kept(), ROOM);
        assert!(hooks::evicted() >= 1_000, "{}", hooks::evicted());
        gate.open();
        oldest.await;
        task::spawn(async { query(2).await }).await;
    })));
    assert_eq!(scope.tree(), "request(id=0)\n  query(id=2)\n");
}

pub(crate) fn expires() {
    hooks::inherit_context().expect("there is no logger");
    let memory = Memory::default();
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .inherited_for(Duration::ZERO)
        .install()
        .expect("the only one");
    task::block_on(async {
        let gate = Gate::default();
        let mut task = None;
        request(1, async {
            let open = gate.clone();
            task = Some(task::spawn(async {
                query(1).await;
                open.await;
                query(2).await;
            }));
            pause().await;
        })
        .await;
        gate.open();
        task.expect("it was spawned").await;
    });
    tracer.shutdown(Duration::from_secs(30)).expect("nothing is lost");
    let tree = testing::render(&memory.take());
    assert!(tree.contains("query(id=2) linked\n"), "{tree}");
}

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn lines() -> Vec<String> {
    std::mem::take(&mut *LINES.lock().expect("no logger panics"))
}

/// Throws away what comes from `noisy`, whatever its level.
struct Lines;

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() != "noisy"
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}", record.level(), record.args());
        LINES.lock().expect("no logger panics").push(line);
    }

    fn flush(&self) {
        LINES.lock().expect("no logger panics").push("flushed".to_owned());
    }
}

fn logs_at_all_levels() {
    for level in Level::iter() {
        log::log!(level, "said");
    }
}

/// The program's logger gets what it would get, and is asked as it would be.
pub(crate) fn logger() {
    hooks::inherit_context_before(Box::new(Lines), LevelFilter::Info).expect("there is no other");
    let scope = Scope::new();
    task::block_on(scope.bind(request(1, library(1))));
    assert_eq!(scope.tree(), "request(id=1)\n  query(id=1)\n  query(id=1)\n  query(id=2)\n");
    logs_at_all_levels();
    assert_eq!(lines(), ["ERROR said", "WARN said", "INFO said"]);
    assert!(log::log_enabled!(Level::Info) && !log::log_enabled!(Level::Debug));
    assert!(!log::log_enabled!(target: "noisy", Level::Error));
    log::logger().flush();
    assert_eq!(lines(), ["flushed"]);
    hooks::set_max_level(LevelFilter::Off);
    logs_at_all_levels();
    assert!(lines().is_empty());
    hooks::set_max_level(LevelFilter::Trace);
    task::block_on(scope.bind(request(2, library(2))));
    assert_eq!(lines(), ["TRACE block_on", "TRACE spawn", "TRACE spawn"], "async-std's own, too");
    assert!(hooks::inherit_context_before(Box::new(Lines), LevelFilter::Info).is_err());
}

/// A logger of the program's own calls the hook; with a lower level nothing is inherited.
pub(crate) fn own_logger() {
    struct Own;
    impl Log for Own {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }
        fn log(&self, record: &Record<'_>) {
            hooks::on_log(record);
        }
        fn flush(&self) {}
    }
    log::set_logger(&Own).expect("there is no other");
    let error = hooks::inherit_context().expect_err("there is one");
    assert!(error.to_string().starts_with("a logger is installed already; "), "{error}");
    let scope = Scope::new();
    log::set_max_level(LevelFilter::Trace);
    task::block_on(scope.bind(request(1, library(1))));
    // What others say in these words is not async-std's.
    log::trace!("spawn");
    log::set_max_level(LevelFilter::Debug);
    task::block_on(scope.bind(request(2, async { task::spawn(query(3)).await })));
    let bare = async { task::spawn(async { current().is_valid() }).await };
    task::block_on(scope.bind(request(3, async { assert!(!bare.await) })));
    assert_eq!(
        scope.tree(),
        "request(id=1)\n  query(id=1)\n  query(id=1)\n  query(id=2)\nrequest(id=2)\n  \
         query(id=3)\nrequest(id=3)\n"
    );
}
