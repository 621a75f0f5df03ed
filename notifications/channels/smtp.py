"""Mails through a mail server: a few connections side by side, each kept open for the next batch."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Sequence
from urllib.parse import parse_qsl, unquote, urlsplit

from domain.messages import Channel
from notifications.channels import Deferred, Mail, MayGo, Result, Settle, always
from notifications.channels.batch import Batch
from notifications.channels.conversation import CannotConnect, Conversation, Lost, Server
from notifications.channels.pacing import Pace

IDLE_SECONDS = 20.0


def read_server(url: str) -> Server:
    """Read `smtp://` or `smtps://`; user and password may hold `%40` and the like. Raises `ValueError`, a sentence."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # its own words may repeat the password
        raise ValueError("The mail server must be smtp://host:port, with a port up to 65535.") from None
    secure = parts.scheme == "smtps"
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    connections, tls = options.pop("connections", "4"), options.pop("tls", "")
    if not parts.hostname or parts.path not in ("", "/") or options:
        raise ValueError("The mail server must be smtp://[user:password@]host[:port]?connections=4&tls=required.")
    if not connections.isdecimal() or not 1 <= int(connections) <= 20:
        raise ValueError("The mail server's connections must be 1 to 20.")
    if tls not in ("", "required"):
        raise ValueError("The mail server's tls can only be 'required'.")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not (user + password).isascii():
        raise ValueError("The mail server's user and password must be plain ASCII.")
    return Server(
        host=parts.hostname,
        port=port or (465 if secure else 587 if user else 25),
        implicit_tls=secure,
        tls_required=tls == "required",
        user=user,
        password=password,
        connections=int(connections),
    )


class SmtpChannel:
    """Sends through one mail server. Nothing is tried twice, except over a connection that went stale as it rested."""

    name = "smtp"
    carries = Channel.email
    tells = False

    def __init__(self, server: Server, *, rate: float = 0, tls: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._pace = Pace(rate)
        self._tls = tls
        self._resting: list[Conversation] = []
        self._lock = threading.Lock()
        self._broom: threading.Timer | None = None

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Send the mails, urgent first, over as many connections as there are mails for. One bad mail stops no other;
        what no connection could be opened for comes back as `Down`."""
        if not mails:
            return
        batch = Batch(mails, settle, may_go)
        batch.share_out(self._work, min(self._server.connections, len(mails)), "smtp")
        batch.settle_rest()

    def close(self) -> None:
        """Close the connections that rest."""
        with self._lock:
            resting, self._resting = self._resting, []
            if self._broom:
                self._broom.cancel()
                self._broom = None
        for conversation in resting:
            conversation.leave()

    def _work(self, batch: Batch) -> None:
        """Send mails over one connection at a time until none waits or the server cannot be reached."""
        conversation: Conversation | None = None
        try:
            while batch.waiting:
                if conversation is None or not conversation.open:
                    conversation = self._borrow()
                mail = batch.take(self._pace)
                if mail is None:
                    break
                conversation, result = self._send(mail, conversation, batch)
                batch.settle(mail, result)
        except CannotConnect as trouble:
            batch.why_down = str(trouble)
        except BaseException:
            batch.stop()
            raise
        finally:
            if conversation is not None:
                self._rest(conversation)

    def _send(self, mail: Mail, conversation: Conversation, batch: Batch) -> tuple[Conversation, Result]:
        """Send one mail. If a connection that served before is dead or hangs up, say it once more on a fresh one."""
        if conversation.used:
            try:
                return conversation, conversation.send(mail)
            except Lost:
                try:
                    conversation = Conversation(self._server, self._tls)
                except CannotConnect:
                    batch.put_back(mail)
                    raise
        try:
            return conversation, conversation.send(mail)
        except Lost as lost:
            return conversation, Deferred(lost.code, str(lost))

    def _borrow(self) -> Conversation:
        """Take the connection that rested the shortest, or open one."""
        with self._lock:
            while self._resting:
                conversation = self._resting.pop()
                if time.monotonic() - conversation.rested_at < IDLE_SECONDS:
                    return conversation
                conversation.drop()
        return Conversation(self._server, self._tls)

    def _rest(self, conversation: Conversation) -> None:
        """Keep an open connection for the next batch, and see that it is closed if none comes."""
        if not conversation.open:
            return
        conversation.rested_at = time.monotonic()
        self._keep(conversation)

    def _keep(self, conversation: Conversation) -> None:
        with self._lock:
            self._resting.append(conversation)
            if self._broom is None:
                self._broom = threading.Timer(IDLE_SECONDS, self._sweep)
                self._broom.daemon = True
                self._broom.start()

    def _sweep(self) -> None:
        """Close what has rested too long; come back if something still rests."""
        oldest = time.monotonic() - IDLE_SECONDS
        with self._lock:
            self._broom = None
            tired = [c for c in self._resting if c.rested_at <= oldest]
            fresh = [c for c in self._resting if c.rested_at > oldest]
            self._resting = []
        for conversation in tired:
            conversation.leave()
        for conversation in fresh:
            self._keep(conversation)
