"""What says who a person is, and whether it still stands anywhere."""

from __future__ import annotations

from pathlib import Path

from infra.door import Door
from infra.persons.finding import Person
from infra.sent_files import count_saying

CHUNK = 1 << 20
LONGEST_WORD = 400  # bytes


def what_names(person: Person) -> frozenset[str]:
    """What says who they are, wherever it stands: addresses, numbers, a name of more than one word."""
    found: set[str | None] = {person.sought.email, person.sought.phone}
    for resident in person.resident_of.values():
        found |= {resident.email, resident.phone, resident.address, _whole(resident.name)}
    for resident in person.speaks_in.values():
        found |= {resident.referrer_email, resident.referrer_phone, _whole(resident.referrer_name)}
    for contact in person.contact_of.values():
        found |= {contact.email, contact.phone, _whole(contact.name)}
    found |= {_whole(helper.name) for helper in person.helpers} | {_whole(person.sought.name)}
    return frozenset(word for word in found if word)


def _whole(name: str | None) -> str | None:
    """A first name alone is anybody's."""
    return name if name and len(name.split()) > 1 else None


def find_left(door: Door, words: frozenset[str]) -> dict[str, int]:
    """Where any of these still stands: the store's tables, messages as files, every other file under `MUSTER_HOME`."""
    if not words:
        return {}
    left = dict(door.store.tables_with(words))
    if sent := count_saying(door.settings.home, words):
        left["outbox"] = sent
    for path in sorted(door.settings.home.rglob("*")):
        if path.is_file() and path.parent.name != "outbox" and _file_holds(path, words):
            left[str(path.relative_to(door.settings.home))] = 1
    return left


def _file_holds(path: Path, words: frozenset[str]) -> bool:
    """Piece by piece, whatever the file's size; small letters or great."""
    sought, before = [word.casefold().encode() for word in words], b""
    try:
        with path.open("rb") as file:
            while piece := file.read(CHUNK):
                text = (before + piece).lower()
                if any(word in text for word in sought):
                    return True
                before = piece[-LONGEST_WORD:]
    except OSError:
        return False
    return False
