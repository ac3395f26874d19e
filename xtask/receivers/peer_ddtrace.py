"""Spans of ddtrace; `DD_TRACE_PROPAGATION_STYLE` says how contexts are read and written."""

from contextlib import contextmanager

from ddtrace.constants import AUTO_KEEP, AUTO_REJECT, MANUAL_DROP_KEY, MANUAL_KEEP_KEY, USER_KEEP
from ddtrace.propagation.http import HTTPPropagator
from ddtrace.trace import TraceFilter, tracer

# What is said of the caller's trace, how the program samples, and what it is asked for.
CASES = {
    "sampled": ("", "follows", "/"),
    "kept": (MANUAL_KEEP_KEY, "follows", "/"),
    "dropped": (MANUAL_DROP_KEY, "follows", "/"),
    "kept by the program": ("", "follows", "/keep"),
    "dropped by the program": ("", "follows", "/drop"),
    "rejected": (AUTO_REJECT, "follows", "/"),
    "left out by the program": (MANUAL_KEEP_KEY, "leaves out", "/"),
    "begun by the program": (None, "follows", "/"),
    "begun and left out by the program": (None, "leaves out", "/"),
}


class Taken(TraceFilter):
    """Keeps finished spans here, and the agent gets them."""

    def __init__(self):
        self.spans = []

    def process_trace(self, trace):
        self.spans.extend(trace)
        return trace


class Peer:
    def __init__(self):
        self.memory = Taken()
        tracer.configure(trace_processors=[self.memory])

    @contextmanager
    def calling(self, said):
        headers = {}
        if said is None:
            yield None, headers
            return
        with tracer.start_span("python client") as span:
            if said == AUTO_REJECT:
                span.context.sampling_priority = said
            elif said:
                span.set_tag(said)
            span.context._meta["_dd.p.usr"] = "em9l"
            span.context.dd_origin = "synthetics"
            span.context.set_baggage_item("user", "Zoë, 7")
            HTTPPropagator.inject(span, headers)
            yield f"{span.trace_id:032x}", headers

    def answer(self, headers):
        context = HTTPPropagator.extract(headers)
        # `tracestate` names the last span that Datadog knows: the program's, here.
        last, parent = context._meta.get("_dd.parent_id"), f"{context.span_id:016x}"
        assert last in (None, parent), f"the parent is {parent}, not {last}"
        with tracer.start_span("python server", child_of=context) as span:
            says = {
                "priority": context.sampling_priority,
                "maker": context._meta.get("_dd.p.dm"),
                "usr": context._meta.get("_dd.p.usr"),
                "origin": context.dd_origin,
                **{key: context.get_baggage_item(key) for key in ("user", "seen")},
            }
            return {"trace": f"{span.trace_id:032x}", "says": says}

    def taken(self):
        """The spans that are there since the last time and are sampled, each with its ids."""
        spans, self.memory.spans = self.memory.spans, []
        return [
            {
                "name": span.name,
                "trace": f"{span.trace_id:032x}",
                "span": f"{span.span_id:016x}",
                "parent": f"{span.parent_id:016x}" if span.parent_id else None,
            }
            for span in spans
            if span.context.sampling_priority in (AUTO_KEEP, USER_KEEP)
        ]

    def end(self):
        tracer.shutdown()
