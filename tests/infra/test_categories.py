"""Kinds of help, as they are said inside a sentence."""

from __future__ import annotations

import pytest

from domain.capabilities import Capability
from infra.playbooks import load_catalogue

INSIDE = {
    "food-parcel": "food parcel",
    "interpreter-korean": "Korean interpreter",
    "interpreter-bsl": "British Sign Language interpreter",
}


@pytest.mark.parametrize(("code", "title"), INSIDE.items())
def test_a_name_keeps_its_capital(code: str, title: str) -> None:
    """`(Korean interpreter)`, never `(korean interpreter)`."""
    assert load_catalogue().find(code).title_inside == title


@pytest.mark.parametrize("capability", load_catalogue().capabilities, ids=lambda capability: capability.code)
def test_units_read_well_in_a_request(capability: Capability) -> None:
    """ "Can you help with 1 …": nothing that is done already, and no help with help."""
    assert "help" not in capability.unit.split()
    assert not capability.unit.endswith(("collected", "translated", "cared for"))
