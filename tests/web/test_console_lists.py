"""What waits for an officer, and all needs: on time, in order, nothing private."""

from __future__ import annotations

import re

import pytest
from council import BLANKET, DAY, HOUR, LIFT, PARCEL, Council, hidden
from starlette.testclient import TestClient

from domain.answering import AnswerKind
from domain.invitations import InvitationStatus
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskStatus
from domain.playbooks import Role
from infra.store.lists import NeedListed, Page


@pytest.fixture
def dana(council: Council) -> TestClient:
    return council.signed_in(Role.duty, "Dana")


def links(page: str, to: str = "/console/needs/N-") -> list[str]:
    """The needs, or others, that a page leads to, in its order, each once."""
    return list(dict.fromkeys(re.findall(rf'href="{to}([^"/?#]+)"', page)))


def ended(council: Council, need: str) -> None:
    from domain.closing import close

    council.change(need, lambda s, now: close(s, Outcome.withdrawn, "officer:O-Dana", now))


# --- what waits -----------------------------------------------------------------


def test_an_empty_desk_says_so(council: Council, dana: TestClient) -> None:
    """Nothing waits, no need is at risk: in words, and one heading."""
    page = dana.get("/console/")
    assert page.status_code == 200
    assert "Nothing waits for you to take it." in page.text
    assert "No need is at risk now." in page.text
    assert page.text.count("<h1") == 1


def test_what_waits_for_dana(council: Council, dana: TestClient) -> None:
    """Tasks to take and taken, choices, duplicates, each with what it is about; another officer's are only counted."""
    need = council.needs((PARCEL, 20))
    tasks = {
        kind: council.raises_task(need, kind) for kind in (TaskKind.hand_over, TaskKind.choose, TaskKind.duplicate)
    }
    council.has_officer("Ola", Role.manager)
    page = dana.get("/console/").text
    for heading, kind in (("to-take", TaskKind.hand_over), ("choices", TaskKind.choose)):
        section = page[page.index(f'aria-labelledby="{heading}"') :].partition("</section>")[0]
        assert links(section, "/console/tasks/") == [tasks[kind].id]
        assert "Food for a family of five" in section
    assert 'id="duplicates"' in page
    dana.post(f"/console/tasks/{tasks[TaskKind.hand_over].id}", data={"csrf": council.csrf_of(dana), "take": "yes"})
    page = dana.get("/console/").text
    assert "Nothing waits for you to take it." in page
    assert tasks[TaskKind.hand_over].id in page[page.index('aria-labelledby="taken"') :]
    olas = council.signed_in(Role.manager, "Ola").get("/console/").text
    assert links(olas, "/console/tasks/") == []
    assert "2 tasks wait to be taken, whoever they are with" in olas


def test_a_promise_without_a_word(council: Council, dana: TestClient) -> None:
    """Who said yes and has said nothing since it was due stands at the top, with since when."""
    council.has("Good Neighbours")
    need = council.needs((PARCEL, 4))
    council.asks(need, "good-neighbours")
    council.says(need, "good-neighbours", AnswerKind.accept, agreed={1: (4, 0)}, offers={1: 4})
    assert council.invitation(need, "good-neighbours").status is InvitationStatus.accepted
    assert 'id="promises"' not in dana.get("/console/").text
    council.moment += DAY + 9 * HOUR
    page = council.signed_in(Role.duty, "Dana").get("/console/").text
    section = page[page.index('aria-labelledby="promises"') :].partition("</section>")[0]
    assert "Good Neighbours" in section
    assert "No word since 5pm on Tuesday 24 November" in section


def test_what_is_held_is_said(council: Council, dana: TestClient) -> None:
    """Everything on hold is said before all else."""
    council.door.store.hold(None, council.moment)
    assert "Everything has been on hold since 9am on Monday 23 November" in dana.get("/console/").text


# --- all needs ------------------------------------------------------------------


def test_needs_most_at_risk_first(council: Council, dana: TestClient) -> None:
    """What is covered comes after what is not; closed ones only when they are asked for."""
    council.has("Good Neighbours")
    covered, missing, closed = (council.needs((PARCEL, 4)) for _ in range(3))
    council.asks(covered, "good-neighbours")
    council.says(covered, "good-neighbours", AnswerKind.accept, agreed={1: (4, 0)}, offers={1: 4})
    ended(council, closed)
    page = dana.get("/console/needs").text
    assert links(page) == [missing[2:], covered[2:]]
    assert "All promised" in page
    assert "Nothing promised" in page
    assert links(dana.get("/console/needs?standing=every").text) == [missing[2:], covered[2:], closed[2:]]
    assert links(dana.get("/console/needs?standing=closed").text) == [closed[2:]]


def test_needs_are_filtered_by_the_address(council: Council, dana: TestClient) -> None:
    """What was asked for stays in the address and in the form; what cannot be read is said at its field."""
    food, lift = council.needs((BLANKET, 4)), council.needs((LIFT, 1))
    assert links(dana.get("/console/needs?category=getting-there").text) == [lift[2:]]
    assert links(dana.get("/console/needs?area=norbiton&category=food").text) == [food[2:]]
    assert links(dana.get("/console/needs?area=Surbiton").text) == []
    that_day = dana.get("/console/needs?needed-from=2026-11-24&needed-to=2026-11-24").text
    assert sorted(links(that_day)) == sorted([food[2:], lift[2:]])
    assert links(dana.get("/console/needs?needed-to=2026-11-23").text) == []
    page = dana.get("/console/needs?area=Surbiton").text
    assert 'value="Surbiton"' in page
    wrong = dana.get("/console/needs?needed-from=tomorrow&incident=flood")
    assert wrong.status_code == 422
    assert "<title>Error: " in wrong.text
    assert 'href="#needed-from"' in wrong.text
    assert sorted(links(wrong.text)) == sorted([food[2:], lift[2:]]), "what cannot be read is left out"


def test_a_reference_leads_straight_to_its_need(council: Council, dana: TestClient) -> None:
    """As people say it; one that is not there is an empty list and no error."""
    need = council.needs((PARCEL, 4))
    said = need.replace("N-", "n ").lower()
    found = dana.get("/console/needs", params={"search": said})
    assert (found.status_code, found.headers["location"]) == (303, f"/console/needs/{need}")
    assert "No needs like that." in dana.get("/console/needs?search=N-222222").text


@pytest.mark.parametrize("query", ["from=x", "from=9.9.9", "from=%00", "search=%00", "standing=nonsense", "kind=%F0"])
def test_a_strange_address_is_no_error(council: Council, dana: TestClient, query: str) -> None:
    """Whatever is typed into the address gives a page."""
    council.needs((PARCEL, 4))
    assert dana.get(f"/console/needs?{query}").status_code == 200
    assert dana.get(f"/console/partners?{query}").status_code == 200


def test_pages_lead_on_and_back(council: Council, dana: TestClient) -> None:
    """Fifty a page; the filter goes along."""
    every = [council.needs((PARCEL, 4)) for _ in range(60)]
    first = dana.get("/console/needs?area=Norbiton").text
    on = re.search(r'href="([^"]*)"[^>]*rel="next"', first)
    assert on is not None
    assert "area=Norbiton" in on[1]
    second = dana.get(on[1].replace("&amp;", "&")).text
    assert {*links(first), *links(second)} == {need[2:] for need in every}
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_a_page_without_rows_leads_on(council: Council, dana: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that looked through thousands of needs and found none stops there: the page says so, and leads on."""
    empty = Page[NeedListed]((), next="0.1.N-222222")
    monkeypatch.setattr(council.door.store, "needs_page", lambda *_: empty)
    page = dana.get("/console/needs?category=lift").text
    assert "None like that among those looked through so far; there are more." in page
    assert "category=lift&amp;from=0.1.N-222222" in page


def test_nothing_private_in_a_list(council: Council, dana: TestClient) -> None:
    """Neither the resident's name nor where they live stands on any of these pages, nor in their addresses."""
    need = council.needs((PARCEL, 4))
    task = council.raises_task(need, TaskKind.hand_over)
    for path in ("/console/", "/console/needs", "/console/tasks", f"/console/tasks/{task.id}"):
        page = dana.get(path).text
        assert "Amina" not in page
        assert "Elm Road" not in page


# --- one task -------------------------------------------------------------------


def test_a_task_is_taken_and_ended(council: Council, dana: TestClient) -> None:
    """Dana takes it, chooses how it ended, checks, sends; the same again is the same."""
    need = council.needs((PARCEL, 20))
    path = f"/console/tasks/{council.raises_task(need, TaskKind.hand_over).id}"
    taken = dana.post(path, data={"csrf": council.csrf_of(dana), "take": "yes"})
    assert (taken.status_code, taken.headers["location"]) == (303, f"{path}?done=taken")
    page = dana.get(path).text
    assert "How did it end?" in page
    check = dana.post(path, data=hidden(page) | {"answer": "nothing-more", "note": "Rang everybody"})
    assert check.status_code == 200
    assert "Check before you go on" in check.text
    assert council.situation(need).tasks[0].status is TaskStatus.taken
    for _ in range(2):
        sent = dana.post(path, data=hidden(check.text) | {"confirm": "yes"})
        assert sent.status_code == 303
    assert council.situation(need).tasks[0].status is TaskStatus.done
    assert "Rang everybody" in council.door.store.notes(need).values()
    assert "Rang everybody" not in dana.get(path).text


def test_nobody_ends_what_they_have_not_taken(council: Council, dana: TestClient) -> None:
    """Dana says how a task ended that she has not taken: refused, what to do first is said, and it still waits."""
    need = council.needs((PARCEL, 20))
    path = f"/console/tasks/{council.raises_task(need, TaskKind.hand_over).id}"
    for confirm in ({}, {"confirm": "yes"}):
        early = dana.post(path, data={"csrf": council.csrf_of(dana), "answer": "found"} | confirm)
        assert early.status_code == 409
        assert "Take the task first" in early.text
    assert council.situation(need).tasks[0].status is TaskStatus.open


def test_how_it_ended_must_be_said(council: Council, dana: TestClient) -> None:
    """Without an answer, or a worry without a word of what was found: said at the field, and nothing is recorded."""
    need = council.needs((PARCEL, 20))
    path = f"/console/tasks/{council.raises_task(need, TaskKind.worry).id}"
    dana.post(path, data={"csrf": council.csrf_of(dana), "take": "yes"})
    nothing = dana.post(path, data={"csrf": council.csrf_of(dana)})
    assert (nothing.status_code, 'href="#answer"' in nothing.text) == (422, True)
    bare = dana.post(path, data={"csrf": council.csrf_of(dana), "answer": "recorded"})
    assert (bare.status_code, 'href="#note"' in bare.text) == (422, True)
    assert "If somebody is in danger now, call 999." in bare.text
    stray = dana.post(path, data={"csrf": council.csrf_of(dana), "answer": "met", "note": "x"})
    assert stray.status_code == 409
    assert council.situation(need).tasks[0].status is TaskStatus.taken


def test_somebody_elses_task(council: Council, dana: TestClient) -> None:
    """Ola sees that Dana has it, and cannot end it; a viewer cannot take any."""
    need = council.needs((PARCEL, 20))
    path = f"/console/tasks/{council.raises_task(need).id}"
    vera = council.signed_in(Role.viewer, "Vera")
    assert "Take this task" not in vera.get(path).text
    assert vera.post(path, data={"csrf": council.csrf_of(vera), "take": "yes"}).status_code == 403
    dana.post(path, data={"csrf": council.csrf_of(dana), "take": "yes"})
    ola = council.signed_in(Role.officer, "Ola")
    assert "Dana has it." in ola.get(path).text
    late = ola.post(path, data={"csrf": council.csrf_of(ola), "take": "yes"})
    assert late.status_code == 409
    assert "Somebody else has taken this already." in late.text
    assert ola.get("/console/tasks/K0000").status_code == 404


def test_two_needs_side_by_side(council: Council, dana: TestClient) -> None:
    """A possible duplicate shows both, what is the same, and nothing of whose they are."""
    earlier = council.needs((PARCEL, 20))
    need = council.needs((PARCEL, 4), like=earlier)
    task = council.situation(need).tasks[0]
    page = dana.get(f"/console/tasks/{task.id}").text
    assert {earlier[2:], need[2:]} <= set(links(page))
    assert "20 food parcels" in page
    assert "Norbiton <span" in page
    assert council.situation(need).need.status is NeedStatus.open
