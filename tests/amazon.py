"""Amazon SES and SNS on loopback, as they are on a bad day: each answers as it is told to. Real HTTP, real boto3.

A mail or text is refused as its recipient's address asks: an answer of `Answer` for each, else it is taken.
"""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

HANG_UP, RESET, GARBLED, SILENT = "hang up", "reset", "garbled", "silent"
HEALTHY: dict[str, Any] = {
    "ProductionAccessEnabled": True,
    "SendingEnabled": True,
    "EnforcementStatus": "HEALTHY",
    "SendQuota": {"Max24HourSend": 50000.0, "MaxSendRate": 1000.0, "SentLast24Hours": 0.0},
}


@dataclass(frozen=True)
class Answer:
    """No success: an error of this status, code and words, or one of the ways to end without an answer."""

    status: int = 0
    code: str = ""
    words: str = ""
    way: str = ""


@dataclass
class Amazon:
    """What it does, and what it has seen."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    account: Mapping[str, Any] | Answer = field(default_factory=lambda: dict(HEALTHY))
    opted_out: set[str] = field(default_factory=set)
    seen: list[dict[str, Any]] = field(default_factory=list)
    looks: int = 0
    slow: float = 0
    most_at_once: int = 0
    port: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def taken(self) -> list[str]:
        """Whom a message was taken for, in order, though they may never have been told so."""
        return [request["to"] for request in self.seen if request["taken"]]

    def note(self, request: dict[str, Any]) -> Answer | None:
        with self._lock:
            left = self.answers.get(request["to"], [])
            answer = left.pop(0) if len(left) > 1 else left[0] if left else None
            taken = answer is None or bool(answer.way)
            self.seen.append({**request, "taken": taken, "at": time.monotonic()})
            return answer

    @contextmanager
    def busy(self) -> Iterator[None]:
        with self._lock:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            time.sleep(self.slow)
            yield
        finally:
            with self._lock:
                self._at_once -= 1


class _Door(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    amazon: Amazon

    def do_GET(self) -> None:
        self.amazon.looks += 1
        account = self.amazon.account
        if isinstance(account, Answer):
            self._refuse(account, "sesv2")
        else:
            self._say(200, json.dumps(account))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/v2/email/outbound-emails":
            self._mail(json.loads(body))
        else:
            self._text({name: values[0] for name, values in parse_qs(body.decode()).items()})

    def _mail(self, asked: dict[str, Any]) -> None:
        request = {
            "to": asked["Destination"]["ToAddresses"][0],
            "sender": asked["FromEmailAddress"],
            "raw": base64.b64decode(asked["Content"]["Raw"]["Data"]),
            "tags": {tag["Name"]: tag["Value"] for tag in asked["EmailTags"]},
            "set": asked.get("ConfigurationSetName"),
        }
        with self.amazon.busy():
            answer = self.amazon.note(request)
            if answer is None:
                self._say(200, json.dumps({"MessageId": f"0100-{len(self.amazon.seen)}"}))
            else:
                self._refuse(answer, "sesv2")

    def _text(self, asked: dict[str, str]) -> None:
        if asked["Action"] == "CheckIfPhoneNumberIsOptedOut":
            out = str(asked["phoneNumber"] in self.amazon.opted_out).lower()
            self._say(200, _xml(f"<isOptedOut>{out}</isOptedOut>", asked["Action"]), "text/xml")
            return
        answer = self.amazon.note({"to": asked["PhoneNumber"], "words": asked["Message"], "asked": asked})
        if answer is None:
            self._say(200, _xml("<MessageId>text-1</MessageId>", "Publish"), "text/xml")
        else:
            self._refuse(answer, "sns")

    def _refuse(self, answer: Answer, service: str) -> None:
        if answer.way:
            self._end(answer.way)
        elif service == "sesv2":
            self._say(answer.status, json.dumps({"message": answer.words}), code=answer.code)
        else:
            error = f"<Error><Type>Sender</Type><Code>{answer.code}</Code><Message>{answer.words}</Message></Error>"
            self._say(answer.status, f"<ErrorResponse>{error}<RequestId>r</RequestId></ErrorResponse>", "text/xml")

    def _end(self, way: str) -> None:
        self.close_connection = True
        if way == SILENT:
            time.sleep(2)
        elif way == GARBLED:
            self._say(200, "<html>welcome to the hotel's network", "text/html")
        elif way == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.shutdown(socket.SHUT_RDWR) if way == HANG_UP else None

    def _say(self, status: int, words: str, kind: str = "application/json", code: str = "") -> None:
        said = words.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(said)))
        if code:
            self.send_header("x-amzn-ErrorType", code)
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


def _xml(inner: str, action: str) -> str:
    result = f"<{action}Result>{inner}</{action}Result>"
    return f'<{action}Response xmlns="http://sns.amazonaws.com/doc/2010-03-31/">{result}</{action}Response>'


@contextmanager
def running() -> Iterator[Amazon]:
    """One Amazon, on a free port of this machine."""
    amazon = Amazon()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("_OurDoor", (_Door,), {"amazon": amazon}))
    server.daemon_threads = True
    amazon.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield amazon
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
