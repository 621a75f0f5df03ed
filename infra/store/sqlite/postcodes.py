"""Postcodes: where each is, and in which ward. Public facts, imported; nothing of any resident."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.values import Point
from infra.store import INWARD, Place, PostcodeRow, postcode_of
from infra.store.sqlite.connection import Connected


class PostcodeTables(Connected):
    """What the Office for National Statistics publishes about postcodes, as far as we need it."""

    def put_postcodes(self, rows: Sequence[PostcodeRow]) -> None:
        with self._writing() as db:
            db.executemany(
                "INSERT OR REPLACE INTO postcodes VALUES (?, ?, ?, ?)",
                [(row.postcode, row.lat, row.lon, row.ward) for row in rows if row.lat is not None],
            )
            db.executemany(
                "DELETE FROM postcodes WHERE postcode = ?", [(row.postcode,) for row in rows if row.lat is None]
            )

    def put_wards(self, names: Mapping[str, str]) -> None:
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO wards VALUES (?, ?)", list(names.items()))

    def find_postcode(self, text: str) -> Place | None:
        wanted = postcode_of(text)
        with self._reading() as db:
            row = db.execute(
                "SELECT p.lat, p.lon, w.name FROM postcodes p LEFT JOIN wards w ON w.code = p.ward"
                " WHERE p.postcode = ?",
                (wanted,),
            ).fetchone()
        if row is None:
            return None
        return Place(f"{wanted[:-INWARD]} {wanted[-INWARD:]}", Point(lat=row[0], lon=row[1]), row[2])

    def has_outward(self, code: str) -> bool:
        outward = code.strip().upper()
        with self._reading() as db:
            query = "SELECT 1 FROM postcodes WHERE postcode BETWEEN ? AND ? AND length(postcode) = ? LIMIT 1"
            return db.execute(query, (outward, f"{outward}9ZZ", len(outward) + 3)).fetchone() is not None

    def has_postcodes(self) -> bool:
        with self._reading() as db:
            return db.execute("SELECT 1 FROM postcodes LIMIT 1").fetchone() is not None

    def count_postcodes(self) -> int:
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM postcodes").fetchone()[0])
