//! `#[instrument]` and `#[traced]` are one tree, whichever is inside of the other.

use tracer::traced;
use tracer_bridge_tests::tree;
use tracing::instrument;

#[traced]
async fn ours(inner: impl Future<Output = ()>) {
    inner.await;
}

#[instrument(skip(inner))]
async fn theirs(inner: impl Future<Output = ()>) {
    inner.await;
}

#[test]
fn each_is_the_parent_of_what_it_awaits() {
    assert_eq!(
        tree(|| theirs(ours(theirs(ours(async {}))))),
        "theirs\n  ours\n    theirs\n      ours\n"
    );
}
