"""Datadog's test agent with all its checks on, over TCP and a Unix socket; its spans as the program
prints them.
"""

import json
import os
import tempfile
import urllib.request

from receivers import SITE, Program, free_ports

CHECKS = [
    "trace_count_header", "meta_tracer_version_header", "trace_content_length", "trace_stall",
    "trace_peer_service", "meta_events_is_valid_json", "trace_dd_service",
]  # fmt: skip
# What the exporter says itself; attributes of these names are not compared, all others are.
OURS = ("_", "tracer.", "code.", "error.")
OURS_TOO = {"language", "runtime-id", "process_id", "span.kind", "events", "component"}
# What is read as something else where it has its name.
RENAMED = {"events": "attribute.events"}
# What a span is called where nothing but its kind says so, and which type it is of.
CALLED = {
    "server": ("server.request", "web"),
    "client": ("client.request", "http"),
    "internal": ("internal", "custom"),
    "producer": ("producer", "custom"),
    "consumer": ("consumer", "custom"),
}
# Numbers that floating points keep as they are.
EXACT = 1 << 53
LOWER_HALF = (1 << 64) - 1


class Agent(Program):
    """What came is listed; a payload that fails a check is refused, and kept in mind."""

    def __init__(self, folder):
        self.port, *others = free_ports(3)
        self.url = f"http://127.0.0.1:{self.port}"
        # A socket's path has at most a hundred bytes.
        self.sockets = tempfile.TemporaryDirectory()
        socket = f"{self.sockets.name}/apm.socket"
        self.ways = {"datadog": self.url, "unix": f"unix://{socket}"}
        command = [
            SITE / "bin/ddapm-test-agent", "--host", "127.0.0.1", "--port", str(self.port),
            "--otlp-http-port", str(others[0]), "--otlp-grpc-port", str(others[1]),
            "--trace-uds-socket", socket, "--disable-llmobs-data-forwarding",
            "--log-level", "WARNING",
        ]  # fmt: skip
        settings = {"ENABLED_CHECKS": ",".join(CHECKS), "DD_POOL_TRACE_CHECK_FAILURES": "true"}
        ports = [self.port, *others]
        super().__init__(folder / "datadog-agent", command, ports, os.environ | settings)

    def __exit__(self, *_):
        super().__exit__()
        self.sockets.cleanup()

    def spans(self, ids):
        """The spans of these traces, in the shape in which the program prints them."""
        traces = self.traces()
        wanted = {int(trace, 16) & LOWER_HALF for trace, _ in ids}
        found = [told for spans in traces if spans[0]["trace_id"] in wanted for told in whole(spans)]
        by_id = {(span["trace_id"], span["span_id"]): span for span in found}
        assert len(by_id) == len(found), "a span came twice"
        return by_id

    def kept(self, span):
        return as_agents_have_it(span)

    def forget(self):
        """Whatever was checked was right."""
        self.get("trace_check/failures?return_all=true")
        passed = json.loads(self.get("trace_check/summary?return_all=true"))
        for name in ("trace_count_header", "meta_tracer_version_header", "trace_content_length"):
            assert passed[name]["Passed_Checks"] > 0, f"{name} was not checked"
        self.get("session/clear")

    def traces(self):
        """All spans that came, by the lower halves of their traces' ids, as the agent has them."""
        return json.loads(self.get("session/traces"))

    def requests(self):
        """What came with each payload, the last one first."""
        return json.loads(self.get("session/requests"))

    def get(self, what):
        with urllib.request.urlopen(f"{self.url}/test/{what}", timeout=30) as answer:
            return answer.read()


def whole(spans):
    """The spans of one trace; what is said once for a chunk is there."""
    first = [span for span in spans if "_dd.tracer_kr" in span["metrics"]]
    assert first, "nothing is said of the chunk"
    halves = {span["meta"]["_dd.p.tid"] for span in first}
    assert len(halves) == 1, f"the trace has several upper halves: {halves}"
    for span in first:
        meta, metrics = span["meta"], span["metrics"]
        assert meta["language"] == "rust" and meta["_dd.p.dm"] == "-0", meta
        assert metrics["_sampling_priority_v1"] == 1, metrics
    (high,) = halves
    return [told(span, high) for span in spans]


def told(span, high):
    meta, metrics = span["meta"], span["metrics"]
    kind = meta["span.kind"]
    operation, span_type = CALLED[kind]
    assert (span["name"], span["type"], span["service"]) == (operation, span_type, "shop"), span
    assert kind == "internal" or metrics["_dd.measured"] == 1, metrics
    if not span["parent_id"]:
        assert metrics["_dd.top_level"] == 1 and metrics["process_id"] > 0, metrics
        assert len(meta["runtime-id"]) == 36, meta
    assert not meta.keys() & metrics.keys(), "a tag is there twice"
    return {
        "trace_id": f"{high}{span['trace_id']:016x}",
        "span_id": f"{span['span_id']:016x}",
        "parent_id": f"{span['parent_id']:016x}" if span["parent_id"] else None,
        "name": span["resource"],
        "kind": kind,
        "start": span["start"],
        "end": span["start"] + span["duration"],
        "function": meta.get("code.function.name"),
        "file": meta["code.file.path"],
        "line": metrics["code.line.number"],
        "outcome": meta.get("tracer.outcome"),
        "is_failed": span["error"] == 1,
        "is_spawned": meta.get("tracer.spawned") == "true",
        "polls": metrics.get("tracer.polls", 0),
        "attributes": plain(meta | metrics),
        "events": [event(it) for it in json.loads(meta.get("events", "[]"))],
        "links": [link(it) for it in span.get("span_links", [])],
        "error": error(span),
    }


def event(said):
    return {
        "name": said["name"],
        "time": said["time_unix_nano"],
        "attributes": said.get("attributes", {}),
    }


def link(said):
    return [f"{said['trace_id_high']:016x}{said['trace_id']:016x}", f"{said['span_id']:016x}"]


def error(span):
    meta = span["meta"]
    if not span["error"]:
        assert "error.type" not in meta, meta
        return None
    stack = meta.get("error.stack", "").split("\n\n")[0].splitlines()[::2]
    if stack and (meta["error.type"], meta.get("error.message")) == ("panic", "panicked"):
        return None
    return {
        "type": meta["error.type"],
        "message": meta.get("error.message", ""),
        "sources": meta["tracer.sources"].split("\n") if "tracer.sources" in meta else [],
        "is_passed_on": meta.get("tracer.passed_on") == "true",
        "stack": [line.split(": ", 1)[1] for line in stack],
    }


def as_agents_have_it(span):
    """A recorded span with tags in the place of attributes."""
    attributes = {RENAMED.get(key, key): tag(it) for key, it in span["attributes"].items()}
    return span | {"attributes": plain(attributes)}


def plain(tags):
    return {key: it for key, it in tags.items() if not key.startswith(OURS) and key not in OURS_TOO}


def tag(value):
    """Texts and numbers that agents keep as they are."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) > EXACT:
        return str(value)
    return value
