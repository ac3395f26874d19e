//! What the tree looks like.

mod limits;
mod services;

use tracer_core::{Completeness, Outcome, TraceId};

use super::{line, tree};
use crate::node::{Failure, Frame, Node};
use crate::paint::Look;
use crate::sketch::{frame, span, trace};
use crate::trace::Trace;

fn look(width: usize) -> Look {
    Look { width, color: false, ascii: false }
}

fn drawn(nodes: Vec<Node<'static>>, width: usize) -> String {
    tree(&trace(nodes), look(width), false)
}

fn stack() -> Vec<Frame> {
    vec![frame("shop::query", "src/main.rs:4"), frame("shop::handle_request", "src/main.rs:10")]
}

/// The program at the head of the documentation.
fn example() -> Vec<Node<'static>> {
    let slices = [(0.0, 0.2), (19.95, 20.1), (40.95, 41.1), (60.5, 61.0)];
    vec![
        span(1, 0, "handle_request", 0.0, 61.0).sliced(&slices).passing("row 3 not found", &[]),
        span(2, 1, "query", 0.1, 20.0).polled(2).with("id", "1"),
        span(3, 1, "query", 0.1, 41.0).polled(3).with("id", "2"),
        span(4, 1, "query", 0.2, 60.6)
            .polled(4)
            .with("id", "3")
            .failed("row 3 not found", &stack()),
    ]
}

#[test]
fn the_example_of_the_documentation() {
    let expected = "\
trace 4f9c02d1  61.0 ms  4 spans · 2 with error
handle_request                  61.0 ms  ▕█░░░░░░░░░█░░░░░░░░░░█░░░░░░░░░█▏
├─ query(id=1) ∥                19.9 ms  ▕█░░░░░░░░░█                     ▏
├─ query(id=2) ∥                40.9 ms  ▕█░░░░░░░░░█░░░░░░░░░░█          ▏
└─ query(id=3) ∥                60.4 ms ◆▕█░░░░░░░░░█░░░░░░░░░░█░░░░░░░░░█▏
      ✖ row 3 not found
        at shop::query src/main.rs:4  ← shop::handle_request src/main.rs:10
█ polled  ░ waiting  ∥ concurrent  ⇢ spawned  ◆ critical path
";
    assert_eq!(tree(&trace(example()), look(80), true), expected);
}

#[test]
fn an_error_takes_one_line_where_there_is_room() {
    let text = drawn(example(), 100);
    let last = text.lines().last().unwrap();
    let expected = "      ✖ row 3 not found   at shop::query src/main.rs:4  ← shop::handle_request src/main.rs:10";
    assert_eq!(last, expected);
}

#[test]
fn the_example_in_ascii() {
    let expected = "\
trace 4f9c02d1  61.0 ms  4 spans, 2 with error
handle_request                  61.0 ms  |#.........#..........#.........#|
|- query(id=1) ||               19.9 ms  |#.........#                     |
|- query(id=2) ||               40.9 ms  |#.........#..........#          |
`- query(id=3) ||               60.4 ms *|#.........#..........#.........#|
      x row 3 not found
        at shop::query src/main.rs:4  <- shop::handle_request src/main.rs:10
# polled  . waiting  || concurrent  => spawned  * critical path
";
    let look = Look { ascii: true, ..look(80) };
    assert_eq!(tree(&trace(example()), look, true), expected);
}

#[test]
fn colours_change_nothing_but_colours() {
    let colored = tree(&trace(example()), Look { color: true, ..look(80) }, true);
    let mut plain = String::new();
    for (place, part) in colored.split('\x1b').enumerate() {
        plain.push_str(if place == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(plain, tree(&trace(example()), look(80), true));
    assert!(colored.contains("\x1b[1;31mrow 3 not found\x1b[0m"));
    // The bar where it began is red, that of the span it passed through is not.
    assert_eq!(colored.matches("\x1b[31m█").count(), 4);
}

#[test]
fn the_head_tells_what_kind_of_trace_it_is() {
    let head = |completeness, service, nodes| {
        let trace = Trace {
            service,
            ..Trace::new(nodes, TraceId::from_u128(0x4f9c_02d1 << 96), completeness)
        };
        tree(&trace, look(80), false).lines().next().unwrap().to_owned()
    };
    let one = || vec![span(1, 0, "one", 0.0, 1.5)];
    assert_eq!(head(Completeness::Whole, "shop", one()), "trace 4f9c02d1  shop  1.50 ms  1 span");
    assert_eq!(head(Completeness::Partial, "", one()), "partial trace 4f9c02d1  1.50 ms  1 span");
    assert_eq!(head(Completeness::Late, "", one()), "late part of trace 4f9c02d1  1.50 ms  1 span");
    let tasks = vec![
        span(1, 0, "one", 0.0, 1.5),
        span(2, 1, "two", 0.0, 1.0).spawned().ended(Outcome::Cancelled),
    ];
    assert_eq!(
        head(Completeness::Whole, "", tasks),
        "trace 4f9c02d1  1.50 ms  2 spans · 2 tasks · 1 cancelled"
    );
}

#[test]
fn one_line_for_a_trace_beyond_the_rate() {
    let expected = "trace 4f9c02d1  handle_request  61.0 ms  4 spans · 2 with error\n";
    assert_eq!(line(&trace(example()), look(80)), expected);
}

#[test]
fn what_was_spawned_cancelled_or_panicked_says_so() {
    let parse = span(5, 1, "parse", 9.5, 9.9).ended(Outcome::Panicked);
    let nodes = vec![
        span(1, 0, "serve", 0.0, 10.0)
            .sliced(&[(0.0, 0.1), (4.0, 10.0)])
            .ended(Outcome::Panicked)
            .failed("", &[]),
        span(2, 1, "audit", 1.0, 9.7).spawned().sliced(&[(1.0, 2.0), (8.0, 9.7)]),
        span(3, 1, "fast", 0.0, 4.0).polled(2),
        span(4, 1, "slow", 0.0, 4.01).polled(2).ended(Outcome::Cancelled),
        parse.failed("", &[frame("shop::parse", "src/main.rs:4")]),
    ];
    let expected = "\
trace 4f9c02d1  10.0 ms  5 spans · 2 tasks · 2 with error · 1 cancelled
serve panicked                  10.0 ms  ▕█░░░░░░░░░░░████████████████████▏
├─ fast ∥                       4.00 ms ◆▕█░░░░░░░░░░░█                   ▏
├─ slow ∥ cancelled             4.01 ms  ▕█░░░░░░░░░░░█                   ▏
├─ audit ∥ ⇢                    8.70 ms  ▕   ████░░░░░░░░░░░░░░░░░░███████▏
└─ parse ∥ panicked              400 µs ◆▕                              ██▏
      ✖ panicked   at shop::parse src/main.rs:4
";
    assert_eq!(drawn(nodes, 80), expected);
}

#[test]
fn what_is_in_flight_waits_up_to_now() {
    let open = |node: Node<'static>| node.ended(Outcome::Open);
    let nodes = vec![
        open(span(1, 0, "serve", 0.0, 10_000.0).sliced(&[(0.0, 1.0), (5_000.0, 5_001.0)])),
        open(span(2, 1, "query", 1.0, 10_000.0)),
        open(span(3, 1, "audit", 8_000.0, 10_000.0).spawned()),
    ];
    let expected = "\
open trace 4f9c02d1  10.0 s  3 spans · 2 tasks
serve                            10.0 s  ▕█░░░░░░░░░░░░░░░█░░░░░░░░░░░░░░░▏
├─ query ∥                       10.0 s  ▕█░░░░░░░░░░░░░░░█░░░░░░░░░░░░░░░▏
└─ audit ∥ ⇢                     2.00 s  ▕                         ░░░░░░░▏
";
    assert_eq!(drawn(nodes, 80), expected);
}

#[test]
fn where_a_task_was_spawned_stands_where_there_is_room() {
    let nodes = vec![
        span(1, 0, "serve", 0.0, 10.0),
        span(2, 1, "audit", 1.0, 9.0).spawned_at("src/db.rs", 9),
        span(3, 1, "index", 9.0, 10.0).spawned_at("src/search/index.rs", 120),
    ];
    let expected = "\
trace 4f9c02d1  10.0 ms  3 spans · 3 tasks
serve                           10.0 ms  ▕████████████████████████████████▏
├─ audit ⇢  at src/db.rs:9      8.00 ms ◆▕   ██████████████████████████   ▏
└─ index ⇢                      1.00 ms ◆▕                            ████▏
";
    assert_eq!(drawn(nodes, 80), expected);
}

fn failure(message: &'static str) -> Failure<'static> {
    span(1, 0, "", 0.0, 0.0).failed(message, &[]).failure.unwrap()
}

#[test]
fn an_error_tells_its_sources_its_way_and_where_it_was_handled() {
    let way = [
        frame("shop::db::connect", "src/db.rs:14"),
        frame("shop::cart::load", "src/cart.rs:7"),
        frame("shop::checkout", "src/main.rs:20"),
    ];
    let mut inner = span(3, 2, "connect", 1.0, 2.0).failed("no connection", &way);
    inner.failure.as_mut().unwrap().sources = vec!["refused\nby the peer"];
    let nodes = vec![
        span(1, 0, "checkout", 0.0, 10.0),
        span(2, 1, "load", 0.0, 3.0).passing("cart 7", &["no connection"]),
        inner,
        span(4, 3, "resolve", 1.0, 1.5),
    ];
    let expected = "\
trace 4f9c02d1  10.0 ms  4 spans · 2 with error
checkout                 10.0 ms  ▕████████████████████████▏
└─ load                  3.00 ms ◆▕████████                ▏
   └─ connect            1.00 ms ◆▕  ███                   ▏
      │  ✖ no connection
      │    caused by: refused
      │    by the peer
      │    at shop::db::connect src/db.rs:14
      │    ← shop::cart::load src/cart.rs:7: cart 7
      │    in shop::checkout src/main.rs:20
      └─ resolve          500 µs ◆▕  ██                    ▏
";
    assert_eq!(drawn(nodes, 60), expected);
}

#[test]
fn an_error_with_sources_takes_several_lines() {
    let mut node = span(1, 0, "load", 0.0, 1.0).failed("no cart", &stack());
    node.failure.as_mut().unwrap().sources = vec!["no connection", "connection"];
    let expected = "   \
   ✖ no cart
     caused by: no connection
     at shop::query src/main.rs:4  in shop::handle_request src/main.rs:10
";
    let text = drawn(vec![node], 200);
    assert_eq!(text.splitn(3, '\n').last().unwrap(), expected);
}

#[test]
fn a_narrow_terminal_has_no_timeline() {
    let expected = "\
trace 4f9c02d1  61.0 ms  4 spans
  2 with error
handle_request                 61.0 ms
├─ query(id=1) ∥               19.9 ms
├─ query(id=2) ∥               40.9 ms
└─ query(id=3) ∥               60.4 ms ◆
      ✖ row 3 not found
        at shop::query src/main.rs:4
        ← handle_request src/main.rs:10
∥ concurrent  ⇢ spawned  ◆ critical path
";
    assert_eq!(tree(&trace(example()), look(40), true), expected);
}

#[test]
fn spans_without_their_parent_are_not_lost() {
    let mut late = trace(vec![
        span(5, 9, "flush", 4.0, 6.0),
        span(6, 9, "close", 5.0, 8.0),
        span(7, 6, "sync", 6.0, 8.0),
        span(8, 99, "other", 6.0, 7.0),
    ]);
    late.completeness = Completeness::Late;
    let expected = "\
late part of trace 4f9c02d1  4.00 ms  4 spans
(parent not here)
├─ flush ∥                      2.00 ms  ▕████████████████                ▏
└─ close ∥                      3.00 ms  ▕        ████████████████████████▏
   └─ sync                      2.00 ms  ▕                ████████████████▏
(parent not here)
└─ other                        1.00 ms  ▕                ████████        ▏
";
    assert_eq!(tree(&late, look(80), false), expected);
}

#[test]
fn arguments_are_cut_and_other_attributes_take_what_room_is_left() {
    let nodes = vec![
        span(1, 0, "get", 0.0, 8.0)
            .with("http.route", "/cart")
            .with("id", "7")
            .with("http.request.header.accept", "everything"),
        span(2, 1, "query", 0.0, 8.0)
            .with("sql", "select a, b, c from d where e = f and g = h")
            .with("limit", "10"),
    ];
    let expected = "\
trace 4f9c02d1  8.00 ms  2 spans
get(id=7)  http.route=/cart          8.00 ms  ▕████████████████████████████████▏
└─ query(sql=select a, b, c fr…, …)  8.00 ms ◆▕████████████████████████████████▏
";
    assert_eq!(drawn(nodes, 80), expected);
}
