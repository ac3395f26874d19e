//! What a page holds is what was recorded, and how many bytes that takes.

pub(crate) mod decoded;
pub(crate) mod spans;

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use tracer_otlp::read::Span;

use crate::html::columns::{Evicted, Heading};
use crate::html::page;
use crate::table::Table;

fn heading() -> Heading {
    let evicted = Evicted { traces: 2, spans: 7 };
    Heading { program: "</title><script>".to_owned(), evicted }
}

fn page(table: &Table) -> String {
    let page = page::write(table, &heading(), Vec::new()).expect("memory takes it");
    String::from_utf8(page).expect("it is text")
}

/// The document in a page.
fn document(page: &str) -> Value {
    let (_, data) =
        page.split_once("<script id=\"data\" type=\"text/plain\">").expect("it is there");
    let (data, _) = data.split_once('<').expect("it ends");
    let mut text = String::new();
    let gzip = decoded::base64(data);
    flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut text).expect("it is gzip");
    serde_json::from_str(&text).expect("it is JSON")
}

fn of_read(spans: &[Span]) -> Table {
    let mut table = Table::default();
    spans.iter().for_each(|span| table.add_read(span));
    table
}

#[test]
fn a_page_has_all_that_is_known_of_its_spans() {
    for seed in 0..20 {
        let spans = spans::random(seed, 200);
        let document = document(&page(&of_read(&spans)));
        assert_eq!(document["evicted"], serde_json::json!({"traces": 2, "spans": 7}));
        let told: BTreeMap<_, _> = decoded::spans(&document).into_iter().collect();
        let expected: BTreeMap<_, _> = spans.iter().map(decoded::expected).collect();
        assert_eq!(told.len(), spans.len());
        for (id, expected) in expected {
            assert_eq!(told[&id], expected, "{id} of seed {seed}");
        }
    }
}

#[test]
fn spans_lie_trace_by_trace_parents_first_and_siblings_by_start() {
    let document = document(&page(&of_read(&spans::random(7, 500))));
    decoded::check_order(&document);
}

#[test]
fn an_error_that_a_child_had_before_is_passed_on_whoever_wrote_it() {
    let document = document(&page(&of_read(&spans::failed())));
    let flags: Vec<_> = decoded::numbers(&document["flags"]).iter().map(|bits| bits & 6).collect();
    assert_eq!(flags, [6, 6, 2, 2, 2], "two passed it on, one had it first, two have others");
}

#[test]
fn records_and_what_was_written_of_them_to_files_are_the_same_page() {
    let (records, read) = spans::recorded();
    let mut table = Table::default();
    records.iter().for_each(|record| table.add_record(record, "shop"));
    let of = |table: &Table| decoded::spans(&document(&page(table)));
    let (recorded, read) = (of(&table), of(&of_read(&read)));
    assert!(!recorded.is_empty() && recorded.len() == read.len());
    for (recorded, read) in recorded.iter().zip(&read) {
        assert_eq!(recorded, read);
    }
}

#[test]
fn nothing_that_spans_hold_gets_out_of_the_data() {
    let hostile =
        "</script><script src='https://evil.example/x.js'></script>\u{202e}\u{0}\u{1b}[2J";
    let page = page(&of_read(&spans::named(hostile)));
    assert_eq!(page.matches("</script>").count(), 2, "that of the data, that of the modules");
    assert!(!page.contains("evil") && !page.contains('\u{202e}') && !page.contains('\u{1b}'));
    assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
    assert_no_address(&page);
    let told = decoded::spans(&document(&page));
    assert!(told[0].1.contains(hostile), "{}", told[0].1);
}

/// Nothing is fetched: what is referred to is in the page itself.
fn assert_no_address(page: &str) {
    for attribute in ["src=\"", "href=\"", "action=\"", "url("] {
        for (at, _) in page.match_indices(attribute) {
            let value = &page[at + attribute.len()..];
            let is_inside = value.starts_with(['#', '$', '"']) || value.starts_with("data:");
            assert!(is_inside, "{attribute}{}", value.chars().take(40).collect::<String>());
        }
    }
    let page = page.replace("http://www.w3.org/", "");
    assert!(!page.contains("http:") && !page.contains("https:"));
}

#[test]
fn a_span_takes_no_more_than_thirty_bytes() {
    let (spans, traces) = (100_000, 50_000);
    let of = |table: &Table| page(table).len() - page(&Table::default()).len();
    let bytes = of(&spans::large(1, spans));
    assert!(bytes <= 30 * spans, "{} bytes a span in one trace", bytes / spans);
    let bytes = of(&spans::large(traces, 2 * traces));
    assert!(bytes <= 60 * 2 * traces, "{} bytes a span in many traces", bytes / (2 * traces));
}
