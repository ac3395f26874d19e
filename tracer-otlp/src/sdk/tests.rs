//! What an exporter of OpenTelemetry's SDK is given is what protobuf says, and what it answers is
//! counted.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, Span as Proto, Status};
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use prost::Message as _;
use tracer_core::{Batch, Span, Tracer};

use crate::OpenTelemetry;
use crate::protobuf::Protobuf;
use crate::request::Requests;
use crate::tests::random::{self, Does, Random};

const SOON: Duration = Duration::from_secs(60);

/// Tells of every call, and answers with what the test says; after that with `Ok`.
#[derive(Debug)]
struct Tells {
    calls: Sender<Call>,
    answers: Mutex<Receiver<OTelSdkResult>>,
}

#[derive(Debug)]
enum Call {
    Resource(Resource),
    Export(Vec<SpanData>),
    Shutdown,
}

impl Tells {
    fn new(answers: impl IntoIterator<Item = OTelSdkResult>) -> (Self, Receiver<Call>) {
        let (sender, prepared) = channel();
        answers.into_iter().for_each(|answer| sender.send(answer).expect("it is kept"));
        let (calls, receiver) = channel();
        (Self { calls, answers: Mutex::new(prepared) }, receiver)
    }

    fn tell(&self, call: Call) {
        let _nobody_asks = self.calls.send(call);
    }
}

impl SpanExporter for Tells {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.tell(Call::Export(batch));
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.try_recv().unwrap_or(Ok(()))
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        self.tell(Call::Shutdown);
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.tell(Call::Resource(resource.clone()));
    }
}

#[test]
fn twelve_thousand_random_spans_are_handed_on_as_protobuf_has_them() {
    let (sender, written) = channel();
    let mut requests = Requests::<Protobuf>::new(usize::MAX);
    let writes = Does(move |batch: &Batch| {
        requests.each(batch, |bytes, _| sender.send(bytes.to_vec()).expect("the test listens"));
    });
    let (tells, calls) = Tells::new([]);
    let builder = Tracer::builder().service_name("shop").wakes(true).exporter(writes);
    let tracer = builder.exporter(OpenTelemetry::new(tells)).build().unwrap();
    random::spans(&tracer, &mut Random::new(3), 12_000);
    tracer.shutdown(SOON).unwrap();

    let written = written.try_iter().flat_map(|bytes| resource_spans(&bytes));
    let handed_on = handed_on(&calls);
    let (written, handed_on) = (spans(written), spans(handed_on));
    assert!(written.len() >= 12_000, "{}", written.len());
    assert_eq!(written.len(), handed_on.len());
    for (written, handed_on) in written.iter().zip(&handed_on) {
        assert!(written == handed_on, "{written:#?}\n{handed_on:#?}");
    }
}

fn resource_spans(bytes: &[u8]) -> Vec<ResourceSpans> {
    ExportTraceServiceRequest::decode(bytes).expect("it is protobuf").resource_spans
}

/// What OpenTelemetry's own exporters make of what they are given.
fn handed_on(calls: &Receiver<Call>) -> impl Iterator<Item = ResourceSpans> {
    let Some(Call::Resource(resource)) = calls.try_iter().next() else { panic!("no resource") };
    let resource = ResourceAttributesWithSchema::from(&resource);
    calls.try_iter().flat_map(move |call| match call {
        Call::Export(spans) => group_spans_by_resource_and_scope(spans, &resource),
        Call::Shutdown => Vec::new(),
        Call::Resource(_) => panic!("the resource is told once"),
    })
}

/// Each span with what stands around it in a request: the resource and the scope.
fn spans(all: impl Iterator<Item = ResourceSpans>) -> Vec<(String, Proto)> {
    all.flat_map(|spans| {
        let mut resource = spans.resource.expect("there is a resource").attributes;
        resource.sort_by(|a, b| a.key.cmp(&b.key));
        // Each exporter counts as an instance of the service.
        resource.retain(|attribute| attribute.key != "service.instance.id");
        assert!(resource.len() > 8, "{resource:?}");
        let around = format!("{} {resource:?}", spans.schema_url);
        spans.scope_spans.into_iter().flat_map(move |spans| {
            let around = format!("{around} {} {:?}", spans.schema_url, spans.scope);
            spans.spans.into_iter().map(move |span| (around.clone(), as_the_sdk_says(span)))
        })
    })
    .collect()
}

/// The SDK always has a status, and knows of each link whether it is of another process.
fn as_the_sdk_says(mut span: Proto) -> Proto {
    span.status.get_or_insert_with(Status::default);
    span.links.iter_mut().for_each(|link| link.flags |= 0x100);
    span
}

#[test]
fn what_the_exporter_answers_is_counted_by_request_and_said() {
    let wrong = Err(OTelSdkError::InternalFailure("status: Unavailable".to_owned()));
    let (tells, calls) = Tells::new([Ok(()), wrong, Err(OTelSdkError::Timeout(SOON))]);
    let exporter = OpenTelemetry::with_max_bytes(tells, 4_000);
    let tracer = Tracer::builder().exporter(exporter).build().unwrap();
    tracer.in_scope(|| (0..1_000).for_each(|_| drop(Span::root("work"))));
    let said = tracer.flush(SOON).expect_err("two answers were errors").to_string();
    assert!(said.contains("no answer in 60s"), "{said}");

    let spans = calls.try_iter().filter_map(|call| match call {
        Call::Export(spans) => Some(spans.len() as u64),
        _ => None,
    });
    let counts: Vec<_> = spans.collect();
    assert!(counts.len() > 10 && counts.iter().all(|count| *count > 1), "{counts:?}");
    let stats = tracer.stats();
    assert!(stats.is_balanced(), "{stats}");
    assert_eq!(stats.exporters[0].dropped.failed, counts[1] + counts[2]);
    assert_eq!(stats.exporters[0].acknowledged, 1_000 - counts[1] - counts[2]);
}

#[test]
fn the_exporter_is_shut_down_after_its_last_span() {
    let (tells, calls) = Tells::new([]);
    let tracer = Tracer::builder().exporter(OpenTelemetry::new(tells)).build().unwrap();
    tracer.in_scope(|| drop(Span::root("work")));
    drop(tracer);
    let last: Vec<_> = calls.iter().collect();
    assert!(matches!(&last[..], [Call::Resource(_), Call::Export(_), Call::Shutdown]), "{last:?}");
}

/// Is ready when another thread says so.
#[derive(Debug)]
struct Elsewhere;

impl SpanExporter for Elsewhere {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        let (sender, receiver) = channel();
        let mut sender = Some(sender);
        let answered = move |context: &mut Context<'_>| {
            if let Some(sender) = sender.take() {
                let waker = context.waker().clone();
                std::thread::spawn(move || {
                    sender.send(()).expect("the exporter waits");
                    waker.wake();
                });
            }
            if receiver.try_recv().is_ok() { Poll::Ready(()) } else { Poll::Pending }
        };
        std::future::poll_fn(answered).await;
        Ok(())
    }
}

#[test]
fn without_a_runtime_an_export_is_waited_for() {
    let tracer = Tracer::builder().exporter(OpenTelemetry::new(Elsewhere)).build().unwrap();
    tracer.in_scope(|| drop(Span::root("work")));
    tracer.flush(SOON).unwrap();
    assert_eq!(tracer.stats().exporters[0].acknowledged, 1);
}
