"""The example `checkout`: what its three services send to the agent is one trace for each request."""

import os
import subprocess
from collections import Counter

# Spans of each trace, as in `examples/checkout/expected.txt`.
SPANS = [12, 12, 13, 13, 13, 14, 19]
# What is asked for, by whom, and which service answers: edges of the map of services.
CALLS = {
    ("web", "stock", "POST /reservations/{order}"): 6,
    ("web", "payment", "POST /payments/{order}"): 6,
    ("web", "stock", "GET /stock/{item}"): 3,
}
TYPES = {"server": {"web"}, "client": {"http", "sql"}, "internal": {"custom"}}


def check(program, agent):
    agent.get("session/clear")
    checkout = program.parent / "examples/checkout"
    settings = {"TRACER": "datadog", "DD_TRACE_AGENT_URL": agent.url}
    run = subprocess.run(
        [checkout], env=os.environ | settings, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0 and not run.stderr, run.stderr
    traces = agent.traces()
    assert sorted(map(len, traces)) == SPANS, sorted(map(len, traces))
    calls = sum((served(spans) for spans in traces), Counter())
    assert calls == CALLS, calls
    failed = [span for spans in traces for span in spans if span["resource"] == "checkout"]
    (declined,) = [span for span in failed if span["error"]]
    meta = declined["meta"]
    assert meta["error.type"] == "checkout::web::CheckoutError", meta
    assert meta["error.message"] == "order 5 was not placed", meta
    assert "the card for order 5 was declined" in meta["tracer.sources"], meta
    assert "checkout::web::checkout\n" in meta["error.stack"], meta
    agent.forget()
    return f"{len(traces)} traces, {sum(map(len, traces))} spans"


def served(spans):
    """The calls from one service to another, after a look at the trace as a whole."""
    by_id = {span["span_id"]: span for span in spans}
    roots = [span for span in spans if not span["parent_id"]]
    assert len(roots) == 1 and roots[0]["service"] == "web", roots
    chunks = [span for span in spans if "_dd.tracer_kr" in span["metrics"]]
    assert len({span["meta"]["_dd.p.tid"] for span in chunks}) == 1, chunks
    assert {span["metrics"]["_sampling_priority_v1"] for span in chunks} == {1}, chunks
    assert {span["service"] for span in chunks} == {span["service"] for span in spans}
    calls = Counter()
    for span in spans:
        kind = span["meta"]["span.kind"]
        assert span["type"] in TYPES[kind], span
        parent = by_id.get(span["parent_id"])
        assert parent or span in roots, f"nobody is above {span}"
        if parent and parent["service"] != span["service"]:
            assert (parent["meta"]["span.kind"], kind) == ("client", "server"), (parent, span)
            assert span["metrics"]["_dd.top_level"] == 1, span
            calls[parent["service"], span["service"], span["resource"]] += 1
    return calls
