"""A Python service that calls the Rust program and is called by it: `peer.py LIBRARY RELAY OTHER`.

`LIBRARY` is whose spans it has; `RELAY` and `OTHER` are the ports of the program, once with a sampler
that follows its callers, once with one that leaves everything out. It prints a line of JSON a call.
"""

import http.client
import http.server
import json
import sys
import threading

if sys.argv[1] == "opentelemetry":
    from peer_opentelemetry import CASES, Peer
else:
    from peer_ddtrace import CASES, Peer

peer, relays = Peer(), dict(zip(("follows", "leaves out"), map(int, sys.argv[2:])))
answers = []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        # Names without regard to case, as frameworks have them.
        answers.append(peer.answer({name.lower(): value for name, value in self.headers.items()}))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def get(port, path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 200, f"{path} was answered with {status}"


def main():
    # The answers have threads of their own, so that nothing but headers leads there.
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    following = {"x-next": f"127.0.0.1:{server.server_port}"}
    for name, (caller, relay, path) in CASES.items():
        with peer.calling(caller) as (trace, headers):
            get(relays[relay], path, headers | following)
        (answer,) = answers
        answers.clear()
        told = {"case": name, "caller": trace, **answer, "spans": peer.taken()}
        print(json.dumps(told), flush=True)
    peer.end()


main()
