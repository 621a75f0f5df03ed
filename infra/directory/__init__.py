"""Imports: who may help, from a CSV or an Open Referral UK feed, row by row. Nothing is ever deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from domain.capabilities import Catalogue
from domain.responders import Contact, Responder
from domain.values import Point
from infra.directory.entries import Entry
from infra.directory.feed import LARGEST_FILE, Feed, services_at, services_in_file
from infra.directory.plain import open_responders, read_responders
from infra.directory.referral import ServiceTypes, contacts_by_service, open_contacts, read_services
from infra.playbooks import FOLDER, load_yaml
from infra.store import Store
from infra.tables import FileWrong, Row, read_bytes

__all__ = ["Entry", "FileWrong", "Imported", "import_csv", "import_directory"]

BATCH = 500
THIS_FILE = Path("This file")
UNTIL_OPEN_AGAIN = datetime(2999, 1, 1, tzinfo=UTC)


@dataclass
class Imported:
    """What came of an import: how many rows were taken, who is new or has changed by it, which rows were doubtful or
    refused, and notes on the whole."""

    source: str
    taken: int = 0
    fresh: list[Responder] = field(default_factory=list)
    doubtful: list[Entry] = field(default_factory=list)
    refused: list[Entry] = field(default_factory=list)
    cannot_be_asked: int = 0
    notes: list[str] = field(default_factory=list)
    failed: bool = False


def import_directory(
    store: Store, source: str, catalogue: Catalogue, now: datetime, contacts: Path | None = None
) -> Imported:
    """Add or replace the responders that `source` (a file or a feed's address) names. Twice changes nothing.

    Raises `FileWrong` when nothing of it can be read. A bad row is refused and said; the rest goes on.
    """
    done = Imported(source)
    if "://" in source:
        entries = _from_feed(services_at(source), _public(source), contacts, catalogue, now, done)
    else:
        path = Path(source)
        raw = read_bytes(path, LARGEST_FILE)
        if raw.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            name = f"file {path.name}"[:120]
            entries = _from_feed(services_in_file(path, raw), name, contacts, catalogue, now, done)
        elif contacts:
            raise FileWrong("--contacts goes with an Open Referral UK file or feed; a plain CSV holds its own contacts")
        else:
            entries = entries_of_csv(store, path, raw, catalogue, now, done)
    _write(store, entries, now, done)
    return done


def import_csv(store: Store, raw: bytes, catalogue: Catalogue, now: datetime) -> Imported:
    """Like `import_directory`, for the content of a plain CSV."""
    done = Imported("csv")
    _write(store, entries_of_csv(store, THIS_FILE, raw, catalogue, now, done), now, done)
    return done


def entries_of_csv(
    store: Store, path: Path, raw: bytes, catalogue: Catalogue, now: datetime, done: Imported
) -> Iterator[Entry]:
    """Its rows, each as an entry. Raises `FileWrong`."""
    table = open_responders(path, raw)
    done.notes += table.notes
    return read_responders(table, catalogue, lambda text: _place_of(store, text), now.date())


def _from_feed(
    feed: Feed, source: str, contacts: Path | None, catalogue: Catalogue, now: datetime, done: Imported
) -> Iterator[Entry]:
    types = load_yaml(FOLDER / "service-types.yaml", ServiceTypes)
    rows: dict[str, Row] = {}
    bad: list[Entry] = []
    if contacts:
        table = open_contacts(contacts, read_bytes(contacts))
        done.notes += table.notes
        rows, bad = contacts_by_service(table)
    return chain(
        bad, read_services(feed.services, rows, types, catalogue, now.date(), source), _after(feed, rows, done)
    )


def _place_of(store: Store, postcode: str) -> Point | None:
    found = store.find_postcode(postcode)
    return found.point if found else None


def _public(url: str) -> str:
    """A feed's address without a password or a query, to keep beside what came from it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"


def _after(feed: Feed, rows: dict[str, Row], done: Imported) -> Iterator[Entry]:
    """What is only known when the feed has been read to its end: contacts of nobody, pages that failed."""
    for service, row in rows.items():
        if service not in feed.read:
            yield Entry(f"contacts, line {row.line}", service, refused="no service in this feed has this service_id")
    done.notes += feed.notes
    done.failed = bool(feed.notes)


# --- writing --------------------------------------------------------------------


def _write(store: Store, entries: Iterable[Entry], now: datetime, done: Imported) -> None:
    places: dict[str, str] = {}
    known = known_by_id(store)
    batch: list[tuple[Responder, tuple[Contact, ...]]] = []
    for entry in entries:
        refuse_twice(entry, places)
        if entry.refused is not None or entry.responder is None:
            done.refused.append(entry)
            continue
        batch.append(kept(entry, known.get(entry.id), store, now))
        _account(done, entry, *batch[-1])
        if batch[-1][0] != known.get(entry.id):
            done.fresh.append(batch[-1][0])
        if len(batch) == BATCH:
            store.put_responders(batch, now)
            batch = []
    if batch:
        store.put_responders(batch, now)


def refuse_twice(entry: Entry, places: dict[str, str]) -> None:
    """Refuse what names somebody who has been named before; remember where each was."""
    if entry.refused is None and entry.id in places:
        entry.refused = f"the id {entry.id[:80]!r} is in {places[entry.id]} already"
    elif entry.refused is None:
        places[entry.id] = entry.place


def known_by_id(store: Store) -> dict[str, Responder]:
    """Everybody on record, read once: an import looks up what it does not speak of."""
    found: dict[str, Responder] = {}
    page = store.responders(limit=5000)
    while page:
        found.update((responder.id, responder) for responder in page)
        page = store.responders(after=page[-1].id, limit=5000)
    return found


def kept(entry: Entry, known: Responder | None, store: Store, now: datetime) -> tuple[Responder, tuple[Contact, ...]]:
    """The entry, with what is on record wherever the file is silent, or they have set it themselves. Who was
    shut and is open again may be asked.
    """
    responder, contacts = entry.responder, entry.contacts
    assert responder is not None  # noqa: S101 - refused entries never come here
    shut = known is not None and known.paused_until == UNTIL_OPEN_AGAIN
    if known:
        theirs = (entry.unsaid - {"contacts"}) | set(known.own)
        responder = responder.but(**{name: getattr(known, name) for name in theirs}, own=known.own)
        if "contacts" in entry.unsaid and known.contacts:
            contacts = tuple(store.contacts(known.id))
    if not entry.open:
        responder = responder.but(paused_until=UNTIL_OPEN_AGAIN)
    elif shut:
        responder = responder.but(paused_until=now)
    return responder.but(contacts=len(contacts)), contacts


def _account(done: Imported, entry: Entry, responder: Responder, contacts: tuple[Contact, ...]) -> None:
    done.taken += 1
    if not contacts:
        entry.warnings.append("there is no e-mail address or telephone number, so it cannot be asked")
    if not responder.capabilities:
        entry.warnings.append("no kind of help is known for it, so it will not be asked")
    if not contacts or not responder.capabilities or not entry.open:
        done.cannot_be_asked += 1
    if entry.warnings:
        done.doubtful.append(entry)
