"""This machine: versions, room, clock; and the store: can it be written, has anybody edited it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from infra.finding import Finding

if TYPE_CHECKING:
    from infra.settings import Settings
    from infra.store import Store

PINNED = {
    "sqlalchemy": ((2, 0), (2, 1), "with another one Prefect silently stops planning runs"),
    "fastapi": ((0, 1), (0, 151), "Prefect's server does not start with a newer one"),
    "prefect": ((3, 8), (3, 9), "Muster is tried with this one"),
}
ENOUGH_SPACE = 200 * 1024 * 1024
LOOKED_AT = "doctor"
"""The mark in the store of when this was last looked at."""


def versions() -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    for name, (least, below, why) in PINNED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            yield Finding(f"{name}'s version", False, "it is not installed", "Run `make` again.")
            continue
        number = tuple(int(part) for part in found.split(".")[:2] if part.isdigit())
        good = least <= number < below
        wanted = f"{'.'.join(map(str, least))} up to below {'.'.join(map(str, below))}"
        do = "" if good else f"Install {wanted} ({why})."
        yield Finding(f"{name}'s version", good, found, do)


def disk(chosen: Settings) -> Iterator[Finding]:
    import shutil

    place = next((p for p in (chosen.home, *chosen.home.absolute().parents) if p.exists()), Path("/"))
    free = shutil.disk_usage(place).free
    do = "" if free >= ENOUGH_SPACE else "Make room: without it no need can be recorded."
    yield Finding("disk space", free >= ENOUGH_SPACE, f"{free // 1024 // 1024:,} MB free at {place}", do)


def writable(store: Store, chosen: Settings) -> Iterator[Finding]:
    store.mark(LOOKED_AT, datetime.now(UTC))
    yield Finding("store", True, f"{chosen.store_url} opens and can be written")


def clock(store: Store, chosen: Settings) -> Iterator[Finding]:
    """A moment that has been seen is over: a clock that stands before it is wrong."""
    from infra.sweeps import SWEPT

    now = datetime.now(UTC)
    seen = [at for name, at in store.marks().items() if name in (SWEPT, LOOKED_AT)]
    good = now.year >= 2025 and all(at <= now + timedelta(minutes=1) for at in seen)
    do = "" if good else "Set this machine's clock: Muster has already seen a later time."
    yield Finding("clock", good, f"{now:%Y-%m-%d %H:%M} UTC", do)


def audit(store: Store, chosen: Settings) -> Iterator[Finding]:
    """Has anybody edited or deleted what is to stay known?"""
    wrong = store.verify_audit()
    do = "Somebody has changed the store by hand. Compare it with a backup, and find out who." if wrong else ""
    yield Finding("audit", wrong is None, wrong or "nothing has been edited or deleted", do)
