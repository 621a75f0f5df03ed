"""Boxes and rings around a place, as SQL: who is near enough can be judged in the question."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

from domain.values import Point
from infra.store.nearness import RINGS_KM, box_around, narrow, surely_within

IN_THE_BOX = "a.lat BETWEEN :south AND :north AND a.lon BETWEEN :west AND :east"

Values = dict[str, float | None]


def nearness(point: Point | None, within_km: float | None) -> tuple[str, Values]:
    """A box around the place, for what can be judged by it: who has no place, or names areas, is judged later."""
    if point is None:
        return "1", {"lat": None, "lon": None, "narrow": 0.0}
    if within_km is None:
        return "1", _at(point)
    return f"(a.lat IS NULL OR a.has_areas OR ({IN_THE_BOX}))", _at(point) | asdict(box_around(point, within_km))


def rings(point: Point | None, within_km: float | None) -> Iterator[tuple[str, Values, float]]:
    """Small boxes to look into first; each with how far apart (in squared degrees) somebody is who is surely in it."""
    for km in RINGS_KM:
        if point and (within_km is None or km < within_km):
            yield IN_THE_BOX, _at(point) | asdict(box_around(point, km)), surely_within(km)


def _at(point: Point) -> Values:
    return {"lat": point.lat, "lon": point.lon, "narrow": narrow(point)}
