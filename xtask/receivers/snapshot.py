"""A small trace of ours beside the same one of ddtrace: what differs is documented, and nothing else."""

import os
import pathlib
import subprocess
import sys

from peer_settings import ALONE

HERE = pathlib.Path(__file__).parent
TABLE = HERE / "../../tracer-datadog/src/differences.md"
# What is never twice the same.
UNIQUE = {"trace_id", "span_id", "parent_id", "start", "duration"}
UNIQUE |= {"meta._dd.p.tid", "meta.runtime-id", "metrics.process_id", "metrics.system.pid"}


def check(program, agent):
    settings = {"DD_SERVICE": "shop", "DD_ENV": "prod", "DD_VERSION": "1.2"}
    # The format in which ours come, too.
    settings |= {"DD_TRACE_AGENT_URL": agent.url, "DD_TRACE_API_VERSION": "v0.4"}
    peer = [sys.executable, "-B", HERE / "peer_small.py"]
    theirs = trace(agent, peer, os.environ | ALONE | settings)
    ours = trace(agent, [program, "small", agent.url], None)
    assert [shape(it, ours) for it in ours] == [shape(it, theirs) for it in theirs]
    found = {}
    for name, our, their in zip(["server", "client", "internal"], ours, theirs):
        for field in sorted((our.keys() | their.keys()) - UNIQUE):
            values = their.get(field), our.get(field)
            if values[0] != values[1]:
                difference = (field, *(value is not None for value in values))
                found[difference] = f"{name} {field}: {values[0]!r} of theirs, {values[1]!r} of ours"
    documented = table()
    wrong = [text[:300] for difference, text in found.items() if difference not in documented]
    wrong += [f"no longer: {row}" for row in sorted(documented - found.keys())]
    assert not wrong, "\n".join(wrong)
    return f"{len(documented)} differences, all documented"


def trace(agent, command, environment):
    """The only trace of a program, its spans by start, each as one table."""
    agent.get("session/clear")
    subprocess.run(command, env=environment, check=True, timeout=60)
    (spans,) = agent.traces()
    return [flat(span) for span in sorted(spans, key=lambda span: span["start"])]


def flat(span):
    told = {}
    for field, value in span.items():
        if field in ("meta", "metrics"):
            told |= {f"{field}.{key}": it for key, it in value.items()}
        else:
            told[field] = value
    # A field that is not there is empty, or none.
    return {field: value for field, value in told.items() if value not in ("", None, 0, [])}


def shape(span, spans):
    """Below which of the spans it hangs, if it is not the root, and whether it is of the same trace."""
    parents = [at for at, it in enumerate(spans) if it["span_id"] == span.get("parent_id")]
    return parents, "parent_id" in span, span["trace_id"] == spans[0]["trace_id"]


def table():
    """Its rows: a field, and whether ddtrace has it and we have it."""
    rows = [line.split("|")[1:-1] for line in TABLE.read_text().splitlines() if line[:1] == "|"]
    cells = [[cell.strip() for cell in row] for row in rows[2:]]
    return {
        (field.strip("`"), not their.startswith("—"), not our.startswith("—"))
        for field, their, our, why in cells
        if why
    }
