"""Spans of OTLP's requests, in the shape in which the program prints what it recorded."""

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

REMOTE_KNOWN, REMOTE = 0x100, 0x200
OURS = ("code.", "tracer.", "error.type")


def spans(requests):
    """All spans by trace and id."""
    found = []
    for request in requests:
        for resource_spans in request.resource_spans:
            resource = attributes(resource_spans.resource.attributes)
            assert resource["service.name"] == "shop", resource
            for scope_spans in resource_spans.scope_spans:
                assert scope_spans.scope.name == "tracer", scope_spans.scope
                found += map(told, scope_spans.spans)
    return unique(found)


def unique(spans):
    """Spans by trace and id; one that came twice is an error."""
    found = {}
    for span in spans:
        key = (span["trace_id"], span["span_id"])
        assert key not in found, f"{key} came twice"
        found[key] = span
    return found


def told(span):
    assert span.flags & REMOTE_KNOWN and not span.flags & REMOTE, span.flags
    said = named(attributes(span.attributes), [event(it) for it in span.events])
    if said["error"]:
        assert span.status.message == said["error"]["message"], span.status
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_id": span.parent_span_id.hex() or None,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "is_failed": span.status.code == Status.STATUS_CODE_ERROR,
        "links": [[link.trace_id.hex(), link.span_id.hex()] for link in span.links],
        **said,
    }


def named(given, events):
    """What attributes and events say by their names, and the rest of them."""
    ours = {key: given.pop(key) for key in list(given) if key.startswith(OURS)}
    exceptions = [it["attributes"] for it in events if it["name"] == "exception"]
    error = exception(exceptions[0]) if exceptions else None
    assert ours.get("error.type") == (error and error["type"]), ours
    return {
        "function": ours.get("code.function.name"),
        "file": ours["code.file.path"],
        "line": ours["code.line.number"],
        "outcome": ours.get("tracer.outcome"),
        "is_spawned": ours.get("tracer.spawned", False),
        "polls": ours.get("tracer.polls", 0),
        "attributes": given,
        "events": [it for it in events if it["name"] != "exception"],
        "error": error,
    }


def event(proto):
    given = attributes(proto.attributes)
    return {"name": proto.name, "time": proto.time_unix_nano, "attributes": given}


def exception(said):
    stack = said["exception.stacktrace"].split("\n\n")[0].splitlines()[::2]
    return {
        "type": said["exception.type"],
        "message": said["exception.message"],
        "sources": said.get("tracer.sources", []),
        "is_passed_on": said.get("tracer.passed_on", False),
        "stack": [line.split(": ", 1)[1] for line in stack],
    }


def attributes(key_values):
    keys = [it.key for it in key_values]
    assert len(set(keys)) == len(keys), f"a key is there twice: {keys}"
    return {it.key: value(it.value) for it in key_values}


def value(any_value):
    kind = any_value.WhichOneof("value")
    if kind == "array_value":
        return [value(it) for it in any_value.array_value.values]
    return getattr(any_value, kind)
