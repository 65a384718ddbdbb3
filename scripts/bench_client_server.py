"""`python -m scripts.bench_client_server`: a server that says the same to every request, and nothing else.

It reads the answer from its input, a line of JSON with `status` and `body`, prints its port, and ends with its input.
HTTP/1.1 over the loopback interface, a thread for each connection, which is kept; just enough of the protocol that what
is measured is the client.
"""

from __future__ import annotations

import json
import socketserver
import sys
from threading import Thread


def answer(status: int, body: str) -> bytes:
    """The answer as it goes over the wire."""
    content = body.encode("utf-8")
    head = f"HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    return head.encode("ascii") + content


class Server(socketserver.ThreadingTCPServer):
    """The server, at a port of the system's choice."""

    daemon_threads = True

    def __init__(self, said: bytes) -> None:
        class Connection(_Connection):
            answer = said

        super().__init__(("127.0.0.1", 0), Connection)

    @property
    def port(self) -> int:
        return int(self.socket.getsockname()[1])


class _Connection(socketserver.StreamRequestHandler):
    """Answers one request after the other, until the client goes away."""

    disable_nagle_algorithm = True
    answer = b""

    def handle(self) -> None:
        while self._has_request():
            self.wfile.write(self.answer)

    def _has_request(self) -> bool:
        length = 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return line != b"" and len(self.rfile.read(length)) == length


def main() -> int:
    with Server(answer(**json.loads(sys.stdin.readline()))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(server.port, flush=True)
        sys.stdin.read()
        server.shutdown()
    return 0


if __name__ == "__main__":
    sys.exit(main())
