"""One connection to a mail server, and what its replies mean for a mail (SMTP, RFC 5321)."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from functools import lru_cache

from notifications.channels import Accepted, Deferred, Mail, Refused, Result, Unknown, scrub
from notifications.channels.addressing import wire_addresses
from notifications.composing import as_seven_bit

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
LAST_READ_SECONDS = 30.0  # the reply to the final dot: the server may scan the mail first

_ENHANCED = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})\b")  # RFC 3463: what it is about, and which fault
_QUEUED_AS = re.compile(r"\b(?:queued as|id=)\s*<?([A-Za-z0-9._-]{4,64})", re.IGNORECASE)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_OUR_FAULT = (500, 502, 503, 504, 530, 535, 538, 555)  # what we said or who we are, not whom we wrote to
_TROUBLE = (OSError, smtplib.SMTPException)


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails go. The password shows in no repr."""

    host: str
    port: int
    implicit_tls: bool = False
    tls_required: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4


class CannotConnect(Exception):
    """The server could not be reached, greeted or signed in to. The message is fit for a log."""


class Lost(Exception):
    """The connection ended or fell silent while the server cannot have taken the mail. The message is fit for a log."""

    def __init__(self, why: str, code: int = 0) -> None:
        super().__init__(why)
        self.code = code


class _Session(smtplib.SMTP):
    """smtplib's connection with our time-outs; it never asks the DNS who we are, which can take many seconds."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        own_name = socket.gethostname()
        super().__init__(server.host, server.port, local_hostname=own_name if "." in own_name else "[127.0.0.1]")

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Open the socket: the one place smtplib has for it, which its own SMTP_SSL replaces as well."""
        sock = socket.create_connection((host, port), CONNECT_SECONDS)
        sock.settimeout(READ_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(sock, server_hostname=host) if self._tls else sock


class Conversation:
    """One greeted, signed-in connection. `used`: it has carried a mail before, so it may have gone stale since."""

    def __init__(self, server: Server, tls: ssl.SSLContext | None = None) -> None:
        """Connect and greet, or raise `CannotConnect`. `tls` replaces the machine's list of trusted authorities."""
        self.used = False
        self.open = True
        self.rested_at = 0.0
        try:
            self._smtp = _Session(server, tls or _trusted() if server.implicit_tls else None)
        except _TROUBLE as trouble:
            raise CannotConnect(_reason(trouble)) from None
        try:
            self._greet(server, tls)
        except _TROUBLE as trouble:
            self.drop()
            raise CannotConnect(_reason(trouble)) from None
        self._eight_bit = self._smtp.has_extn("8bitmime")
        self._pipelining = self._smtp.has_extn("pipelining")

    def _greet(self, server: Server, tls: ssl.SSLContext | None) -> None:
        """Say hello; turn TLS on where it is wanted; sign in, but send no password in clear beyond this machine."""
        self._smtp.ehlo_or_helo_if_needed()
        secure = server.implicit_tls
        must = bool(server.user) or server.tls_required
        if not secure and (must or server.host not in _LOOPBACK) and self._smtp.has_extn("starttls"):
            code, _ = self._smtp.starttls(context=tls or (_trusted() if must else _unproven()))
            secure = code == 220
            self._smtp.ehlo_or_helo_if_needed()
        if not secure and (server.tls_required or (server.user and server.host not in _LOOPBACK)):
            self.drop()
            raise CannotConnect("The server offers no TLS; without it Muster neither signs in nor sends.")
        if server.user:
            self._smtp.login(server.user, server.password)

    def send(self, mail: Mail) -> Result:
        """Send one mail and say what became of it. Raises `Lost` only while the server cannot have taken it."""
        addresses = wire_addresses(mail)
        if isinstance(addresses, Refused):
            return addresses
        sender, to = addresses
        try:
            refusal = self._offer(mail, sender, to)
        except _TROUBLE as trouble:
            self.drop()
            raise Lost(_reason(trouble)) from None
        if refusal is not None:
            self._start_over()
            return refusal
        self.used = True
        return self._hand_over(mail)

    def _offer(self, mail: Mail, sender: str, to: str) -> Result | None:
        """Go through MAIL, RCPT and DATA; None when the server now waits for the mail's words."""
        body = " BODY=8BITMIME" if self._eight_bit and not mail.raw.isascii() else ""
        commands = [f"MAIL FROM:<{sender}>{body}", f"RCPT TO:<{to}>", "DATA"]
        for step, code, said in self._at_once(commands) if self._pipelining else self._in_turn(commands):
            if _unwelcome(step, code):
                return self._judge(mail, step, code, said)
        return None

    def _in_turn(self, commands: list[str]) -> list[tuple[str, int, bytes]]:
        """Say the commands one by one, up to the first that is not welcome."""
        replies: list[tuple[str, int, bytes]] = []
        for command in commands:
            replies.append((command[:4], *self._smtp.docmd(command)))
            if _unwelcome(*replies[-1][:2]):
                break
        return replies

    def _at_once(self, commands: list[str]) -> list[tuple[str, int, bytes]]:
        """Say them in one packet (RFC 2920): one round trip instead of three."""
        self._smtp.send("\r\n".join((*commands, "")))
        replies = []
        for command in commands:
            replies.append((command[:4], *self._smtp.getreply()))
            if replies[-1][1] == 421:  # it hangs up; there may be no further reply
                return replies
        if replies[-1][1] == 354 and any(_unwelcome(step, code) for step, code, _ in replies):
            self.drop()  # it waits for words although it refused to carry them: give it none
        return replies

    def _hand_over(self, mail: Mail) -> Result:
        """Send the words and the final dot. Once that dot is out, losing the connection means not knowing."""
        try:
            self._smtp.send(_stuffed(mail.raw if self._eight_bit else as_seven_bit(mail.raw)))
        except _TROUBLE as trouble:
            self.drop()
            return Deferred(0, f"The connection ended while the mail was being sent. {_reason(trouble)}")
        try:
            self._set_patience(LAST_READ_SECONDS)
            code, said = self._smtp.getreply()
            self._set_patience(READ_SECONDS)
        except _TROUBLE as trouble:
            self.drop()
            return Unknown(f"The connection ended before the server said whether it took the mail. {_reason(trouble)}")
        if 200 <= code < 300:
            return Accepted(_provider_id(said))
        if not 400 <= code < 600:
            self.drop()
            return Unknown("The server's answer to the mail made no sense.")
        return self._judge(mail, "mail", code, said, taken_up=True)

    def _judge(self, mail: Mail, step: str, code: int, said: bytes, taken_up: bool = False) -> Result:
        """Turn a reply that is not a yes into a result: 5xx never will, anything else not this time."""
        words = said.decode("ascii", "replace")
        why = scrub(words, mail.to, mail.sender) or "The server gave no reason."
        if code == 421 or not 400 <= code < 600:
            self.drop()
        if code == 421 and not taken_up:
            raise Lost(why, code)
        if 500 <= code < 600:
            return Refused(code, why, recipient_bad=_blames_recipient(step, code, words))
        return Deferred(max(code, 0), why)

    def _start_over(self) -> None:
        """Forget the mail that was refused, so that the next one starts clean."""
        if not self.open:
            return
        try:
            if self._smtp.rset()[0] != 250:
                self.drop()
        except _TROUBLE:
            self.drop()

    def _set_patience(self, seconds: float) -> None:
        if self._smtp.sock is not None:
            self._smtp.sock.settimeout(seconds)

    def leave(self) -> None:
        """Say goodbye, without waiting long for the answer."""
        if self.open:
            try:
                self._set_patience(1.0)
                self._smtp.quit()
            except _TROUBLE:
                pass
            self.drop()

    def drop(self) -> None:
        """Close at once. A second time does nothing."""
        self.open = False
        self._smtp.close()


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache(maxsize=1)
def _unproven() -> ssl.SSLContext:
    """Better than in clear: for a relay that asks for no password and may have no certificate that proves its name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _unwelcome(step: str, code: int) -> bool:
    return code != 354 if step == "DATA" else not 200 <= code < 300


def _blames_recipient(step: str, code: int, words: str) -> bool:
    """Is the recipient refused, rather than us? A relay that turns us away must not spoil a whole directory."""
    if step == "MAIL":
        return False  # the recipient has not been named yet
    match _ENHANCED.match(words):
        case re.Match() as found if found[1] == "1":
            return found[2] not in ("7", "8")  # those two are about the sender's address
        case re.Match() as found if found[1] == "2":
            return step == "RCPT" or found[2] == "1"
        case re.Match() as found if found[1] in ("3", "5", "6", "7"):
            return False  # the server's system, the protocol, the content, its policy
    return step == "RCPT" and code not in _OUR_FAULT and "relay" not in words.lower()


def _provider_id(said: bytes) -> str:
    words = said.decode("ascii", "replace")
    queued = _QUEUED_AS.search(words)
    return queued[1] if queued else scrub(words)


def _stuffed(raw: bytes) -> bytes:
    """Return the mail as it goes out: only CRLF ends lines, no line is a lone dot, and the final dot follows."""
    if not raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r"):
        raw = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if raw.startswith(b".") or b"\n." in raw:
        raw = re.sub(rb"^\.", b"..", raw, flags=re.MULTILINE)
    return raw + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n")


def _reason(trouble: BaseException) -> str:
    """Say what went wrong with a connection, in words fit for a log."""
    match trouble:
        case smtplib.SMTPAuthenticationError():
            return f"The server did not let us sign in ({trouble.smtp_code})."
        case smtplib.SMTPResponseException():
            said = trouble.smtp_error
            words = said.decode("ascii", "replace") if isinstance(said, bytes) else str(said)
            return f"The server said {trouble.smtp_code} {scrub(words)}".strip()
        case smtplib.SMTPServerDisconnected() if "timed out" in str(trouble):
            return "The server did not answer in time."
        case smtplib.SMTPServerDisconnected():
            return "The server closed the connection."
        case smtplib.SMTPException():
            return "The server does not speak the mail protocol as agreed, or offers no way to sign in."
        case TimeoutError():
            return "The server did not answer in time."
        case ssl.SSLError():
            return "No trusted TLS connection could be made with the server."
        case socket.gaierror():
            return "The server's name is not known."
        case OSError():
            return f"The server could not be reached: {trouble.strerror or 'no connection'}."
    return "The connection failed."
