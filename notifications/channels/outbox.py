"""Mails as files a person can open: `MUSTER_HOME/outbox/<date>-<id>.eml`, and reading them back for `/mailbox`."""

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

from notifications.channels import Accepted, Down, Mail, Refused, Result, Settle
from notifications.channels.pacing import Pace

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]*\.eml")
_DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.MULTILINE | re.IGNORECASE)
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
    """Writes each mail to a file of its own. The same mail always has the same name: a second time changes nothing."""

    name = "outbox"

    def __init__(self, home: Path, *, rate: float = 0, fsync: bool = False) -> None:
        self._folder = home / "outbox"
        self._pace = Pace(rate)
        self._fsync = fsync  # off: a killed process loses nothing, only a power cut could

    def deliver(self, mails: Sequence[Mail], settle: Settle) -> None:
        """Write the mails, urgent first. Settled in this thread."""
        for mail in sorted(mails, key=lambda m: not m.urgent):
            self._pace.wait()
            settle(mail, self._write(mail))

    def close(self) -> None:
        """Nothing is held open."""

    def _write(self, mail: Mail) -> Result:
        if not _ID.fullmatch(mail.id):
            return Refused(0, "The message id cannot be a file name.", recipient_bad=False)
        path = self._folder / file_name(mail)
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


def file_name(mail: Mail) -> str:
    """Name the mail's file by its own Date, so that a sorted folder reads in order and a later attempt finds it."""
    date = _DATE.search(mail.raw, 0, _HEAD)
    at = _moment(date.group(1).decode("ascii", "replace")) if date else None
    return f"{at.strftime('%Y%m%dT%H%M%S') if at else 'undated'}-{mail.id}.eml"


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
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=policy.default).parsebytes(file.read(_HEAD))
    return MailSummary(path.name, _moment(str(head["Date"] or "")), str(head["To"] or ""), str(head["Subject"] or ""))


def _words(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _moment(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
