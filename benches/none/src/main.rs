//! The same functions without annotation, and the floor: two reads of the clock around a call.

use std::future::Future;
use std::hint::black_box;
use std::time::Instant;

use bench_workloads::{Case, Numbers, Peer};
use futures_core::Stream;

macro_rules! recorded {
    ($name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[inline(never)]
        fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
    (async $name:ident($($key:ident $text:literal $shown:literal: $type:ty),*)) => {
        #[expect(clippy::unused_async, reason = "it stands beside the annotated ones")]
        async fn $name($($key: $type),*) {
            black_box(($($key),*));
        }
    };
}

bench_workloads::functions!();
bench_workloads::cases!();

fn under_root<R>(f: impl FnOnce() -> R) -> R {
    f()
}

fn in_root<F: Future>(f: F) -> impl Future<Output = F::Output> {
    f
}

fn guarded<R>(f: impl FnOnce() -> R) -> R {
    f()
}

fn event(number: u64) {
    black_box(number);
}

fn carried<F: Future>(f: F) -> F {
    f
}

fn carried_fn<R>(f: impl FnOnce() -> R) -> impl FnOnce() -> R {
    f
}

fn streamed(stream: Numbers) -> impl Stream<Item = u64> {
    stream
}

/// The clock that the tracer reads here: the time-stamp counter where the kernel trusts it.
fn floor() -> Case {
    #[cfg(all(target_os = "linux", target_arch = "x86_64"))]
    {
        const CURRENT: &str = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
        if std::fs::read_to_string(CURRENT).is_ok_and(|source| source.trim() == "tsc") {
            return floor_of(safe_arch::read_timestamp_counter);
        }
    }
    floor_of(Instant::now)
}

fn floor_of<T: 'static>(clock: impl Fn() -> T + Copy + 'static) -> Case {
    Case::new("floor", 100, move || {
        for i in 0..100 {
            let start = clock();
            black_box(sync_leaf(black_box(i)));
            black_box((start, clock()));
        }
    })
}

fn main() {
    bench_workloads::main(|| {
        let mut cases = cases();
        cases.push(floor());
        Peer {
            start: |_| {},
            begin_thread: || {},
            drain: || {},
            arrived: || None,
            cases,
            sizes: sizes(),
        }
    });
}
