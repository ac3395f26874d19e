//! Threads and rayon's jobs: children of who starts them, and of nobody who waits below them.

use std::sync::mpsc::channel;
use std::thread::ThreadId;

use rayon::iter::{
    IndexedParallelIterator as _, IntoParallelIterator as _, IntoParallelRefIterator as _,
    ParallelIterator as _,
};
use rayon::{BroadcastContext, ThreadPool, ThreadPoolBuilder};
use tracer::rayon::ParallelIteratorExt as _;
use tracer::{Span, bound, current, isolated, thread, traced};
use tracer_tests::{Gate, scope};

#[traced(args)]
fn hash(id: u32) -> u32 {
    id
}

fn hashed(id: u32) {
    hash(id);
}

#[traced]
fn request<R>(work: impl FnOnce() -> R) -> R {
    work()
}

fn tree(f: impl FnOnce()) -> String {
    let scope = scope();
    scope.in_scope(|| request(f));
    scope.tree()
}

fn hashes(ids: impl IntoIterator<Item = u32>) -> String {
    let lines = ids.into_iter().map(|id| format!("  hash(id={id})\n"));
    format!("request\n{}", lines.collect::<Vec<_>>().concat())
}

#[test]
fn each_way_to_start_a_thread() {
    let tree = tree(|| {
        assert_eq!(thread::spawn(|| hash(1)).join().unwrap(), 1);
        let builder = || thread::Builder::new().name("hasher".into()).stack_size(1 << 20);
        let name = || std::thread::current().name().map(str::to_owned);
        let named = builder().spawn(move || (hash(2), name())).unwrap();
        assert_eq!(named.join().unwrap(), (2, Some("hasher".to_owned())));
        let mut sum = 0;
        thread::scope(|scope| {
            let sum = &mut sum;
            scope.spawn(move || scope.spawn(|| *sum += hash(3)));
            let named = builder().spawn_scoped(scope, || hash(4)).unwrap();
            assert_eq!(named.join().unwrap(), 4);
        });
        assert_eq!(sum, 3);
        std::thread::spawn(|| assert!(!current().is_valid())).join().unwrap();
    });
    assert_eq!(tree, hashes(1..=4));
}

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().expect("it starts")
}

#[test]
fn each_way_to_start_a_job() {
    let pool = pool(2);
    let (done, wait) = channel();
    let tree = tree(|| {
        tracer::rayon::install(&pool, || {
            assert_eq!(tracer::rayon::join(|| hash(1), || hash(2)), (1, 2));
            let mut sum = 0;
            tracer::rayon::scope(|scope| {
                hash(3);
                scope.spawn(|scope| scope.spawn(|_| sum += hash(4)));
            });
            assert_eq!(sum, 4);
            let sent = done.clone();
            tracer::rayon::spawn(move || sent.send(hash(5)).unwrap());
            tracer::rayon::spawn_fifo(move || done.send(hash(9)).unwrap());
        });
        assert_eq!(wait.iter().sum::<u32>(), 14);
        let ids = (6..9).into_par_iter().in_current();
        let sum: u32 = tracer::rayon::install(&pool, || ids.map(hash).sum());
        assert_eq!(sum, 21);
    });
    assert_eq!(tree, hashes(1..=9));
}

#[test]
fn each_scope_of_jobs() {
    let pool = pool(2);
    let tree = tree(|| {
        tracer::rayon::install(&pool, || {
            tracer::rayon::scope_fifo(|scope| {
                hash(1);
                scope.spawn_fifo(|scope| scope.spawn_fifo(|_| hashed(2)));
            });
            // Not `Send`: it runs where it is called.
            let (here, cell) = (std::thread::current().id(), std::rc::Rc::new(3));
            tracer::rayon::in_place_scope(|scope| {
                assert_eq!(std::thread::current().id(), here);
                hash(*cell);
                scope.spawn(|scope| scope.spawn(|_| hashed(4)));
            });
            tracer::rayon::in_place_scope_fifo(|scope| {
                hash(*cell + 2);
                scope.spawn_fifo(|_| hashed(6));
            });
        });
    });
    assert_eq!(tree, hashes(1..=6));
}

#[test]
fn each_way_to_run_on_all_threads() {
    let pool = pool(2);
    let (done, wait) = channel();
    let tree = tree(|| {
        tracer::rayon::install(&pool, || {
            let index = |thread: BroadcastContext<'_>| u32::try_from(thread.index()).unwrap();
            let ids = tracer::rayon::broadcast(|thread| hash(index(thread)));
            assert_eq!(ids, [0, 1]);
            tracer::rayon::scope(|scope| {
                scope.spawn_broadcast(move |scope, thread| {
                    let id = 2 + index(thread);
                    scope.spawn(move |_| hashed(id));
                });
            });
            tracer::rayon::scope_fifo(|scope| {
                scope.spawn_broadcast(move |_, thread| hashed(4 + index(thread)));
            });
            let done = done.clone();
            tracer::rayon::spawn_broadcast(move |thread| {
                done.send(hash(6 + index(thread))).unwrap();
            });
        });
        pool.spawn(tracer::in_current({
            let done = done.clone();
            move || done.send(hash(8)).unwrap()
        }));
        assert_eq!((0..3).map(|_| wait.recv().unwrap()).sum::<u32>(), 21);
    });
    assert_eq!(tree, hashes(0..=8));
}

/// What runs in its place is no spawned task, and what is spawned has a delay.
#[test]
fn what_a_scope_runs_in_place_is_not_spawned() {
    let scope = scope();
    scope.in_scope(|| {
        request(|| {
            tracer::rayon::in_place_scope(|scope| {
                hash(1);
                scope.spawn(|_| hashed(2));
            });
        });
    });
    let spans = scope.spans();
    let spawned = |id: &str| {
        let mut spans = spans.iter().filter(|span| span.name() == "hash");
        let span = spans.find(|span| span.attribute("id").unwrap().to_string() == id).unwrap();
        (span.is_spawned(), span.task().is_some_and(|task| task.first_poll_delay().is_some()))
    };
    assert_eq!((spawned("1"), spawned("2")), ((false, false), (true, true)));
}

#[test]
fn parallel_iterators_run_in_the_current_context_what_comes_after_it() {
    let pool = pool(2);
    let tree = tree(|| {
        let numbers = |ids: [u32; 3]| ids.into_par_iter().zip(0..3).in_current();
        // As the global pool would, but with known threads.
        tracer::rayon::install(&pool, || {
            let odd = numbers([1, 2, 3]).map(|(id, _)| id).filter(|id| hash(*id) % 2 == 1);
            assert_eq!(odd.collect::<Vec<_>>(), [1, 3], "in order");
            let seen = |n: u32| {
                assert!(current().is_valid());
                n
            };
            let sums = numbers([4, 5, 6]).fold(|| seen(0), |sum, (id, _)| sum + hash(id));
            assert_eq!(sums.map(seen).reduce(|| 0, |a, b| a + b), 15);
            let most = numbers([1, 2, 3]).map(|(_, id)| 7 + id).reduce_with(|a, b| {
                // Where the results of two threads meet.
                seen(a.max(b))
            });
            assert_eq!(most.map(hash), Some(9));
            numbers([7, 8, 0]).for_each(|(id, at)| {
                if at < 2 {
                    hashed(id);
                }
            });
        });
    });
    assert_eq!(tree, hashes(1..=9));
}

#[test]
fn a_job_taken_up_while_a_parallel_iterator_waits_sees_nothing_of_it() {
    assert!(!a_stranger_sees_who_waits(|a, b| {
        vec![a, b].into_par_iter().in_current().for_each(|side| side());
    }));
}

/// The closures of some adaptors can be bound as well, where one takes care of the isolation.
#[test]
fn parallel_iterators_with_bound_closures() {
    let pool = pool(2);
    let tree = tree(|| {
        let square = bound(|id: &u32| hash(id * id));
        let sum: u32 = isolated(|| pool.install(|| [1, 2, 3].par_iter().map(square).sum()));
        assert_eq!(sum, 14);
    });
    assert_eq!(tree, hashes([1, 4, 9]));
}

type Side = Box<dyn FnOnce() + Send>;

/// Lets a request wait for two jobs, of which the second waits for a stranger's: the thread of the
/// first takes that up meanwhile. Says whether the stranger saw the request's span.
fn a_stranger_sees_who_waits(wait: fn(Side, Side)) -> bool {
    let (begun, done) = (Gate::default(), Gate::default());
    let (say, said) = channel::<(ThreadId, bool)>();
    let (begins, stranger) = (begun.clone(), done.clone());
    let second: Side = Box::new(move || {
        begins.open();
        done.wait();
    });
    let first: Side = Box::new(move || {
        // The second is on the other thread by then, so that no other than this is free.
        begun.wait();
        rayon::spawn(move || {
            say.send((std::thread::current().id(), current().is_valid())).expect("it waits");
            stranger.open();
        });
    });
    let scope = scope();
    let waiter = pool(2).install(|| {
        scope.in_scope(|| request(|| wait(first, second)));
        std::thread::current().id()
    });
    assert_eq!(scope.tree(), "request\n");
    let (thread, sees) = said.recv().expect("it ran");
    assert_eq!(thread, waiter, "it ran on top of who waits");
    sees
}

#[test]
fn a_job_taken_up_while_a_request_waits_sees_nothing_of_it() {
    assert!(!a_stranger_sees_who_waits(|a, b| {
        tracer::rayon::join(a, b);
    }));
    assert!(!a_stranger_sees_who_waits(|a, b| {
        tracer::rayon::scope(|scope| {
            scope.spawn(|_| b());
            a();
        });
    }));
    assert!(!a_stranger_sees_who_waits(|a, b| {
        tracer::rayon::in_place_scope_fifo(|scope| {
            scope.spawn_fifo(|_| b());
            a();
        });
    }));
    assert!(!a_stranger_sees_who_waits(|a, b| {
        isolated(|| rayon::join(a, b));
    }));
}

/// No library can know rayon's jobs: what a thread takes up looks like a part of what waits there.
#[test]
fn a_job_taken_up_while_a_request_waits_in_rayon_itself_is_a_known_limit() {
    assert!(a_stranger_sees_who_waits(|a, b| {
        rayon::join(a, b);
    }));
}

#[test]
fn a_bound_closure_panics_and_runs_on() {
    let tree = tree(|| {
        let hash = bound(|id| {
            assert_ne!(hash(id), 2, "on purpose");
        });
        let results = std::thread::scope(|scope| {
            let jobs = (1..=3).map(|id| {
                let hash = &hash;
                scope.spawn(move || hash(id)).join().is_ok()
            });
            jobs.collect::<Vec<_>>()
        });
        assert_eq!(results, [true, false, true]);
        assert!(Span::new("after").in_scope(current).is_valid());
    });
    assert_eq!(tree, "request\n  after\n  hash(id=1)\n  hash(id=2)\n  hash(id=3)\n");
}

/// By the calls that a traced fn knows for spawns.
mod known_calls {
    #![expect(clippy::unwrap_used, reason = "what is started here does not panic")]

    use futures::executor::block_on;

    use super::*;

    #[traced]
    fn request() {
        let text = String::from("text");
        let work = || hash(1);
        let known =
            [std::thread::spawn(work), ::std::thread::spawn(|| block_on(async { hash(5) }))];
        let short = {
            use std::thread;
            [
                thread::spawn(|| hash(2)),
                thread::Builder::new().spawn(move || hash(text.len() as u32)).unwrap(),
            ]
        };
        known.into_iter().chain(short).for_each(|thread| assert_ne!(thread.join().unwrap(), 0));
        let mut sum = 0;
        std::thread::scope(|scope| {
            scope.spawn(|| sum += hash(6));
            scope.spawn(|| hash(7)).join().unwrap();
        });
        assert_eq!(sum, 6);
    }

    #[traced(spawn = link)]
    fn detached() {
        std::thread::spawn(move || hash(2)).join().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| hash(1)).join().unwrap();
        });
    }

    #[test]
    fn are_children() {
        let scope = scope();
        scope.in_scope(request);
        assert_eq!(scope.tree(), hashes([1, 2, 4, 5, 6, 7]));
    }

    #[test]
    fn linked_if_asked() {
        let scope = scope();
        scope.in_scope(detached);
        assert_eq!(scope.tree(), "detached\nhash(id=1) linked\nhash(id=2) linked\n");
    }
}
