"""Where somebody lives, as people write it: found in a text, and left out of an area that is shared. Pure."""

from __future__ import annotations

import re

STREETS = (
    "Avenue|Ave|Road|Rd|Street|St|Lane|Ln|Close|Drive|Crescent|Cres|Court|Ct|Gardens|Gdns|Grove|Place|Terrace|Way|Square"
    "|Mews|Hill|Walk|Park|Row|Rise|Green"
)
NUMBER = r"\b\d{1,4}[A-Za-z]?,? +"
ADDRESS = re.compile(
    rf"{NUMBER}(?:[\w'’.-]+ +){{1,3}}(?:{STREETS})\b|{NUMBER}\w+ +(?:{STREETS.casefold()})\b|\b[Ff]lat +\d"
)
POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?) *\d[A-Z]{2}\b", re.IGNORECASE)

# An area is no sentence: a number before anything that may be a street is that of a house.
FLAT = re.compile(r"\b(?:flat|apartment|apt|unit|room)\.? +\w+\b,? *", re.IGNORECASE)
HOUSE = re.compile(
    rf"\b\d{{1,4}}[a-z]?(?: *[-/] *\d{{1,4}}[a-z]?)?,? +(?=(?:[\w'’.-]+ +){{1,3}}(?:{STREETS})\b)", re.IGNORECASE
)


def shared_area(area: str) -> str:
    """A place as it may be shared before somebody has promised: a full postcode loses its second half, a street the
    number of the house."""
    outward = POSTCODE.sub(lambda found: found[1].upper(), area)
    return HOUSE.sub("", FLAT.sub("", outward)).strip(" ,") or outward


def says_where(area: str) -> bool:
    """Does it name a house, or a street?"""
    return shared_area(area) != POSTCODE.sub(lambda found: found[1].upper(), area) or bool(ADDRESS.search(area))
