"""Messages as files a person can open, and reading them back for `/mailbox`: in `MUSTER_HOME/outbox/`, each mail as
`<date>-<id>.eml`, each text message as `<date>-<id>.sms`."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime
from heapq import nlargest
from pathlib import Path

from domain.messages import Channel
from notifications.channels import Accepted, Down, Mail, MayGo, Refused, Result, Settle, Withheld, always, read_text
from notifications.channels.pacing import Pace

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*\.(eml|sms)")
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
TEXT_MESSAGE = "Text message"
DEAD_DOMAIN = "bounce.example.org"  # reserved for examples: nobody is ever there
_HEAD = 16 * 1024  # bytes, more than all our headers together


@dataclass(frozen=True, slots=True)
class MailSummary:
    """One line of the mailbox page. `at` is the mail's own Date, in UTC."""

    name: str
    at: datetime | None
    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class OpenedMail:
    """One mail as its reader sees it."""

    name: str
    at: datetime | None
    sender: str
    to: str
    subject: str
    text: str
    html: str
    raw: bytes


class OutboxChannel:
    """Writes each message to a file of its own. The same one always has the same name: a second time changes nothing.

    Of a text message the file holds `To: +44…`, an empty line and the words, in UTF-8. Mail to anybody at
    `bounce.example.org` is refused as a mail server would, so that a dead address can be tried out.
    """

    name = "outbox"
    tells = False

    def __init__(
        self,
        home: Path,
        *,
        rate: float = 0,
        fsync: bool = False,
        carries: Channel = Channel.email,
    ) -> None:
        self.carries = carries
        self._folder = home / "outbox"
        self._pace = Pace(rate)
        self._fsync = fsync  # off: a killed process loses nothing, only a power cut could

    def deliver(self, mails: Sequence[Mail], settle: Settle, may_go: MayGo = always) -> None:
        """Write the mails, urgent first. Settled in this thread."""
        for mail in sorted(mails, key=lambda m: not m.urgent):
            self._pace.wait()
            settle(mail, self._write(mail) if may_go(mail) else Withheld())

    def close(self) -> None:
        """Nothing is held open."""

    def _write(self, mail: Mail) -> Result:
        if not _ID.fullmatch(mail.id):
            return Refused(0, "The message id cannot be a file name.", recipient_bad=False)
        if mail.to.casefold().endswith(f"@{DEAD_DOMAIN}"):
            return Refused(550, f"Nobody can be reached at {DEAD_DOMAIN}.", recipient_bad=True)
        path = self._folder / file_name(mail, "eml" if self.carries is Channel.email else "sms")
        draft = path.with_name(f".{path.name}.{os.getpid()}")  # hidden: a half-written mail is nobody's to read
        try:
            if mail.again and path.exists():
                return Accepted(path.name)
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(mail.raw)
                if self._fsync:
                    file.flush()
                    os.fsync(file.fileno())
            draft.replace(path)
        except OSError as trouble:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            return Down(f"The outbox folder could not be written: {trouble.strerror}.")
        return Accepted(path.name)


def file_name(mail: Mail, suffix: str = "eml") -> str:
    """Name the mail's file by its own Date, so that a sorted folder reads in order and a later attempt finds it."""
    date = _DATE.search(mail.raw, 0, _HEAD) if mail.date is None else None
    at = _moment(date.group(1).decode("ascii", "replace")) if date else mail.date
    return f"{at.astimezone(UTC).strftime('%Y%m%dT%H%M%S') if at else 'undated'}-{mail.id}.{suffix}"


def list_mails(home: Path, limit: int = 100) -> list[MailSummary]:
    """Return the newest mails of the outbox, newest first. An absent folder is an empty one."""
    try:
        with os.scandir(home / "outbox") as entries:
            mails = [e for e in entries if _NAME.fullmatch(e.name) and e.is_file(follow_symlinks=False)]
            found = [(e.name[:15], e.stat().st_mtime_ns, e.name) for e in mails]
    except FileNotFoundError:
        return []
    return [_summary(home / "outbox" / name) for _, _, name in nlargest(limit, found)]


def read_mail(home: Path, name: str) -> OpenedMail | None:
    """Return one mail of the outbox, or None. Only a plain file directly in the folder is ever opened."""
    path = home / "outbox" / name
    if not _NAME.fullmatch(name) or len(name) > 120 or path.is_symlink() or not path.is_file():
        return None
    raw = path.read_bytes()
    if path.suffix == ".sms":
        to, words = read_text(raw)
        return OpenedMail(name, _named_moment(name), "", to, TEXT_MESSAGE, words, "", raw)
    mail = message_from_bytes(raw, policy=policy.default)
    return OpenedMail(
        name=name,
        at=_moment(str(mail["Date"] or "")),
        sender=str(mail["From"] or ""),
        to=str(mail["To"] or ""),
        subject=str(mail["Subject"] or ""),
        text=_words(mail, "plain"),
        html=_words(mail, "html"),
        raw=raw,
    )


def _summary(path: Path) -> MailSummary:
    if path.suffix == ".sms":
        to, words = read_text(path.read_bytes())
        return MailSummary(path.name, _named_moment(path.name), to, f"{TEXT_MESSAGE}: {words[:80]}")
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=policy.default).parsebytes(file.read(_HEAD))
    return MailSummary(path.name, _moment(str(head["Date"] or "")), str(head["To"] or ""), str(head["Subject"] or ""))


def _named_moment(name: str) -> datetime | None:
    """The moment that a text message's file is named by."""
    try:
        return datetime.strptime(name[:15], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def _words(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
