//! What does not fit: large traces, narrow terminals, hostile text.

use tracer_core::Outcome;

use super::{drawn, example, failure, look};
use crate::draw::tree;
use crate::layout::LINES;
use crate::paint::Look;
use crate::sketch::{frame, span, trace};
use crate::text::width;
use crate::trace::Trace;

#[test]
fn equal_siblings_of_a_large_trace_share_a_line() {
    let mut nodes = vec![span(1, 0, "report", 0.0, 100.0)];
    for n in 0..60_u32 {
        let start = f64::from(n);
        let id = u64::from(n);
        nodes.push(span(100 + id, 1, "row", start, start + 2.0 + f64::from(n % 3)));
        nodes.push(span(200 + id, 1, "item", start, start + 1.0));
        nodes.push(span(300 + id, 200 + id, "part", start, start + 0.5));
    }
    for n in 0..8_u32 {
        let start = 90.0 + f64::from(n);
        nodes.push(
            span(400 + u64::from(n), 1, "write", start, start + 0.9).failed("disk full", &[]),
        );
        let cancelled = span(500 + u64::from(n), 1, "ping", 60.0, 61.0).ended(Outcome::Cancelled);
        nodes.push(cancelled);
    }
    let expected = "\
trace 4f9c02d1  100 ms  197 spans · 8 with error · 8 cancelled
report                                           100 ms  ▕████████████████████████████████████▏
├─ row ×59  p50 3.00 ms  p95 4.00 ms  up to 3 at once    ▕██████████████████████              ▏
├─ item ×58  116 spans  p50 1.00 ms                     ◆▕█████████████████████               ▏
├─ item ∥                                       1.00 ms ◆▕                    ██              ▏
│  └─ part                                       500 µs ◆▕                    ██              ▏
├─ row ∥                                        4.00 ms ◆▕                     ██             ▏
├─ item ∥                                       1.00 ms  ▕                     █              ▏
│  └─ part                                       500 µs  ▕                     █              ▏
├─ ping ×8  8 cancelled  p50 1.00 ms  up to 8 at once    ▕                     █              ▏
├─ write                                         900 µs ◆▕                                █   ▏
│     ✖ disk full
├─ write                                         900 µs ◆▕                                ██  ▏
│     ✖ disk full
├─ write                                         900 µs ◆▕                                 █  ▏
│     ✖ disk full
└─ write ×5  5 with error  p50 900 µs                   ◆▕                                 ███▏
";
    assert_eq!(drawn(nodes, 110), expected);
}

#[test]
fn a_failure_among_equal_siblings_stays_visible() {
    let mut nodes = vec![span(1, 0, "root", 0.0, 8.0)];
    nodes.extend((2..52).map(|id| span(id, 1, "row", 1.0, 8.5)));
    nodes[20].failure = Some(failure("row 20"));
    let expected = "\
trace 4f9c02d1  8.50 ms  51 spans · 1 with error
root                                8.00 ms  ▕███████████████████████████████ ▏
├─ row ×49  p50 7.50 ms  up to 49 at once    ▕   █████████████████████████████▏
└─ row ∥                            7.50 ms  ▕   █████████████████████████████▏
      ✖ row 20
";
    assert_eq!(drawn(nodes, 80), expected);
}

#[test]
fn a_long_message_and_a_long_value_are_cut() {
    let value = "value".repeat(20);
    let message: &'static str = "line of the message\n".repeat(20).leak();
    let mut node = span(1, 0, "get", 0.0, 1.0).with("id", &value).failed(message, &[]);
    node.failure.as_mut().unwrap().sources = vec!["refused"];
    let expected = "\
get(id=valuevaluevaluevalueval…)  1.00 ms  ▕████████████████████████████████████▏
   ✖ line of the message
     line of the message
     line of the message
     line of the message
     line of the message
     …
     caused by: refused
";
    let text = drawn(vec![node], 200);
    assert_eq!(text.split_once('\n').unwrap().1, expected);
}

#[test]
fn a_moment_takes_a_column() {
    let nodes = vec![
        span(1, 0, "root", 0.0, 32.0),
        span(2, 1, "first", 0.0, 0.0),
        span(3, 1, "middle", 16.0, 16.0),
        span(4, 1, "last", 32.0, 32.0),
    ];
    let text = drawn(nodes, 80);
    let bars = text.lines().filter_map(|line| line.split_once('▕'));
    let columns = bars.map(|(_, bar)| bar.chars().position(|c| c == '█').unwrap());
    assert_eq!(columns.collect::<Vec<_>>(), [0, 0, 16, 31]);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in 40..200 {
        let nodes = example().into_iter().chain((0..50_u64).map(|n| {
            let name = if n % 2 == 0 { "a_rather_long_name_of_a_function" } else { "short" };
            let parent = if n < 20 { n + 9 } else { 1 };
            span(n + 10, parent, name, 1.0, 5.0).with("value", "値値値値値値値値値値値値値値値値")
        }));
        let mut nodes: Vec<_> = nodes.collect();
        nodes[4].parent = 1;
        nodes[20].failure =
            Some(failure("a message of many words that goes on and on until it has to be broken"));
        for line in tree(&trace(nodes), look(columns), true).lines() {
            assert!(width(line) <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn a_wide_trace_is_bounded_and_loses_no_count() {
    let names: Vec<&'static str> = (0..5_000).map(|n| &*format!("span_{n}").leak()).collect();
    let mut nodes = vec![span(1, 0, "root", 0.0, 10_000.0)];
    nodes.extend((0_u32..).zip(&names).map(|(n, name)| {
        let start = f64::from(n);
        span(u64::from(n) + 10, 1, name, start, start + 1.0 + f64::from(n) / 1e4)
    }));
    nodes[7].failure = Some(failure("lost"));
    let text = drawn(nodes, 100);
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() <= LINES + 3, "{}", lines.len());
    let shown = lines.iter().filter(|line| line.contains("─ span_")).count();
    assert_eq!(
        *lines.last().unwrap(),
        format!("└─ … {} more spans · longest 1.49 ms", 5_000 - shown)
    );
    assert!(text.contains("─ span_6 "), "the failed one is shown");
    assert!(text.contains("─ span_4999 "), "the longest one is shown");
}

#[test]
fn a_chain_of_a_hundred_thousand_spans_is_drawn_in_part() {
    let last = 100_000;
    let chain = (1..=last)
        .map(|n: u32| span(n.into(), u64::from(n) - 1, "deep", 0.0, 200.0 - f64::from(n) / 1e3));
    let mut nodes: Vec<_> = chain.collect();
    nodes.last_mut().unwrap().failure = Some(failure("at the bottom"));
    nodes.reverse();
    let text = drawn(nodes, 80);
    let lines: Vec<_> = text.lines().collect();
    assert!((LINES / 2..=LINES + 3).contains(&lines.len()), "{}", lines.len());
    let shown = lines.iter().filter(|line| line.contains("deep")).count();
    let rest = lines.last().unwrap().trim_start();
    let expected =
        format!("└─ {shown}› … {} more spans · 1 with error · longest", last as usize - shown);
    assert!(rest.starts_with(&expected), "{rest}\n{expected}");
}

#[test]
fn hostile_text_does_not_reach_the_terminal() {
    let name: &'static str = "x\x1b]0;owned\x07\r\n\u{9b}2J\u{202e}".repeat(500).leak();
    let message: &'static str = "\x1b[2J\rgone\n└─ forged(id=1)\u{2028}".repeat(500).leak();
    let place = [frame(name, message)];
    let mut nodes = vec![
        span(1, 0, name, 0.0, 5.0).with(name, message).with("id", message).failed(message, &place),
        span(2, 1, "next", 0.0, 1.0),
    ];
    nodes[0].failure.as_mut().unwrap().sources = vec![message, name];
    let hostile = Trace { service: name, ..trace(nodes) };
    for ascii in [false, true] {
        let text = tree(&hostile, Look { ascii, ..look(80) }, true);
        let bad = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2028}".contains(c));
        assert!(!text.contains(bad), "{text:?}");
        assert!(text.lines().all(|line| width(line) <= 80), "{text}");
        assert!(text.lines().count() < 40, "{text}");
        let forged = text.lines().filter(|line| line.contains("forged"));
        assert!(forged.skip(1).all(|line| line.starts_with("│    ") || ascii), "{text}");
        assert!(!ascii || text.is_ascii());
    }
}
