//! Random programs of all kinds of spans, nested and run in all ways: the tree is the program.

use std::fmt::Write as _;
use std::pin::Pin;
use std::sync::{Arc, Once};

use futures::future::join_all;
use opentelemetry::trace::{FutureExt as _, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, global};
use tokio::task::yield_now;
use tracer::testing::Scope;
use tracer::traced;
use tracer_bridge::opentelemetry::TracerProvider;
use tracer_bridge_tests::{install, runtimes};
use tracing::{Instrument as _, info_span};

/// What opens the span of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Traced,
    Instrumented,
    Entered,
    Api,
}

/// How a node runs its children.
#[derive(Clone, Copy, Debug)]
enum Way {
    Awaited,
    Joined,
    /// Each in a task of its own, with what the node's kind of instrumentation has for that.
    Spawned,
    Sync,
}

#[derive(Debug)]
struct Node {
    id: u32,
    kind: Kind,
    way: Way,
    children: Vec<Arc<Self>>,
}

/// Numbers that look random; the same for the same seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn node(&mut self, id: &mut u32, depth: u32) -> Node {
        *id += 1;
        let own = *id;
        let kinds = [Kind::Traced, Kind::Instrumented, Kind::Entered, Kind::Api];
        let ways = [Way::Awaited, Way::Joined, Way::Spawned, Way::Sync];
        let (kind, way) = (kinds[self.below(4) as usize], ways[self.below(4) as usize]);
        let count = if depth == 0 { 0 } else { self.below(4) };
        let children = (0..count).map(|_| Arc::new(self.node(id, depth - 1))).collect();
        Node { id: own, kind, way, children }
    }
}

type Running = Pin<Box<dyn Future<Output = ()> + Send>>;

#[traced(name = "span", args(id))]
async fn span(id: u32, inner: Running) {
    tracer::current().set_name(&format!("n{id}"));
    inner.await;
}

#[traced]
fn sync(node: &Node) {
    tracer::current().set_name(&format!("n{}", node.id));
    node.children.iter().for_each(|child| child.call());
}

fn library() -> global::BoxedTracer {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| global::set_tracer_provider(TracerProvider::new()));
    global::tracer("library")
}

impl Node {
    fn name(&self) -> String {
        format!("n{}", self.id)
    }

    /// Runs the node and all below it.
    fn run(self: &Arc<Self>) -> Running {
        let inner = Arc::clone(self).inside();
        match self.kind {
            Kind::Traced => Box::pin(span(self.id, inner)),
            Kind::Instrumented | Kind::Entered => {
                Box::pin(inner.instrument(info_span!("span", otel.name = self.name())))
            }
            Kind::Api => {
                // Not before it is polled: the future may be on its way to another task.
                let name = self.name();
                Box::pin(async move {
                    let context = Context::current_with_span(library().start(name));
                    inner.with_context(context).await;
                })
            }
        }
    }

    /// What runs in the span. Futures of traced fns may be made before, outside of it: it stands
    /// between their caller and them then.
    fn inside(self: Arc<Self>) -> Running {
        let are_traced = self.children.iter().all(|child| child.kind == Kind::Traced);
        let is_awaited = matches!(self.way, Way::Awaited | Way::Joined);
        let is_early = are_traced && is_awaited && self.id % 2 == 0;
        let mut early: Vec<_> = self
            .children
            .iter()
            .filter(|_| is_early)
            .map(|child| (child.id, child.run()))
            .collect();
        Box::pin(async move {
            yield_now().await;
            let mut run = |child: &Arc<Self>| {
                let place = early.iter().position(|(id, _)| *id == child.id);
                place.map_or_else(|| child.run(), |place| early.swap_remove(place).1)
            };
            match self.way {
                Way::Sync => self.children.iter().for_each(|child| child.call()),
                Way::Awaited => {
                    for child in &self.children {
                        run(child).await;
                    }
                }
                Way::Joined => drop(join_all(self.children.iter().map(run)).await),
                Way::Spawned => {
                    let tasks = self.children.iter().map(|child| match child.kind {
                        // It is opened where it is polled.
                        Kind::Api => self.spawned(child),
                        _ if child.id % 2 == 0 => self.spawned(child),
                        _ => tokio::spawn(run(child)),
                    });
                    for task in tasks.collect::<Vec<_>>() {
                        task.await.expect("it does not panic");
                    }
                }
            }
        })
    }

    fn spawned(&self, child: &Arc<Self>) -> tokio::task::JoinHandle<()> {
        let child = Arc::clone(child);
        let run = async move { child.run().await };
        match self.kind {
            Kind::Traced => tracer::tokio::spawn(run),
            Kind::Instrumented => tokio::spawn(run.in_current_span()),
            Kind::Entered => tokio::spawn(tracer::FutureExt::in_current(run)),
            Kind::Api => tokio::spawn(run.with_current_context()),
        }
    }

    /// As [`run`](Self::run), in functions that are not async.
    fn call(&self) {
        let inside = || self.children.iter().for_each(|child| child.call());
        match self.kind {
            Kind::Traced => sync(self),
            Kind::Instrumented => info_span!("span", otel.name = self.name()).in_scope(inside),
            Kind::Entered => {
                let _entered = info_span!("span", otel.name = self.name()).entered();
                inside();
            }
            Kind::Api => library().in_span(self.name(), |_| inside()),
        }
    }

    fn expected(&self) -> String {
        let mut children: Vec<_> = self.children.iter().map(|child| child.expected()).collect();
        children.sort_unstable();
        let mut text = format!("{}\n", self.name());
        for line in children.concat().lines() {
            let _written = writeln!(text, "  {line}");
        }
        text
    }
}

/// What was recorded, without arguments.
fn recorded(scope: &Scope) -> String {
    let tree = scope.tree();
    let names = tree.lines().map(|line| line.split("(id=").next().unwrap_or_default());
    names.fold(String::new(), |all, name| all + name + "\n")
}

/// Many at once, on the same threads: none sees another's spans.
#[test]
fn the_tree_is_the_program_whoever_opens_its_spans() {
    install();
    let mut spans = 0;
    let seeds: Vec<u64> = (1..=400).collect();
    for (runtime, seeds) in runtimes().iter().cycle().zip(seeds.chunks(20)) {
        let programs = seeds.iter().map(|seed| {
            let program = Arc::new(Numbers(seed * 0x9E37_79B9).node(&mut 0, 4));
            let (scope, running) = (Scope::new(), Arc::clone(&program));
            let task = runtime.spawn(scope.bind(async move { running.run().await }));
            (seed, program, scope, task)
        });
        for (seed, program, scope, task) in programs.collect::<Vec<_>>() {
            runtime.block_on(task).expect("it does not panic");
            let tree = recorded(&scope);
            assert_eq!(tree, program.expected(), "seed {seed}: {program:#?}");
            spans += tree.lines().count();
        }
    }
    assert!(spans > 2_500, "{spans} spans are few");
}
