"""Incidents on the console: Dana opens one, sees all its needs, holds it; Ravi Manager alone holds everything."""

from __future__ import annotations

import re

import pytest
from council import PARCEL, Council, hidden
from desk import Desk

from domain.playbooks import Role
from infra.commands.opening import RecordNeed
from infra.store import ALL_HELD

AT = "/console/incidents"
FLOOD = {"name": "Flood at Kingsmead", "place": "Kings Hall, Norbiton Road", "lead": "dana.duty@council.example.org"}


@pytest.fixture
def desk(council: Council) -> Desk:
    return Desk(council)


@pytest.fixture
def flood(desk: Desk) -> str:
    """The flood's reference."""
    page = desk.do(f"{AT}/new", **FLOOD)
    found = re.search(r"X-[2-9A-Z]{6}", page.text)
    assert found
    return found[0]


def record(council: Council, incident: str, summary: str = "Blankets for the hall") -> str:
    typed = {"summary": summary, "lines": ("blanket:20",), "area": "Norbiton", "incident": incident}
    return RecordNeed.read(**typed).carry_out(council.door, "officer:O-Dana-Duty").need


def test_an_incident_is_opened_after_a_check(desk: Desk) -> None:
    """Name, public place, lead: checked first, and nothing is on record before it is confirmed."""
    check = desk.check(f"{AT}/new", **FLOOD)
    assert "Dana Duty" in check.text
    assert "No, it is real" in check.text
    assert desk.council.door.store.incidents() == []
    assert desk.confirm(f"{AT}/new", check).status_code == 303
    (incident,) = desk.council.door.store.incidents()
    assert (incident.name, incident.lead, incident.exercise) == ("Flood at Kingsmead", "O-Dana-Duty", False)
    assert "Flood at Kingsmead" in desk.get(AT).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"place": " "},
        {"lead": ""},
        {"lead": "nobody@example.org"},
        {"name": "x" * 200},
        {"place": "a\nb"},
    ],
)
def test_what_is_typed_wrong_is_said_and_kept(desk: Desk, wrong: dict[str, str]) -> None:
    """A name, a place and a lead there must be; what else was typed stands there still."""
    page = desk.check(f"{AT}/new", **(FLOOD | wrong))
    assert page.status_code == 422
    (place,) = wrong
    assert f'href="#{place}"' in page.text
    assert desk.council.door.store.incidents() == []


def test_an_exercise_says_so_first_and_last(desk: Desk) -> None:
    """An exercise is marked in the list, and its page says it."""
    page = desk.do(f"{AT}/new", **FLOOD, exercise="yes")
    assert "EXERCISE." in page.text
    assert "Exercise</strong>" in desk.get(AT).text


def test_all_needs_of_an_incident_on_one_page(desk: Desk, flood: str) -> None:
    """Each with how much is covered and how it stands; needs of other incidents, or of none, are not there."""
    needs = [record(desk.council, flood, f"Blankets for hall {n}") for n in range(3)]
    other = desk.council.needs((PARCEL, 3))
    page = desk.get(f"{AT}/{flood}").text
    assert all(need in page for need in needs)
    assert other not in page
    assert "3 needs, 3 looking for help" in page
    assert "Nothing promised" in page


def test_an_incident_is_held_and_goes_on(desk: Desk, flood: str) -> None:
    """Held after a page that says what that means; a need of it says so; then it goes on."""
    need = record(desk.council, flood)
    assert "Answers are still taken." in desk.get(f"{AT}/{flood}/hold").text
    assert "On hold" in desk.do(f"{AT}/{flood}/hold").text
    assert "On hold" in desk.get(f"/console/needs/{need}").text
    assert "On hold</strong>" not in desk.do(f"{AT}/{flood}/resume").text


def test_an_incident_closes_when_its_needs_are_closed(desk: Desk, flood: str) -> None:
    """While a need is open it is refused, and said why; afterwards it closes, and no need can be recorded for it."""
    need = record(desk.council, flood)
    refused = desk.confirm(f"{AT}/{flood}/close", desk.get(f"{AT}/{flood}/close"))
    assert refused.status_code == 409
    assert "1 need that is not closed" in refused.text
    desk.do(f"/console/needs/{need}/withdraw")
    assert "Record a need" not in desk.do(f"{AT}/{flood}/close").text


def test_a_closed_incident_is_not_held(desk: Desk, flood: str) -> None:
    """Nobody could end that hold from a page: it is refused, and said why."""
    desk.do(f"{AT}/{flood}/close")
    refused = desk.confirm(f"{AT}/{flood}/hold", desk.get(f"{AT}/{flood}/hold"))
    assert refused.status_code == 409
    assert f"{flood} is closed" in refused.text
    assert "On hold" not in desk.get(AT).text


def test_who_did_it_is_in_the_audit(desk: Desk, flood: str) -> None:
    """Opened, held, let go on, closed by Dana; everything held by Ravi Manager: each once, by whoever did it."""
    for what in ("hold", "resume", "close"):
        desk.do(f"{AT}/{flood}/{what}")
    Desk(desk.council, Role.manager, "Ravi Manager").do(f"{AT}/hold-all")
    kept = [(e.who, e.what, e.about) for _, e in desk.council.door.store.audit() if e.what != "signed-in"]
    dana = "officer:O-Dana-Duty"
    mine = [(dana, what, flood) for what in ("incident-closed", "resumed", "held", "incident-opened")]
    assert kept == [("officer:O-Ravi-Manager", "held", "everything"), *mine]
    assert "Put on hold" in Desk(desk.council, Role.admin, "Ada Admin").get("/console/settings/audit").text


def test_only_a_manager_holds_everything(desk: Desk) -> None:
    """Dana Duty may not; Ravi Manager may, after a page that says what it means, and ends it."""
    assert desk.get(f"{AT}/hold-all").status_code == 403
    assert desk.post(f"{AT}/hold-all", confirm="yes").status_code == 403
    assert ALL_HELD not in desk.council.door.store.marks()
    ravi = Desk(desk.council, Role.manager, "Ravi Manager")
    assert "Everything is on hold" in ravi.do(f"{AT}/hold-all").text
    assert ALL_HELD in desk.council.door.store.marks()
    assert "Everything is on hold" not in ravi.do(f"{AT}/resume-all").text


def test_a_viewer_opens_and_holds_nothing(desk: Desk, flood: str) -> None:
    """Vera Viewer reads the list and the incident; every form of it is refused to her."""
    vera = Desk(desk.council, Role.viewer, "Vera Viewer")
    assert "Record a need" not in vera.get(f"{AT}/{flood}").text
    for path in ("new", f"{flood}/hold", f"{flood}/resume", f"{flood}/close", "hold-all", "resume-all"):
        assert vera.get(f"{AT}/{path}").status_code == 403
        assert vera.post(f"{AT}/{path}", **FLOOD, confirm="yes").status_code == 403


def test_what_is_no_incident_is_not_found(desk: Desk, flood: str) -> None:
    """Made-up references, pages of the list that nobody made: kind answers, nothing breaks."""
    for ref in ("X-222222", "nothing", "%00", "N-222222"):
        assert desk.get(f"{AT}/{ref}").status_code == 404
    assert desk.get(f"{AT}/{flood}?from=made-up").status_code == 200
    assert desk.get(f"{AT}/{flood.lower().replace('-', '')}").status_code == 200


def test_names_are_inert(desk: Desk) -> None:
    """W10: markup in a name or a place is shown as it was typed."""
    nasty = "<img src=x onerror=alert(1)>"
    check = desk.check(f"{AT}/new", **(FLOOD | {"name": nasty, "place": nasty}))
    assert "<img" not in check.text
    desk.post(f"{AT}/new", **hidden(check.text), confirm="yes")
    assert "<img" not in desk.get(AT).text
