"""Receivers of traces: each is a context, says by which ways it can be reached, and what it got."""

import gzip
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import ExitStack

from google.protobuf.json_format import ParseDict
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from spans import spans

SITE = pathlib.Path(sys.prefix)
START_SECONDS = 30


def free_ports(count):
    """Ports that nobody listens on, all different."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind(("127.0.0.1", 0))
        return [listener.getsockname()[1] for listener in listeners]


class Program:
    """A server of its own process group, which is ended with all that it started."""

    def __init__(self, folder, command, ports, environment=None):
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.ports = folder.name, ports
        self.log = folder / "log"
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self):
        try:
            for port in self.ports:
                self.wait_for(port)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # What it started may be there although it is gone itself.
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()

    def wait_for(self, port):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} does not listen: {self.log.read_text()[-2000:]}")


class Listing:
    """A receiver that lists requests as they came, nothing left out."""

    def spans(self, ids):
        return spans(self.requests())

    def kept(self, span):
        return span


class Sink(Listing):
    """A server in this process, which keeps every request as it came."""

    name = "opentelemetry-proto"

    def __init__(self):
        self.bodies = bodies = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_packed = self.headers.get("Content-Encoding") == "gzip"
                bodies.append(gzip.decompress(body) if is_packed else body)
                self.send_response(200)
                self.send_header("Content-Type", "application/x-protobuf")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.ways = {"http": self.url, "gzip": self.url}

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def requests(self):
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    def forget(self):
        self.bodies.clear()


class TestAgent(Listing, Program):
    """Datadog's test agent, which decodes what it gets and lists it."""

    def __init__(self, folder):
        datadog, http_port, grpc_port = free_ports(3)
        self.url = f"http://127.0.0.1:{http_port}"
        self.ways = {"http": self.url, "gzip": self.url, "grpc": f"http://127.0.0.1:{grpc_port}"}
        command = [
            SITE / "bin/ddapm-test-agent", "--host", "127.0.0.1", "--port", str(datadog),
            "--otlp-http-port", str(http_port), "--otlp-grpc-port", str(grpc_port),
            "--disable-llmobs-data-forwarding",
        ]  # fmt: skip
        super().__init__(folder / "ddapm-test-agent", command, [datadog, http_port, grpc_port])

    def requests(self):
        return [ParseDict(it, ExportTraceServiceRequest()) for it in json.loads(self.get("traces"))]

    def forget(self):
        self.get("clear")

    def get(self, what):
        with urllib.request.urlopen(f"{self.url}/test/session/{what}") as answer:
            return answer.read()


class Rotel(Listing, Program):
    """A collector written in Rust, which sends what it gets on to a sink."""

    def __init__(self, folder, sink):
        http_port, grpc_port = free_ports(2)
        self.sink = sink
        url = f"http://127.0.0.1:{http_port}"
        self.ways = {"http": url, "gzip": url, "grpc": f"http://127.0.0.1:{grpc_port}"}
        command = [
            next(SITE.glob("lib/python*/site-packages/rotel/rotel-agent")), "start",
            "--otlp-http-endpoint", f"127.0.0.1:{http_port}",
            "--otlp-grpc-endpoint", f"127.0.0.1:{grpc_port}",
            "--exporter", "otlp", "--otlp-exporter-protocol", "http",
            "--otlp-exporter-endpoint", sink.url,
        ]  # fmt: skip
        super().__init__(folder / "rotel", command, [http_port, grpc_port])

    def requests(self):
        return self.sink.requests()

    def forget(self):
        self.sink.forget()
