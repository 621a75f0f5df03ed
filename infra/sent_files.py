"""Messages of the `outbox` channel, files in `MUSTER_HOME/outbox/`: erased by age, by id, by what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

NAMED = re.compile(r"(\d{8}T\d{6}|undated)-([0-9A-Za-z_-]+)\.(?:eml|sms)")


def erase_older(home: Path, before: datetime) -> int:
    """Erase what was sent before; returns how many."""
    last = before.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return _erase(path for path, at, _ in _files(home) if at <= last)


def count_older(home: Path, before: datetime) -> int:
    """How many were sent before."""
    last = before.astimezone(UTC).strftime("%Y%m%dT%H%M%S")
    return sum(1 for _, at, _ in _files(home) if at <= last)


def erase_of(home: Path, messages: Collection[str]) -> int:
    """Erase these messages, by their ids; returns how many there were."""
    return _erase(path for path, _, id in _files(home) if id in messages)


def erase_saying(home: Path, words: Collection[str]) -> int:
    """Erase whatever says any of these words, in its headers or parts; returns how many."""
    return _erase(path for path in _saying(home, words))


def count_saying(home: Path, words: Collection[str]) -> int:
    """How many messages say any of these words."""
    return sum(1 for _ in _saying(home, words))


def _files(home: Path) -> Iterator[tuple[Path, str, str]]:
    """Each message: its file, when it was sent, its id."""
    try:
        with os.scandir(home / "outbox") as entries:
            found = [(entry.path, NAMED.fullmatch(entry.name)) for entry in entries]
    except FileNotFoundError:
        return
    for path, named in found:
        if named:
            yield Path(path), named[1], named[2]


def _saying(home: Path, words: Collection[str]) -> Iterator[Path]:
    wanted = [word.casefold() for word in words]
    for path, _, _ in _files(home):
        said = _all_it_says(path).casefold()
        if any(word in said for word in wanted):
            yield path


def _all_it_says(path: Path) -> str:
    """A message as its reader sees it: headers and parts decoded."""
    raw = path.read_bytes()
    if path.suffix == ".sms":
        return raw.decode(errors="replace")
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [str(part.get_content()) for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*(f"{name}: {value}" for name, value in mail.items()), *parts])


def _erase(paths: Iterator[Path]) -> int:
    """Twice is harmless; what another process erased meanwhile counts as erased."""
    count = 0
    for path in paths:
        path.unlink(missing_ok=True)
        count += 1
    return count
