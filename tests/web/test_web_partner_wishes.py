"""A partner's own page: days off, how often, and what we know of them; checked before it counts."""

from __future__ import annotations

import re

import pytest

from domain.capabilities import Sector
from domain.hours import QuietHours, Weekday, read_quiet
from domain.links import Purpose
from domain.responders import Contact, Responder
from tests.web.council import LIFT, NOW, PARCEL, Council, hidden


def sam(council: Council) -> Responder:
    found = council.door.store.responder("sam")
    assert found is not None
    return found


@pytest.fixture
def home(council: Council) -> str:
    """Sam, a volunteer with quiet hours, asked for parcels; the link of his own page."""
    council.has("Sam", Sector.volunteer, quiet=read_quiet("21:00-08:00"))
    council.asks(council.needs((PARCEL, 12)), "sam")
    return council.link(Purpose.partner, "sam")


def test_the_page_says_how_we_ask_him(council: Council, home: str) -> None:
    """What he does, how often at most, which days, which hours: and whom to phone when that has changed."""
    assert sam(council).quiet == QuietHours.model_validate({"begins": "21:00", "ends": "08:00"})
    page = council.get(home).text
    for said in ("Food parcel", "Lift in a car", "We ask you at most 3 times a week.", "21:00–08:00", "020 7946 0100"):
        assert said in page


def test_days_off_are_chosen_checked_and_kept(council: Council, home: str) -> None:
    """L20: he leaves weekends free; only the check page's button does it; the page shows it, ready to change."""
    check = council.post(home, **{"answer": "days-off", "off-saturday": "yes", "off-sunday": "yes"})
    assert "We ask you nothing on Saturday and Sunday." in check.text
    assert sam(council).days_off == ()
    sent = council.post(home, **hidden(check.text), confirm="yes")
    assert (sent.status_code, sent.headers["location"]) == (303, home)
    assert sam(council).days_off == (Weekday.saturday, Weekday.sunday)
    page = council.get(home).text
    assert "Saturday and Sunday" in page
    assert re.search(r'name="off-sunday"[^>]* checked', page)
    council.post(home, answer="days-off", confirm="yes")
    assert sam(council).days_off == ()


def test_a_week_of_days_off_is_a_pause(council: Council, home: str) -> None:
    """Nobody falls silent by mistake: seven days off are refused, by the field, with what to choose instead."""
    page = council.post(home, answer="days-off", **{f"off-{day}": "yes" for day in Weekday})
    assert page.status_code == 422
    assert '<a href="#off">' in page.text
    assert 'id="off"' in page.text
    assert "Pass me over until I say so" in page.text


def test_how_often_is_lowered_and_raised(council: Council, home: str) -> None:
    """Once a week, then five times; twice pressed is the same."""
    for limit, said in (("1", "We ask you at most once a week."), ("5", "We ask you at most 5 times a week.")):
        check = council.post(home, answer="limit", limit=limit)
        assert said in check.text
        for _ in range(2):
            assert council.post(home, **hidden(check.text), confirm="yes").status_code == 303
        assert sam(council).weekly_limit == int(limit)
        assert said in council.get(home).text


@pytest.mark.parametrize("typed", ["", "0", "-1", "51", "1000", "three", "1.5", "²", "9" * 400])
def test_how_often_has_bounds(council: Council, home: str, typed: str) -> None:
    """W09: no number, none at all, and more than anybody could bear: refused by the field, confirmed or not."""
    for confirm in ({}, {"confirm": "yes"}):
        page = council.post(home, answer="limit", limit=typed, **confirm)
        assert page.status_code == 422
        assert '<a href="#limit">' in page.text
    assert sam(council).weekly_limit == 3


def test_change_my_choice_keeps_what_was_typed(council: Council, home: str) -> None:
    """From the check page back: days ticked, the number there, nothing written."""
    check = council.post(home, **{"answer": "days-off", "off-friday": "yes"})
    back = council.client.post(f"{home}?change", data=hidden(check.text)).text
    assert re.search(r'name="off-friday"[^>]* checked', back)
    assert sam(council).days_off == ()


def test_his_own_word_outlives_a_change_of_his_record_but_not_an_officer(council: Council, home: str) -> None:
    """What he set himself is marked as his; an officer who has spoken with him may still set it otherwise."""
    council.post(home, answer="limit", limit="2", confirm="yes")
    assert sam(council).own == ("weekly_limit",)
    council.door.store.put_responders([(sam(council).but(weekly_limit=4), [Contact(email="sam@example.org")])], NOW)
    assert sam(council).weekly_limit == 4


def test_somebody_with_nothing_set_is_told_so(council: Council) -> None:
    """An organisation without a limit, days off or quiet hours reads what that means; nothing is ticked for it."""
    council.has("Riverside Kitchen")
    council.asks(council.needs((LIFT, 1)), "riverside-kitchen")
    page = council.get(council.link(Purpose.partner, "riverside-kitchen")).text
    assert "As often as you are needed." in page
    assert "Quiet hours" not in page
    assert " checked" not in page
