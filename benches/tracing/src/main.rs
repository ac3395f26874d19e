//! Functions under tracing's attribute. Spans alone are no traces, and what makes traces of them is a choice of many: so
//! nothing is installed here, and only that is run which is run for what it costs then.

use std::hint::black_box;

use bench_workloads::{Case, Mode, Peer, drive};
use tracing::instrument;

bench_workloads::sized!(#[instrument(skip_all)]);

#[instrument(skip_all)]
#[inline(never)]
fn sync_leaf(i: u64) -> u64 {
    black_box(i)
}

#[instrument(skip_all)]
async fn async_leaf(i: u64) -> u64 {
    black_box(i)
}

#[instrument(skip_all)]
fn under_root(f: impl FnOnce()) {
    f();
}

#[instrument(skip_all)]
async fn in_root(f: impl Future<Output = ()>) {
    f.await;
}

fn cases() -> Vec<Case> {
    vec![
        Case::new("sync", 100, || {
            under_root(|| (0..100).for_each(|i| _ = black_box(sync_leaf(black_box(i)))));
        }),
        Case::new("async", 100, || {
            drive(in_root(async {
                for i in 0..100 {
                    black_box(async_leaf(black_box(i)).await);
                }
            }));
        }),
    ]
}

fn main() {
    bench_workloads::main(|| Peer {
        start: |mode| assert_eq!(mode, Mode::Absent, "nothing is installed here"),
        begin_thread: || {},
        drain: || {},
        arrived: || None,
        cases: cases(),
        sizes: sizes(),
    });
}
