"""An Open Referral UK service as a responder. What the standard does not hold (whom to ask) comes from a contacts CSV.

That CSV has `service_id` and any of `email`, `phone`, `email2`, `phone2`, `name`, `sector`, `capabilities`, `capacity`,
`weekly_limit`, `checks`, `radius_km`, `areas`, `days_off`, `quiet`, `exercises`, `opening`. What it says comes before
what the feed says; `opening: any` means that they may be asked at any hour, whenever the service itself is open. The
feed's own e-mail addresses are front desks and no consent: they are never used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from domain.capabilities import Catalogue, Sector
from domain.hours import Opening
from domain.responders import Responder
from domain.values import Code, Point, Value
from infra.directory.entries import (
    Entry,
    RowRefused,
    build,
    doubts_about_name,
    gather,
    read_capabilities,
    read_checks,
    read_contacts,
    read_days,
    read_number,
    read_point,
    read_quiet_hours,
    read_sector,
    read_whole,
    read_yes,
    sound,
    split_list,
)
from infra.directory.schedules import read_opening
from infra.tables import Row, Table, read_table

SAID_BY_CONTACTS = ("name", "sector", "capabilities", "capacity", "weekly_limit", "checks", "radius_km", "areas")
SAID_BY_CONTACTS_ALONE = ("days_off", "quiet", "exercises", "opening")
CONTACT_COLUMNS = ("email", "phone", "email2", "phone2", *SAID_BY_CONTACTS, *SAID_BY_CONTACTS_ALONE)
OUTWARD = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*\d[A-Z]{2}")
WIDE_CODE = re.compile(r"(E06|E07|E08|E09|E1\d|E92|W06|W92|S12|S92|N09|N92|K0\d)\d{6}")
WIDE_NAME = re.compile(
    r"\b(borough|county|council|district|city of|england|wales|scotland|uk|kingdom|national|nationwide)\b"
)
NO_WORD = re.compile(r"\W+")
STALE_DAYS = 92
UNKNOWN_TO_FEEDS = frozenset(
    {"capacity", "checks", "weekly_limit", "radius_km", "days_off", "quiet", "exercises"}
)  # so a refresh without the contacts CSV leaves them as they are


class ServiceTypes(Value):
    """`playbooks/service-types.yaml`: what a feed's words mean here."""

    codes: dict[str, tuple[Code, ...]]
    words: dict[str, tuple[Code, ...]]
    schemes: dict[str, Sector]
    names: dict[str, Sector]


# --- the contacts CSV -----------------------------------------------------------


def open_contacts(path: Path, raw: bytes) -> Table:
    """Open the file. Raises `FileWrong`."""
    return read_table(path, ("service_id",), CONTACT_COLUMNS, raw)


def contacts_by_service(table: Table) -> tuple[dict[str, Row], list[Entry]]:
    """The rows by service, and those that cannot be used."""
    found: dict[str, Row] = {}
    bad: list[Entry] = []
    for row in table.rows:
        service = row.cells.get("service_id", "")
        why = row.refused or ("service_id: must not be empty" if not service else None)
        if service in found and not why:
            why = f"service {service[:80]} is on line {found[service].line} already"
        if why:
            bad.append(Entry(f"contacts, line {row.line}", service, refused=why))
        else:
            found[service] = row
    return found, bad


# --- services -------------------------------------------------------------------


def read_services(
    services: Iterable[Any],
    contacts: dict[str, Row],
    types: ServiceTypes,
    catalogue: Catalogue,
    today: date,
    source: str,
) -> Iterator[Entry]:
    """Each service as an entry. A record that is no service is refused, and the next is read."""
    for number, service in enumerate(services, start=1):
        entry = Entry(f"service {number}", _text(service, "id"))
        try:
            if not isinstance(service, dict):
                raise RowRefused("this is not a service")
            _read_service(entry, service, contacts.get(entry.id), types, catalogue, today, source)
        except RowRefused as wrong:
            entry.refused = str(wrong)
        yield entry


def _read_service(
    entry: Entry,
    service: dict[str, Any],
    row: Row | None,
    types: ServiceTypes,
    catalogue: Catalogue,
    today: date,
    source: str,
) -> None:
    said = {name: text for name, text in (row.cells if row else {}).items() if text}
    doubts = entry.warnings
    entry.contacts = read_contacts(said)
    entry.unsaid = UNKNOWN_TO_FEEDS - said.keys()
    if not entry.contacts:
        entry.unsaid |= {"contacts"}
    responder = build(
        Responder,
        gather(
            id=lambda: entry.id,
            name=lambda: said.get("name") or _name(service),
            sector=lambda: read_sector(said["sector"]) if "sector" in said else _sector(entry, service, types),
            capabilities=lambda: _capabilities(entry, service, said, types, catalogue),
            point=lambda: _point(service, doubts),
            radius_km=lambda: read_number("radius_km", said.get("radius_km", "")),
            areas=lambda: tuple(split_list(said["areas"])) if "areas" in said else _areas(service, doubts),
            capacity=lambda: read_whole("capacity", said.get("capacity", "")),
            checks=lambda: read_checks(said.get("checks", "")),
            weekly_limit=lambda: read_whole("weekly_limit", said.get("weekly_limit", "")),
            days_off=lambda: read_days(said.get("days_off", "")),
            quiet=lambda: read_quiet_hours(said.get("quiet", "")),
            exercises=lambda: read_yes("exercises", said.get("exercises", "")),
            opening=lambda: _opening(service, said, today, doubts),
            source=lambda: sound(source)[:120],
        ),
    )
    entry.responder = responder
    status = _text(service, "status").casefold()
    if status != "active":
        entry.open = False
        doubts.append(f"its status is {status[:40] or 'not given'!r}, not 'active', so it will not be asked")
    doubts += doubts_about_name(responder.name) + _age(service, today)


def _name(service: dict[str, Any]) -> str:
    """The organisation and what it does, as a resident would want to read it."""
    own, organisation = _text(service, "name"), _text(_part(service, "organization"), "name")
    if not own or not organisation or organisation.casefold() in own.casefold():
        return own
    return f"{organisation}: {own}" if len(own) + len(organisation) <= 118 else own


def _capabilities(
    entry: Entry, service: dict[str, Any], said: dict[str, str], types: ServiceTypes, catalogue: Catalogue
) -> tuple[str, ...]:
    if "capabilities" in said:
        return read_capabilities(said["capabilities"], catalogue, entry.warnings)
    found = _help(service, types, catalogue)
    if not found:
        entry.unsaid |= {"capabilities"}
    return found


def _help(service: dict[str, Any], types: ServiceTypes, catalogue: Catalogue) -> tuple[str, ...]:
    known = {c.code for c in catalogue.capabilities}
    found: list[str] = []
    words = [_text(service, "name")]
    for attribute in _parts(service, "attributes"):
        term = _part(attribute, "taxonomy_term")
        for key in ("code", "term_uri"):
            found += types.codes.get(_text(term, key), ())
        words.append(_text(term, "name"))
    for text in words:
        for word, codes in types.words.items():
            if _says(text, word):
                found += codes
    return tuple(code for code in dict.fromkeys(found) if code in known)


def _says(text: str, word: str) -> bool:
    return f" {_plain(word)} " in f" {_plain(text)} "


def _plain(text: str) -> str:
    """Lower case, without apostrophes and with one space between words: `dial-a-ride` is `Dial A Ride`."""
    return NO_WORD.sub(" ", text.casefold().replace("'", "").replace("\u2019", ""))


def _sector(entry: Entry, service: dict[str, Any], types: ServiceTypes) -> Sector:
    organisation = _part(service, "organization")
    schemes = [_text(i, "identifier_scheme") for i in _parts(organisation, "organization_identifiers")]
    for scheme, sector in types.schemes.items():
        if scheme in schemes and sector is not Sector.business:
            return sector
    names = f"{_text(organisation, 'name')} | {_text(service, 'name')}"
    for word, sector in types.names.items():
        if _says(names, word):
            return sector
    for scheme, sector in types.schemes.items():
        if scheme in schemes:
            return sector
    entry.unsaid |= {"sector"}
    entry.warnings.append("nothing says what sector it is of; taken as voluntary (a contacts CSV can say)")
    return Sector.voluntary


def _point(service: dict[str, Any], doubts: list[str]) -> Point | None:
    """The first place that can be one. A missing place is honoured: refuges have reasons."""
    found: list[str] = []
    for at in _parts(service, "service_at_locations"):
        location = _part(at, "location")
        point = read_point(location.get("latitude"), location.get("longitude"), found)
        if point:
            return point
    doubts += found[:1]
    return None


def _areas(service: dict[str, Any], doubts: list[str]) -> tuple[str, ...]:
    """The places it serves, by name, and its own postcode district. Serving the whole council area limits nothing."""
    names: list[str] = []
    for area in _parts(service, "service_areas"):
        name = _text(area, "name")
        codes = f"{_text(area, 'extent')} {_text(area, 'uri')}"
        if WIDE_CODE.search(codes) or WIDE_NAME.search(name.casefold()):
            return ()
        if 0 < len(name) <= 60:
            names.append(name)
        elif name:
            doubts.append("its service area is described in a sentence, which cannot be matched; taken as everywhere")
            return ()
    if not names:
        return ()
    for at in _parts(service, "service_at_locations"):
        for address in _parts(_part(at, "location"), "addresses"):
            if outward := OUTWARD.fullmatch(_text(address, "postal_code").upper()):
                names.append(outward[1])
    return tuple(dict.fromkeys(names))


def _opening(service: dict[str, Any], said: dict[str, str], today: date, doubts: list[str]) -> tuple[Opening, ...]:
    if "opening" not in said:
        return read_opening(service, today, doubts)
    if said["opening"].casefold() != "any":
        raise RowRefused(f"opening: {said['opening'][:40]!r} is not 'any'; leave it empty for the feed's own hours")
    return ()


def _age(service: dict[str, Any], today: date) -> list[str]:
    text = _text(service, "assured_date")[:10]
    try:
        old = (today - date.fromisoformat(text)).days > STALE_DAYS
    except ValueError:
        return []
    return [f"was last assured on {text}, more than three months ago"] if old else []


# --- whatever a feed holds --------------------------------------------------------


def _text(found: object, key: str) -> str:
    value = found.get(key) if isinstance(found, dict) else None
    return sound(value).strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _part(found: object, key: str) -> dict[str, Any]:
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, dict) else {}


def _parts(found: object, key: str) -> list[Any]:
    value = found.get(key) if isinstance(found, dict) else None
    return value if isinstance(value, list) else []
