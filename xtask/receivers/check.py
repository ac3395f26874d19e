"""Sends traces by every way to every receiver, and compares what came with what was recorded.

Then what ddtrace makes of the same trace, what becomes of spans where Datadog's agent fails, what goes on
in other services, and what others' samplers decide.
"""

import difflib
import functools
import itertools
import json
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack

import chain
import checkout
import fake_agent
import shares
import snapshot
from datadog import Agent
from jaeger import Jaeger
from receivers import Rotel, Sink, TestAgent

# Nothing that is started here lives longer.
LIMIT_SECONDS = 240
ARRIVAL_SECONDS = 20

# More than any receiver takes in one message.
BURST = 800
# Spans of random traces.
RANDOM = 4000
# What would change where programs send to, and what they say.
SETTINGS = re.compile("OTEL_|TRACER|DD_|ROTEL_|.*_PROXY$", re.IGNORECASE)


def sent(program, way, url, rounds):
    """Sends traces, and returns its spans as the program recorded them."""
    return printed([program, way, url, str(rounds)])


def printed(command):
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=60)
    if run.returncode != 0:
        raise AssertionError("the program was told that not everything arrived")
    recorded = [json.loads(line) for line in run.stdout.splitlines()]
    return {(span["trace_id"], span["span_id"]): span for span in recorded}


def arrived(receiver, ids):
    """What the receiver has of these ids, once it has all of them or the time is over."""
    deadline = time.monotonic() + ARRIVAL_SECONDS
    while True:
        found = receiver.spans(ids)
        if ids <= found.keys() or time.monotonic() > deadline:
            return {key: span for key, span in found.items() if key in ids}
        time.sleep(0.2)


def compare(recorded, found):
    different = [key for key in sorted(recorded) if recorded[key] != found.get(key)]
    if different:
        shown = [text(all_spans.get(different[0])) for all_spans in (recorded, found)]
        lines = difflib.unified_diff(*shown, "recorded", "came", n=2, lineterm="")
        count = f"{len(different)} of {len(recorded)} spans differ, the first:"
        raise AssertionError("\n".join([count, *(line[:200] for line in lines)]))


def text(span):
    return json.dumps(span, indent=1, sort_keys=True, ensure_ascii=False).splitlines()


def check(program, receiver, way, rounds):
    recorded = sent(program, way, receiver.ways[way], rounds)
    assert len(recorded) == 8 * rounds, f"the program recorded {len(recorded)} spans"
    return came(receiver, recorded)


def check_random(program, agent):
    """The same traces for the same seed."""
    seed = random.getrandbits(32)
    recorded = printed([program, "random", agent.url, str(seed), str(RANDOM)])
    assert len(recorded) == RANDOM, f"seed {seed}: {len(recorded)} spans"
    try:
        return f"{came(agent, recorded)} of seed {seed}"
    except AssertionError as why:
        raise AssertionError(f"seed {seed}: {why}")


def came(receiver, recorded):
    """What was recorded is what the receiver has."""
    kept = {key: receiver.kept(span) for key, span in recorded.items()}
    compare(kept, arrived(receiver, set(recorded)))
    receiver.forget()
    return f"{len(recorded)} spans"


def checks(program, folder, receivers, agent):
    """All checks, each with its name, in order."""
    for receiver, rounds in itertools.product(receivers, (1, BURST)):
        for way in receiver.ways:
            one = functools.partial(check, program, receiver, way, rounds)
            yield f"{receiver.name} over {way}", one
    yield "random traces", functools.partial(check_random, program, agent)
    yield "the trace that ddtrace makes", functools.partial(snapshot.check, program, agent)
    yield "the example checkout", functools.partial(checkout.check, program, agent)
    yield "an agent with wishes", functools.partial(fake_agent.check_rates, program)
    for name in fake_agent.AGENTS:
        yield f"an agent {name}", functools.partial(fake_agent.check, program, name)
    for one in chain.CHAINS:
        name = " ".join(filter(None, [one[0], "with", one[2], one[3] and f"to {one[3]}"]))
        yield name, functools.partial(chain.check, program, folder, agent, one)
    for share in shares.SHARES:
        yield f"a share of {share}", functools.partial(shares.check, program, share)


def outcome(one):
    try:
        return True, one()
    except (AssertionError, LookupError, OSError, RuntimeError, subprocess.SubprocessError) as why:
        return False, f"FAILED\n{why}"


def main():
    program, folder = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    for name in filter(SETTINGS.match, list(os.environ)):
        del os.environ[name]
    signal.signal(signal.SIGALRM, lambda *_: sys.exit(f"not done within {LIMIT_SECONDS} s"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended from outside"))
    signal.alarm(LIMIT_SECONDS)
    results, begin = [], time.monotonic()
    with ExitStack() as running:
        behind_rotel = running.enter_context(Sink())
        agent = Agent(folder)
        receivers = [Sink(), TestAgent(folder), Rotel(folder, behind_rotel), Jaeger(folder), agent]
        for receiver in receivers:
            running.enter_context(receiver)
        for name, one in checks(program, folder, receivers, agent):
            passed, what = outcome(one)
            print(f"   {time.monotonic() - begin:5.1f} s  {name}: {what}", flush=True)
            results.append(passed)
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    sys.exit(not all(results))


main()
