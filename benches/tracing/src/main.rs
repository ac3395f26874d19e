//! The functions under tracing's attribute. Spans alone are no traces, and what makes traces of them is a choice of many:
//! so nothing is installed here.

use std::future::Future;
use std::hint::black_box;

use bench_workloads::{Mode, Peer};
use tracing::instrument;

bench_workloads::functions!(#[instrument(skip_all)]);
bench_workloads::cases!();

#[instrument(skip_all)]
fn under_root<R>(f: impl FnOnce() -> R) -> R {
    f()
}

#[instrument(skip_all)]
async fn in_root<F: Future>(f: F) -> F::Output {
    f.await
}

#[instrument]
#[inline(never)]
fn sync_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
}

#[instrument]
async fn async_args(number: i64, flag: bool, text: &str) -> usize {
    black_box((number, flag));
    text.len()
}

fn start(mode: Mode) {
    assert_eq!(mode, Mode::Absent, "nothing is installed here");
}

fn main() {
    let peer = Peer { start, drain: || {}, arrived: || None, cases: cases(), sizes: sizes() };
    bench_workloads::main(peer);
}
