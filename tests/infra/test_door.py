"""The door: gather, decide, commit; decide again when others were first; ask people to try again when that fails."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from domain.answering import Answer, AnswerKind
from domain.capabilities import Capability
from domain.changes import Change, Refusal
from domain.links import Purpose, derive_token, hash_token, take_target
from domain.needs import Line, Resident
from domain.responders import Responder
from domain.situations import Situation
from domain.taking_answers import take_answer
from infra import door as door_module
from infra.door import Busy, Done, Door, NoSuchNeed
from infra.settings import Settings
from infra.store import StoreError
from infra.store.sqlite import SqliteStore, connection
from tests.store.builders import (
    AMINA,
    HOUR,
    N1,
    N2,
    NOW,
    PARCEL,
    a_need,
    a_responder,
    asking,
    everything,
    opening,
    put_need,
    telling,
)

LIFT = Capability(code="lift", title="Lifts", unit="lift", units="lifts", category="transport", split=False)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    store = SqliteStore(tmp_path / "muster.db")
    yield Door(store, Settings(home=tmp_path, keys=SecretStr("k1:" + "s" * 40)))
    store.close()


def all_at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run each job in a thread of its own, beginning at the same moment."""
    together = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> object:
        together.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def asked(door: Door, capability: Capability, quantity: int, helpers: int) -> list[Responder]:
    """A need on record about which so many helpers have been asked."""
    line = Line(number=1, capability=capability, quantity=quantity, due=NOW + 24 * HOUR)
    put_need(door.store, lines=(line,))  # type: ignore[arg-type]
    responders = [a_responder(f"r{n}", capabilities=(capability.code,)) for n in range(helpers)]
    assert isinstance(door.change(N1, lambda situation, now: asking(situation, responders)), Done)
    return responders


def answering(door: Door, responder: Responder, answer: Answer) -> Callable[[], Done | Refusal]:
    """The responder's answer, as the page sends it through the door."""
    [invitation] = [i for i in door.situation(N1).invitations if i.responder == responder.id]

    def decide(situation: Situation, now: datetime) -> Change | Refusal | None:
        return take_answer(situation, invitation.id, answer, responder, now)

    return lambda: door.change(N1, decide)


def said(result: object) -> str:
    return result.code if isinstance(result, Refusal) else "yes"


# --- races ---


def test_one_of_fifty_gets_the_last_slot(door: Door) -> None:
    """R01: 50 accept the one lift at once: one yes, 49 told it is filled, nothing left, nothing promised twice."""
    responders = asked(door, LIFT, 1, 50)
    results = all_at_once([answering(door, r, Answer(AnswerKind.accept)) for r in responders])
    assert Counter(map(said, results)) == {"yes": 1, "filled": 49}
    situation = door.situation(N1)
    assert [situation.missing(line) for line in situation.need.lines] == [0]
    assert len(situation.accepted) == 1


def test_forty_partners_answer_at_once(door: Door) -> None:
    """R16: forty partners of one need do not refuse each other: each part counts, and nobody is asked to try again."""
    responders = asked(door, PARCEL, 200, 40)
    answer = Answer(AnswerKind.part, offers={1: 5}, page_version=1)
    results = all_at_once([answering(door, r, answer) for r in responders])
    assert Counter(map(said, results)) == {"yes": 40}
    situation = door.situation(N1)
    assert situation.pledged(situation.need.lines[0]) == 200
    assert situation.covered


def test_pledges_never_add_up_to_more_than_is_needed(door: Door) -> None:
    """R02: three offer 3 of 5 at once: one counts, the others are shown what is left and asked again."""
    responders = asked(door, PARCEL, 5, 3)
    results = all_at_once([answering(door, r, Answer(AnswerKind.part, offers={1: 3})) for r in responders])
    assert Counter(map(said, results)) == {"yes": 1, "less": 2}
    situation = door.situation(N1)
    assert situation.pledged(situation.need.lines[0]) == 3


def test_the_same_click_twice_is_one_answer(door: Door) -> None:
    """L12: two clicks at once: one event, one receipt, and the same good answer to both."""
    [sam] = asked(door, PARCEL, 5, 1)
    answer = Answer(AnswerKind.part, offers={1: 3}, page_version=1)
    assert Counter(map(said, all_at_once([answering(door, sam, answer) for _ in range(8)]))) == {"yes": 8}
    assert [event.code.value for event in door.store.story(N1)] == ["opened", "asked", "said-yes"]


def test_the_same_key_at_once_is_one_need(door: Door) -> None:
    """The same row sent 30 times at once is one need, and everybody is told its reference."""
    references = all_at_once([lambda: door.open(lambda ref, now: opening(a_need(ref)), AMINA, "row-17")] * 30)
    assert len(set(references)) == 1
    assert [row.need for row in door.store.needs()] == [references[0]]


# --- deciding again ---


def test_a_conflict_is_decided_again_on_what_is_true_now(door: Door) -> None:
    """R16: who was overtaken reads again; the second decision sees what the first did not."""
    put_need(door.store)
    seen: list[int] = []

    def decide(situation: Situation, now: datetime) -> Change:
        seen.append(situation.need.version)
        if len(seen) < 3:
            door.store.wake([N1], NOW)
        return telling(situation, "resident")

    done = door.change(N1, decide)
    assert isinstance(done, Done)
    assert seen == [1, 2, 3]
    assert done.before.need.version == 3
    assert len(door.store.story(N1)) == 2


def test_a_full_week_is_decided_again_without_them(door: Door) -> None:
    """A helper whose last ask of the week went elsewhere meanwhile is left out, and the others are still asked."""
    put_need(door.store, N1)
    put_need(door.store, N2)
    worn, fresh = a_responder("worn", weekly_limit=1), a_responder("fresh")
    door.change(N2, lambda situation, now: asking(situation, [worn]))
    tried: list[int] = []

    def decide(situation: Situation, now: datetime) -> Change:
        tried.append(len(tried))
        return asking(situation, [worn, fresh] if len(tried) == 1 else [fresh])

    assert isinstance(door.change(N1, decide), Done)
    assert tried == [0, 1]
    assert [i.responder for i in door.situation(N1).invitations] == ["fresh"]


@pytest.mark.parametrize("reason", ["overtaken", "week full"])
def test_patience_ends_in_try_again(door: Door, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    """R16: a need changed by too many at once asks people to try again, and nothing was written."""
    monkeypatch.setattr(door_module, "PATIENCE", 0.05)
    put_need(door.store)

    def decide(situation: Situation, now: datetime) -> Change:
        if reason == "overtaken":
            door.store.wake([N1], NOW)
        return asking(situation, [a_responder(weekly_limit=0 if reason == "week full" else 3)])

    with pytest.raises(Busy, match="is being changed by many at once; try again"):
        door.change(N1, decide)
    assert len(door.store.story(N1)) == 1
    assert door.situation(N1).invitations == ()


def test_a_decision_that_fails_gives_its_turn_back(door: Door) -> None:
    """C14: who is overtaken and then fails holds nobody up."""
    put_need(door.store)
    tried: list[int] = []

    def decide(situation: Situation, now: datetime) -> Change:
        tried.append(len(tried))
        if len(tried) == 2:
            raise RuntimeError("the playbook makes no sense")
        door.store.wake([N1], NOW)
        return telling(situation, "resident")

    with pytest.raises(RuntimeError):
        door.change(N1, decide)
    again: list[int] = []

    def overtaken_once(situation: Situation, now: datetime) -> Change:
        again.append(len(again))
        if len(again) == 1:
            door.store.wake([N1], NOW)
        return telling(situation, "resident")

    [result] = all_at_once([lambda: door.change(N1, overtaken_once)])
    assert isinstance(result, Done)
    assert (tried, again) == ([0, 1], [0, 1])


@pytest.mark.parametrize("decision", [Refusal("closed", "This request is closed."), None])
def test_a_decision_not_to_writes_nothing(door: Door, decision: Refusal | None) -> None:
    """A refusal comes back as it was said, and the need has not moved."""
    put_need(door.store)
    before = door.situation(N1)
    result = door.change(N1, lambda situation, now: decision)
    assert result == (decision or Done(before, None))
    assert door.situation(N1) == before
    assert len(door.store.story(N1)) == 1


def test_an_unknown_reference_is_said(door: Door) -> None:
    """D12: a reference of another council, or of nobody, is no need here."""
    with pytest.raises(NoSuchNeed, match="no need has the reference 'N-222222'"):
        door.change(N1, lambda situation, now: None)


def test_a_reference_in_use_is_not_given_again(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two needs that draw the same reference get one each."""
    drawn = iter([N1, N1, N2])
    monkeypatch.setattr(door_module, "new_reference", lambda: next(drawn))

    def make(reference: str, now: datetime) -> Change:
        return opening(a_need(reference))

    assert [door.open(make, AMINA, None), door.open(make, Resident(name="Mr Ng"), None)] == [N1, N2]
    assert door.store.resident(N1) == AMINA


def test_a_store_that_fails_is_not_a_refusal(door: Door) -> None:
    """C14: while the store is down nobody hears yes or no; when it is back the same change goes through."""
    put_need(door.store)
    store = door.store
    assert isinstance(store, SqliteStore)
    store.close()
    kept = store.path.read_bytes()
    store.path.write_bytes(b"the disk is not well" * 1000)
    with pytest.raises(StoreError):
        door.change(N1, lambda situation, now: telling(situation, "resident"))
    store.close()
    store.path.write_bytes(kept)
    assert isinstance(door.change(N1, lambda situation, now: telling(situation, "resident")), Done)
    assert connection.BUSY_SECONDS > door_module.PATIENCE  # a busy file is waited for, not refused


# --- links ---


def test_every_new_link_is_on_record(door: Door) -> None:
    """T03, L16: the resident's, each invitation's with its one-click mute, and each task's."""
    need = door.open(lambda reference, now: opening(a_need(reference)), AMINA, None)
    door.change(need, lambda situation, now: everything(situation, [a_responder("sam")]))
    situation = door.situation(need)
    [invitation], [task] = situation.invitations, situation.tasks
    for purpose, target, of in (
        (Purpose.status, need, need),
        (Purpose.invite, invitation.id, need),
        (Purpose.take, take_target(task.id, task.officer), need),
        (Purpose.unsubscribe, "sam|food", None),
    ):
        row = door.store.find_token(hash_token(derive_token(door.settings.signing_keys, "k1", purpose, target)))
        assert row is not None
        assert (row.purpose, row.target, row.need) == (purpose.value, target, of)
