"""The contract, lists: those most at risk first, a page at a time, whatever is asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.capabilities import Sector
from domain.changes import Change, Draft
from domain.events import EventCode
from domain.invitations import InvitationStatus
from domain.needs import Line, NeedStatus, Outcome
from domain.officers import Task, TaskKind, TaskStatus
from domain.risk import Band
from infra.store import Store
from infra.store.lists import CursorWrong, NeedsWanted, RespondersWanted
from tests.store.builders import (
    HOUR,
    N1,
    N2,
    N3,
    NOW,
    PARCEL,
    a_responder,
    an_officer,
    asking,
    must_commit,
    put_need,
    put_responders,
    read,
)

DAY = timedelta(days=1)
EVERY = NeedsWanted()


def due_in(hours: int) -> dict[str, object]:
    due = NOW + hours * HOUR
    return {"lines": (Line(number=1, capability=PARCEL, quantity=20, due=due),), "needed_by": due}


def needs(store: Store, wanted: NeedsWanted = EVERY) -> list[str]:
    return [row.need for row in store.needs_page(wanted).rows]


def promise(store: Store, need: str, pledged: int, who: str = "sam", **more: object) -> None:
    """Sam is asked and says yes to so many."""
    group = a_responder(who, sector=Sector.community)  # without a weekly limit
    put_responders(store, group)
    must_commit(store, asking(read(store, need), [group]))
    before = read(store, need)
    draft = Draft(before, NOW)
    draft.note_event(EventCode.said_yes)
    invitation = next(i for i in before.invitations if i.responder == who)
    share = invitation.shares[0].but(pledged=pledged)
    draft.put(invitation.but(version=2, status=InvitationStatus.accepted, shares=(share,), **more))
    covered = pledged >= before.need.lines[0].quantity
    draft.set_need(status=NeedStatus.covered if covered else NeedStatus.open)
    must_commit(store, draft.change(wake_at=NOW + HOUR))


def close(store: Store, need: str, hours_ago: int = 0) -> None:
    draft = Draft(read(store, need), NOW)
    draft.set_need(status=NeedStatus.closed, outcome=Outcome.met, closed_at=NOW - hours_ago * HOUR)
    must_commit(store, draft.change(wake_at=None))


def give_task(store: Store, need: str, officer: str, kind: TaskKind = TaskKind.hand_over) -> Task:
    draft = Draft(read(store, need), NOW)
    draft.note_event(EventCode.task_raised)
    task = draft.raise_task(kind).but(officer=officer)
    draft.put_task(task)
    must_commit(store, draft.change(wake_at=NOW + HOUR))
    return task


def test_most_at_risk_first(store: Store) -> None:
    """What is missing by when it is due; promised, by whose word is wanted first; brought; closed, the newest first."""
    order = ["N-222222", "N-333333", "N-444444", "N-555555", "N-666666", "N-777777", "N-888888"]
    soon, _, overdue, promised, brought, newest, oldest = order
    for number, need in enumerate(reversed(order)):
        put_need(store, need, NOW - number * HOUR, **due_in(3 if need == soon else 40))
    promise(store, soon, 5)
    promise(store, overdue, 20, chased_at=NOW - HOUR)
    promise(store, promised, 20)
    promise(store, brought, 20)
    done = read(store, brought)
    must_commit(store, _done(done))
    close(store, newest)
    close(store, oldest, hours_ago=5)
    page = store.needs_page(EVERY)
    assert [row.need for row in page.rows] == order
    assert [row.band for row in page.rows] == [0, 0, 1, 1, 2, 3, 3]
    assert (page.next, page.previous) == (None, None)
    assert needs(store, NeedsWanted(at_risk=NOW)) == [soon, overdue]
    assert needs(store, NeedsWanted(word_before=NOW + 3 * HOUR)) == [soon, overdue]


def _done(situation: object) -> Change:
    from domain.situations import Situation

    assert isinstance(situation, Situation)
    draft = Draft(situation, NOW)
    (invitation,) = situation.invitations
    draft.put(invitation.but(status=InvitationStatus.completed))
    return draft.change(wake_at=NOW)


def test_a_row_says_how_much_is_covered(store: Store) -> None:
    """How much is wanted and promised in all, by when, whose word is wanted, what comes next; nothing private."""
    put_need(store)
    promise(store, N1, 12)
    (row,) = store.needs_page(EVERY).rows
    assert (row.needed, row.covered, row.band, row.status) == (100, 60, Band.missing, NeedStatus.open)
    assert (row.summary, row.area, row.category) == ("Food parcels for a family of five", "Hill ward", "food")
    assert (row.needed_by, row.wake_at) == (NOW + DAY, NOW + HOUR)
    assert (row.word_at, row.word_from) == (NOW + DAY, "sam")
    assert (row.with_officer, row.held) == (False, False)
    assert "Amina" not in repr(row)


def test_a_page_at_a_time(store: Store) -> None:
    """Pages lead on to the last row and back to the first, each need once, in the one order."""
    every = [f"N-{a}{b}2222" for a in "23456" for b in "23456"]
    for number, need in enumerate(every):
        put_need(store, need, **due_in(30 + number // 2))
    seen, page = [], store.needs_page(EVERY, limit=10)
    pages = [page]
    while page.next:
        page = store.needs_page(EVERY, page.next, limit=10)
        pages.append(page)
    seen = [row.need for page in pages for row in page.rows]
    assert seen == every
    assert [len(page.rows) for page in pages] == [10, 10, 5]
    back = store.needs_page(EVERY, pages[2].previous, limit=10)
    assert back.rows == pages[1].rows
    assert store.needs_page(EVERY, back.previous, limit=10) == pages[0]


@pytest.mark.parametrize("cursor", ["", "x", "-", "0.1", "9.9.9", "0.1.N-222222;--", "0.99999999999999999999.N-222222"])
def test_a_made_up_cursor_is_refused(store: Store, cursor: str) -> None:
    """What no page wrote leads nowhere, and does no harm."""
    with pytest.raises(CursorWrong):
        store.needs_page(EVERY, cursor)


def test_only_what_is_asked_for(store: Store) -> None:
    """By status, category, area, incident, practice, officer, time; several at once narrow it down."""
    put_need(store, N1, area="Norbiton, KT2", **due_in(10))
    put_need(store, N2, category="lift", incident="X-222222", **due_in(20))
    put_need(store, N3, exercise=True, **due_in(30))
    promise(store, N3, 20)
    store.add_officer(an_officer(), NOW)
    give_task(store, N2, "dee")
    asked = {
        "status": NeedsWanted(statuses=(NeedStatus.covered,)),
        "statuses": NeedsWanted(statuses=(NeedStatus.open, NeedStatus.on_hold)),
        "category": NeedsWanted(category="lift"),
        "both": NeedsWanted(statuses=(NeedStatus.covered,), category="lift"),
        "area": NeedsWanted(area="norbi"),
        "incident": NeedsWanted(incident="X-222222"),
        "real": NeedsWanted(exercise=False),
        "with officer": NeedsWanted(with_officer=True),
        "without": NeedsWanted(with_officer=False),
        "hers": NeedsWanted(officer="dee"),
        "nobody's": NeedsWanted(officer="ola"),
        "from": NeedsWanted(needed_from=NOW + 20 * HOUR),
        "before": NeedsWanted(needed_before=NOW + 20 * HOUR),
        "all of it": NeedsWanted(statuses=(NeedStatus.open,), area="Hill", with_officer=True),
    }
    found = {name: needs(store, wanted) for name, wanted in asked.items()}
    assert found == {
        "status": [N3],
        "statuses": [N1, N2],
        "category": [N2],
        "both": [],
        "area": [N1],
        "incident": [N2],
        "real": [N1, N2],
        "with officer": [N2],
        "without": [N1, N3],
        "hers": [N2],
        "nobody's": [],
        "from": [N2, N3],
        "before": [N1],
        "all of it": [N2],
    }


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("n 222 222", [N1]),
        ("2222", [N1]),
        ("3333", [N2]),
        ("CASE-7", [N2]),
        ("case-7/b", []),
        ("norb", [N1]),
        ("%", []),
    ],
)
def test_a_search_is_forgiving(store: Store, typed: str, found: list[str]) -> None:
    """A reference as people say it, its beginning, a case number of the council's own, a part of a place's name."""
    put_need(store, N1, area="Norbiton")
    put_need(store, N2, key="CASE-7/A")
    assert needs(store, NeedsWanted(search=typed)) == found


def test_what_waits_for_an_officer(store: Store) -> None:
    """Dee's own tasks, what must be taken first first, what she has taken after; nothing that is done."""
    for id in ("dee", "ola"):
        store.add_officer(an_officer(id), NOW)
    for need in (N1, N2, N3):
        put_need(store, need)
    first, taken, olas = give_task(store, N1, "dee"), give_task(store, N2, "dee"), give_task(store, N3, "ola")
    must_commit(store, _with_task(store, taken.but(status=TaskStatus.taken)))
    assert store.late_tasks() == 0
    must_commit(store, _with_task(store, olas.but(passes=1)))
    assert store.late_tasks() == 1
    assert [(row.task.id, row.need.need) for row in store.tasks_for("dee")] == [(first.id, N1), (taken.id, N2)]
    assert {row.task.id for row in store.tasks_for(None)} == {first.id, taken.id, olas.id}
    must_commit(store, _with_task(store, first.but(status=TaskStatus.done)))
    assert [row.task.id for row in store.tasks_for("dee")] == [taken.id]
    assert not store.needs_page(NeedsWanted(search=N1)).rows[0].with_officer
    assert store.task(first.id) == first.but(status=TaskStatus.done)
    assert store.task("nothing") is None


def _with_task(store: Store, task: Task) -> Change:
    draft = Draft(read(store, task.need), NOW)
    draft.put_task(task)
    return draft.change(wake_at=NOW + HOUR)


def test_how_much_there_is(store: Store) -> None:
    """Needs by status, tasks to take, needs at risk."""
    put_need(store, N1, **due_in(3))
    put_need(store, N2, **due_in(100))
    put_need(store, N3)
    close(store, N3)
    give_task(store, N1, "dee")
    counts = store.counts(NOW)
    assert counts.needs[NeedStatus.open] == 2
    assert (counts.open_tasks, counts.at_risk) == (1, 1)


def test_these_needs_in_this_order(store: Store) -> None:
    """As they were named; one that is not there is left out."""
    put_need(store, N1)
    put_need(store, N2)
    assert [row.need for row in store.needs_listed([N2, N3, N1])] == [N2, N1]
    assert store.needs_listed([]) == []


# --- who may help ---------------------------------------------------------------


def responders(store: Store, **wanted: object) -> list[str]:
    return [row.responder.id for row in store.responders_page(RespondersWanted(**wanted)).rows]  # type: ignore[arg-type]


def test_partners_by_name(store: Store) -> None:
    """By name, whatever its letters' case; found by words of it or the beginning of the id; by what they are and do."""
    put_responders(
        store,
        a_responder("r-1", name="riverside Kitchen", sector=Sector.business, capabilities=("hot-meal",)),
        a_responder("r-2", name="Good Neighbours", sector=Sector.community, paused_until=NOW + DAY),
        a_responder("sam", name="Sam Kitchener"),
    )
    assert responders(store) == ["r-2", "r-1", "sam"]
    assert responders(store, search="kitchen river") == ["r-1"]
    assert responders(store, search="kitchen") == ["r-1", "sam"]
    assert responders(store, search="r-") == ["r-2", "r-1"]
    assert responders(store, search="100%") == []
    assert responders(store, sector="business") == ["r-1"]
    assert responders(store, capability="food-parcel") == ["r-2", "sam"]
    assert responders(store, paused=NOW) == ["r-2"]
    assert responders(store, paused=NOW + 2 * DAY) == []
    assert responders(store, stale=NOW + 100 * DAY) == []
    assert responders(store, stale=NOW + 200 * DAY) == ["r-2", "r-1", "sam"]


def test_partners_a_page_at_a_time(store: Store) -> None:
    """On and back, each once, with many of one name; a cursor names nobody."""
    every = [f"r-{number:02}" for number in range(25)]
    put_responders(store, *(a_responder(id, name="Sam") for id in every))
    page = store.responders_page(RespondersWanted(), limit=10)
    second = store.responders_page(RespondersWanted(), page.next, limit=10)
    third = store.responders_page(RespondersWanted(), second.next, limit=10)
    assert [row.responder.id for p in (page, second, third) for row in p.rows] == every
    assert store.responders_page(RespondersWanted(), third.previous, limit=10).rows == second.rows
    assert "Sam" not in (page.next or "")
    with pytest.raises(CursorWrong):
        store.responders_page(RespondersWanted(), "nobody")


def test_what_somebody_was_asked_and_said(store: Store) -> None:
    """The newest first, of needs that are closed as well; how often they said yes; when their record was brought in."""
    for need in (N1, N2):
        put_need(store, need)
        promise(store, need, 20)
    close(store, N1)
    asked = store.asks_of("sam")
    assert [(one.need.id, one.invitation.status, one.need.closed) for one in asked] == [
        (N2, InvitationStatus.accepted, False),
        (N1, InvitationStatus.accepted, True),
    ]
    listed = store.responder_listed("sam")
    assert listed is not None
    assert listed.responder == a_responder("sam", sector=Sector.community).but(contacts=1)
    assert (listed.asked, listed.yes, listed.put_at) == (2, 2, NOW)
    assert store.responder_listed("nobody") is None
