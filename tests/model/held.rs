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
    let span = numbered(Span::new("guard"), env.id(op.id));
    let entered = span.enter();
    let mut bodies = op.bodies.into_iter();
    let mut body = || local::run::<R>(bodies.next().unwrap_or_default(), env.clone());
    match op.kind {
        Kind::Guard => body().await,
        Kind::Crossed => {
            let inner = numbered(Span::new("guard"), env.id(op.id + 1));
            let _inner = inner.enter();
            body().await;
            drop(entered);
            body().await;
        }
        kind => unreachable!("{kind:?} waits for other tasks"),
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
