//! Filters are the process's.

use std::str::FromStr;

use futures::executor::block_on;
use tracer::export::Memory;
use tracer::{Filter, Span, Tracer, current, testing, traced};

mod shop {
    use tracer::traced;

    #[traced(level = debug, args)]
    pub(super) fn cart(rows: u32) {
        super::row(rows);
    }

    #[traced(level = trace, args, ret)]
    pub(super) async fn stock(rows: u32) -> Result<u32, String> {
        super::row(rows);
        if rows == 0 { Err("none".to_owned()) } else { Ok(rows) }
    }

    pub(super) mod other {
        use tracer::traced;

        #[traced(target = "elsewhere", level = error)]
        pub(crate) async fn elsewhere() {
            super::super::row(7);
        }
    }
}

#[traced(args)]
fn row(row: u32) {
    current().add_event("read", &[]);
}

fn tree(memory: &Memory, tracer: &Tracer) -> String {
    tracer.in_scope(|| {
        let caller = Span::new("caller");
        caller.in_scope(|| {
            shop::cart(1);
            drop(block_on(shop::stock(0)));
            block_on(shop::other::elsewhere());
        });
    });
    tracer.flush(std::time::Duration::from_secs(30)).expect("nothing is lost");
    let spans = memory.take();
    let caller = spans.iter().find(|span| span.name() == "caller").expect("it is not filtered");
    assert_eq!((caller.attributes().count(), caller.is_failed()), (0, false));
    testing::render(&spans)
}

/// What is filtered out is as if it had no attribute, at once, and back again.
pub(crate) fn filters() {
    let memory = Memory::default();
    let here = module_path!();
    let shop = format!("{here}::shop");
    let filter = |text: &str| Filter::from_str(text).expect("it is a filter");
    let tracer = Tracer::builder()
        .exporter(memory.clone())
        .filter(filter(&format!("{shop}=debug")))
        .build()
        .expect("it starts");
    let debug =
        "caller\n  cart(rows=1)\n    row(row=1)\n  elsewhere\n    row(row=7)\n  row(row=0)\n";
    assert_eq!(tree(&memory, &tracer), debug);

    tracer.set_filter(filter(&format!("{shop}=trace,elsewhere=off,{here}=off")));
    let trace = "caller\n  cart(rows=1)\n  stock(rows=0) ✖\n";
    assert_eq!(tree(&memory, &tracer), trace);

    tracer.set_filter(filter("off"));
    assert_eq!(tree(&memory, &tracer), "caller\n");

    tracer.set_filter(Filter::default());
    let all = "caller\n  cart(rows=1)\n    row(row=1)\n  elsewhere\n    row(row=7)\n  stock(rows=0) ✖\n    row(row=0)\n";
    assert_eq!(tree(&memory, &tracer), all);
}

/// While one thread changes the filter, values of a span that is not there go nowhere else.
pub(crate) fn changes() {
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).build().expect("it starts");
    let (off, on) = (Filter::from_str("off").expect("it is a filter"), Filter::default());
    std::thread::scope(|threads| {
        let calls = threads.spawn(|| {
            for _ in 0..10_000 {
                tracer.in_scope(|| {
                    Span::new("caller").in_scope(|| {
                        shop::cart(1);
                        drop(block_on(shop::stock(0)));
                    });
                });
            }
        });
        while !calls.is_finished() {
            tracer.set_filter(off.clone());
            tracer.set_filter(on.clone());
        }
    });
    tracer.flush(std::time::Duration::from_secs(30)).expect("nothing is lost");
    let spans = memory.take();
    let callers: Vec<_> = spans.iter().filter(|span| span.name() == "caller").collect();
    assert_eq!(callers.len(), 10_000);
    assert!(callers.iter().all(|span| span.attributes().count() == 0 && !span.is_failed()));
    assert!(spans.len() > callers.len(), "the filter was open now and then");
}

/// `TRACER_FILTER`, as `main` reads it.
#[tracer::tokio::main]
pub(crate) async fn from_environment() {
    shop::cart(1);
}
