"""Samplers by share decide about the same ids as those of others."""

import random
import subprocess
from types import SimpleNamespace

from ddtrace._trace.sampler import RateSampler
from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

SHARES = [0.1, 0.25, 0.5, 0.9]
IDS = 2_000
LOWER_HALF = (1 << 64) - 1
# What undoes Datadog's factor.
INVERSE = pow(1_111_111_111_111_111_111, -1, 1 << 64)


def check(program, share):
    ids = [random.getrandbits(128) for _ in range(IDS)] + edges(share)
    lines = "".join(f"{trace:032x}\n" for trace in ids)
    command = [program, "decide", str(share)]
    own = subprocess.run(command, input=lines, stdout=subprocess.PIPE, text=True, timeout=60)
    assert own.returncode == 0, "the program failed"
    others = [f"{opentelemetry(trace, share)} {ddtrace(trace, share)}".lower() for trace in ids]
    decided = own.stdout.splitlines()
    assert len(decided) == len(ids), f"{len(decided)} decisions about {len(ids)} ids"
    different = [
        f"{trace:032x}: {ours}, not {theirs}"
        for trace, ours, theirs in zip(ids, decided, others)
        if ours != theirs
    ]
    assert not different, "\n".join(["ratio and datadog", *different[:5]])
    return f"{len(ids)} ids"


def edges(share):
    """The ids where decisions change."""
    near = [int(share * 2**64) + step for step in (-1, 0, 1)]
    return near + [product * INVERSE & LOWER_HALF for product in near]


def opentelemetry(trace, share):
    return TraceIdRatioBased(share).should_sample(None, trace, "any").decision.is_sampled()


def ddtrace(trace, share):
    # All that it asks a span for.
    return RateSampler(share).sample(SimpleNamespace(_trace_id_64bits=trace & LOWER_HALF))
