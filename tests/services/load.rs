//! Many requests at once over two services: each trace is whole and has nothing of another.

use std::collections::HashMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get as on_get;
use futures::{StreamExt as _, stream};
use tracer::export::SpanRecord;
use tracer::http::ServerLayer;
use tracer::testing::render;
use tracer::{TraceId, traced};
use tracer_services_tests::{client, get, scope, serve, text};

const REQUESTS: u32 = 600;
const AT_ONCE: usize = 48;

#[derive(Clone)]
struct Back(String, tracer_services_tests::TracedClient);

#[traced(args(id))]
async fn front(State(Back(back, client)): State<Back>, Path(id): Path<u32>) -> String {
    let item = |id: u32| text(client.clone(), get(format!("{back}/{id}")));
    let spawned = tracer::tokio::spawn(item(id));
    let ((_, one), (_, other)) = tokio::join!(item(id), item(id));
    let (_, third) = spawned.await.expect("it does not panic");
    [one, other, third].concat()
}

#[traced(args(id))]
async fn back(Path(id): Path<u32>) -> String {
    tokio::task::yield_now().await;
    format!("{id};")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_are_never_mixed() {
    let scope = scope();
    let layer = scope.in_scope(ServerLayer::new);
    let client = client();
    let items = serve(Router::new().route("/{id}", on_get(back)).layer(layer.clone())).await;
    let state = Back(items.url(""), client.clone());
    let shop = Router::new().route("/shop/{id}", on_get(front)).with_state(state);
    let shop = serve(shop.layer(layer)).await;
    let requests = stream::iter(0..REQUESTS).map(|id| {
        let request = get(shop.url(&format!("/shop/{id}")));
        scope.bind(text(client.clone(), request))
    });
    let answers: Vec<_> = requests.buffered(AT_ONCE).collect().await;
    for (id, (status, answer)) in answers.into_iter().enumerate() {
        assert_eq!((status, answer), (200, format!("{id};").repeat(3)));
    }
    drop(client);
    shop.stop().await;
    items.stop().await;

    let mut traces: HashMap<TraceId, Vec<SpanRecord>> = HashMap::new();
    for span in scope.spans() {
        traces.entry(span.trace_id()).or_default().push(span);
    }
    let mut trees: Vec<_> = traces.into_values().map(|spans| render(&spans)).collect();
    let mut expected: Vec<_> = (0..REQUESTS).map(tree).collect();
    trees.sort_unstable();
    expected.sort_unstable();
    assert_eq!(trees, expected);
    assert!(scope.stats().is_balanced());
}

fn tree(id: u32) -> String {
    let item = format!("      GET\n        GET /{{id}}\n          back(id={id})\n");
    format!("GET\n  GET /shop/{{id}}\n    front(id={id})\n{}", item.repeat(3))
}
