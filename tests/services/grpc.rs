//! tonic: a span of each call, called after its method, with the status that its trailers tell.

use std::net::SocketAddr;

use futures::StreamExt as _;
use http::{Request, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic_health::ServingStatus;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::Layer as _;
use tracer::http::{Client, ClientLayer, ServerLayer};
use tracer::testing::Scope;
use tracer_services_tests::{described, scope, text};

struct Health {
    address: SocketAddr,
    client: HealthClient<Client<Channel>>,
    reporter: tonic_health::server::HealthReporter,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Health {
    async fn serve(scope: &Scope) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let (reporter, service) = tonic_health::server::health_reporter();
        let layer = scope.in_scope(ServerLayer::new).request_header("x-tenant");
        let task = tokio::spawn(async move {
            let serving = Server::builder().layer(layer).add_service(service);
            let incoming = TcpIncoming::from(listener);
            let serving =
                serving.serve_with_incoming_shutdown(incoming, async { drop(stopped.await) });
            serving.await.expect("it serves until it is stopped");
        });
        // Not lazily: one connection, closed with the client.
        let connect = tower::service_fn(move |_| async move {
            Ok::<_, std::io::Error>(TokioIo::new(TcpStream::connect(address).await?))
        });
        let endpoint = Endpoint::from_static("http://health");
        let channel = endpoint.connect_with_connector(connect).await.expect("it listens");
        let client = HealthClient::with_origin(
            ClientLayer::new().layer(channel),
            Uri::from_static("http://health"),
        );
        Self { address, client, reporter, stop, task }
    }

    async fn stop(self) {
        drop((self.client, self.stop));
        self.task.await.expect("it does not panic");
    }
}

fn asked(service: &str) -> tonic::Request<HealthCheckRequest> {
    let mut request = tonic::Request::new(HealthCheckRequest { service: service.to_owned() });
    request.metadata_mut().insert("x-tenant", "acme".parse().expect("ascii"));
    request
}

#[tokio::test]
async fn a_call_is_one_tree_with_its_status() {
    let scope = scope();
    let mut health = Health::serve(&scope).await;
    let answer = scope.bind(async { health.client.check(asked("")).await }).await;
    answer.expect("it is healthy");
    health.stop().await;
    assert_eq!(
        described(&scope.spans()),
        "\
grpc.health.v1.Health/Check client
  . rpc.system.name = grpc
  . rpc.method = grpc.health.v1.Health/Check
  . server.address = health
  . server.port = PORT
  . network.protocol.version = 2
  . rpc.response.status_code = OK
  grpc.health.v1.Health/Check server
    . rpc.system.name = grpc
    . rpc.method = grpc.health.v1.Health/Check
    . server.address = health
    . network.protocol.version = 2
    . user_agent.original = tonic/0.14.5
    . rpc.request.metadata.x-tenant = acme
    . rpc.response.status_code = OK
"
    );
}

/// What is the caller's fault has failed on the caller's side alone.
#[tokio::test]
async fn a_status_fails_the_side_whose_fault_it_is() {
    let scope = scope();
    let mut health = Health::serve(&scope).await;
    let answer = scope.bind(async { health.client.check(asked("unknown")).await }).await;
    assert_eq!(answer.expect_err("there is no such service").code(), Code::NotFound);
    health.stop().await;
    let name = "grpc.health.v1.Health/Check";
    assert_eq!(scope.tree(), format!("{name} ✖\n  {name}\n"));
    let spans = scope.spans();
    assert!(
        spans
            .iter()
            .all(|span| { span.attribute("rpc.response.status_code") == Some("NOT_FOUND".into()) })
    );
}

/// Anybody may ask for anything.
#[tokio::test]
async fn a_method_that_there_is_not_is_no_name() {
    let scope = scope();
    let health = Health::serve(&scope).await;
    let client = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
    let client = client.clone().http2_only(true).build_http();
    for number in 0..3 {
        let url = format!("http://{}/made.Up/Method{number}", health.address);
        let request = Request::post(url).header("content-type", "application/grpc");
        text(client.clone(), request.body(axum::body::Body::empty()).expect("a request")).await;
    }
    drop(client);
    health.stop().await;
    assert_eq!(scope.tree(), "grpc ✖\n".repeat(3));
    let spans = scope.spans();
    assert_eq!(spans[0].attribute("rpc.method"), Some("_OTHER".into()));
    assert_eq!(spans[0].attribute("rpc.method_original"), Some("made.Up/Method0".into()));
    assert_eq!(spans[0].attribute("rpc.response.status_code"), Some("UNIMPLEMENTED".into()));
}

#[tokio::test]
async fn a_stream_ends_with_its_client() {
    let scope = scope();
    let mut health = Health::serve(&scope).await;
    health.reporter.set_service_status("shop", ServingStatus::Serving).await;
    let stream = scope.bind(async { health.client.watch(asked("shop")).await }).await;
    let mut stream = stream.expect("it is known").into_inner();
    stream.next().await.expect("it tells").expect("it is healthy");
    drop(stream);
    health.stop().await;
    let name = "grpc.health.v1.Health/Watch";
    assert_eq!(scope.tree(), format!("{name} cancelled\n  {name} cancelled\n"));
}
