"""Who can do what, where: one small item for each responder and capability, in bands of latitude.

A band is 2.2 km high, and a partition of its own, in the order of longitude: a ring around a place is a few queries,
and needs from all over a borough read all over the table. Whoever names areas lies in bands apart from the others, as
they are asked wherever they are; whoever has no place lies in one more partition, by id. `C#<capability>` says which
of these there are.

An item says too little to decide on: whoever it leads to is read before they are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from domain.responders import Responder
from infra.store.dynamodb.table import Item, Key, Value, maybe_number, number, present
from infra.store.nearness import Box

BANDS_A_DEGREE = 50
PLACED, AREAS, NOWHERE = "placed", "areas", "nowhere"


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody who can do it, as far as their item says."""

    responder: str
    sector: str
    contacts: int
    weekly_limit: int | None
    lat: float | None
    lon: float | None


def entries_of(responder: Responder) -> dict[Key, Item]:
    """The items by which this responder is found."""
    point = responder.point
    said: dict[str, Value | None] = {
        "sector": responder.sector.value,
        "contacts": responder.contacts,
        "weekly_limit": responder.weekly_limit,
        "lat": repr(point.lat) if point else None,
        "lon": repr(point.lon) if point else None,
    }
    band = f"{AREAS if responder.areas else PLACED}#{band_of(point.lat)}" if point else NOWHERE
    sk = f"{_easting(point.lon)}#{responder.id}" if point else responder.id
    items = [present({"pk": f"C#{code}#{band}", "sk": sk, **said}) for code in dict.fromkeys(responder.capabilities)]
    return {(str(item["pk"]), str(item["sk"])): item for item in items}


def as_able(item: Item) -> Able:
    lat, lon = item.get("lat"), item.get("lon")
    return Able(
        str(item["sk"]).rpartition("#")[2],
        str(item["sector"]),
        number(item["contacts"]),
        maybe_number(item.get("weekly_limit")),
        None if lat is None else float(str(lat)),
        None if lon is None else float(str(lon)),
    )


def band_of(lat: float) -> str:
    """The name of the band a latitude lies in: such names sort from south to north."""
    return f"{floor((lat + 90) * BANDS_A_DEGREE):05}"


def eastings(box: Box) -> tuple[str, str]:
    """The first and the last sort key in a band that may lie in this box."""
    return _easting(max(box.west, -180)), f"{_easting(min(box.east, 180))}#~"


def bands_in(box: Box) -> tuple[str, str]:
    """The names of the southernmost and the northernmost band that this box touches."""
    return band_of(max(box.south, -90)), band_of(min(box.north, 90))


def _easting(lon: float) -> str:
    return f"{floor((lon + 180) * 10_000):07}"
