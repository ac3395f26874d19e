//! How long a text may be is the process's.

use std::time::Duration;

use tracer::export::Memory;
use tracer::{Tracer, Value, current, traced};

#[traced(args, fields(shown = %text, debug = ?[text]), ret)]
fn says(text: &str) -> Result<String, String> {
    current().set_attribute("set", text);
    current().set_attribute("formatted", Value::Display(&text));
    current().add_event("event", &[("text", text.into())]);
    if text.ends_with('x') { Err(text.to_owned()) } else { Ok(text.to_owned()) }
}

/// Every text is cut at the limit, at a whole letter, and marked; what is within it stays.
pub(crate) fn cut() {
    for (asked, limit) in [(1, 256), (300, 300), (9_001, 9_001), (1 << 20, 16 << 10)] {
        let memory = Memory::default();
        let tracer = Tracer::builder()
            .exporter(memory.clone())
            .text_limit(asked)
            .build()
            .expect("it starts");
        let fits = "ż".repeat(limit / 2);
        let long = fits.clone() + "yx";
        tracer.in_scope(|| drop((says(&fits), says(&long))));
        tracer.flush(Duration::from_secs(30)).expect("nothing is lost");
        let spans = memory.take();
        let failed = spans.iter().find(|span| span.error().is_some()).expect("one is");
        let cut =
            fits[..limit - limit % 2].to_owned() + if limit % 2 == 1 { "y…" } else { "…" };
        for key in ["text", "shown", "set", "formatted"] {
            assert_eq!(failed.attribute(key), Some(cut.as_str().into()), "{key} at {limit}");
        }
        let debug = failed.attribute("debug").expect("it is recorded").to_string();
        assert!(debug.len() <= limit + '…'.len_utf8() && debug.ends_with("ż…"), "{limit}");
        assert_eq!(failed.error().expect("it failed").message(), cut);
        let event = failed.events().next().expect("it is recorded");
        assert_eq!(event.attributes().next(), Some(("text", cut.as_str().into())));
        let whole = spans.iter().find(|span| span.error().is_none()).expect("one is");
        for key in ["text", "shown", "return"] {
            assert_eq!(whole.attribute(key), Some(fits.as_str().into()), "{key} at {limit}");
        }
    }
}
