"""Who a person is on record: a resident, somebody who speaks for one, a helper, a contact of a partner, an officer."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from domain.addresses import read_email, read_phone
from domain.needs import Resident
from domain.officers import Officer
from domain.opening import NeedWrong
from domain.responders import Contact, Responder
from infra.store import Store

PAGE = 1000


@dataclass(frozen=True)
class Sought:
    """By what somebody is looked for. A name alone counts only within the needs that are named."""

    email: str | None = None
    phone: str | None = None
    name: str | None = None
    needs: tuple[str, ...] = ()


@dataclass
class Person:
    """Where somebody was found. `names` are what they are called there."""

    sought: Sought
    resident_of: dict[str, Resident] = field(default_factory=dict)
    speaks_in: dict[str, Resident] = field(default_factory=dict)
    helpers: list[Responder] = field(default_factory=list)
    contact_of: dict[str, Contact] = field(default_factory=dict)
    officer: Officer | None = None

    @property
    def found(self) -> bool:
        return bool(self.resident_of or self.speaks_in or self.helpers or self.contact_of or self.officer)

    @property
    def names(self) -> list[str]:
        """What they are called, each name once."""
        called = [
            *(resident.name for resident in self.resident_of.values()),
            *(resident.referrer_name for resident in self.speaks_in.values()),
            *(helper.name for helper in self.helpers),
            *(contact.name for contact in self.contact_of.values()),
        ]
        once: dict[str, str] = {}
        for name in called:
            if name:
                once.setdefault(plain_name(name), name)
        return list(once.values())


def read_sought(who: str, name: str | None, needs: tuple[str, ...]) -> Sought:
    """An e-mail address, a telephone number, or a name with the needs it is in. Raises `NeedWrong`."""
    who = who.strip()
    if "@" in who:
        return Sought(email=_read("e-mail address", read_email, who), name=name, needs=needs)
    if sum(char.isdigit() for char in who) >= 6:
        return Sought(phone=_read("telephone number", read_phone, who), name=name, needs=needs)
    if not needs:
        raise NeedWrong("who", "a name alone may be anybody's: say in which needs it stands; or give an "
                        "e-mail address or a telephone number")  # fmt: skip
    return Sought(name=who, needs=needs)


def _read(what: str, read: object, text: str) -> str:
    try:
        return str(read(text))  # type: ignore[operator]
    except ValueError as wrong:
        raise NeedWrong("who", f"{text[:80]!r} {wrong}") from None


def find_person(store: Store, sought: Sought) -> Person:
    """Look through everything. Under another contact of theirs on record, with the same name, they are the same."""
    person = _find(store, sought)
    for contact in _other_contacts(person):
        more = _find(store, contact)
        person.resident_of |= more.resident_of
        person.speaks_in |= more.speaks_in
    return person


def find_one(store: Store, sought: Sought) -> Person:
    """The one person that is meant. Raises `NeedWrong`, if it is nobody or several."""
    person = find_person(store, sought)
    if not person.found:
        raise NeedWrong("who", "nobody was found by this; try another e-mail address or telephone number of theirs")
    if len(person.names) > 1 and sought.name is None:
        raise NeedWrong("name", f"this is {len(person.names)} people: {', '.join(person.names)}; say which")
    return person


def _find(store: Store, sought: Sought) -> Person:
    person = Person(sought)
    for need, resident in _all_residents(store):
        if sought.needs and need not in sought.needs:
            continue
        if _is(sought, resident.name, resident.email, resident.phone):
            person.resident_of[need] = resident
        if _is(sought, resident.referrer_name, resident.referrer_email, resident.referrer_phone):
            person.speaks_in[need] = resident
    if not sought.needs:
        _find_in_directory(store, sought, person)
        person.officer = next((o for o in store.officers() if _is(sought, o.name, o.email, o.phone)), None)
    return person


def _find_in_directory(store: Store, sought: Sought, person: Person) -> None:
    after = ""
    while rows := store.contact_rows(after, PAGE):
        for row in rows:
            mine = next((c for c in row.contacts if _is(sought, c.name, c.email, c.phone, unnamed=True)), None)
            responder = store.responder(row.responder) if mine else None
            if mine and responder and responder.is_person():
                person.helpers.append(responder)
            elif mine and responder:
                person.contact_of[responder.id] = mine
        after = rows[-1].responder


def _all_residents(store: Store) -> Iterator[tuple[str, Resident]]:
    after = ""
    while rows := store.residents(after, PAGE):
        yield from rows
        after = rows[-1][0]


def _other_contacts(person: Person) -> list[Sought]:
    """The other ways to reach them that stand beside the one they were found by."""
    sought = person.sought
    if sought.needs:
        return []
    ways: dict[Sought, None] = {}
    for resident in person.resident_of.values():
        ways |= dict.fromkeys(_ways(resident.name, resident.email, resident.phone))
    for resident in person.speaks_in.values():
        ways |= dict.fromkeys(_ways(resident.referrer_name, resident.referrer_email, resident.referrer_phone))
    return [way for way in ways if (way.email or "", way.phone or "") != (sought.email or "", sought.phone or "")]


def _ways(name: str | None, email: str | None, phone: str | None) -> Iterator[Sought]:
    if name and email:
        yield Sought(email=email, name=name)
    if name and phone:
        yield Sought(phone=phone, name=name)


def _is(sought: Sought, name: str | None, email: str | None, phone: str | None, *, unnamed: bool = False) -> bool:
    """Is this who is sought? A name that is given has to be theirs; `unnamed`: a record without a name may be."""
    if sought.name and (name or not unnamed) and plain_name(name or "") != plain_name(sought.name):
        return False
    by_email = bool(sought.email and email) and (email or "").casefold() == (sought.email or "").casefold()
    by_phone = bool(sought.phone) and phone == sought.phone
    return by_email or by_phone or bool(sought.name and not (sought.email or sought.phone))


def plain_name(name: str) -> str:
    """`Amina  YUSUF` and `Amina Yusuf` are the same."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
