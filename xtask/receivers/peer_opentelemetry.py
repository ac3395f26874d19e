"""Spans of opentelemetry-python; `OTEL_PROPAGATORS` says how contexts are read and written."""

from contextlib import contextmanager

from opentelemetry import baggage, propagate, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased

# Whether the caller samples its trace, how the program samples, and what it is asked for.
CASES = {
    "sampled": (True, "follows", "/"),
    "not sampled": (False, "follows", "/"),
    "dropped by the program": (True, "follows", "/drop"),
    "left out by the program": (True, "leaves out", "/"),
    "begun by the program": (None, "follows", "/"),
    "begun and left out by the program": (None, "leaves out", "/"),
}


class Peer:
    def __init__(self):
        self.memory = InMemorySpanExporter()
        self.tracers = {True: self.tracer(ALWAYS_ON), False: self.tracer(ALWAYS_OFF)}

    def tracer(self, sampler):
        provider = TracerProvider(sampler=ParentBased(sampler))
        provider.add_span_processor(SimpleSpanProcessor(self.memory))
        return provider.get_tracer("peer")

    @contextmanager
    def calling(self, sampled):
        headers = {}
        if sampled is None:
            yield None, headers
            return
        context = baggage.set_baggage("user", "Zoë, 7")
        with self.tracers[sampled].start_as_current_span("python client", context) as span:
            propagate.inject(headers, trace.set_span_in_context(span, context))
            yield f"{span.get_span_context().trace_id:032x}", headers

    def answer(self, headers):
        context = propagate.extract(headers)
        with self.tracers[True].start_as_current_span("python server", context) as span:
            own = span.get_span_context()
            says = {"sampled": own.trace_flags.sampled}
            says |= {key: baggage.get_baggage(key, context) for key in ("user", "seen")}
            return {"trace": f"{own.trace_id:032x}", "says": says}

    def taken(self):
        """The spans that are there since the last time, each with its ids."""
        spans = self.memory.get_finished_spans()
        self.memory.clear()
        return [
            {
                "name": span.name,
                "trace": f"{span.context.trace_id:032x}",
                "span": f"{span.context.span_id:016x}",
                "parent": f"{span.parent.span_id:016x}" if span.parent else None,
            }
            for span in spans
        ]

    def end(self):
        pass
