"""Boxes and rings around a place, and how far apart two places are, near enough to say who is nearer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from domain.values import Point

KM_PER_DEGREE = 111.2
MARGIN = 1.01  # the ground is not quite the same length everywhere
RINGS_KM = (1.0, 4.0)  # looked at first: in a large directory those near by are more than enough


@dataclass(frozen=True)
class Box:
    """What lies between two parallels and two meridians, its edges included."""

    south: float
    north: float
    west: float
    east: float

    def holds(self, lat: float, lon: float) -> bool:
        return self.south <= lat <= self.north and self.west <= lon <= self.east


def box_around(point: Point, km: float) -> Box:
    """Everything within `km` of this place, and its corners."""
    high = km / KM_PER_DEGREE * MARGIN
    wide = high / math.sqrt(narrow(point))
    return Box(point.lat - high, point.lat + high, point.lon - wide, point.lon + wide)


def narrow(point: Point) -> float:
    """A degree of longitude is shorter than one of latitude, here by the root of this."""
    return max(math.cos(math.radians(point.lat)), 0.01) ** 2


def apart(point: Point, lat: float, lon: float, narrow: float) -> float:
    """How far from this place, in squared degrees."""
    return (lat - point.lat) * (lat - point.lat) + (lon - point.lon) * (lon - point.lon) * narrow


def surely_within(km: float) -> float:
    """Whoever is no further apart than this is in the box of that size."""
    return (km / KM_PER_DEGREE) ** 2
