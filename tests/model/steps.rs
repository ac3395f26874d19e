//! How each step is done, but for those that need other tasks and those that hold guards.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;

use futures::future::{BoxFuture, FutureExt as _, LocalBoxFuture, join_all};
use futures::stream::{self, FuturesUnordered, StreamExt as _};
use tracer::{FutureExt as _, Span, StreamExt as _};
use tracer_tests::{Runtime, pause};

use crate::executors;
use crate::polls::Polls;
use crate::program::{Kind, Layer, Op, What};
use crate::run::Env;
use crate::spans::{Cleanup, call, helper, numbered, panics, returned, root, rows, serve};
use crate::{held, tasks};

/// The same steps for futures that are `Send`, and for those that hold guards.
macro_rules! steps {
    ($flavor:ident, $Future:ident, $step:path, $layer:path) => {
        pub(crate) mod $flavor {
            use super::*;

            pub(crate) fn run<R: Runtime>(ops: Vec<Op>, env: Env) -> $Future<'static, ()> {
                Box::pin(async move {
                    let mut cleanups = Vec::new();
                    for mut op in ops {
                        match op.kind {
                            Kind::Yield => pause().await,
                            Kind::OnDrop => cleanups.push(Cleanup(env.id(op.id))),
                            Kind::Leaf | Kind::Scope | Kind::Throw => env.run(vec![op]),
                            Kind::Thread => {
                                let (env, ops) = (env.clone(), std::mem::take(&mut op.bodies[0]));
                                let work = tracer::in_current(move || env.run(ops));
                                std::thread::spawn(work).join().expect("it does not panic");
                            }
                            Kind::Join => {
                                let branches = op.bodies.into_iter();
                                join_all(branches.map(|body| run::<R>(body, env.clone()))).await;
                            }
                            Kind::Future(_) => {
                                let layers = std::mem::take(&mut op.layers).into();
                                make::<R>(layers, op, env.clone()).await;
                            }
                            _ => $step(op, env.clone()).await,
                        }
                    }
                })
            }

            pub(crate) fn make<R: Runtime>(
                mut layers: VecDeque<Layer>,
                op: Op,
                env: Env,
            ) -> $Future<'static, ()> {
                let Some(layer) = layers.pop_front() else { return future::<R>(op, env) };
                match layer {
                    Layer::Helper { id, lazy: true } => {
                        let id = env.id(id);
                        Box::pin(helper(id, async move { make::<R>(layers, op, env).await }))
                    }
                    Layer::Helper { id, lazy: false } => {
                        let id = env.id(id);
                        Box::pin(helper(id, make::<R>(layers, op, env)))
                    }
                    Layer::InSpan(id) => {
                        let span = numbered(Span::new("in_span"), env.id(id));
                        Box::pin(make::<R>(layers, op, env).in_span(span))
                    }
                    Layer::InRoot(id) => {
                        let span = numbered(Span::root("in_root"), env.id(id));
                        Box::pin(make::<R>(layers, op, env).in_span(span))
                    }
                    Layer::Unsampled(id) => {
                        let span = numbered(Span::root("unsampled"), env.id(id));
                        Box::pin(make::<R>(layers, op, env).in_span(span))
                    }
                    Layer::InCurrent
                        if op.kind == Kind::Future(What::Stream) && layers.is_empty() =>
                    {
                        Box::pin(items::<R>(op, env).in_current().collect())
                    }
                    Layer::InCurrent => {
                        Box::pin(tracer::FutureExt::in_current(make::<R>(layers, op, env)))
                    }
                    Layer::Unordered => {
                        let futures = FuturesUnordered::from_iter([make::<R>(layers, op, env)]);
                        Box::pin(futures.collect())
                    }
                    Layer::Cancel(polls) => {
                        let cancelled = Polls::new(make::<R>(layers, op, env), polls);
                        Box::pin(cancelled.map(drop))
                    }
                    Layer::Same(executor) => Box::pin(async move {
                        executors::same(executor, local::make::<R>(layers, op, env));
                    }),
                    Layer::Foreign(executor) => Box::pin(async move {
                        executors::foreign(executor, local::make::<R>(layers, op, env));
                    }),
                    Layer::Adapted(executor) => Box::pin(async move {
                        executors::adapted(executor, local::make::<R>(layers, op, env));
                    }),
                    _ => $layer(layer, layers, op, env),
                }
            }

            fn items<R: Runtime>(mut op: Op, env: Env) -> impl stream::Stream<Item = ()> + use<R> {
                let ops = std::mem::take(&mut op.bodies[0]);
                stream::iter(ops).then(move |op| run::<R>(vec![op], env.clone()))
            }

            fn future<R: Runtime>(mut op: Op, env: Env) -> $Future<'static, ()> {
                let id = env.id(op.id);
                let Kind::Future(what) = op.kind else { unreachable!("only futures have layers") };
                if what == What::Rows {
                    return Box::pin(rows(id, items::<R>(op, env)).collect());
                }
                if what == What::Stream {
                    return Box::pin(items::<R>(op, env).collect());
                }
                let body = run::<R>(std::mem::take(&mut op.bodies[0]), env);
                match what {
                    What::Call => Box::pin(call(id, body)),
                    What::Root => Box::pin(root(id, body)),
                    What::Server => Box::pin(serve(id, body)),
                    What::Returned => Box::pin(returned(id, body)),
                    What::Panics => {
                        let caught = AssertUnwindSafe(panics(id, body)).catch_unwind();
                        Box::pin(caught.map(|result| assert!(result.is_err(), "it panics")))
                    }
                    What::Caught => {
                        // What is caught there was thrown on purpose, or is missed in the tree.
                        Box::pin(AssertUnwindSafe(body).catch_unwind().map(drop))
                    }
                    _ => body,
                }
            }
        }
    };
}

steps!(sending, BoxFuture, tasks::step::<R>, tasks::layer::<R>);
steps!(local, LocalBoxFuture, held::step::<R>, held::layer);
