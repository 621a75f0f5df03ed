"""The file for a calendar: what was promised, when and in which area; called off when it is."""

from __future__ import annotations

from datetime import UTC

import pytest
from council import AMINA, BLANKET, DAY, HOUR, NOW, PARCEL, Council
from httpx import Response
from icalendar import Calendar, Component

from domain.answering import AnswerKind
from domain.closing import close
from domain.links import Purpose
from domain.needs import Outcome

Asked = tuple[Council, str, str]
DUE = NOW + DAY + 8 * HOUR


def file_of(link: str) -> str:
    return link.replace("/r/", "/r/ics/")


def events(page: Response) -> list[Component]:
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/calendar; charset=utf-8; method=PUBLISH"
    calendar = Calendar.from_ical(page.content)
    assert calendar["method"] == "PUBLISH"
    return calendar.walk("VEVENT")


def test_a_yes_leads_to_the_file(asked: Asked) -> None:
    """Riverside Kitchen says yes: the page has the link; the event ends when it is due, in UTC, with a stable UID."""
    council, need, link = asked
    assert file_of(link) not in council.get(link).text
    council.says(need, "riverside-kitchen")
    assert f'href="{file_of(link)}"' in council.get(link).text
    page = council.get(file_of(link))
    (event,) = events(page)
    assert str(event["summary"]) == "20 food parcels in Norbiton, by 5pm"
    assert event["dtend"].dt == DUE.astimezone(UTC)
    assert event["dtend"].to_ical() == b"20261124T170000Z"
    assert str(event["status"]) == "CONFIRMED"
    assert str(event["uid"]) == f"{council.invitation(need, 'riverside-kitchen').id}-1"
    assert need in str(event["description"])
    assert f'filename="{need}.ics"' in page.headers["content-disposition"]
    assert page.headers["cache-control"] == "no-store"


def test_nothing_private_is_in_it(asked: Asked) -> None:
    """D03: neither the resident, nor their street, nor the link that answers: calendars are shared."""
    council, need, link = asked
    council.says(need, "riverside-kitchen")
    text = council.get(file_of(link)).text.replace("\r\n ", "")
    for private in (AMINA.name, AMINA.email, "Elm Road", "KT2", "7946 0111", link.removeprefix("/r/")):
        assert str(private) not in text


def test_a_change_comes_after_what_it_replaces(asked: Asked) -> None:
    """The same event, with less and a higher number, once they have changed their answer and can be ready later."""
    council, need, link = asked
    council.says(need, "riverside-kitchen")
    (before,) = events(council.get(file_of(link)))
    ready = DUE - 3 * HOUR
    council.says(need, "riverside-kitchen", AnswerKind.part, offers={1: 8}, ready_by={1: ready})
    (after,) = events(council.get(file_of(link)))
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert str(after["summary"]).startswith("8 food parcels")
    assert after["dtend"].dt == ready


def test_one_event_for_each_line_promised(council: Council) -> None:
    """Parcels and no blankets: the parcels are in the calendar."""
    council.has("Riverside Kitchen")
    need = council.needs((PARCEL, 20), (BLANKET, 4))
    (link,) = council.asks(need, "riverside-kitchen")
    council.says(need, "riverside-kitchen", AnswerKind.part, offers={1: 5, 2: 0})
    assert [str(event["summary"]) for event in events(council.get(file_of(link)))] == [
        "5 food parcels in Norbiton, by 5pm"
    ]


def test_what_is_called_off_is_cancelled(asked: Asked) -> None:
    """The need is withdrawn, or they drop out: the same event, cancelled."""
    council, need, link = asked
    council.says(need, "riverside-kitchen")
    (before,) = events(council.get(file_of(link)))
    council.change(need, lambda s, now: close(s, Outcome.withdrawn, "officer", now))
    (after,) = events(council.get(file_of(link)))
    assert (after["uid"], str(after["status"])) == (before["uid"], "CANCELLED")
    assert after["sequence"] > before["sequence"]


@pytest.mark.parametrize("said", [None, AnswerKind.reject])
def test_nothing_promised_is_nothing_to_add(asked: Asked, said: AnswerKind | None) -> None:
    """A kind page, with the way back."""
    council, need, link = asked
    if said:
        council.says(need, "riverside-kitchen", said)
    page = council.get(file_of(link))
    assert page.headers["content-type"].startswith("text/html")
    assert "There is nothing to add to your calendar" in page.text
    assert f'href="{link}"' in page.text


def test_the_link_survives_mail_programs_and_opens_nothing_else(asked: Asked) -> None:
    """T01 T03 T09: with a dot or `=3D` around it works; changed, or of another purpose, it is the neutral page."""
    council, need, link = asked
    council.says(need, "riverside-kitchen")
    for mangled in (file_of(link) + ".", file_of(link) + "%3E", file_of(link).replace("/ics/", "/ics/=3D")):
        assert len(events(council.get(mangled))) == 1
    for wrong in (
        "/r/ics/",
        "/r/ics/k1." + "b" * 43,
        "/r/ics/" + council.link(Purpose.status, need).removeprefix("/s/"),
    ):
        page = council.get(wrong)
        assert page.status_code == 404
        assert page.text == council.get("/r/k1." + "b" * 43).text


def test_opening_it_changes_nothing(asked: Asked) -> None:
    """L01 L13: GET and HEAD write nothing; there is nothing to send to."""
    council, need, link = asked
    council.says(need, "riverside-kitchen")
    before = council.version(need)
    council.get(file_of(link))
    assert council.client.head(file_of(link)).status_code == 200
    assert council.post(file_of(link), answer="reject", confirm="yes").status_code == 404
    assert council.version(need) == before


def test_an_exercise_says_so(council: Council) -> None:
    """Nobody mistakes practice for a promise."""
    council.has("Riverside Kitchen")
    need = council.needs((PARCEL, 5), exercise=True)
    (link,) = council.asks(need, "riverside-kitchen")
    council.says(need, "riverside-kitchen")
    (event,) = events(council.get(file_of(link)))
    assert str(event["summary"]).startswith("EXERCISE: ")
