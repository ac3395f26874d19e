//! OpenTelemetry's own exporters: batches are handed to them as the spans of their SDK.

mod data;
mod run;

#[cfg(test)]
mod tests;

use std::fmt;
use std::pin::Pin;

use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::SpanExporter;
use tracer_core::{Batch, ExportError, Exporter, Resource};

use crate::protobuf::Protobuf;
use crate::request::{MAX_BYTES, Requests};

/// Hands finished spans to any exporter of `opentelemetry_sdk`, gRPC among them.
///
/// Spans have the same ids, times, attributes, events, links and status as in OTLP over HTTP, and
/// the same resource; they are handed on in parts of at most 1 MB of OTLP. What the exporter answers
/// with an error is counted as failed, and the tracer says on stderr what it was. What a backend
/// took only in part, an exporter may keep to itself: that of `opentelemetry-otlp` writes it to its
/// own log and answers `Ok`. It is shut down when the tracer is gone.
///
/// # Which runtime
///
/// Such an exporter is asynchronous. This one has a thread of its own, so by default it simply waits
/// there, which does for exporters that need no runtime, or that brought their own thread. Others
/// want to be made and awaited within tokio: those of `opentelemetry-otlp` over tonic, or what uses
/// reqwest or tokio's timers. [`block_on`](Self::block_on) says where. Best is a runtime that
/// belongs to the exporter: it is there until the last span has left, when the one of `main` is gone,
/// and a program that keeps all its threads busy does not delay it. One of the current thread has no
/// threads besides and is enough.
///
/// # Examples
///
/// OTLP over gRPC, from a program with or without a runtime:
///
/// ```no_run
/// use opentelemetry_otlp::{SpanExporter, WithExportConfig};
/// use tracer_core::Tracer;
/// use tracer_otlp::OpenTelemetry;
///
/// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
/// let grpc = {
///     // tonic starts a task as it is made.
///     let _entered = runtime.enter();
///     SpanExporter::builder().with_tonic().with_endpoint("http://127.0.0.1:4317").build()?
/// };
/// let exporter = OpenTelemetry::new(grpc).block_on(move |export| runtime.block_on(export));
/// let tracer = Tracer::builder().service_name("shop").exporter(exporter).install()?;
/// # drop(tracer);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// An exporter that needs no runtime:
///
/// ```
/// use std::time::Duration;
///
/// use opentelemetry_sdk::trace::InMemorySpanExporter;
/// use tracer_core::{Span, Tracer};
/// use tracer_otlp::OpenTelemetry;
///
/// let memory = InMemorySpanExporter::default();
/// let tracer = Tracer::builder().exporter(OpenTelemetry::new(memory.clone())).install()?;
/// drop(Span::new("work"));
/// tracer.flush(Duration::from_secs(5))?;
/// assert_eq!(memory.get_finished_spans()?[0].name, "work");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct OpenTelemetry<E: SpanExporter> {
    exporter: E,
    requests: Requests<Protobuf>,
    run: Box<Run>,
    /// What the exporter was told of the process.
    told: Option<Resource>,
}

/// Awaits an export.
type Run = dyn FnMut(Pin<&mut (dyn Future<Output = OTelSdkResult> + Send)>) -> OTelSdkResult + Send;

impl<E: SpanExporter> OpenTelemetry<E> {
    /// Takes spans to this exporter, which is awaited on a thread without a runtime.
    pub fn new(exporter: E) -> Self {
        Self::with_max_bytes(exporter, MAX_BYTES)
    }

    fn with_max_bytes(exporter: E, max_bytes: usize) -> Self {
        let requests = Requests::new(max_bytes);
        Self { exporter, requests, run: Box::new(run::parked), told: None }
    }

    /// Awaits each export with this function, on the exporter's own thread.
    ///
    /// It is what `block_on` of a runtime is, and returns what the future returned. A runtime that
    /// it owns is dropped with the exporter. With the handle of a runtime that others run, that one
    /// has to outlive the tracer, and whoever waits for a flush must not be its only thread.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use opentelemetry_sdk::error::OTelSdkResult;
    /// use opentelemetry_sdk::trace::{SpanData, SpanExporter};
    /// use tracer_core::{Span, Tracer};
    /// use tracer_otlp::OpenTelemetry;
    ///
    /// /// Panics where there is no tokio.
    /// #[derive(Debug)]
    /// struct NeedsTokio;
    ///
    /// impl SpanExporter for NeedsTokio {
    ///     async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
    ///         tokio::time::sleep(Duration::from_millis(1)).await;
    ///         Ok(())
    ///     }
    /// }
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// let exporter = OpenTelemetry::new(NeedsTokio).block_on(move |export| runtime.block_on(export));
    /// let tracer = Tracer::builder().exporter(exporter).install()?;
    /// drop(Span::new("work"));
    /// tracer.flush(Duration::from_secs(5))?;
    /// assert_eq!(tracer.stats().exporters[0].acknowledged, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn block_on(
        mut self,
        run: impl FnMut(Pin<&mut (dyn Future<Output = OTelSdkResult> + Send)>) -> OTelSdkResult
        + Send
        + 'static,
    ) -> Self {
        self.run = Box::new(run);
        self
    }
}

impl<E: SpanExporter> Exporter for OpenTelemetry<E> {
    fn name(&self) -> &'static str {
        "opentelemetry"
    }

    fn export(&mut self, batch: &Batch) -> Result<(), ExportError> {
        let Self { exporter, requests, run, told } = self;
        let (mut failed, mut why) = (0, String::new());
        requests.each(batch, |request, count| {
            if told.as_ref() != Some(batch.resource()) {
                exporter.set_resource(&data::resource(request));
                *told = Some(batch.resource().clone());
            }
            let spans = data::spans(request);
            assert_eq!(spans.len(), count, "what is written here is read here");
            if let Err(error) = run(std::pin::pin!(exporter.export(spans))) {
                failed += count;
                why = said(error);
            }
        });
        if failed == 0 { Ok(()) } else { Err(ExportError::partial(failed, 0, why)) }
    }
}

impl<E: SpanExporter> Drop for OpenTelemetry<E> {
    fn drop(&mut self) {
        // Nobody is left to be told; each batch had its answer.
        let _result = self.exporter.shutdown();
    }
}

impl<E: SpanExporter> fmt::Debug for OpenTelemetry<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTelemetry").field("exporter", &self.exporter).finish_non_exhaustive()
    }
}

fn said(error: OTelSdkError) -> String {
    match error {
        OTelSdkError::InternalFailure(why) => why,
        OTelSdkError::Timeout(time) => format!("no answer in {time:?}"),
        OTelSdkError::AlreadyShutdown => "it was shut down before the tracer".to_owned(),
    }
}
