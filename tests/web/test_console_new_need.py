"""Recording a need on the console: three pages, then check; Amina is named on the last of them and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from council import Council, hidden
from desk import Desk
from httpx import Response

from domain.capabilities import Sector
from domain.messages import MessageKind
from domain.needs import ContactBy, LawfulBasis
from domain.officers import TaskKind
from domain.playbooks import Role
from notifications.rendering import render
from notifications.writing import write

NEW = "/console/needs/new"
WHAT = {"summary": "Food until the first wages", "what-1": "food-parcel", "count-1": "4"}
WHEN = {"area": "Norbiton", "urgent": "no", "needed_by": "2026-11-25T17:00"}
WHO = {"resident_name": "Amina Okafor", "resident_email": "amina@example.org", "address": "12 Elm Road"}


def send(desk: Desk, page: Response, fields: Mapping[str, str]) -> Response:
    """Fill in the page that is shown, and go on."""
    return desk.post(NEW, **(hidden(page.text) | dict(fields)))


def fill_in(desk: Desk, *pages: Mapping[str, str]) -> Response:
    """Page after page; returns what is shown then."""
    page = desk.get(NEW)
    for fields in pages or (WHAT, WHEN, WHO):
        page = send(desk, page, fields)
    return page


def needs(council: Council) -> list[str]:
    return [row.need for row in council.door.store.needs()]


def test_a_need_is_recorded_in_four_pages(council: Council) -> None:
    """What, when and where, who: then check, and nothing is recorded before; confirmed, the need's page says so."""
    council.has("Riverside Kitchen")
    desk = Desk(council)
    check = fill_in(desk)
    assert "Check before you record it" in check.text
    assert "Food parcel: 4 food parcels, by 5pm on Wednesday 25 November" in check.text
    assert "Amina Okafor" in check.text
    assert "Groups and businesses: 1 partner who could be asked" in check.text
    assert needs(council) == []
    sent = send(desk, check, {"confirm": "yes"})
    (need,) = needs(council)
    assert sent.headers["location"] == f"/console/needs/{need}?done=recorded"
    page = desk.get(sent.headers["location"]).text
    assert "It is on record." in page
    assert "Amina" not in page
    resident = council.door.store.resident(need)
    assert (resident.name, resident.email, resident.address) == tuple(WHO.values())
    assert council.door.store.story(need)[0].by == "officer:O-Dana-Duty"


def test_this_is_what_partners_will_see(council: Council) -> None:
    """The page shows the very words that Riverside Kitchen is sent then, but for name, reference and links."""
    desk = Desk(council)
    council.has("Riverside Kitchen")
    check = fill_in(desk)
    shown = re.search(r'<div class="words">(.*?)</div>', check.text, re.S)
    assert shown
    sent = send(desk, check, {"confirm": "yes"})
    need = sent.headers["location"].split("/")[-1].partition("?")[0]
    council.asks(need, "riverside-kitchen")
    (row,) = council.messages(need, MessageKind.invitation)
    store, settings = council.door.store, council.door.settings
    words = write(row.message, council.situation(need), store, settings, now=council.moment, ask_sent=False)
    mail = render(words, lambda link: "(a link of their own)")  # type: ignore[arg-type]
    plain = mail.text.replace(need, "N-…").replace("Riverside Kitchen", "(their name)")
    told = "".join(shown[1].replace("(a link of their own, to answer)", "(a link of their own)").split())
    differing = re.compile(r"Answerby.*?\.|Weremay|Wemayremindyouonce\.")
    assert differing.sub("", told) == differing.sub("", "".join(plain.split()))
    assert "Amina" not in shown[1]


@pytest.mark.parametrize(
    ("summary", "noticed"),
    [
        ("Food, please ring 020 7946 0111", "a telephone number"),
        ("Food to KT2 6QJ", "a full postcode"),
        ("Food for Amina", "the resident&#39;s name"),
        ("Food, write to amina@example.org", "an e-mail address"),
        ("Food to 12 Elm Road", "a street address"),
    ],
)
def test_private_words_are_noticed(council: Council, summary: str, noticed: str) -> None:
    """Before anything is recorded the page warns of what partners would read."""
    check = fill_in(Desk(council), WHAT | {"summary": summary}, WHEN, WHO)
    assert f"The summary seems to hold {noticed}" in check.text


def test_nobody_to_ask_and_nobody_to_tell_are_said(council: Council) -> None:
    """Nobody in the directory, no e-mail address, no address: each is said before it is recorded."""
    check = fill_in(Desk(council, Role.manager), WHAT, WHEN, {"resident_phone": "020 7946 0111"})
    assert "Nobody in the directory could give 4 food parcels here" in check.text
    assert "so an officer will be asked to phone with news" in check.text
    assert "There is no address" in check.text


def test_a_duplicate_is_noticed(council: Council) -> None:
    """The same resident, the same kind of help, the same day: the page links to the other need; both may go on."""
    desk = Desk(council)
    send(desk, fill_in(desk), {"confirm": "yes"})
    (first,) = needs(council)
    check = fill_in(desk)
    assert "asked for the same kind of help in <a" in check.text
    assert first in check.text
    send(desk, check, {"confirm": "yes"})
    second = next(need for need in needs(council) if need != first)
    assert [task.kind for task in council.situation(second).tasks] == [TaskKind.duplicate]


def test_pressed_twice_is_one_need(council: Council) -> None:
    """The last page sent twice, as when the browser goes back: one need, and both times its page."""
    desk = Desk(council)
    check = fill_in(desk)
    first, second = (send(desk, check, {"confirm": "yes"}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    assert len(needs(council)) == 1
    assert send(desk, check, {}).status_code in (200, 303)


@pytest.mark.parametrize(
    ("pages", "place", "said"),
    [
        ((WHAT | {"summary": ""},), "summary", "say what is needed"),
        ((WHAT | {"summary": "x" * 501},), "summary", ""),
        ((WHAT | {"what-1": ""},), "what-1", "Select what it is."),
        ((WHAT | {"count-1": "many"},), "count-1", "such as 2"),
        ((WHAT | {"count-1": "1000000"},), "count-1", "from 1 to 100,000"),
        ((WHAT | {"what-1": "gold"},), "what-1", "no kind of help"),
        ((WHAT | {"what-2": "food-parcel", "count-2": "1"},), "what-2", "is there twice"),
        ((WHAT | {"due-1": "2020-01-01T09:00"},), "what-1", "in the past"),
        (({"summary": "Food", "what-1": "", "count-1": ""},), "what-1", "at least one"),
        ((WHAT, WHEN | {"area": ""}), "postcode", "Give the postcode"),
        ((WHAT, WHEN | {"postcode": "ZZ1 1ZZ"}), "postcode", "is not a postcode we know"),
        ((WHAT, WHEN | {"needed_by": "2020-01-01T09:00"}), "needed_by", "in the past"),
        ((WHAT, WHEN | {"needed_by": "soon"}), "needed_by", "is not a time"),
        ((WHAT, WHEN | {"playbook": "../../etc/passwd"}), "playbook", ""),
        ((WHAT, WHEN | {"incident": "X-222222"}), "incident", "no incident has"),
        ((WHAT, WHEN, {}), "resident_email", "no way to tell the resident"),
        ((WHAT, WHEN, WHO | {"resident_email": "amina"}), "resident_email", ""),
        ((WHAT, WHEN, WHO | {"resident_phone": "12"}), "resident_phone", ""),
        ((WHAT, WHEN, WHO | {"contact_by": "pigeon"}), "contact_by", ""),
        ((WHAT, WHEN, WHO | {"contact_by": "phone"}), "resident_phone", "number an officer is to phone"),
        ((WHAT, WHEN, WHO | {"keep_from": "nobody-there"}), "keep_from", "nobody in the directory"),
        ((WHAT, WHEN, WHO | {"notes": "x" * 2001}), "notes", ""),
    ],
)
def test_what_is_typed_wrong_is_said_where_it_is(
    council: Council, pages: tuple[Mapping[str, str], ...], place: str, said: str
) -> None:
    """On the page that was sent, at the field and above; what was typed is kept, and nothing is recorded."""
    page = fill_in(Desk(council), *pages)
    assert page.status_code == 422
    assert f'href="#{place}"' in page.text
    assert f'id="{place}"' in page.text
    assert said.casefold() in page.text.replace("&#39;", "'").casefold()
    assert "<title>Error: " in page.text
    assert "muster " not in page.text.partition("<main")[2].partition("</main")[0]
    if pages[0].get("summary") == WHAT["summary"]:
        assert WHAT["summary"] in page.text
    assert needs(council) == []


def test_everything_that_can_be_said(council: Council) -> None:
    """Parts with times of their own, urgent and why, sensitive, who must not be asked, who speaks for them."""
    sam = council.has("Sam", Sector.volunteer)
    desk = Desk(council)
    what = WHAT | {"what-2": "hot-meal", "count-2": "2", "due-2": "2026-11-24T12:00"}
    when = WHEN | {"urgent": "yes", "urgent_because": "There is nothing to eat in the house"}
    speaks = {"referrer_name": "Grace Okafor", "referrer_phone": "020 7946 0222", "contact_by": "person"}
    check = fill_in(desk, what, when, WHO | speaks | {"sensitive": "yes", "keep_from": sam, "notes": "Rings twice"})
    assert check.status_code == 200, check.text
    send(desk, check, {"confirm": "yes"})
    (reference,) = needs(council)
    need, resident = council.situation(reference).need, council.door.store.resident(reference)
    assert [line.amount for line in need.lines] == ["4 food parcels", "2 hot meals"]
    assert need.lines[1].due.isoformat() == "2026-11-24T12:00:00+00:00"
    assert (need.urgent, need.playbook.name, need.sensitive, need.keep_from) == (True, "urgent", True, (sam,))
    assert need.urgent_because == "There is nothing to eat in the house"
    assert (resident.referrer_name, resident.reached_by) == ("Grace Okafor", ContactBy.person)


def test_who_is_never_asked_is_named(council: Council) -> None:
    """By name or the beginning of one; where it is not certain who is meant, the page says who it could be."""
    jane, other = council.has("Jane Hill", Sector.volunteer), council.has("Jane Park", Sector.volunteer)
    desk = Desk(council)
    wrong = fill_in(desk, WHAT, WHEN, WHO | {"keep_from": "jane"})
    assert wrong.status_code == 422
    assert f"Jane Hill ({jane})" in wrong.text
    assert f"Jane Park ({other})" in wrong.text
    check = send(desk, wrong, WHO | {"keep_from": "jane hill\nJane P"})
    assert f"Jane Hill ({jane})" in check.text
    send(desk, check, {"confirm": "yes"})
    (reference,) = needs(council)
    assert council.situation(reference).need.keep_from == (jane, other)


def test_why_the_council_may_keep_it(council: Council) -> None:
    """The lawful basis is chosen, or it is a public task; the check page says which."""
    desk = Desk(council)
    assert "A public task of the council" in fill_in(desk).text
    check = fill_in(desk, WHAT, WHEN, WHO | {"lawful_basis": "consent"})
    assert "They have agreed to it" in check.text
    send(desk, check, {"confirm": "yes"})
    (reference,) = needs(council)
    assert council.situation(reference).need.lawful_basis is LawfulBasis.consent
    assert fill_in(desk, WHAT, WHEN, WHO | {"lawful_basis": "because"}).status_code == 422


def test_rows_are_added_and_pages_gone_back_to(council: Council) -> None:
    """Add another row and the others stay; from the last page back to the first, and everything stands there."""
    desk = Desk(council)
    page = desk.get(NEW)
    for _ in range(3):
        page = send(desk, page, WHAT | {"go": "add"})
    assert 'id="what-6"' in page.text
    assert 'value="food-parcel" selected' in page.text
    check = fill_in(desk)
    back = send(desk, check, {"go": "what"})
    assert WHAT["summary"] in back.text
    on = send(desk, send(desk, send(desk, back, WHAT | {"count-1": "9"}), WHEN), WHO)
    assert "9 food parcels" in on.text


def test_of_an_incident(council: Council) -> None:
    """From an incident's page the need belongs to it, and nobody need be named."""
    desk = Desk(council)
    incident = desk.do(
        "/console/incidents/new", name="Flood at Kingsmead", place="Kings Hall", lead="dana.duty@council.example.org"
    )
    reference = re.search(r"X-[2-9A-Z]{6}", incident.text)
    assert reference
    page = desk.get(f"{NEW}?incident={reference[0]}")
    check = send(desk, send(desk, send(desk, page, WHAT), WHEN | {"incident": reference[0]}), {})
    assert "Kings Hall" in check.text
    assert f"Flood at Kingsmead ({reference[0]})" in check.text
    assert "Record a need" in desk.get("/console/").text
    send(desk, check, {"confirm": "yes"})
    assert council.situation(needs(council)[0]).need.incident == reference[0]


def test_a_viewer_records_nothing(council: Council) -> None:
    """Vera Viewer may not open the pages, nor send the last of them."""
    vera = Desk(council, Role.viewer, "Vera Viewer")
    assert vera.get(NEW).status_code == 403
    assert vera.post(NEW, **WHAT, **WHEN, **WHO, confirm="yes").status_code == 403
    assert needs(council) == []


def test_fields_of_no_page_are_not_read(council: Council) -> None:
    """W09: a status, an id or an officer sent along are neither read nor carried on."""
    more = {
        "id": "N-AAAAAA",
        "status": "closed",
        "by": "officer:O-Ada",
        "version": "9",
        "exercise": "true",
        "at": "1,1",
    }
    desk = Desk(council)
    page = send(desk, desk.get(NEW), WHAT | more)
    assert "O-Ada" not in page.text
    check = send(desk, send(desk, page, WHEN | more), WHO | more)
    send(desk, check, more | {"confirm": "yes"})
    (reference,) = needs(council)
    assert reference != "N-AAAAAA"
    assert not council.situation(reference).need.exercise


@pytest.mark.parametrize("rows", ["0", "-3", "99999", "x", "²"])
def test_a_number_of_rows_that_is_none(council: Council, rows: str) -> None:
    """However many rows somebody says there are, a page comes, and no larger than a need may be."""
    page = Desk(council).post(NEW, **WHAT, rows=rows, step="what", go="add")
    assert page.status_code == 200
    assert page.text.count('id="count-') <= 50
