//! Fns and methods with the names of well-known spawns that are something else: they compile and do what
//! they did.
#![expect(clippy::unused_self, reason = "it is the method call that looks like another")]
#![expect(clippy::unwrap_used, reason = "what is spawned here neither panics nor is cancelled")]

use futures::executor::block_on;
use tracer::traced;
use tracer_tests::{Runtime as _, TokioMultiThread, hash, query, scope};

#[derive(Clone, Copy)]
struct Nursery;

impl Nursery {
    fn spawn<T: Copy>(self, value: T) -> T {
        value
    }

    fn spawn_local(self, run: impl Fn(u32) -> u32) -> u32 {
        run(1) + run(2)
    }

    fn spawn_blocking<F: Future>(self, again: impl Fn() -> F) -> F::Output {
        drop(block_on(again()));
        block_on(again())
    }
}

mod forest {
    pub(super) mod task {
        pub(in super::super) fn spawn(value: u32) -> u32 {
            value
        }
    }
}

/// Not code that runs here.
macro_rules! text {
    ($($code:tt)*) => {
        stringify!($($code)*)
    };
}

#[traced]
fn nothing_is_carried() {
    assert_eq!(Nursery.spawn(1), 1);
    assert!(Nursery.spawn(&String::new()).is_empty());
    let inferred: Option<u32> = Nursery.spawn("".parse().ok());
    assert_eq!(inferred, None);
    assert_eq!(Nursery.spawn_local(|value| value + 1), 5);
    assert_eq!(Nursery.spawn_blocking(|| async { 3 }), 3);
    assert_eq!(forest::task::spawn(4), 4);
    let spawn = |value: u32| value;
    assert_eq!((0..spawn(3)).count(), 3);
    let code = text!(tokio::spawn(async {}));
    assert!(!code.contains("tracer"), "{code}");
}

#[traced]
fn inner_fns() -> u32 {
    #[traced(spawn = false)]
    fn inner() -> bool {
        std::thread::spawn(|| tracer::current().is_valid()).join().unwrap()
    }
    assert!(!inner());
    std::thread::spawn::<_, u32>(|| hash(1)).join().unwrap()
}

#[test]
fn are_left_alone() {
    let scope = scope();
    scope.in_scope(|| {
        nothing_is_carried();
        assert_eq!(inner_fns(), 1);
    });
    assert_eq!(scope.tree(), "inner_fns\n  hash(id=1)\n  inner\nnothing_is_carried\n");
}

#[traced]
async fn double() {
    tracer::tokio::spawn(async { query(1).await }).await.unwrap();
    {
        use tracer::tokio;
        tokio::spawn(async { query(2).await }).await.unwrap();
    }
}

#[test]
fn an_adapters_own_spawn_does_it_already() {
    let scope = scope();
    TokioMultiThread::block_on(scope.bind(double()));
    assert_eq!(scope.tree(), "double\n  query(id=1)\n  query(id=2)\n");
}
