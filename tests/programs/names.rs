//! Names at run time are kept for good, so that there is an end to them.

use std::time::Duration;

use tracer::export::Memory;
use tracer::{Span, Tracer};

/// More names than are kept: each is either the span's or its attribute.
pub(crate) fn many() {
    const NAMES: usize = 20_000;
    let memory = Memory::default();
    let tracer = Tracer::builder().exporter(memory.clone()).build().expect("it starts");
    tracer.in_scope(|| {
        for number in 0..NAMES {
            let name = format!("row {number}");
            if number % 2 == 0 {
                Span::new("row").set_name(&name);
            } else {
                drop(Span::builder("row").name(&name).open());
            }
        }
    });
    tracer.flush(Duration::from_secs(30)).expect("nothing is lost");
    let spans = memory.take();
    let (mut unkept, mut names) = (0, Vec::new());
    for span in &spans {
        match span.attribute("tracer.name") {
            None => names.push(span.name().to_owned()),
            Some(name) => {
                assert_eq!(span.name(), "row");
                unkept += 1;
                names.push(name.to_string());
            }
        }
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!((spans.len(), names.len()), (NAMES, NAMES));
    assert!((NAMES - 8_192..=NAMES - 4_096).contains(&unkept), "{unkept}");
}
