//! What may go to other threads, and what is copied: a table, checked while compiling.

use std::cell::Cell;
use std::fmt::Debug;
use std::marker::PhantomPinned;
use std::panic::UnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use tracer::export::{Batch, Memory, SpanRecord};
use tracer::sample::Ratio;
use tracer::testing::Scope;
use tracer::{
    Builder, Entered, FlushError, Guard, InContext, InstallError, Span, SpanContext, SpanId, Stats,
    TraceId, Traced, Tracer, Value,
};

macro_rules! is {
    ($($type:ty: $bound:path),+ $(,)?) => {
        $(const _: () = {
            const fn check<T: ?Sized + $bound>() {}
            check::<$type>();
        };)+
    };
}

/// Which of the two impls is meant is ambiguous, and so an error, where the type has the trait.
macro_rules! is_not {
    ($($type:ty: $bound:path),+ $(,)?) => {
        $(const _: () = {
            trait Ambiguous<A> {
                const SOME: () = ();
            }
            struct Has;
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $bound> Ambiguous<Has> for T {}
            <$type as Ambiguous<_>>::SOME
        };)+
    };
}

type Ready = std::future::Ready<()>;
type NotSend = std::future::Ready<*const ()>;
type NotSync = std::future::Ready<Cell<()>>;

struct NotUnpin(PhantomPinned);

impl Future for NotUnpin {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}

is! {
    SpanContext: Copy, SpanContext: Send, SpanContext: Sync, SpanContext: Unpin, SpanContext: Eq, SpanContext: Debug,
    TraceId: Copy, TraceId: Send, TraceId: Sync, TraceId: Ord, SpanId: Copy, SpanId: Send, SpanId: Sync, SpanId: Ord,
    Span: Send, Span: Sync, Span: Unpin, Span: Debug,
    Entered<'static>: Unpin, Entered<'static>: Debug,
    Traced<Ready>: Send, Traced<Ready>: Sync, Traced<Ready>: Unpin, Traced<Ready>: UnwindSafe,
    Traced<NotSync>: Send, Traced<NotSend>: Unpin,
    InContext<Ready>: Send, InContext<Ready>: Sync, InContext<Ready>: Unpin, InContext<NotSync>: Send,
    Tracer: Send, Tracer: Sync, Tracer: Unpin, Tracer: Debug, Builder: Send, Builder: Debug, Guard: Send, Guard: Sync,
    Scope: Send, Scope: Sync, Scope: Clone,
    SpanRecord: Send, SpanRecord: Sync, SpanRecord: Clone, Batch: Send, Batch: Sync,
    Stats: Send, Stats: Sync, Stats: Clone, Memory: Send, Memory: Sync, Memory: Clone, Ratio: Copy,
    FlushError: Send, FlushError: Sync, FlushError: std::error::Error,
    InstallError: Send, InstallError: Sync, InstallError: std::error::Error,
    Value<'static>: Copy,
    tracer::tokio::JoinSet<()>: Send, tracer::tokio::JoinSet<()>: Sync,
}

is_not! {
    Entered<'static>: Send,
    Traced<NotSend>: Send, Traced<NotSync>: Sync, Traced<NotUnpin>: Unpin, Traced<Ready>: Clone,
    InContext<NotSend>: Send, InContext<NotSync>: Sync, InContext<NotUnpin>: Unpin,
    Span: Clone,
}

#[test]
fn futures_of_traced_fns_are_send_where_their_parts_are() {
    #[tracer::traced]
    async fn generic<T>(value: T) -> T {
        tracer_tests::pause().await;
        value
    }
    const fn send<T: Send>(_: &T) {}
    send(&generic(Cell::new(1)));
    send(&generic(String::new()));
}
