//! Jaeger's interface, over the traces that come by OTLP to the same address: `jaeger-receiver
//! HOST:PORT`.

use std::env;
use std::error::Error;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use otlp_embedded::proto::collector::trace::v1::ExportTraceServiceRequest;
use otlp_embedded::{Config, State, TraceService, TraceServiceImpl, TraceServiceServer, ui_app};
use prost::Message;
use tokio::net::TcpListener;
use tonic::Request;

/// More than all checks together send: the oldest would go, and no answer would say so.
const TRACES: u32 = 1 << 14;

/// No bound. The crate counts all of a trace again with each span that comes, and takes off too
/// little: at a bound it drops whatever comes later, and answers that all is well.
const BYTES: usize = usize::MAX / 2;

const GRPC: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/{method}";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = env::args().nth(1).ok_or("HOST:PORT is missing")?;
    let state = State::new(Config { max_length: TRACES, max_memory_usage: BYTES });
    let service = Arc::new(TraceServiceImpl::new(state.clone()));
    let grpc = TraceServiceServer::from_arc(Arc::clone(&service));
    let app = Router::new()
        .route("/v1/traces", post(move |body: Bytes| take(service, body)))
        .route_service(GRPC, grpc)
        .merge(ui_app(state, "/"));
    axum::serve(TcpListener::bind(address).await?, app).await?;
    Ok(())
}

/// The crate takes gRPC alone: a body of HTTP is the same message.
async fn take(
    service: Arc<TraceServiceImpl>,
    body: Bytes,
) -> Result<impl IntoResponse, (StatusCode, String)> {
    let request = ExportTraceServiceRequest::decode(body)
        .map_err(|why| (StatusCode::BAD_REQUEST, why.to_string()))?;
    let answer = service
        .export(Request::new(request))
        .await
        .map_err(|why| (StatusCode::INTERNAL_SERVER_ERROR, why.to_string()))?;
    let body = answer.into_inner().encode_to_vec();
    Ok(([(header::CONTENT_TYPE, "application/x-protobuf")], body))
}
