//! What is asked of fns that return futures and streams, and of whole `impl`s under `#[async_trait]`.

use std::pin::Pin;

use futures::stream::{self, BoxStream, StreamExt as _};
use tracer::testing::Scope;
use tracer::{SpanContext, current, traced};
use tracer_ui_tests::{block_on, pause};

type Reply<'a> = Pin<Box<dyn Future<Output = Result<u32, String>> + Send + 'a>>;

fn tree(run: impl FnOnce()) -> String {
    let scope = Scope::new();
    scope.in_scope(run);
    scope.tree()
}

#[traced(args, ret, when = *value != 7)]
fn lazy(value: &u32) -> Reply<'_> {
    Box::pin(async move {
        pause().await;
        if *value == 0 { Err("zero".to_owned()) } else { Ok(*value) }
    })
}

#[traced(fields(value, twice = 2 * value), ret, err(Debug))]
fn eager(value: u32) -> impl Future<Output = Result<u32, String>> {
    let checked = if value == 0 { Err("zero".to_owned()) } else { Ok(value) };
    async move {
        pause().await;
        checked
    }
}

#[traced(parent = context, fields(value))]
fn below(context: SpanContext, value: u32) -> impl Future<Output = u32> {
    async move { value }
}

#[traced(when = rows > 1, args, parent = current())]
fn rows(rows: u32) -> BoxStream<'static, u32> {
    stream::iter(0..rows).boxed()
}

#[test]
fn what_is_returned_is_asked_as_well() {
    let trees = tree(|| {
        block_on(async {
            drop((lazy(&1).await, lazy(&0).await, lazy(&7).await));
            drop((eager(1).await, eager(0).await));
            rows(1).collect::<Vec<_>>().await;
            rows(2).collect::<Vec<_>>().await;
        });
    });
    let expected = "eager(value=0, twice=0) ✖\neager(value=1, twice=2, return=1)\n\
                    lazy(value=0) ✖\nlazy(value=1, return=1)\nrows(rows=2)\n";
    assert_eq!(trees, expected);
}

#[test]
fn a_given_parent_is_that_of_what_is_returned() {
    let scope = Scope::new();
    scope.in_scope(|| {
        let parent = tracer::Span::root("parent");
        let caller = tracer::Span::root("caller");
        let called = caller.in_scope(|| below(parent.context(), 3));
        caller.in_scope(|| block_on(called));
    });
    assert_eq!(scope.tree(), "caller\nparent\n  below(value=3)\n");
}

#[async_trait::async_trait]
trait Store {
    async fn load(&self, key: u32) -> Result<u32, String>;

    fn key(&self) -> u32;
}

struct Above(u32);
struct Below(u32);

#[traced(args, ret, prefix = "above")]
#[async_trait::async_trait]
impl Store for Above {
    async fn load(&self, key: u32) -> Result<u32, String> {
        pause().await;
        if key == 0 { Err("none".to_owned()) } else { Ok(key + self.key()) }
    }

    fn key(&self) -> u32 {
        self.0
    }
}

#[async_trait::async_trait]
#[traced(args, ret, prefix = "below", except(key))]
impl Store for Below {
    async fn load(&self, key: u32) -> Result<u32, String> {
        pause().await;
        if key == 0 { Err("none".to_owned()) } else { Ok(key + self.key()) }
    }

    fn key(&self) -> u32 {
        self.0
    }
}

#[traced(args)]
#[async_trait::async_trait]
trait Given: Sync {
    async fn given(&self, value: u32) -> u32 {
        pause().await;
        value
    }

    async fn missing(&self);
}

#[async_trait::async_trait]
impl Given for Above {
    async fn missing(&self) {}
}

#[test]
fn whole_impls_and_traits_above_and_below_async_trait() {
    let trees = tree(|| {
        block_on(async {
            drop((Above(1).load(2).await, Above(1).load(0).await));
            drop((Below(1).load(2).await, Below(1).load(0).await));
            (Above(1).given(3).await, Above(1).missing().await);
        });
    });
    let expected = "above.load(key=0) ✖\nabove.load(key=2, return=3)\n  above.key(return=1)\n\
                    below.load(key=0) ✖\nbelow.load(key=2, return=3)\ngiven(value=3)\n";
    assert_eq!(trees, expected);
}
