"""The officer's page: a task is seen, taken, done, and ended by choice, check, send. Dana and Femi are on duty."""

from __future__ import annotations

import pytest
from council import HOUR, PARCEL, Council, hidden

from domain.changes import Change, Draft
from domain.events import EventCode
from domain.links import Purpose, take_target
from domain.messages import MessageKind
from domain.needs import Resident
from domain.officers import TaskKind, TaskStatus

GRACE = Resident(name="Grace Okafor", phone="020 7946 0222")


@pytest.fixture
def need(council: Council) -> str:
    """Grace, who has no e-mail, needs 20 parcels; two officers are on duty."""
    council.has_officer("Dana")
    council.has_officer("Femi")
    return council.needs((PARCEL, 20), resident=GRACE)


def link(council: Council, need: str, kind: TaskKind, officer: str = "O-Dana", note: str | None = None) -> str:
    """A task of this kind is raised; the link of one of the officers."""

    def decide(situation: object, now: object) -> Change:
        draft = Draft(council.situation(need), council.moment)
        draft.note_event(EventCode.task_raised, kind=kind.value)
        draft.raise_task(kind, lines=(1,), note=note)
        return draft.change(wake_at=council.moment + HOUR)

    council.change(need, decide)
    return council.link(Purpose.take, take_target(council.situation(need).tasks[-1].id, officer))


def status(council: Council, need: str) -> TaskStatus:
    return council.situation(need).tasks[-1].status


def test_a_task_is_taken_then_ended(council: Council, need: str) -> None:
    """Tick, take; then what to do and how it ended: choose, check, send; then it is finished, and says how."""
    at = link(council, need, TaskKind.hand_over)
    assert council.post(at, confirm="yes").status_code == 303
    page = council.get(at).text
    assert "Taken: it is yours" in page
    assert "I found help" in page
    assert "Saying so here ends the task only" in page
    check = council.post(at, answer="found", note="The church brings them")
    assert "Check your answer" in check.text
    assert status(council, need) == "taken"
    sent = council.post(at, **hidden(check.text), confirm="yes")
    assert sent.status_code == 303
    assert status(council, need) == "done"
    page = council.get(at).text
    assert "Finished: I found help" in page
    assert "<form" not in page
    assert "The church brings them" in council.door.store.notes(need).values()


@pytest.mark.parametrize("kind", sorted(TaskKind))
def test_the_form_as_served_changes_nothing(council: Council, need: str, kind: TaskKind) -> None:
    """L05, L20: a scanner that submits what the page serves takes nothing and ends nothing, for every kind of task."""
    at = link(council, need, kind)
    untouched = council.version(need)
    assert council.post(at, **hidden(council.get(at).text)).status_code == 422
    assert council.version(need) == untouched
    council.post(at, confirm="yes")
    taken = council.version(need)
    page = council.get(at).text
    assert "checked" not in page
    answer = council.post(at, **hidden(page))
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert council.version(need) == taken


def test_choosing_alone_changes_nothing(council: Council, need: str) -> None:
    """L05: the check page comes first; going back keeps what was typed."""
    at = link(council, need, TaskKind.question)
    council.post(at, confirm="yes")
    before = council.version(need)
    check = council.post(at, answer="answered", note="She has a ramp")
    back = council.client.post(f"{at}?change", data=hidden(check.text))
    assert "She has a ramp" in back.text
    assert council.version(need) == before


def test_sent_twice_is_one_answer(council: Council, need: str) -> None:
    """L12: a double click on the check page ends the task once."""
    at = link(council, need, TaskKind.hand_over)
    council.post(at, confirm="yes")
    for _ in range(2):
        assert council.post(at, answer="found", confirm="yes").status_code == 303
    codes = [event.code for event in council.door.store.story(need)]
    assert codes.count(EventCode.task_done) == 1


def test_another_officer_s_task_shows_whose_it_is(council: Council, need: str) -> None:
    """Femi opens his link after Dana has taken it: he sees that she has it, and cannot end it."""
    at = link(council, need, TaskKind.hand_over)
    femi = (
        at.rpartition("/")[0]
        + "/"
        + council.link(Purpose.take, take_target(council.situation(need).tasks[-1].id, "O-Femi")).rpartition("/")[2]
    )
    council.change(need, lambda s, now: _told(council, need))
    council.post(at, confirm="yes")
    assert "Dana has this task" in council.get(femi).text
    refused = council.post(femi, answer="found", confirm="yes")
    assert refused.status_code == 409
    assert "Dana has taken this already" in refused.text


def _told(council: Council, need: str) -> Change:
    """Femi is told of Dana's task, as when it has passed on: his link opens."""
    draft = Draft(council.situation(need), council.moment)
    task = council.situation(need).tasks[-1]
    draft.note_event(EventCode.task_passed, kind=task.kind.value)
    draft.put_task(task)
    draft.tell(MessageKind.task_passed, "officer:O-Femi", task=task.id)
    return draft.change(wake_at=council.moment + HOUR)


def test_the_script_is_on_the_page_and_nothing_private(council: Council, need: str) -> None:
    """What to say is there, word for word; Grace's name and number are in the mail alone."""
    at = link(council, need, TaskKind.call_resident, note=MessageKind.resident_delayed.value)
    council.post(at, confirm="yes")
    page = council.get(at).text
    assert "I am calling from Kingsbourne Council about your request for 20 food parcels" in page
    assert "Are you safe? Can it wait?" in page
    for private in ("Grace", "Okafor", "7946 0222"):
        assert private not in page


def test_nobody_answered(council: Council, need: str) -> None:
    """The page says when to try again, and may be used before that."""
    at = link(council, need, TaskKind.call_resident, note=MessageKind.resident_delayed.value)
    council.post(at, confirm="yes")
    council.post(at, answer="no-answer", confirm="yes")
    page = council.get(at).text
    assert "Nobody answered (1 of 3). We will ask you again at 11am on Monday 23 November" in page
    assert 'value="told"' in page


def test_nobody_answered_is_said_once_however_often_it_is_sent(council: Council, need: str) -> None:
    """L12: the check page's button pressed three times is one call."""
    at = link(council, need, TaskKind.call_resident, note=MessageKind.resident_delayed.value)
    council.post(at, confirm="yes")
    check = hidden(council.post(at, answer="no-answer").text)
    for _ in range(3):
        assert council.post(at, **check, confirm="yes").status_code == 303
    assert "Nobody answered (1 of 3)" in council.get(at).text


def test_part_of_it_in_numbers(council: Council, need: str) -> None:
    """How many came is a whole number, or nothing; the check page says it back."""
    council.has("Larder")
    council.asks(need, "larder")
    council.says(need, "larder")
    at = link(council, need, TaskKind.confirm)
    council.post(at, confirm="yes")
    wrong = council.post(at, **{"answer": "partly", "quantity-1": "lots"})
    assert wrong.status_code == 422
    assert "Enter a whole number" in wrong.text


def test_a_worry_asks_for_words(council: Council, need: str) -> None:
    """The page leads with 999; without words about what was done the task does not end."""
    at = link(council, need, TaskKind.worry)
    council.post(at, confirm="yes")
    assert "call 999" in council.get(at).text
    refused = council.post(at, answer="recorded")
    assert refused.status_code == 422
    assert "Write what was found" in refused.text
    assert status(council, need) == "taken"


def test_what_does_not_fit_is_refused_by_the_field(council: Council, need: str) -> None:
    """A made-up word, or one of another kind of task, is no answer."""
    at = link(council, need, TaskKind.question)
    council.post(at, confirm="yes")
    for said in ("same", "banana"):
        assert council.post(at, answer=said, confirm="yes").status_code == 422
    assert status(council, need) == "taken"
