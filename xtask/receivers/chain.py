"""Python, the Rust program, and Python again in one trace, in every style that both know."""

import json
import os
import pathlib
import subprocess
import sys
import urllib.request
from contextlib import ExitStack

from peer_settings import ALONE
from receivers import Program, free_ports

HERE = pathlib.Path(__file__).parent
# The program's are the spans of its layers for servers and clients, and of the function between them.
BEGUN = "GET > relay > GET > python server"
ALL = f"python client > {BEGUN}"
USER = "user='Zoë, 7' seen='Zoë, 7'"

# What is recorded, and what the last one in the chain reads.
OPENTELEMETRY = {
    "sampled": f"{ALL}: sampled=True {USER}",
    "not sampled": f"nothing: sampled=False {USER}",
    "dropped by the program": f"python client: sampled=False {USER}",
    "left out by the program": f"python client: sampled=False {USER}",
    "begun by the program": f"{BEGUN}: sampled=True",
    "begun and left out by the program": "nothing: sampled=False",
}
SAID = f"usr='em9l' origin='synthetics' {USER}"
DDTRACE = {
    "sampled": f"{ALL}: priority=1 maker='-0' {SAID}",
    "kept": f"{ALL}: priority=2 maker='-4' {SAID}",
    "dropped": f"nothing: priority=-1 maker='-4' {SAID}",
    "rejected": f"nothing: priority=0 {SAID}",
    "kept by the program": f"{ALL}: priority=2 maker='-4' {SAID}",
    "dropped by the program": f"python client: priority=-1 {SAID}",
    "left out by the program": f"python client: priority=0 {SAID}",
    "begun by the program": f"{BEGUN}: priority=1 maker='-0'",
    "begun and left out by the program": "nothing: priority=0",
}
# What the agent has of each trace: where it began, and which service says which priority, who decided
# and which user it is of. A service that did not know yet what the next one decides says its own.
OF_USER = "em9l from synthetics"
AGENT = {
    "sampled": f"python 1 -0, relay 1 -0, {OF_USER}",
    "kept": f"python 2 -4, relay 2 -4, {OF_USER}",
    "dropped": f"python -1 -4, {OF_USER}",
    "rejected": f"python 0, {OF_USER}",
    "kept by the program": f"python 1 -0, relay 2 -4, {OF_USER}",
    "dropped by the program": f"python 1 -0, {OF_USER}",
    "left out by the program": f"python 2 -4, {OF_USER}",
    "begun by the program": "python 1 -0, relay 1 -0",
    "begun and left out by the program": "python 0",
}
# Whose spans Python's are, the variable that says the styles, its value for Python and for the program.
B3, MULTI = "b3,baggage", "b3multi,baggage"
CHAINS = [
    ("opentelemetry", "OTEL_PROPAGATORS", "tracecontext,baggage", None),
    ("opentelemetry", "OTEL_PROPAGATORS", B3, None),
    ("opentelemetry", "OTEL_PROPAGATORS", MULTI, None),
    ("opentelemetry", "OTEL_PROPAGATORS", B3, MULTI),
    ("opentelemetry", "OTEL_PROPAGATORS", MULTI, B3),
    ("ddtrace", "DD_TRACE_PROPAGATION_STYLE", "datadog,baggage", None),
    ("ddtrace", "DD_TRACE_PROPAGATION_STYLE", "tracecontext,baggage", None),
    ("ddtrace", "DD_TRACE_PROPAGATION_STYLE", "datadog,tracecontext,baggage", None),
]
# Python's service, with the format in which the program sends, too.
PYTHON = {"DD_SERVICE": "python", "DD_TRACE_API_VERSION": "v0.4"}


def relay(program, folder, environment, agent):
    """The program between two others; what it recorded is in `spans` once it was ended."""
    folder.mkdir(parents=True, exist_ok=True)
    spans = folder / "spans"
    spans.unlink(missing_ok=True)
    (port,) = free_ports(1)
    to = f"file:{spans},datadog" if agent else f"file:{spans}"
    own = os.environ | environment | {"TRACER": to}
    return Program(folder, [program, "relay", str(port)], [port], own)


def ended(running):
    """The spans that the program recorded."""
    try:
        # It answers with an error if anything that came made no sense to it.
        urllib.request.urlopen(f"http://127.0.0.1:{running.ports[0]}/end", timeout=20).close()
    except OSError as why:
        raise AssertionError(f"{why}\n{running.log.read_text()}")
    assert running.process.wait(20) == 0, running.log.read_text()
    batches = map(json.loads, (running.log.parent / "spans").read_text().splitlines())
    return [
        {
            "name": span["name"],
            "trace": span["traceId"],
            "span": span["spanId"],
            "parent": span.get("parentSpanId") or None,
        }
        for batch in batches
        for resource_spans in batch["resourceSpans"]
        for scope_spans in resource_spans["scopeSpans"]
        for span in scope_spans["spans"]
    ]


def run(program, folder, agent, library, variable, styles, of_program):
    """What each case of a library came to, as text, and what the agent has of it."""
    # A comma would end the file's name in `TRACER`.
    folder = folder / "-".join([library, styles, of_program or styles]).replace(",", "+")
    samples = {"follows": "parentbased_always_on", "leaves out": "always_off"}
    with ExitStack() as running:
        relays = []
        for name, sampler in samples.items():
            own = {variable: of_program or styles, "OTEL_TRACES_SAMPLER": sampler}
            own |= {"DD_TRACE_AGENT_URL": agent.url, "DD_SERVICE": "relay"} if agent else {}
            started = relay(program, folder / name.replace(" ", "-"), own, agent)
            relays.append(running.enter_context(started))
        ports = [str(it.ports[0]) for it in relays]
        to = {"DD_TRACE_AGENT_URL": agent.url} if agent else {}
        peer = subprocess.run(
            [sys.executable, "-B", HERE / "peer.py", library, *ports],
            env=os.environ | ALONE | PYTHON | to | {variable: styles},
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
        )
        assert peer.returncode == 0, "the Python service failed"
        of_rust = [span for it in relays for span in ended(it)]
    told = [json.loads(line) for line in peer.stdout.splitlines()]
    spans = of_rust + [span for case in told for span in case["spans"]]
    sent = {case["case"]: chunks(agent, case["trace"]) for case in told} if agent else {}
    return {case["case"]: text(case, spans) for case in told}, sent


def text(case, spans):
    trace = case["trace"]
    assert int(trace, 16) >> 64, f"{trace} has 64 bits alone"
    if case["caller"] not in (None, trace):
        return f"a trace of its own: {case['says']}"
    of_trace = [span for span in spans if span["trace"] == trace]
    says = " ".join(f"{key}={value!r}" for key, value in case["says"].items() if value is not None)
    return f"{tree(of_trace) or 'nothing'}: {says}"


def tree(spans):
    """Spans one below the other, joined by `>`; what is not below a former one follows a `|`."""
    ids = {span["span"] for span in spans}
    children = {}
    for span in spans:
        children.setdefault(span["parent"], []).append(span)

    def below(span):
        return " > ".join([span["name"], *map(below, children.get(span["span"], []))])

    return " | ".join(sorted(below(span) for span in spans if span["parent"] not in ids))


def chunks(agent, trace):
    """What each service has told the agent of a trace, after a look whether it is one."""
    half = int(trace, 16) & (1 << 64) - 1
    spans = [span for spans in agent.traces() for span in spans if span["trace_id"] == half]
    first = [span for span in spans if "_sampling_priority_v1" in span["metrics"]]
    for span in first:
        assert span["meta"]["_dd.p.tid"] == trace[:16], span
    users = {span["meta"].get("_dd.p.usr") for span in first}
    origins = {span["meta"].get("_dd.origin") for span in spans}
    assert len(users) == len(origins) == 1, f"{users} {origins}"
    origin = [f"{user} from {it}" for user in users for it in origins if it]
    return ", ".join([*sorted({said(span) for span in first}), *origin])


def said(span):
    priority, maker = span["metrics"]["_sampling_priority_v1"], span["meta"].get("_dd.p.dm", "")
    return f"{span['service']} {priority:.0f} {maker}".strip()


def check(program, folder, agent, chain):
    of_datadog = chain[0] == "ddtrace"
    expected = DDTRACE if of_datadog else OPENTELEMETRY
    came, sent = run(program, folder, agent if of_datadog else None, *chain)
    compare(expected, came)
    compare(AGENT if of_datadog else {}, sent)
    return f"{len(came)} calls"


def compare(expected, came):
    names = expected.keys() | came.keys()
    wrong = [
        f"{name}\n  expected {expected.get(name)}\n  came     {came.get(name)}"
        for name in sorted(names)
        if expected.get(name) != came.get(name)
    ]
    assert not wrong, "\n".join(wrong)
