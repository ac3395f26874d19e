"""Agents that have wishes, or fail in every way; what the program makes of it."""

import http.server
import json
import re
import subprocess
import threading
import time

import msgpack

from receivers import free_ports

ROUNDS = 400
SPANS = 8 * ROUNDS
# Work, three seconds of shutdown, and room for a busy machine.
END_SECONDS = 15
# The share that the agent asks for with each answer.
RATES = [0.5, 0.1, 1.0, 1.0]
TRACES = 200
FACTOR, ALL = 1_111_111_111_111_111_111, 1 << 64


def well(agent):
    agent.answer(200, b'{"rate_by_service":{}}')


def slow(agent):
    # time: longer than the program waits
    time.sleep(2)
    well(agent)


def garbage(agent):
    agent.wfile.write(b"\x00\xff\r\nfour hundred\r\n\r\n\x1b[31m" * 20)
    agent.close_connection = True


def half(agent):
    agent.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    agent.close_connection = True


def nothing(agent):
    agent.close_connection = True


def sometimes(agent):
    """Closes at each second request; then nothing is lost, because it is sent again."""
    nothing(agent) if len(agent.server.bodies) % 2 else well(agent)


def status(code):
    return lambda agent: agent.answer(code, b"not\x1b[31m today\n" * 100)


# How the agent answers; whether spans arrive, for certain, at times or never.
AGENTS = {
    "slow": (slow, "never"),
    "down": (None, "never"),
    "answering 400": (status(400), "never"),
    "answering 404": (status(404), "never"),
    "answering 413": (status(413), "never"),
    "answering 429": (status(429), "never"),
    "answering 500": (status(500), "never"),
    "answering 503": (status(503), "never"),
    "answering garbage": (garbage, "never"),
    "answering half": (half, "at times"),
    "answering nothing": (nothing, "never"),
    "closing at times": (sometimes, "at times"),
}


class Fake:
    """An agent in this process; keeps what came."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.server.headers.append(self.headers)
                try:
                    answer(self)
                except OSError:
                    # Who asked is gone.
                    self.close_connection = True

            do_POST = do_PUT

            def answer(self, code, body):
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.bodies, self.server.headers = [], []
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def busy(program, answer):
    """What became of the spans, what was said on stderr, and how long all took."""
    if answer is None:
        return ran(program, f"http://127.0.0.1:{free_ports(1)[0]}")
    with Fake(answer) as fake:
        return ran(program, fake.url)


def ran(program, url):
    command = [program, "busy", url, str(ROUNDS)]
    begin = time.monotonic()
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    took = time.monotonic() - begin
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout) | {"took": took, "stderr": run.stderr, "url": url}


def check(program, name):
    answer, arrive = AGENTS[name]
    told, usual = busy(program, answer), busy(program, well)
    assert usual["acknowledged"] == SPANS and not usual["stderr"], usual
    assert told["ended"] == SPANS, told
    assert told["ended"] == told["acknowledged"] + told["dropped"] + told["queued"], told
    assert arrive != "never" or told["acknowledged"] == 0, told
    assert told["took"] < END_SECONDS, told
    # Nobody is delayed, but the machine may be busy.
    assert told["worked"] < 3 * usual["worked"] + 0.3, (told["worked"], usual["worked"])
    said = told["stderr"].splitlines()
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", told["stderr"].replace("\n", "")), said
    # Once on stderr, unless the program ends before; then the one who ends it is told, in any case.
    assert len(said) <= 1, "\n".join([f"{len(said)} lines", *said])
    is_lost = told["acknowledged"] < SPANS
    assert (told["told"] is not None) == is_lost, told
    assert not said or is_lost, said
    assert all(told["url"] in line for line in said), said
    return f"{told['acknowledged']} acknowledged, {told['dropped']} dropped, {told['took']:.1f} s"


def check_rates(program):
    """The sampler does as the last answer says, and what it leaves out is told with the next payload."""
    answers = iter([*RATES, 1.0])

    def asks(agent):
        rates = {"service:shop,env:": next(answers), "service:,env:": 0.0}
        agent.answer(200, json.dumps({"rate_by_service": rates}).encode())

    with Fake(asks) as fake:
        command = [program, "heeds", fake.url, str(len(RATES))]
        run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60)
        recorded = [int(line) for line in run.stdout.split()]
        shares = [1.0, *RATES][: len(recorded)]
        for share, count in zip(shares, recorded):
            assert abs(count / TRACES - share) < 0.15, f"{recorded} of {TRACES} for {shares}"
        sent = [share for share in zip(shares, recorded) if share[1]]
        assert len(fake.server.bodies) == len(sent), recorded
        left_out = [headers["Datadog-Client-Dropped-P0-Traces"] for headers in fake.server.headers]
        expected = [TRACES - count for _, count in sent]
        assert [int(it or 0) for it in left_out] == expected, f"{left_out}, not {expected}"
        for body, (share, count) in zip(fake.server.bodies, sent):
            spans = [span for chunk in msgpack.unpackb(body) for span in chunk]
            assert len(spans) == count
            for span in spans:
                check_rate(span, share)
    return f"{recorded} of {TRACES} for {shares}"


def check_rate(span, share):
    metrics, maker = span["metrics"], span["meta"]["_dd.p.dm"]
    assert metrics["_sampling_priority_v1"] == 1, metrics
    expected = ("-1", share, share) if share < 1 else ("-0", None, None)
    assert (maker, metrics.get("_dd.agent_psr"), metrics.get("_sample_rate")) == expected, span
    assert span["trace_id"] * FACTOR % ALL <= share * ALL, span
