"""Boxes and rings around a place, as SQL: who is near enough can be judged in the question."""

from __future__ import annotations

import math
from collections.abc import Iterator

from domain.values import Point

KM_PER_DEGREE = 111.2
MARGIN = 1.01  # the ground is not quite the same length everywhere
RINGS_KM = (1.0, 4.0)  # looked at first: in a large directory those near by are more than enough

Values = dict[str, float | None]


def nearness(point: Point | None, within_km: float | None) -> tuple[str, Values]:
    """A box around the place, for what can be judged by it: who has no place, or names areas, is judged later."""
    if point is None:
        return "1", {"lat": None, "lon": None, "narrow": 0.0}
    if within_km is None:
        return "1", _at(point)
    box, values = _box(point, within_km)
    return f"(a.lat IS NULL OR a.has_areas OR ({box}))", values


def rings(point: Point | None, within_km: float | None) -> Iterator[tuple[str, Values, float]]:
    """Small boxes to look into first; each with how far apart (in squared degrees) somebody is who is surely in it."""
    for km in RINGS_KM:
        if point and (within_km is None or km < within_km):
            yield *_box(point, km), (km / KM_PER_DEGREE) ** 2


def _box(point: Point, km: float) -> tuple[str, Values]:
    values = _at(point)
    high = km / KM_PER_DEGREE * MARGIN
    wide = high / math.sqrt(values["narrow"] or 1)
    box = "a.lat BETWEEN :south AND :north AND a.lon BETWEEN :west AND :east"
    edges = {
        "south": point.lat - high,
        "north": point.lat + high,
        "west": point.lon - wide,
        "east": point.lon + wide,
    }
    return box, values | edges


def _at(point: Point) -> Values:
    """A degree of longitude is shorter than one of latitude."""
    narrow = max(math.cos(math.radians(point.lat)), 0.01)
    return {"lat": point.lat, "lon": point.lon, "narrow": narrow * narrow}
