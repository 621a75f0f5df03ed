"""The same resident asking for the same twice is seen, flagged and never merged; nothing readable is kept for it."""

from __future__ import annotations

import pytest

from domain.changes import Change
from domain.duplicates import find_like, resident_keys
from domain.events import EventCode
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome, Resident
from domain.officers import TaskKind
from domain.opening import open_need
from tests.people import AMINA, LONDON, MONDAY, OLA, need

SECRET = b"s" * 40


def keys(**resident: str) -> set[str]:
    return set(resident_keys(Resident.model_validate(resident), SECRET))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"email": "amina@example.org"}, {"email": "Amina@Example.org"}),
        ({"phone": "07700 900001"}, {"phone": "+44 7700 900001", "email": "amina@example.org"}),
        (
            {"name": "Amina Yusuf", "address": "Flat 2, 14 Elm Rd."},
            {"name": "amina  yusuf", "address": "flat 2 14 ELM RD"},
        ),
    ],
    ids=["e-mail", "telephone", "name and address"],
)
def test_a_resident_is_known_again(first: dict[str, str], second: dict[str, str]) -> None:
    """By e-mail, telephone or name with address, however each was typed."""
    assert keys(**first) & keys(**second)


def test_neighbours_and_namesakes_are_others() -> None:
    """One address or one name alone makes nobody the same; nor does who speaks for them."""
    assert not keys(name="Amina Yusuf", address="14 Elm Road") & keys(name="Grace Okafor", address="14 Elm Road")
    assert not keys(name="Amina Yusuf") | keys(address="14 Elm Road")
    assert not keys(referrer_email="nurse@example.org", referrer_phone="01632 960001")


def test_nothing_readable_is_kept() -> None:
    """What is kept of a resident is a hash that nobody without the key can make."""
    kept = resident_keys(AMINA, SECRET)
    assert len(kept) == 3
    assert all(len(key) == 64 and set(key) <= set("0123456789abcdef") for key in kept)
    assert not set(kept) & set(resident_keys(AMINA, b"t" * 40))


def test_one_line_in_common_is_enough() -> None:
    """Food and a lift, then a lift: alike. Food, then blankets: two needs."""
    first = need("food-parcel:2", "lift:1", reference="N-222222")
    assert find_like(need("lift:1"), [first]) is first
    assert find_like(need("blanket:1"), [first]) is None


@pytest.mark.parametrize("outcome", [Outcome.withdrawn, Outcome.duplicate])
def test_what_came_to_nothing_is_no_duplicate(outcome: Outcome) -> None:
    """Recorded wrongly, withdrawn and recorded again is one need; what was met and is asked for again may be."""
    first = need("lift:1", reference="N-222222")
    assert find_like(need("lift:1"), [first.but(outcome=outcome)]) is None
    assert find_like(need("lift:1"), [first.but(outcome=Outcome.met)]) is not None
    assert find_like(need("lift:1"), [first.but(exercise=True)]) is None


def recorded(like: str | None) -> Change:
    return open_need(need("lift:1").but(like=like), (OLA,), "k1", LONDON, AMINA, MONDAY)


def test_an_officer_looks_without_hurry() -> None:
    """The story of the newer one says which it is like; an officer is asked, and it is looked at like any need."""
    change = recorded("N-222222")
    assert [(e.code, e.facts.get("like")) for e in change.events[1:]] == [(EventCode.may_be_duplicate, "N-222222")]
    assert [task.kind for task in change.tasks] == [TaskKind.duplicate]
    (told,) = [m for m in change.messages if m.kind is MessageKind.officer_task]
    assert (told.to, told.urgent) == (f"officer:{OLA.id}", False)
    assert (change.need.status, change.need.wake_at) == (NeedStatus.open, MONDAY)


def test_without_a_like_nobody_is_asked() -> None:
    """A need that is like no other raises no task."""
    assert not recorded(None).tasks
