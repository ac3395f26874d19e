//! With hooks in the runtime, the tasks of connections belong to whoever made hyper or axum spawn them.
#![cfg(tokio_unstable)]

use std::ops::Deref as _;

use axum::Router;
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper::Request;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::{Layer as _, ServiceExt as _};
use tracer::http::ClientLayer;
use tracer::traced;
use tracer_hooks_tests::{
    Chunk, OneConnection, client, posted, query, request, serve_with_hyper, tree,
};

#[traced]
async fn handle() -> &'static str {
    query(1).await;
    "handled"
}

#[traced(kind = server)]
async fn serve_request() -> &'static str {
    query(2).await;
    "served"
}

/// axum spawns a task for each connection: what it serves belongs to who runs the server, but
/// requests, which say that they are some, have traces of their own.
#[test]
fn axum_s_connection_tasks_inherit_from_the_accept_loop() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/span", get(handle)).route("/server", get(serve_request));
        let (stop, stopped) = oneshot::channel::<()>();
        let (hand, handed) = oneshot::channel();
        request(0, async move {
            let serving = async move {
                let serving = axum::serve(listener, app);
                serving.with_graceful_shutdown(async { drop(stopped.await) }).await.unwrap();
            };
            hand.send(tokio::spawn(serving)).unwrap();
        })
        .await;
        let client = client();
        for path in ["span", "server"] {
            let url = format!("http://{address}/{path}");
            assert!(posted(&client, &url, Chunk::default()).await.ends_with("ed"));
        }
        drop((client, stop));
        handed.await.unwrap().await.unwrap();
    });
    assert_eq!(
        tree,
        "request(id=0)\n  handle\n    query(id=1)\nserve_request linked\n  query(id=2)\n"
    );
}

/// The same for a loop of one's own around hyper, which is traced while it still runs.
#[test]
fn a_traced_accept_loop_is_the_parent_of_what_its_connections_do() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(request(
            0,
            serve_with_hyper(listener, 2, |path| async move {
                if path == "/server" { serve_request().await } else { handle().await }
            }),
        ));
        for path in ["span", "server"] {
            let url = format!("http://{address}/{path}");
            assert!(posted(&client(), &url, Chunk::default()).await.ends_with("ed"));
        }
        accepting.await.unwrap();
    });
    assert_eq!(
        tree,
        "request(id=0)\n  handle\n    query(id=1)\nserve_request linked\n  query(id=2)\n"
    );
}

/// The task of a pooled connection is its first request's for as long as that counts: what it does
/// by itself for others is found there. What carries its own context, or is called by the request,
/// is right.
#[test]
fn a_pooled_connection_s_task_is_its_first_request_s_before_that_expires() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let accepting = tokio::spawn(serve_with_hyper(listener, 1, |_| async { "echoed" }));
        let client = OneConnection::new();
        request(1, async { drop(posted(&client, &url, Chunk::new(1)).await) }).await;
        request(2, async { drop(posted(&client, &url, Chunk::new(2)).await) }).await;
        request(3, async { drop(posted(&client, &url, Chunk::in_current(3)).await) }).await;
        drop(client);
        accepting.await.unwrap();
    });
    assert_eq!(
        tree,
        "request(id=1)\n  chunk(id=1)\n  chunk(id=2)\nrequest(id=2)\nrequest(id=3)\n  chunk(id=3)\n"
    );
}

/// With the layer of clients no request is the parent of what the connection does for others.
#[test]
fn a_traced_client_s_connection_belongs_to_no_request() {
    let tree = tree(|| async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let accepting = tokio::spawn(serve_with_hyper(listener, 1, |_| async { "echoed" }));
        let client = OneConnection::new();
        let traced = ClientLayer::new().layer(client.deref().clone());
        for id in 1..=2 {
            let sending = Request::post(&url).body(Chunk::new(id)).unwrap();
            let traced = traced.clone();
            request(id, async {
                let answer = traced.oneshot(sending).await.unwrap();
                drop(answer.into_body().collect().await.unwrap());
            })
            .await;
        }
        drop((traced, client));
        accepting.await.unwrap();
    });
    assert_eq!(tree, "chunk(id=1)\nchunk(id=2)\nrequest(id=1)\n  POST\nrequest(id=2)\n  POST\n");
}
