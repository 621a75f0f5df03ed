"""Prefect's door on loopback: it says to anybody that it is there, and answers only who signs in. Real HTTP."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSWORD, KEY = "muster:secret", "pnu_of_dana"
LET_IN = {f"Basic {b64encode(PASSWORD.encode()).decode()}", f"Bearer {KEY}"}


class _Door(BaseHTTPRequestHandler):
    """`/health` for everybody, as at Prefect's own server; for the rest a password, or a key of Prefect Cloud."""

    def do_GET(self) -> None:
        self._answer("true" if self.path.endswith("/health") else '{"id": "5c0e"}', self.path.endswith("/health"))

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._answer("0")

    def _answer(self, words: str, to_anybody: bool = False) -> None:
        let_in = to_anybody or self.headers.get("Authorization") in LET_IN
        body = words if let_in else '{"exception_message": "Unauthorized"}'
        self.send_response(200 if let_in else 401)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nothing to stderr."""


@contextmanager
def prefect_door() -> Iterator[str]:
    """Its address, such as `http://127.0.0.1:4200/api`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Door)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
