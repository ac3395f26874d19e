//! Traces over several services.

use super::{drawn, look};
use crate::draw::{line, tree};
use crate::node::Node;
use crate::paint::Look;
use crate::sketch::{span, trace};

fn request() -> Vec<Node<'static>> {
    let web = [(0.0, 2.0), (20.0, 22.0), (58.0, 60.0)];
    vec![
        span(1, 0, "POST /checkout/{order}", 0.0, 60.0).sliced(&web).in_service("web"),
        span(2, 1, "POST /payments/{order}", 1.0, 59.0).polled(3).in_service("web"),
        span(3, 1, "POST /reservations/{order}", 1.0, 21.0).polled(2).in_service("web"),
        span(4, 3, "POST /reservations/{order}", 5.0, 15.0)
            .sliced(&[(5.0, 6.0), (14.0, 15.0)])
            .in_service("stock"),
        span(5, 4, "SELECT stock", 6.0, 14.0)
            .spawned()
            .in_service("stock")
            .with("db.operation.name", "SELECT")
            .with("db.name", "shop"),
        span(6, 2, "POST /payments/{order}", 10.0, 50.0)
            .polled(1)
            .in_service("payment")
            .with("http.request.method", "POST")
            .with("server.port", "8080")
            .with("card", "7"),
    ]
}

#[test]
fn a_service_is_named_where_it_begins() {
    let expected = "\
trace 4f9c02d1  60.0 ms  6 spans · 4 tasks · 3 services
web · POST /checkout/{order}                    60.0 ms  ▕██░░░░░░░░░░██░░░░░░░░░░░░░░░░░░░░██▏
├─ POST /payments/{order} ∥                     58.0 ms ◆▕██░░░░░░░░░░██░░░░░░░░░░░░░░░░░░░░██▏
│  └─ payment · POST /payments/{order}(card=7)  40.0 ms ◆▕      ████████████████████████      ▏
└─ POST /reservations/{order} ∥                 20.0 ms  ▕██░░░░░░░░░░█                       ▏
   └─ stock · POST /reservations/{order}        10.0 ms  ▕   █░░░░█                           ▏
      └─ SELECT stock ⇢  db.name=shop           8.00 ms  ▕   ██████                           ▏
";
    assert_eq!(drawn(request(), 100), expected);
}

#[test]
fn a_trace_of_one_service_names_it_in_its_head() {
    let nodes = request().into_iter().map(|node| node.in_service("shop")).collect();
    let text = drawn(nodes, 100);
    assert!(text.starts_with("trace 4f9c02d1  shop  60.0 ms  6 spans · 2 tasks\nPOST "), "{text}");
    assert_eq!(text.matches("shop").count(), 1, "{text}");
}

#[test]
fn services_stand_in_poor_terminals_too() {
    let text = tree(&trace(request()), Look { ascii: true, ..look(60) }, false);
    assert!(text.contains("\nweb: POST /checkout/{..") && text.is_ascii(), "{text}");
    assert!(text.lines().all(|line| line.len() <= 60), "{text}");
    let text = line(&trace(request()), look(100));
    assert_eq!(
        text,
        "trace 4f9c02d1  POST /checkout/{order}  60.0 ms  6 spans · 4 tasks · 3 services\n"
    );
}

#[test]
fn calls_of_different_services_are_no_equal_siblings() {
    let calls = (2..100).map(|id| {
        let service = if id % 2 == 0 { "stock" } else { "payment" };
        span(id, 1, "GET /health", 1.0, 2.0).in_service(service)
    });
    let mut nodes = vec![span(1, 0, "check", 0.0, 3.0).in_service("web")];
    nodes.extend(calls);
    let text = drawn(nodes, 100);
    for fold in ["─ stock · GET /health ×4", "─ payment · GET /health ×4"] {
        assert!(text.contains(fold), "{text}");
    }
}
