//! Fns that return a stream: one span, from the call to the last item.

use std::pin::Pin;

use futures::stream::{self, BoxStream, FusedStream, LocalBoxStream, Stream, StreamExt as _};
use tracer::testing::Scope;
use tracer::traced;
use tracer_ui_tests::{Noted, block_on, dropped, pause, tree};

#[traced]
async fn item(number: u32) -> u32 {
    pause().await;
    number
}

#[traced]
fn set_up() {}

#[traced(args)]
fn opaque(up_to: u32) -> impl Stream<Item = u32> + Send {
    set_up();
    stream::iter(1..=up_to).then(item)
}

#[traced(args)]
fn boxed<'a>(up_to: &'a u32) -> BoxStream<'a, u32> {
    Box::pin(stream::iter(1..=*up_to).then(item))
}

#[traced]
fn local(up_to: u32) -> LocalBoxStream<'static, u32> {
    stream::iter(1..=up_to).boxed_local()
}

#[traced]
fn pinned(up_to: u32) -> Pin<Box<dyn Stream<Item = Result<u32, String>> + Send>> {
    stream::iter(1..=up_to)
        .map(|number| if number == 2 { Err(format!("no row {number}")) } else { Ok(number) })
        .boxed()
}

#[traced]
fn in_a_box(up_to: u32) -> Box<dyn Stream<Item = u32> + Unpin> {
    Box::new(stream::iter(1..=up_to))
}

#[traced]
fn fused(up_to: u32) -> impl FusedStream<Item = u32> + Stream<Item = u32> {
    stream::iter(1..=up_to).fuse()
}

type Rows<'a> = Pin<Box<dyn Stream<Item = Result<u32, String>> + 'a>>;

#[traced(as = stream)]
fn alias(rows: &[u32]) -> Rows<'_> {
    Box::pin(stream::iter(rows).map(|row| row.checked_sub(1).ok_or_else(|| "zero".to_owned())))
}

#[test]
fn one_span_a_stream() {
    let scene = || {
        block_on(async {
            assert_eq!(opaque(2).collect::<Vec<_>>().await, [1, 2]);
            assert_eq!(boxed(&1).collect::<Vec<_>>().await, [1]);
            assert_eq!(local(2).count().await, 2);
            assert_eq!(pinned(3).count().await, 3);
            assert_eq!(in_a_box(3).count().await, 3);
            assert_eq!(fused(3).count().await, 3);
            assert_eq!(alias(&[2, 1]).count().await, 2);
            assert_eq!(alias(&[2, 0]).count().await, 2);
        });
    };
    let expected = "\
        alias ✖\n\
        alias\n\
        boxed(up_to=1)\n  item\n\
        fused\n\
        in_a_box\n\
        local\n\
        opaque(up_to=2)\n  item\n  item\n  set_up\n\
        pinned ✖\n";
    assert_eq!(tree(scene), expected);
}

#[test]
fn items_are_counted() {
    let count = |stream: &mut dyn FnMut()| {
        let scope = Scope::new();
        scope.in_scope(stream);
        let spans = scope.spans();
        let span = spans.iter().find(|span| span.name() != "item" && span.name() != "set_up");
        span.unwrap().attribute("stream.items").map(|items| items.to_string())
    };
    assert_eq!(count(&mut || _ = block_on(opaque(3).count())), Some("3".to_owned()));
    assert_eq!(count(&mut || _ = block_on(local(0).count())), Some("0".to_owned()));
    assert_eq!(count(&mut || _ = block_on(opaque(3).take(2).count())), Some("2".to_owned()));
    assert_eq!(count(&mut || drop(opaque(3))), Some("0".to_owned()));
}

#[test]
fn nothing_happens_before_it_is_asked_for() {
    let scene = || {
        let mut stream = Box::pin(opaque(3));
        set_up();
        block_on(async {
            assert_eq!(stream.next().await, Some(1));
            assert_eq!(item(9).await, 9);
            assert_eq!(stream.next().await, Some(2));
        });
    };
    let expected = "\
        item\n\
        opaque(up_to=3) cancelled\n  item\n  item\n  set_up\n\
        set_up\n";
    assert_eq!(tree(scene), expected);
}

#[test]
fn a_stream_that_has_ended_is_still_polled() {
    let scene = || {
        let mut stream = fused(1);
        block_on(async {
            assert_eq!(stream.size_hint(), (1, Some(1)));
            assert_eq!(stream.next().await, Some(1));
            assert_eq!(stream.next().await, None);
            assert!(stream.is_terminated());
            assert_eq!(stream.next().await, None);
        });
    };
    assert_eq!(tree(scene), "fused\n");
}

#[traced]
async fn consumer(stream: impl Stream<Item = u32>) -> u32 {
    let mut stream = std::pin::pin!(stream);
    let mut sum = 0;
    while let Some(number) = stream.next().await {
        sum += number;
    }
    sum
}

#[traced]
async fn producer() -> impl Stream<Item = u32> {
    opaque(2)
}

#[test]
fn the_caller_is_the_parent() {
    let scene = || block_on(async { assert_eq!(consumer(producer().await).await, 3) });
    let expected = "consumer\nproducer\n  opaque(up_to=2)\n    item\n    item\n    set_up\n";
    assert_eq!(tree(scene), expected);
}

mod drops {
    use super::*;

    twice! {
        pub(super) fn call(_unused: Noted, used: Noted) -> impl Stream<Item = usize> {
            let _local = Noted("local");
            stream::once(async move {
                pause().await;
                used.name().len()
            })
        }
    }

    #[test]
    fn as_the_plain_fn() {
        let plain = dropped(|| block_on(plain::call(Noted("_unused"), Noted("used")).count()));
        assert_eq!(plain, "local _unused used");
        assert_eq!(
            dropped(|| block_on(with::call(Noted("_unused"), Noted("used")).count())),
            plain
        );
        let plain = dropped(|| drop(plain::call(Noted("_unused"), Noted("used"))));
        assert_eq!(dropped(|| drop(with::call(Noted("_unused"), Noted("used")))), plain);
    }
}
