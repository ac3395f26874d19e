//! Guards held over awaits: their futures stay on one thread.

use std::collections::VecDeque;

use futures::future::LocalBoxFuture;
use tracer::Span;
use tracer_tests::Runtime;

use crate::program::{Kind, Layer, Op};
use crate::run::Env;
use crate::spans::numbered;
use crate::steps::local;

#[expect(clippy::future_not_send, reason = "it holds a guard")]
pub(crate) async fn step<R: Runtime>(op: Op, env: Env) {
    assert_eq!(op.kind, Kind::Guard, "what waits for other tasks is not driven inside of a poll");
    let span = numbered(Span::new("guard"), env.id(op.id));
    let _entered = span.enter();
    for body in op.bodies {
        local::run::<R>(body, env.clone()).await;
    }
}

pub(crate) fn layer(
    layer: Layer,
    _: VecDeque<Layer>,
    _: Op,
    _: Env,
) -> LocalBoxFuture<'static, ()> {
    unreachable!("{layer:?} is not driven inside of a poll")
}
