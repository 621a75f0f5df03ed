"""A need is recorded as the officer wrote it, or refused with the place that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.messages import MessageKind
from domain.needs import LETTERS, ContactBy, Resident, new_reference
from domain.officers import TaskKind
from domain.opening import NeedWrong, check_contact
from tests.domain.world import begin
from tests.people import MONDAY, MRS_OKAFOR, SAM, need, wanting


def wrong(*lines: str, **more: Any) -> NeedWrong:
    with pytest.raises(NeedWrong) as refused:
        need(*lines, **more)
    return refused.value


def test_a_line_is_what_and_how_many() -> None:
    """`food-parcel:20` is due with the need; `hot-meal:40@04:00` at the next four in the morning."""
    recorded = need("food-parcel:20", " hot-meal : 40 @04:00")
    parcels, meals = recorded.lines
    assert (parcels.what, parcels.quantity, parcels.due) == ("food-parcel", 20, MONDAY + timedelta(days=2))
    assert (meals.what, meals.quantity, meals.due) == ("hot-meal", 40, datetime(2026, 3, 3, 4, tzinfo=UTC))
    assert recorded.opened_at == MONDAY


@pytest.mark.parametrize(
    "amount",
    ["0", "-1", "2.5", "1e9", "ten", "", " ", "100001", "1,000", "+5", "٢", "²", "9" * 5000, "0" * 5000, "0100000000",
     "5 5"],
    ids=lambda text: text[:12],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(amount: str) -> None:
    """0, -1, 2.5, 1e9 and 'ten' are refused, with the line and an example."""
    refused = wrong("lift:1", f"food-parcel:{amount}")
    assert refused.place == "line 2"
    assert "food-parcel:2" in refused.sentence
    assert len(refused.sentence) < 200


def test_noughts_before_a_number_do_not_count() -> None:
    """007 is 7, also after many noughts."""
    assert need("food-parcel:0000000007").lines[0].quantity == 7
    assert need("food-parcel:100000").lines[0].quantity == 100_000


@pytest.mark.parametrize("line", ["food-parcel", "food-parcel:2@", "food-parcel:2@soon", "food-parcel:2:3", ":2", ""])
def test_half_a_line_is_refused(line: str) -> None:
    """A quantity or time left out is asked for, by the line's number."""
    assert wrong(line).place == "line 1"


def test_near_matches_are_offered() -> None:
    """An unknown kind of help or category is refused with what may have been meant."""
    assert "did you mean food-parcel" in wrong("food-parcle:2").sentence
    refused = wrong("lift:1", category="transprt")
    assert (refused.place, "did you mean transport" in refused.sentence) == ("category", True)


def test_one_line_for_one_kind_of_help() -> None:
    """The same kind twice is refused: the quantities belong together."""
    refused = wrong("food-parcel:2", "lift:1", "food-parcel:3")
    assert (refused.place, "twice" in refused.sentence) == ("line 3", True)


@pytest.mark.parametrize("when", ["2026-03-02T08:59", "2026-03-01", "2026-03-02T09:00", "+0s", "0001-01-01T00:00+14:00",
                                  "2028-01-01", "+366d12h", "Tuesday"])  # fmt: skip
def test_a_need_is_for_a_time_to_come(when: str) -> None:
    """K16: past, now, more than a year away or not a time at all is refused."""
    assert wrong("lift:1", needed_by=when).place == "needed_by"


def test_a_line_is_for_a_time_to_come() -> None:
    """K16: a line's own time is held to the same rule."""
    assert wrong("lift:1@2026-03-01").place == "line 1"


def test_a_time_may_be_left_out() -> None:
    """Without a time a need is due in a week, an urgent one in a day, and with its latest line."""
    now = MONDAY + timedelta(seconds=7)
    for urgent, days in (False, 7), (True, 1):
        due = need("lift:1", needed_by=None, urgent=urgent, now=now).needed_by
        assert due == MONDAY + timedelta(days=days, minutes=1)  # the next whole minute
    assert need("lift:1@+3h", needed_by=None).needed_by == MONDAY + timedelta(hours=3)


@pytest.mark.parametrize(
    "field",
    [
        {"lines": ()},
        {"lines": ("lift:1",) * 51},
        {"area": ""},
        {"summary": "two\nlines"},
        {"summary": "x" * 501},
        {"key": "a b"},
        {"key": ""},
        {"urgnt": True},
    ],
    ids=lambda field: next(iter(field)),
)
def test_a_request_is_whole(field: dict[str, Any]) -> None:
    """No lines, too many, no area, a line break in a summary or an unknown field is refused."""
    with pytest.raises(ValidationError):
        wanting(*field.get("lines", ("lift:1",)), **{k: v for k, v in field.items() if k != "lines"})


def test_the_first_change_says_it_was_recorded() -> None:
    """The story begins, the resident hears that we have it, and it is looked at now."""
    world = begin()
    assert world.events[0].facts == {"urgent": False, "quantities": {"food-parcel": 20}}
    assert world.told(MessageKind.resident_received) == ["resident"]


def test_no_mail_for_a_resident_without_an_address() -> None:
    """Who has no e-mail gets none, and nobody phones just to say that it was written down."""
    world = begin(people=[SAM], resident=MRS_OKAFOR)
    assert not world.told(MessageKind.resident_received)
    assert not world.tasks(TaskKind.call_resident)


def test_a_reference_can_be_read_out() -> None:
    """No vowels and no letters that sound or look like another."""
    references = {new_reference() for _ in range(200)}
    assert len(references) > 190
    assert all(len(r) == 8 and set(r[2:]) <= set(LETTERS) for r in references)
    assert not set("AEIOUY01LNDTB") & set(LETTERS)


@pytest.mark.parametrize(
    ("resident", "way"),
    [
        ({"email": "amina@example.org", "phone": "07700 900001"}, ContactBy.email),
        ({"email": "amina@example.org", "phone": "07700 900001", "contact_by": "phone"}, ContactBy.phone),
        ({"phone": "07700 900001", "referrer_email": "nurse@example.org"}, ContactBy.phone),
        ({"referrer_phone": "07700 900003", "address": "12 Elm Road"}, ContactBy.person),
        ({"name": "Amina", "address": "12 Elm Road"}, ContactBy.post),
    ],
    ids=["e-mail first", "as they wish", "themselves before others", "somebody who speaks for them", "a letter"],
)
def test_there_is_a_way_to_tell_the_resident(resident: dict[str, str], way: ContactBy) -> None:
    """By e-mail, phone, somebody who speaks for them or post: as was said, else the first there is."""
    known = Resident.model_validate(resident)
    check_contact(known)
    assert known.reached_by is way


@pytest.mark.parametrize(
    ("resident", "place"),
    [
        ({"name": "Amina"}, "resident"),
        ({"name": "Amina", "referrer_name": "Nurse Ng"}, "resident"),
        ({"email": "amina@example.org", "contact_by": "phone"}, "resident_phone"),
        ({"phone": "07700 900001", "contact_by": "email"}, "resident_email"),
        ({"phone": "07700 900001", "contact_by": "post"}, "address"),
        ({"phone": "07700 900001", "contact_by": "person"}, "referrer_email"),
    ],
)
def test_without_a_way_to_tell_them_it_is_refused(resident: dict[str, str], place: str) -> None:
    """Whoever records it hears which field is missing, and what to give."""
    with pytest.raises(NeedWrong, match="give ") as refused:
        check_contact(Resident.model_validate(resident))
    assert refused.value.place == place


def test_urgent_because_of_something() -> None:
    """A reason is kept with an urgent need; one for a need that is not urgent is a contradiction."""
    recorded = need("lift:1", urgent=True, urgent_because="Dialysis at nine", sensitive=True, keep_from=("bob",))
    assert (recorded.urgent_because, recorded.sensitive, recorded.keep_from) == ("Dialysis at nine", True, ("bob",))
    assert wrong("lift:1", urgent_because="Dialysis at nine").place == "urgent_because"
