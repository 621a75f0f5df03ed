"""How messages leave: one contract; a folder of files (`outbox`), a mail server (`smtp`), Amazon (`ses`, `sns`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from domain.messages import Channel


@dataclass(frozen=True, slots=True)
class Mail:
    """One composed mail, or text message, to one recipient. `again`: the fate of an earlier attempt is unknown.

    `date` is the message's own, the same for every attempt; `attempt` counts those.
    """

    id: str
    to: str
    raw: bytes
    sender: str
    urgent: bool = False
    again: bool = False
    date: datetime | None = None
    attempt: int = 0


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


class WayOut(Protocol):
    """A way out. No channel retries and no `why` names an address; both are the deliverer's to rely on."""

    name: str
    carries: Channel
    tells: bool
    """Does it say later what became of each message it took: delivered, bounced, complained about?"""

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Try each mail once. `may_go` is asked just before each, from any thread; no means `Withheld`.

        `settle` is called once a mail as its result is known, in any order, from any thread, one call at a time. Should
        it raise, no further mail is begun and the error comes back from here.
        """

    def close(self) -> None:
        """Let go of connections. The channel can be used again afterwards."""


AwsClients = Callable[..., Any]
"""Gives the client of an AWS service by its name: `infra.aws.client`."""


def open_channel(email_setting: str, home: Path, rate: float, aws: AwsClients | None = None) -> WayOut:
    """Open what `MUSTER_EMAIL` names; `rate` is mails a second at most, 0 as fast as they are taken.

    `outbox`, `smtp://[user:password@]host[:port]` or `smtps://…`, with `?connections=1-20` (4) and `?tls=required`;
    `ses` or `ses://CONFIGURATION-SET`, through `aws`. Raises `ValueError` with a sentence that repeats no password.
    """
    kind, _, place = email_setting.partition("://")
    if email_setting == "outbox":
        from notifications.channels.outbox import OutboxChannel

        return OutboxChannel(home, rate=rate)
    if kind.lower() in ("smtp", "smtps"):
        from notifications.channels.smtp import SmtpChannel, read_server

        return SmtpChannel(read_server(email_setting), rate=rate)
    if kind == "ses" and aws:
        from notifications.channels.ses import SesChannel

        return SesChannel(aws, configuration_set=place, rate=rate)
    raise ValueError("The e-mail channel must be 'outbox', smtp://host:port or ses://configuration-set.")


def open_texts(sms_setting: str, home: Path, aws: AwsClients | None = None) -> WayOut:
    """Open what `MUSTER_SMS` names: `sns` or `sns://SENDER` through `aws`; else files beside the mails."""
    kind, _, sender = sms_setting.partition("://")
    if kind == "sns" and aws:
        from notifications.channels.sns import SnsChannel

        return SnsChannel(aws, sender=sender)
    from notifications.channels.outbox import OutboxChannel

    return OutboxChannel(home, carries=Channel.sms)


def read_text(raw: bytes) -> tuple[str, str]:
    """To whom a text message is, and its words."""
    head, _, words = raw.decode(errors="replace").partition("\n\n")
    return head.removeprefix("To: "), words.strip()


_ADDRESS = re.compile(r"<?[^\s<>@,;:\"'()]+@[^\s<>@,;\"'()]+>?")
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


def scrub(words: str, *addresses: str) -> str:
    """Return a server's words on one line of at most 200 letters, without any address, or the name or number of those
    given."""
    clean = _ADDRESS.sub("[address]", _UNPRINTABLE.sub(" ", words))
    for address in addresses:
        local = (address.rpartition("@")[0] or address).lstrip("+")
        if len(local) > 2:
            clean = re.sub(rf"(?<![\w]){re.escape(local)}(?![\w])", "[address]", clean, flags=re.IGNORECASE)
    return " ".join(clean.split())[:200]
