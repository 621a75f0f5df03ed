"""A provider of our own that lies: it publishes one key, and hands out whatever ID token it is told to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from joserfc.jwk import RSAKey

KEY = RSAKey.generate_key(2048, parameters={"kid": "ours", "use": "sig"})
Make = Callable[[dict[str, str]], str]


class Liar:
    """What it publishes may be changed, and `make` gives the token for a form that asked for one."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.published: dict[str, Any] = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/keys",
        }
        self.keys: list[Any] = [KEY.as_dict(private=False)]
        self.make: Make = lambda form: ""
        self.asked: list[dict[str, str]] = []
        self.status = 200
        self.raw: bytes | None = None


@contextmanager
def lying_provider() -> Iterator[Liar]:
    """A provider at a port of this machine."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(liar.published if "openid" in self.path else {"keys": liar.keys})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            liar.asked.append(form | {"authorization": self.headers.get("authorization", "")})
            self._send({"token_type": "Bearer", "access_token": "x", "id_token": liar.make(form)}, liar.status)

        def _send(self, answer: object, status: int = 200) -> None:
            body = json.dumps(answer).encode() if liar.raw is None else liar.raw
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True  # it was not listened to: too long

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    liar = Liar(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield liar
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
