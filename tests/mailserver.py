"""A mail server in its own process that counts what it gets and misbehaves on request.

    python -m tests.mailserver --port 0 --print-port --report received.jsonl

How it treats a mail depends on how the recipient's local part begins (`busy-sam@good.test`):

    busy-   RCPT gets 451                         (--misbehave N: only the first N times, then all is well; 0 = always)
    dead-   RCPT gets 550 5.1.1
    relay-  RCPT gets 554 5.7.1: it is us it does not like
    spam-   the content gets 554 5.6.0
    later-  the content gets 452
    shut-   RCPT gets 421 and the connection is closed
    cut-    the connection is cut at DATA, before a word of the mail was sent
    drop-   the connection is cut after the final dot; the mail is not kept
    lost-   the connection is cut after the final dot; the mail is kept
    slow-   the mail is kept, the reply takes --slow seconds
    other   taken

Every kept mail is a line of the report: `at` (Unix time), `to`, `sender`, `connection`, `bytes`, `raw` with --keep.
On SIGTERM it prints `{"mails": …, "connections": …}`. Tests use `running()`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

REPLIES = {
    "busy": "451 4.3.0 <{to}> is busy, come back later",
    "dead": "550 5.1.1 <{to}>: nobody of that name",
    "relay": "554 5.7.1 <{to}>: relay access denied",
    "spam": "554 5.6.0 Mail for {to} refused for its content",
    "later": "452 4.2.2 {to} has no room",
}


LONG_LINE = re.compile(rb"[^\n]{1000}")  # 998 and its CR


class Desk:
    """What the server knows: its orders, what it has received, how often each recipient was tried."""

    def __init__(self, orders: argparse.Namespace) -> None:
        self.orders = orders
        self.mails = 0
        self.connections = 0
        self.tries: Counter[str] = Counter()
        self.report = Path(orders.report).open("a", buffering=1) if orders.report else None  # noqa: SIM115

    def manner(self, to: str) -> str:
        """How this recipient is treated now."""
        manner = to.partition("-")[0] if "-" in to.partition("@")[0] else ""
        return "" if self.orders.misbehave and self.tries[to] > self.orders.misbehave else manner

    def keep(self, number: int, envelope: Envelope) -> None:
        content = envelope.original_content or b""
        self.mails += 1
        if self.report:
            line = {
                "at": time.time(),
                "to": envelope.rcpt_tos[0],
                "sender": envelope.mail_from,
                "connection": number,
                "recipients": len(envelope.rcpt_tos),
                "options": envelope.mail_options,
                "bytes": len(content),
            }
            if self.orders.keep:
                line["raw"] = content.decode("utf-8", "surrogateescape")
            self.report.write(json.dumps(line) + "\n")


class Clerk:
    """aiosmtpd's hooks for one connection."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.number = 0

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.desk.orders.seven_bit:
            replies = [reply for reply in replies if "8BITMIME" not in reply]
        return ["250-PIPELINING", *replies] if self.desk.orders.pipelining else replies

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, to: str, options: list[str]) -> str:
        self.desk.tries[to] += 1
        manner = self.desk.manner(to)
        if manner in ("busy", "dead", "relay"):
            return REPLIES[manner].format(to=to)
        if manner == "shut":
            asyncio.get_running_loop().call_later(0.02, cut, server)
            return "421 4.3.2 closing"
        envelope.rcpt_tos.append(to)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = envelope.rcpt_tos[0]
        manner = self.desk.manner(to)
        await asyncio.sleep(self.desk.orders.each)
        if manner in ("spam", "later"):
            return REPLIES[manner].format(to=to)
        if manner != "drop":
            self.desk.keep(self.number, envelope)
        if manner == "slow":
            await asyncio.sleep(self.desk.orders.slow)
        if manner in ("drop", "lost"):
            cut(server)
            raise asyncio.CancelledError
        return f"250 2.0.0 OK queued as M{self.desk.mails:06d}"


class Line(SMTP):
    """One connection. It can be cut at DATA, and reads a mail in one go: aiosmtpd's line by line is slower than any
    client, so that a benchmark would measure the server. It still refuses lines over 998 bytes."""

    event_handler: Clerk
    line_length_limit = 2**20  # how much its reader holds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        desk = self.event_handler.desk
        if self.event_handler.number == 0:  # not again when TLS starts
            desk.connections += 1
            self.event_handler.number = desk.connections
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:
        clerk = self.event_handler
        if self.envelope and self.envelope.rcpt_tos and clerk.desk.manner(self.envelope.rcpt_tos[0]) == "cut":
            cut(self)
            raise asyncio.CancelledError
        if self.envelope is None or not self.envelope.rcpt_tos:
            await self.push("503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        content = (await self._reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
        if LONG_LINE.search(content):
            reply = "500 Line too long"
        else:
            self.envelope.content = self.envelope.original_content = content
            reply = await clerk.handle_DATA(self, self.session, self.envelope) if self.session else "451 no session"
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(reply)


def cut(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def line(desk: Desk) -> Line:
    """Make the server side of one connection."""
    orders = desk.orders
    extra: dict[str, Any] = {}
    if orders.certificate:
        extra["tls_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        extra["tls_context"].load_cert_chain(orders.certificate)
    if orders.sign_in:
        user, _, password = orders.sign_in.partition(":")

        def sign_in(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
            right = isinstance(given, LoginPassword) and given == LoginPassword(user.encode(), password.encode())
            return AuthResult(success=right, handled=False, message=None if right else f"535 5.7.8 {user} is wrong")

        extra |= {"authenticator": sign_in, "auth_required": True, "auth_require_tls": bool(orders.certificate)}
    return Line(Clerk(desk), hostname="mail.test", timeout=orders.idle, loop=asyncio.get_running_loop(), **extra)


async def serve(orders: argparse.Namespace) -> None:
    """Serve on loopback until SIGTERM, then print the counts."""
    desk = Desk(orders)
    loop = asyncio.get_running_loop()
    done = asyncio.Event()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, done.set)
    server = await loop.create_server(lambda: line(desk), "127.0.0.1", orders.port)
    if orders.print_port:
        print(server.sockets[0].getsockname()[1], flush=True)
    await done.wait()
    server.close()
    print(json.dumps({"mails": desk.mails, "connections": desk.connections}), flush=True)


@dataclass
class MailServer:
    """A running server as a test sees it."""

    port: int
    process: subprocess.Popen[str]
    report: Path

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def received(self) -> list[dict[str, Any]]:
        """Return the mails kept so far, in the order they came."""
        return [json.loads(row) for row in self.report.read_text().splitlines()]

    def recipients(self) -> list[str]:
        return [mail["to"] for mail in self.received()]

    def stop(self) -> dict[str, int]:
        """End the server and return its counts. A second time returns none."""
        if self.process.poll() is not None:
            return {}
        self.process.terminate()
        out, _ = self.process.communicate(timeout=10)
        counts: dict[str, int] = json.loads(out.splitlines()[-1])
        return counts


@contextmanager
def running(*options: str, port: int = 0) -> Iterator[MailServer]:
    """Run a server in its own process, with the command line's options; ended on leaving."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "received.jsonl")
        report.touch()
        command = [sys.executable, "-m", "tests.mailserver", f"--port={port}", "--print-port", f"--report={report}"]
        root = Path(__file__).resolve().parent.parent
        process = subprocess.Popen([*command, *options], cwd=root, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        server = MailServer(int(process.stdout.readline()), process, report)
        try:
            yield server
        finally:
            server.stop()


def read_orders(words: list[str] | None = None) -> argparse.Namespace:
    """Read the command line; the module's docstring explains it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mailserver")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--print-port", action="store_true")
    parser.add_argument("--report", metavar="FILE", help="append each kept mail as a line of JSON")
    parser.add_argument("--keep", action="store_true", help="with the mail itself in the report")
    parser.add_argument("--misbehave", type=int, default=0, metavar="N", help="only the first N tries; 0 always")
    parser.add_argument("--slow", type=float, default=1.0, metavar="S", help="what slow- means")
    parser.add_argument("--each", type=float, default=0.0, metavar="S", help="seconds every mail takes")
    parser.add_argument("--idle", type=float, default=300.0, metavar="S", help="close connections silent for so long")
    parser.add_argument("--pipelining", action="store_true")
    parser.add_argument("--seven-bit", action="store_true", help="do not offer 8BITMIME")
    parser.add_argument("--certificate", metavar="PEM", help="offer STARTTLS")
    parser.add_argument("--sign-in", metavar="USER:PASSWORD")
    return parser.parse_args(words)


if __name__ == "__main__":
    logging.disable()
    asyncio.run(serve(read_orders()))
