"""Kinds of help and playbooks are the council's to edit, and a mistake in one is named."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from domain.capabilities import Catalogue, CheckLevel, Sector
from domain.officers import chain
from domain.playbooks import Playbook, Role
from domain.responders import Check, Responder
from tests.people import CARING_HANDS, CATALOGUE, DUNCAN, MARGE, MONDAY, OLA, SAM, helper, officer

TODAY = MONDAY.date()

ROUND: dict[str, Any] = {"name": "neighbours", "sectors": ["volunteer"], "patience": "2h"}


def written(**changes: Any) -> dict[str, Any]:
    return {"name": "everyday", "title": "Neighbours first", "rounds": [ROUND]} | changes


def test_a_playbook_reads_as_it_is_written() -> None:
    """Durations may be seconds, so that a whole response can be watched in a minute."""
    playbook = Playbook.model_validate(written(rounds=[ROUND | {"patience": "8s", "remind_after": "4s"}]))
    assert Playbook.model_validate_json(playbook.model_dump_json()) == playbook
    assert '"patience":"8s"' in playbook.model_dump_json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"rounds": []},
        {"rounds": [ROUND, ROUND]},
        {"rounds": [ROUND, ROUND | {"name": "Neighbours"}]},
        {"rounds": [ROUND | {"name": str(n)} for n in range(21)]},
        {"rounds": [ROUND | {"patience": "0s"}]},
        {"rounds": [ROUND | {"patience": "soon"}]},
        {"rounds": [ROUND | {"remind_after": "2h"}]},
        {"rounds": [ROUND | {"remind_after": "3h"}]},
        {"rounds": [ROUND | {"ask": 0}]},
        {"rounds": [ROUND | {"ask": 2.5}]},
        {"rounds": [ROUND | {"ask": "three"}]},
        {"rounds": [ROUND | {"sectors": []}]},
        {"rounds": [ROUND | {"sectors": ["neighbour"]}]},
        {"rounds": [ROUND | {"within_km": 0}]},
        {"rounds": [ROUND | {"within_km": float("nan")}]},
        {"rounds": [ROUND | {"patince": "2h"}]},
        {"name": "Every Day"},
        {"title": "two\nlines"},
        {"officer": {"take_within": "0s"}},
        {"officer": {"role": "boss"}},
        {"follow_up": {"close_after": "0s"}},
        {"wakinghours": True},
    ],
    ids=str,
)
def test_a_mistake_in_a_playbook_is_refused(wrong: dict[str, Any]) -> None:
    """A word we do not know, a wait of nothing, a reminder after the end: seen, and not swallowed."""
    with pytest.raises(ValidationError):
        Playbook.model_validate(written(**wrong))


def test_capabilities_are_there_once_and_in_a_category() -> None:
    """A code used twice, or a category the file does not have, is refused by name."""
    first = CATALOGUE.capabilities[0]
    with pytest.raises(ValidationError, match="'food-parcel' is there twice"):
        Catalogue(categories=CATALOGUE.categories, capabilities=(first, first))
    with pytest.raises(ValidationError, match="no category of this file: 'food'"):
        Catalogue(categories={"transport": "Getting about"}, capabilities=(first,))


def test_near_matches_are_offered() -> None:
    """An unknown kind of help or category is refused with what may have been meant."""
    assert CATALOGUE.find("lift").split is False
    with pytest.raises(LookupError, match="did you mean food-parcel"):
        CATALOGUE.find("Food Parcels")
    with pytest.raises(LookupError, match="did you mean transport"):
        CATALOGUE.check_category("transprot")
    with pytest.raises(LookupError, match="there are blanket, care-hours"):
        CATALOGUE.find("zzz")
    with pytest.raises(LookupError):
        CATALOGUE.find("x" * 100_000)


def test_personal_care_is_for_checked_providers_only() -> None:
    """A volunteer who says they can is not asked for personal care; a higher check includes a lower one."""
    care = CATALOGUE.find("personal-care")
    assert CARING_HANDS.may_give(care, TODAY)
    assert helper("x", sector=Sector.provider, capabilities=("personal-care",),
                  checks=(CheckLevel.enhanced_barred,)).may_give(care, TODAY)  # fmt: skip
    for unfit in (
        SAM.but(capabilities=("personal-care",), checks=(Check(level=CheckLevel.enhanced),)),
        CARING_HANDS.but(checks=()),
        CARING_HANDS.but(checks=(Check(level=CheckLevel.basic), Check(level=CheckLevel.standard))),
        CARING_HANDS.but(capabilities=("lift",)),
    ):
        assert not unfit.may_give(care, TODAY)
    assert SAM.may_give(CATALOGUE.find("lift"), TODAY)


def test_volunteers_are_not_worn_out() -> None:
    """Three asks a week for a volunteer unless said otherwise; an organisation has no limit of its own."""
    given = {"id": "sam", "name": "Sam", "capabilities": ("lift",)}
    assert Responder(**given, sector=Sector.volunteer).weekly_limit == 3
    assert Responder.model_validate(given | {"sector": "volunteer"}).weekly_limit == 3
    assert Responder(**given, sector=Sector.volunteer, weekly_limit=0).weekly_limit == 0
    assert Responder(**given, sector=Sector.business).weekly_limit is None
    assert Responder.model_validate_json(SAM.model_dump_json()) == SAM


@pytest.mark.parametrize("wrong", [{"capacity": -1}, {"capacity": 1.5}, {"radius_km": 0}, {"id": "-x"}, {"id": "a b"},
                                   {"weekly_limit": -1}, {"name": ""}, {"sector": "friend"}], ids=str)  # fmt: skip
def test_a_mistake_in_a_responder_is_refused(wrong: dict[str, Any]) -> None:
    """A capacity below nothing or an id with a space is not taken."""
    with pytest.raises(ValidationError):
        Responder.model_validate(SAM.model_dump() | wrong)


def test_a_task_goes_to_those_on_duty_then_to_managers() -> None:
    """A39: in the order they were added; a role with nobody in it falls to the manager."""
    viewer = officer("vera", role=Role.viewer)
    assert chain((MARGE, OLA, viewer, DUNCAN), Role.duty) == (OLA, DUNCAN, MARGE)
    assert chain((MARGE, viewer), Role.duty) == (MARGE,)
    assert chain((), Role.duty) == ()
