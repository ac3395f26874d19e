//! The functions whose sizes count, under await-tree's attribute. It knows async functions only, and which of them run
//! now: there is no trace to time.

bench_workloads::sized!(#[await_tree::instrument]);

fn main() {
    bench_workloads::print(&sizes());
}
