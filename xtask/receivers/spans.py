"""Spans of OTLP's requests, in the shape in which the program prints what it recorded."""

from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

REMOTE_KNOWN, REMOTE = 0x100, 0x200
OURS = ("code.", "tracer.", "error.type")


def spans(requests):
    """All spans by trace and id; one that came twice is an error."""
    found = {}
    for request in requests:
        for resource_spans in request.resource_spans:
            resource = attributes(resource_spans.resource.attributes)
            assert resource["service.name"] == "shop", resource
            for scope_spans in resource_spans.scope_spans:
                assert scope_spans.scope.name == "tracer", scope_spans.scope
                for proto in scope_spans.spans:
                    span = told(proto)
                    key = (span["trace_id"], span["span_id"])
                    assert key not in found, f"{key} came twice"
                    found[key] = span
    return found


def told(span):
    assert span.flags & REMOTE_KNOWN and not span.flags & REMOTE, span.flags
    given = attributes(span.attributes)
    ours = {key: given.pop(key) for key in list(given) if key.startswith(OURS)}
    exceptions = [event for event in span.events if event.name == "exception"]
    error = exception(exceptions[0]) if exceptions else None
    assert ours.get("error.type") == (error and error["type"]), ours
    is_failed = span.status.code == Status.STATUS_CODE_ERROR
    if error:
        assert span.status.message == error["message"], span.status
    return {
        "trace_id": span.trace_id.hex(),
        "span_id": span.span_id.hex(),
        "parent_id": span.parent_span_id.hex() or None,
        "name": span.name,
        "kind": Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
        "start": span.start_time_unix_nano,
        "end": span.end_time_unix_nano,
        "function": ours.get("code.function.name"),
        "file": ours["code.file.path"],
        "line": ours["code.line.number"],
        "outcome": ours.get("tracer.outcome"),
        "is_failed": is_failed,
        "is_spawned": ours.get("tracer.spawned", False),
        "polls": ours.get("tracer.polls", 0),
        "attributes": given,
        "events": [event(it) for it in span.events if it.name != "exception"],
        "links": [[link.trace_id.hex(), link.span_id.hex()] for link in span.links],
        "error": error,
    }


def event(proto):
    given = attributes(proto.attributes)
    return {"name": proto.name, "time": proto.time_unix_nano, "attributes": given}


def exception(proto):
    said = attributes(proto.attributes)
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
