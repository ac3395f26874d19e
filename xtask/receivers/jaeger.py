"""Jaeger's interface with a receiver of OTLP below it: each trace is read by its id."""

import http.client
import json

from receivers import Program, free_ports
from spans import named, unique

READ_SECONDS = 20


class Jaeger(Program):
    """Takes both ways at one port, and keeps what came for as long as it runs."""

    def __init__(self, folder):
        (self.port,) = free_ports(1)
        url = f"http://127.0.0.1:{self.port}"
        self.ways = {"http": url, "grpc": url}
        command = [folder / "jaeger/debug/jaeger-receiver", f"127.0.0.1:{self.port}"]
        super().__init__(folder / "jaeger-ui", command, [self.port])

    def spans(self, ids):
        """All spans of the traces of these ids."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=READ_SECONDS)
        traces = sorted({trace for trace, _ in ids})
        found = [span for trace in traces for span in read(connection, trace)]
        connection.close()
        return unique(found)

    def kept(self, span):
        """What Jaeger's JSON has of a recorded span: no kind, no status, no nanoseconds."""
        rest = {key: value for key, value in span.items() if key not in ("kind", "is_failed")}
        rest["start"] = span["start"] // 1000
        rest["end"] = span["start"] // 1000 + (span["end"] - span["start"]) // 1000
        rest["events"] = [it | {"time": it["time"] // 1000} for it in span["events"]]
        return rest

    def forget(self):
        pass


def read(connection, trace):
    connection.request("GET", f"/api/traces/{trace}")
    answer = connection.getresponse()
    body = answer.read()
    # What it does not have yet may come.
    if answer.status == 404:
        return []
    assert answer.status == 200, f"{answer.status} {body[:200]}"
    (found,) = json.loads(body)["data"]
    assert found["traceID"] == trace, found["traceID"]
    for process in found["processes"].values():
        assert process["serviceName"] == "shop", process
    return [told(span) for span in found["spans"]]


def told(span):
    """A span in the shape in which the program prints it, as far as Jaeger has it."""
    references = span["references"] or []
    parents = [it for it in references if it["refType"] == "CHILD_OF"]
    assert all(it["traceID"] == span["traceID"] for it in parents), parents
    assert len(parents) <= 1, parents
    links = [it for it in references if it["refType"] == "FOLLOWS_FROM"]
    return {
        "trace_id": span["traceID"],
        "span_id": span["spanID"],
        "parent_id": parents[0]["spanID"] if parents else None,
        "name": span["operationName"],
        "start": span["startTime"],
        "end": span["startTime"] + span["duration"],
        "links": [[it["traceID"], it["spanID"]] for it in links],
        **named(tags(span["tags"]), [event(log) for log in span["logs"] or []]),
    }


def event(log):
    fields = tags(log["fields"])
    # Lists are JSON in a text.
    if "tracer.sources" in fields:
        fields["tracer.sources"] = json.loads(fields["tracer.sources"])
    return {"name": fields.pop("message"), "time": log["timestamp"], "attributes": fields}


def tags(key_values):
    keys = [it["key"] for it in key_values]
    assert len(set(keys)) == len(keys), f"a key is there twice: {keys}"
    return {it["key"]: it["value"] for it in key_values}
