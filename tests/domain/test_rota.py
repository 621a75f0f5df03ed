"""Who gets a task, and when that changes: Ola by day, Duncan by night, Marge stands in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.incidents import Incident
from domain.messages import MessageKind
from domain.officers import Officer
from domain.playbooks import Role
from domain.rota import Rota, order_of_duty
from tests.domain.world import begin
from tests.people import DUNCAN, LONDON, MARGE, OLA, officer

OFFICERS = (OLA, DUNCAN, MARGE)


def rota(*shifts: tuple[str, str, Officer], **more: object) -> Rota:
    """Shifts as (days, hours, who): `("monday tuesday", "09:00-17:00", OLA)`."""
    written = [{"days": days.split(), "hours": hours, "officers": [who.email]} for days, hours, who in shifts]
    return Rota.model_validate({"shifts": written, **more})


WEEK = "monday tuesday wednesday thursday friday saturday sunday"
DAY_AND_NIGHT = rota((WEEK, "08:00-20:00", OLA), (WEEK, "20:00-08:00", DUNCAN), fallback=[MARGE.email])


def order(at: str, by: Rota, officers: tuple[Officer, ...] = OFFICERS, **more: str) -> list[str]:
    """Who gets it, in order, at this local time."""
    moment = datetime.fromisoformat(at).replace(tzinfo=LONDON).astimezone(UTC)
    return [o.id for o in order_of_duty(officers, Role.duty, by, moment, LONDON, more.get("lead"))]


# --- whose shift it is --------------------------------------------------------


def test_without_a_rota_the_list_is_asked_as_it_was_added() -> None:
    """An empty rota changes nothing: duty officers in the order added, then managers."""
    assert order("2026-03-02T10:00", Rota()) == ["ola", "duncan", "marge"]


def test_the_shift_comes_first_then_who_stands_in_then_the_list() -> None:
    """By night it is Duncan's, then Marge's, and nobody on the list is left out at the end."""
    assert order("2026-03-02T10:00", DAY_AND_NIGHT) == ["ola", "marge", "duncan"]
    assert order("2026-03-02T22:00", DAY_AND_NIGHT) == ["duncan", "marge", "ola"]


def test_a_shift_over_midnight_belongs_to_the_day_it_begins() -> None:
    """Friday's night ends on Saturday morning; Saturday has no night of its own."""
    friday = rota(("friday", "20:00-06:00", DUNCAN))
    assert order("2026-03-06T23:00", friday)[0] == "duncan"
    assert order("2026-03-07T05:59", friday)[0] == "duncan"
    assert order("2026-03-07T06:00", friday)[0] == "ola"
    assert order("2026-03-07T23:00", friday)[0] == "ola"
    assert order("2026-03-06T05:00", friday)[0] == "ola"


def test_a_gap_falls_back() -> None:
    """A06: nobody has the weekend: who stands in gets it, and where nobody does, the list."""
    weekdays = ("monday tuesday wednesday thursday friday", "00:00-24:00", DUNCAN)
    assert order("2026-03-07T12:00", rota(weekdays, fallback=[MARGE.email])) == ["marge", "ola", "duncan"]
    assert order("2026-03-07T12:00", rota(weekdays)) == ["ola", "duncan", "marge"]


def test_an_address_of_nobody_is_passed_over_and_said() -> None:
    """A39: the rota names somebody who has left, and one who may only look on: the next gets it."""
    vera = officer("vera", role=Role.viewer)
    left = Rota.model_validate({"shifts": [{"officers": ["gone@example.org", vera.email, DUNCAN.email.upper()]}]})
    assert order("2026-03-02T10:00", left, (*OFFICERS, vera)) == ["duncan", "ola", "marge"]
    assert left.strangers((*OFFICERS, vera)) == ("gone@example.org", vera.email)


def test_who_is_away_is_not_asked() -> None:
    """From the first day of Ola's leave to the last Duncan has her days; then she is back."""
    away = {"officer": OLA.email, "first": "2026-03-03", "last": "2026-03-04"}
    by = rota((WEEK, "08:00-20:00", OLA), away=[away])
    assert order("2026-03-02T10:00", by)[0] == "ola"
    assert order("2026-03-03T10:00", by) == ["duncan", "marge"]
    assert order("2026-03-04T23:59", by) == ["duncan", "marge"]
    assert order("2026-03-05T10:00", by)[0] == "ola"


def test_everybody_away_is_still_somebody() -> None:
    """A39: never nobody while there is an officer who may: on the day all are away they are asked all the same."""
    all_away = [{"officer": o.email, "first": "2026-03-02", "last": "2026-03-02"} for o in OFFICERS]
    assert order("2026-03-02T10:00", rota((WEEK, "00:00-24:00", DUNCAN), away=all_away))[0] == "ola"


def test_an_incident_s_lead_comes_before_the_rota() -> None:
    """Who leads the incident has its needs first, whoever is on shift, even with no duty of their own."""
    lee = officer("lee", role=Role.officer)
    assert order("2026-03-02T10:00", DAY_AND_NIGHT, (*OFFICERS, lee), lead="lee")[:2] == ["lee", "ola"]


def test_a_viewer_leads_nothing() -> None:
    """Who may only look gets no task, even as the lead that an older incident names."""
    vera = officer("vera", role=Role.viewer)
    assert "vera" not in order("2026-03-02T10:00", DAY_AND_NIGHT, (*OFFICERS, vera), lead="vera")


# --- the nights the clocks change ---------------------------------------------


@pytest.mark.parametrize("day", ["2026-03-28", "2026-10-24"])
def test_a_night_shift_covers_the_night_the_clocks_change(day: str) -> None:
    """K06: the night is an hour shorter or longer, and at no instant does nobody or do two have it."""
    nights = rota(("saturday", "20:00-01:30", OLA), ("sunday", "01:30-08:00", DUNCAN))
    moment = datetime.fromisoformat(f"{day}T20:00").replace(tzinfo=LONDON).astimezone(UTC)
    ends = (datetime.fromisoformat(f"{day}T08:00") + timedelta(days=1)).replace(tzinfo=LONDON).astimezone(UTC)
    had: list[str] = []
    while moment < ends:
        (email,) = nights.on_shift(moment, LONDON)
        if not had or had[-1] != email:
            had.append(email)
        moment += timedelta(minutes=5)
    assert had == [OLA.email, DUNCAN.email]


def test_the_next_change_is_known() -> None:
    """`muster officer rota` says when somebody else has it: at 8pm today, and never where one has it always."""
    ten = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert DAY_AND_NIGHT.next_change(ten, LONDON) == datetime(2026, 3, 2, 20, tzinfo=UTC)
    assert rota((WEEK, "00:00-24:00", OLA)).next_change(ten, LONDON) is None
    back = {"officer": OLA.email, "first": "2026-03-02", "last": "2026-03-02"}
    midnight = datetime(2026, 3, 3, tzinfo=UTC)
    assert rota((WEEK, "00:00-24:00", OLA), away=[back]).next_change(ten, LONDON) == midnight


# --- what is written ----------------------------------------------------------


@pytest.mark.parametrize(
    ("shift", "says"),
    [
        ({"hours": "9-5", "officers": [OLA.email]}, "09:00-17:00"),
        ({"hours": "25:00-26:00", "officers": [OLA.email]}, "09:00-17:00"),
        ({"hours": 1020, "officers": [OLA.email]}, "09:00-17:00"),
        ({"days": ["mon"], "officers": [OLA.email]}, "monday"),
        ({"officers": []}, "at least 1"),
        ({"officers": ["Dana"]}, "e-mail"),
    ],
)
def test_what_is_no_shift_is_refused(shift: dict[str, object], says: str) -> None:
    """Each mistake says what would be right."""
    with pytest.raises(ValidationError, match=says):
        Rota.model_validate({"shifts": [shift]})


# --- and a need ---------------------------------------------------------------


def test_a_task_raised_in_the_night_goes_to_who_has_the_night() -> None:
    """At 2am it is Duncan's; not taken by three, Marge has it, then Ola, then the list begins anew."""
    world = begin(officers=OFFICERS, needed_by="+5d", rota=DAY_AND_NIGHT, now=datetime(2026, 3, 3, 2, tzinfo=UTC))
    assert world.told(MessageKind.officer_task) == ["duncan"]
    world.wait("2h")
    assert world.told(MessageKind.officer_task) == ["duncan", "marge", "ola"]
    world.wait("1h")
    assert world.told(MessageKind.officer_task)[3:] == ["duncan"]


def test_a_new_shift_gets_what_the_old_one_let_pass() -> None:
    """Nothing wakes when the shift changes; the next pass goes to who is on duty by then and has not had it."""
    world = begin(officers=OFFICERS, needed_by="+5d", rota=DAY_AND_NIGHT, now=datetime(2026, 3, 3, 7, 30, tzinfo=UTC))
    assert world.told(MessageKind.officer_task) == ["duncan"]
    world.wait("1h")
    assert world.told(MessageKind.officer_task) == ["duncan", "ola"]


def test_an_incident_s_lead_is_asked_first_at_any_hour() -> None:
    """The lead officer of a rest centre at 2am has no shift, and gets its tasks."""
    rest_centre = Incident(
        id="X-7K3QX2", name="Rest centre", place="Kings Hall", lead="marge", opened_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    world = begin(
        officers=OFFICERS, needed_by="+5d", rota=DAY_AND_NIGHT, led=rest_centre,
        now=datetime(2026, 3, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    assert world.told(MessageKind.officer_task) == ["marge"]
