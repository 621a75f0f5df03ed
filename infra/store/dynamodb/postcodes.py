"""Postcodes: where each is, and in which ward. Public facts, imported; nothing of any resident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from domain.values import Point
from infra.store import INWARD, Place, PostcodeRow, postcode_of
from infra.store.dynamodb.connection import Connected
from infra.store.dynamodb.operations import Delete, Put
from infra.store.dynamodb.table import Key, present

OUTWARDS, WARDS = "OUTWARDS", "WARDS"


class PostcodeItems(Connected):
    """A partition for each first half, such as KT1."""

    def put_postcodes(self, rows: Sequence[PostcodeRow]) -> None:
        for outward in {_key(row.postcode)[0] for row in rows if row.lat is not None}:
            self._remember(OUTWARDS, outward)
        self._write_many(map(_as_written, rows))

    def put_wards(self, names: Mapping[str, str]) -> None:
        self._write_many(Put({"pk": WARDS, "sk": code, "name": name}) for code, name in names.items())

    def find_postcode(self, text: str) -> Place | None:
        wanted = postcode_of(text)
        if len(wanted) <= INWARD or (item := self._get(*_key(wanted))) is None:
            return None
        ward = self._get(WARDS, str(item["ward"])) if "ward" in item else None
        point = Point(lat=float(str(item["lat"])), lon=float(str(item["lon"])))
        return Place(f"{wanted[:-INWARD]} {wanted[-INWARD:]}", point, str(ward["name"]) if ward else None)

    def has_outward(self, code: str) -> bool:
        return any(self._query(f"P#{code.strip().upper()}", most=1))

    def has_postcodes(self) -> bool:
        return any(any(self._query(pk, most=1)) for pk in self._first_halves())

    def count_postcodes(self) -> int:
        return sum(self._count(pk) for pk in self._first_halves())

    def _first_halves(self) -> Iterator[str]:
        return (str(item["sk"]) for item in self._query(OUTWARDS))


def _as_written(row: PostcodeRow) -> Put | Delete:
    pk, sk = _key(row.postcode)
    if row.lat is None or row.lon is None:
        return Delete((pk, sk))
    return Put(present({"pk": pk, "sk": sk, "lat": repr(row.lat), "lon": repr(row.lon), "ward": row.ward}))


def _key(postcode: str) -> Key:
    return f"P#{postcode[:-INWARD]}", postcode[-INWARD:]
