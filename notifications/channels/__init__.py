"""How messages leave: one contract, a folder of files (`outbox`) or a mail server (`smtp`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain import messages


@dataclass(frozen=True, slots=True)
class Mail:
    """One composed mail, or text message, to one recipient. `again`: the fate of an earlier attempt is unknown.

    `date` is the message's own, the same for every attempt.
    """

    id: str
    to: str
    raw: bytes
    sender: str
    urgent: bool = False
    again: bool = False
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the mail and answers for it from here."""

    provider_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Never will. `recipient_bad` is false when our content, sender or right to send was refused, not the address.
    Code 0: no server was asked."""

    code: int
    why: str
    recipient_bad: bool


@dataclass(frozen=True, slots=True)
class Deferred:
    """Not this time, and surely not taken. Code 0: the connection ended before the mail was on its way."""

    code: int
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cut short after the mail may have been taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Down:
    """The channel itself could not be used. No mail's fault, and surely not taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """It was not to go any more when its turn came; nothing was begun."""


Result = Accepted | Refused | Deferred | Unknown | Down | Withheld
Settle = Callable[[Mail, Result], None]
MayGo = Callable[[Mail], bool]


def always(mail: Mail) -> bool:
    """Nothing is withheld."""
    return True


class Channel(Protocol):
    """A way out. No channel retries and no `why` names an address; both are the deliverer's to rely on."""

    name: str
    carries: messages.Channel
    tells: bool
    """Does it say later what became of each message it took: delivered, bounced, complained about?"""

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Try each mail once. `may_go` is asked just before each, from any thread; no means `Withheld`.

        `settle` is called once a mail as its result is known, in any order, from any thread, one call at a time. Should
        it raise, no further mail is begun and the error comes back from here.
        """

    def close(self) -> None:
        """Let go of connections. The channel can be used again afterwards."""


def open_channel(email_setting: str, home: Path, rate: float) -> Channel:
    """Open what `MUSTER_EMAIL` names; `rate` is mails a second at most, 0 as fast as they are taken.

    `outbox`, `smtp://[user:password@]host[:port]` or `smtps://…`, with `?connections=1-20` (4) and `?tls=required`.
    Raises `ValueError` with a sentence that repeats no password.
    """
    if email_setting == "outbox":
        from notifications.channels.outbox import OutboxChannel

        return OutboxChannel(home, rate=rate)
    if email_setting.lower().startswith(("smtp://", "smtps://")):
        from notifications.channels.smtp import SmtpChannel, read_server

        return SmtpChannel(read_server(email_setting), rate=rate)
    raise ValueError("The e-mail channel must be 'outbox' or smtp://host:port.")


def open_texts(home: Path) -> Channel:
    """Open the way out for text messages: files beside the mails, the only one there is yet."""
    from notifications.channels.outbox import OutboxChannel

    return OutboxChannel(home, carries=messages.Channel.sms)


_ADDRESS = re.compile(r"<?[^\s<>@,;:\"'()]+@[^\s<>@,;\"'()]+>?")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


def scrub(words: str, *addresses: str) -> str:
    """Return a server's words on one line of at most 200 letters, without any address or the names in those given."""
    clean = _ADDRESS.sub("[address]", _UNPRINTABLE.sub(" ", words))
    for address in addresses:
        local = address.rpartition("@")[0]
        if len(local) > 2:
            clean = re.sub(rf"(?<![\w]){re.escape(local)}(?![\w])", "[address]", clean, flags=re.IGNORECASE)
    return " ".join(clean.split())[:200]
