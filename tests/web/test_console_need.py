"""One need on the console: Dana Duty reads how it stands; Vera Viewer may look, and sees nothing private."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from council import HOUR, LIFT, PARCEL, Council
from desk import Desk

from domain.answering import AnswerKind
from domain.capabilities import Sector
from domain.changes import Change, Draft
from domain.events import EventCode
from domain.needs import Resident
from domain.officers import TaskKind
from domain.playbooks import Role
from domain.responders import Contact, Responder
from domain.situations import Situation
from infra.store.signing_in import LOOKED

PRIVATE = ("Amina", "amina@example.org", "7946 0111", "Elm Road", "KT2 6QJ")
NASTY = "<script>alert(1)</script>\"'{{1111*1111}}"


@pytest.fixture
def need(council: Council) -> str:
    """Amina needs 20 parcels and a lift; four were asked, one said yes to five, one no."""
    for name in ("Riverside Kitchen", "Good Neighbours", "Norbiton Larder", "Sam"):
        council.has(name)
    need = council.needs((PARCEL, 20), (LIFT, 1))
    council.asks(need, "riverside-kitchen", "good-neighbours", "norbiton-larder", "sam")
    council.says(need, "riverside-kitchen", AnswerKind.part, offers={1: 5}, agreed={1: (5, 0)})
    council.says(need, "sam", AnswerKind.reject)
    return need


def test_a_need_says_how_it_stands(council: Council, need: str) -> None:
    """How much is covered, who was asked and said what, until when, what comes next; and nothing of Amina."""
    page = Desk(council).get(f"/console/needs/{need}")
    assert page.status_code == 200
    for said in ("Looking for help", "5 of 20 food parcels promised", "Riverside Kitchen", "Cannot help this time"):
        assert said in page.text
    assert "What happens next" in page.text
    assert "Has until 10am on Monday 23 November" in page.text
    assert "4 were asked: 2 waiting for an answer, 1 said yes, 1 cannot help this time." in page.text
    assert not any(private in page.text for private in PRIVATE)


def test_what_waits_for_an_officer_is_said(council: Council, need: str) -> None:
    """A task stands near the top, with whom it is and by when."""
    council.has_officer("Dana")
    council.raises_task(need, TaskKind.hand_over)
    page = Desk(council, name="Femi").get(f"/console/needs/{need}").text
    assert "For an officer" in page
    assert "Waiting to be taken. Dana, to be taken by" in page


def test_a_reference_typed_carelessly_leads_to_the_need(council: Council, need: str) -> None:
    """`n7k3qx2` and `N-7K3QX2` are one need; what is none is not found, and nothing breaks."""
    desk = Desk(council)
    careless = desk.get(f"/console/needs/{need.replace('-', '').lower()}")
    assert (careless.status_code, careless.headers["location"]) == (303, f"/console/needs/{need}")
    for nothing in ("N-222222", "X", "N-%00%00%00%00%00%00", "%F0%9F%8D%9E", "a" * 5000):
        assert desk.get(f"/console/needs/{nothing}").status_code == 404
        assert desk.get(f"/console/needs/{nothing}/amend").status_code == 404


def test_what_people_type_is_inert(council: Council) -> None:
    """W10: markup in a summary, a name or an area is shown as it was typed, on every page of the need."""
    council.has("Riverside Kitchen")
    council.has_officer("Dana")
    evil = Responder(id="evil", name=NASTY, sector=Sector.voluntary, capabilities=("food-parcel",))
    council.door.store.put_responders([(evil, [Contact(email="evil@example.org")])], council.moment)
    need = council.needs((PARCEL, 20), resident=Resident(name=NASTY, email="amina@example.org"), keep_from=("evil",))
    council.asks(need, "riverside-kitchen", "evil")
    council.says(need, "evil", AnswerKind.question, note=NASTY)
    desk = Desk(council)
    for page in ("", "/why", "/story", "/messages", "/private", "/answer", "/answer?partner=evil", "/ask?search=evil"):
        shown = desk.get(f"/console/needs/{need}{page}")
        assert shown.status_code == 200, page
        assert "<script" not in shown.text
        assert "1234321" not in shown.text, page


def test_why_these_people(council: Council, need: str) -> None:
    """Whoever was asked, and why; whoever was not, and why not; one alone by their id."""
    council.has("Larder Two", capabilities=["blanket"])
    desk = Desk(council)
    everybody = desk.get(f"/console/needs/{need}/why").text
    assert "Asked at 9am on Monday 23 November." in everybody
    one = desk.get(f"/console/needs/{need}/why?partner=larder-two").text
    assert "They do not give food parcels." in one
    assert "Riverside" not in one
    assert "Nobody in the directory has this id." in desk.get(f"/console/needs/{need}/why?partner=nobody").text


def test_each_stands_once_and_who_is_left_could_be_asked(council: Council, need: str) -> None:
    """Kings Church was brought in once an officer had it: two rounds ask such groups, it stands there once, and nobody
    says that others were enough. So it is among those whom Dana could ask by name, once."""
    council.change(need, _hand_over)
    council.has("Kings Church", sector=Sector.voluntary)
    desk = Desk(council)
    page = desk.get(f"/console/needs/{need}/why").text
    assert page.count("Kings Church") == 1
    assert "They could be asked; the rounds are over" in page
    assert "are enough so far" not in page
    assert desk.get(f"/console/needs/{need}/ask").text.count("Kings Church") == 1


def _hand_over(situation: Situation, now: datetime) -> Change:
    """Everybody was asked: an officer has both lines."""
    draft = Draft(situation, now)
    draft.note_event(EventCode.handed_over)
    playbook = situation.need.playbook
    (first,) = playbook.rounds
    draft.set_need(playbook=playbook.but(rounds=(first, first.but(name="everybody"))))
    draft.set_lines(tuple(line.number for line in situation.need.lines), handed_over=True, round=2)
    return draft.change(wake_at=now + HOUR)


def test_messages_name_nobodys_address(council: Council, need: str) -> None:
    """What was sent to whom, by name or role, and how each fared; no address."""
    page = Desk(council).get(f"/console/needs/{need}/messages").text
    assert "Riverside Kitchen" in page
    assert "The resident" in page
    assert "Waiting to be sent" in page
    assert "@" not in page


def test_private_details_are_looked_at_on_record(council: Council, need: str) -> None:
    """P06: Dana sees whose need it is; that she looked is recorded, without what she saw. Vera may not look."""
    council.says(need, "good-neighbours", AnswerKind.question, note="Is there a lift in the house?")
    page = Desk(council).get(f"/console/needs/{need}/private").text
    assert "Amina Okafor" in page
    assert "020 7946 0111" in page
    assert "Is there a lift in the house?" in page
    assert "Good Neighbours (Asked a question, 9am on Monday 23 November)" in page
    (look,) = council.door.store.looks(need)
    assert (look.who, look.what, look.about) == ("officer:O-Dana-Duty", LOOKED, need)
    assert not any(private in look.detail for private in PRIVATE)
    assert "Dana Duty" in Desk(council, name="Femi").get(f"/console/needs/{need}/private").text
    viewer = Desk(council, Role.viewer, "Vera Viewer").get(f"/console/needs/{need}/private")
    assert viewer.status_code == 403
    assert "Amina" not in viewer.text
    assert len(council.door.store.looks(need)) == 2


def test_a_viewer_looks_and_is_offered_nothing(council: Council, need: str) -> None:
    """Vera Viewer sees how it stands, and no command."""
    page = Desk(council, Role.viewer, "Vera Viewer").get(f"/console/needs/{need}").text
    assert "5 of 20 food parcels promised" in page
    for offered in ("What you can do", "/amend", "/answer", "/private"):
        assert offered not in page


def _tells_much(situation: Situation, now: datetime) -> Change:
    draft = Draft(situation, now)
    for _ in range(500 - situation.need.events):
        draft.note_event(EventCode.extended, by="officer:O-Dana")
    return draft.change(wake_at=None)


def test_a_need_with_hundreds_asked_reads_well_and_fast(council: Council) -> None:
    """300 invitations and 600 events: twelve of each round and thirty events are open, the others a press away."""
    names = [f"Helper {n}" for n in range(300)]
    for name in names:
        council.has(name)
    need = council.needs((PARCEL, 5000))
    council.asks(need, *(council.has(name) for name in names), asked={1: 10})
    for n in range(60):
        council.says(need, f"helper-{n}", AnswerKind.part, offers={1: 1}, agreed={1: (1, 0)})
    desk = Desk(council)
    desk.get(f"/console/needs/{need}")
    before = time.perf_counter()
    page = desk.get(f"/console/needs/{need}")
    took = time.perf_counter() - before
    assert "The other 288 in this round" in page.text
    assert "60 said yes" in page.text
    assert page.text.count('class="story__at"') == 30
    assert f"The whole story</a>, {len(council.door.store.story(need)) - 30} more before these" in page.text
    assert took < 1.0
    whole = desk.get(f"/console/needs/{need}/story?page=1").text
    assert whole.count('class="story__at"') == len(council.door.store.story(need))
    council.change(need, _tells_much)
    pages = [desk.get(f"/console/needs/{need}/story?page={page}").text for page in (1, 2, 3)]
    assert [page.count('class="story__at"') for page in pages] == [200, 200, len(council.door.store.story(need)) - 400]
    assert pages[2] == desk.get(f"/console/needs/{need}/story").text
    assert pages[0].count("Recorded") == 1
    for odd in ("0", "-1", "9999999", "x", "²"):
        assert desk.get(f"/console/needs/{need}/story?page={odd}").status_code == 200


def test_a_closed_need_says_how_it_ended(council: Council, need: str) -> None:
    """Closed: how, and when; commands that make no sense any more are not offered."""
    desk = Desk(council)
    desk.do(f"/console/needs/{need}/withdraw")
    council.moment += HOUR / 4
    page = desk.get(f"/console/needs/{need}").text
    assert "Closed: withdrawn" in page
    assert "Closed at 9am on Monday 23 November." in page
    assert "/amend" not in page
    assert council.door.store.story(need)[-1].code is EventCode.closed
