"""Covered, asked whether it happened, closed: everyone hears how it ended, once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.answering import Answer, AnswerKind
from domain.changes import Change, Refusal
from domain.events import EventCode
from domain.handing_over import take_task
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind
from domain.relinking import send_new_link, send_new_status_link
from tests.domain.world import CLOSING, World, at, begin
from tests.people import BOB, DUNCAN, JANE, MRS_OKAFOR, OLA, SAM, playbook, round_of

ASK_ALL = playbook(round_of("neighbours", ask=9, patience="1d"), confirm_after="1d", close_after="7d")


def three(*lines: str, **more: object) -> World:
    return begin(*lines, people=[SAM, BOB, JANE], by=ASK_ALL, **{"needed_by": "+10h"} | more)


def covered(**more: object) -> World:
    world = three("lift:1", **more)
    world.yes("sam")
    return world


def asked(**more: object) -> World:
    """It is a day after it was due, and the resident has been asked."""
    world = covered(**more).wait("34h")
    assert world.need.status is NeedStatus.confirming
    return world


def code(refused: object) -> str:
    assert isinstance(refused, Refusal)
    return refused.code


def test_everyone_still_open_is_released_once() -> None:
    """A35: covered, those still open are told once, but not Jane, whose ask never arrived, nor Bob, who said no."""
    world = begin("lift:1", people=[SAM, BOB, JANE, *(p.but(id=f"{p.id}-2") for p in (SAM,))], by=ASK_ALL)
    world.bounces("jane")
    world.no("bob")
    world.yes("sam")
    assert world.told(MessageKind.stand_down) == ["sam-2"]
    assert world.told(MessageKind.resident_covered) == ["resident"]
    world.wait("30h")
    assert world.told(MessageKind.stand_down) == ["sam-2"]


def test_the_resident_is_asked_a_day_after_it_was_due() -> None:
    """Not before, and once."""
    world = covered().wait("33h59m")
    assert not world.told(MessageKind.resident_asked)
    world.wait("1m").wait("3d")
    assert world.told(MessageKind.resident_asked) == ["resident"]


def test_a_yes_closes_it_as_met() -> None:
    """The resident says it happened: pledges are delivered, Sam is thanked, and nothing more is due."""
    world = asked()
    world.resident_says("yes")
    share = world.invitation("sam").share(1)
    assert share
    assert (world.need.outcome, share.delivered) == (Outcome.met, 1)
    assert world.told(MessageKind.thanks) == ["sam"]
    assert world.resident_says("yes") is None


def test_a_yes_can_be_taken_back() -> None:
    """A44, R13: whoever said yes by mistake can say no: it is open again, looked for anew, and an officer is told."""
    world = asked()
    world.resident_says("yes")
    world.forget().resident_says("no")
    assert world.story()[:3] == [EventCode.resident_said, EventCode.reopened, EventCode.new_due]
    assert (world.need.status, world.need.outcome, world.need.closed_at) == (NeedStatus.open, None, None)
    assert TaskKind.resident_says in [task.kind for task in world.situation.open_tasks]
    assert world.asked() == ["bob", "jane"]


@pytest.mark.parametrize("said", ["partly", "no"])
def test_anything_but_yes_reaches_an_officer(said: str) -> None:
    """A44: it did not (all) happen: it is looked for again, and an officer has it urgently, once."""
    world = asked()
    world.forget()
    assert isinstance(world.resident_says(said, "Nobody came"), Change)
    assert world.tasks(TaskKind.resident_says) == ["open"]
    assert {m.urgent for m in world.messages if m.kind is MessageKind.officer_task} == {True}
    assert world.resident_says(said) is None
    assert (world.missing(), world.need.status) == (1, NeedStatus.open)
    assert "Nobody came" in world.notes.values()
    assert world.told(MessageKind.resident_delayed) == []


@pytest.mark.parametrize("said", ["partly", "no"])
def test_no_then_yes(said: str) -> None:
    """The resident pressed no by mistake: what was taken back counts again, and whoever was asked since is released."""
    world = asked()
    world.resident_says(said)
    world.forget().resident_says("yes")
    assert world.need.outcome is Outcome.met
    assert world.tasks(TaskKind.resident_says) == ["done"]
    assert world.told(MessageKind.thanks) == ["sam"]
    assert world.invitation("sam").share(1).pledged == 1  # type: ignore[union-attr]
    assert set(world.told(MessageKind.stand_down)) == {"bob", "jane"}


def test_whoever_came_in_since_is_called_off() -> None:
    """No, then Bob promises for tomorrow, then yes after all: Bob hears not to set out, Sam is thanked."""
    world = asked()
    world.resident_says("no")
    world.yes("bob")
    world.forget().resident_says("yes")
    assert world.told(MessageKind.thanks) == ["sam"]
    assert set(world.told(MessageKind.call_off)) == {"bob"}  # by mail, and by text
    assert (world.pledged(), world.need.outcome) == (1, Outcome.met)


def test_silence_is_presumed_and_counted_apart() -> None:
    """Sam says that it is done, the resident says nothing for seven days: presumed, not met."""
    world = covered()
    world.done("sam")
    world.wait("34h").wait("6d23h")
    assert not world.need.closed
    world.wait("1h")
    assert world.need.outcome is Outcome.presumed
    assert world.told(MessageKind.resident_closed) == ["resident"]
    assert not world.told(MessageKind.chase)


def test_it_is_too_early_to_say_how_it_went() -> None:
    """While help is still being looked for the resident's answer is not taken."""
    assert code(three("lift:1").resident_says("yes")) == "not-yet"


def test_nobody_sets_out_for_nothing() -> None:
    """Withdrawn: those who had promised are told first, urgently; then those asked, and those standing by."""
    world = three("food-parcel:5", "lift:1")
    world.yes("bob", 5)
    world.answers("jane", world.checked("jane", Answer(AnswerKind.part, offers={1: 2})))
    world.forget().officer_closes(Outcome.withdrawn)
    kinds = list(dict.fromkeys((m.kind, m.to) for m in world.messages))  # some go by mail and by text
    assert kinds[0] == (MessageKind.call_off, "responder:bob")
    assert world.messages[0].urgent
    assert sorted(kinds[1:3]) == [(MessageKind.stand_down, "responder:jane"), (MessageKind.stand_down, "responder:sam")]
    assert kinds[3:] == [(MessageKind.resident_closed, "resident")]
    assert {world.invitation(who).reason for who in ("sam", "bob", "jane")} == {Reason.withdrawn}


def test_nothing_but_closing_messages_after_closing() -> None:
    """A21: reminders, rounds, chases and tasks end with it; only how it ended is told."""
    world = three("food-parcel:5")
    world.yes("sam", 2)
    world.forget().officer_closes(Outcome.partly_met)
    assert {m.kind for m in world.messages} <= CLOSING
    world.forget().wait("60d")
    assert not world.messages
    assert world.need.wake_at is None


@pytest.mark.parametrize("late", ["yes", "no", "question", "bounce", "resident", "link", "status"])
def test_closed_wins(late: str) -> None:
    """Nothing that arrives after closing reopens a need."""
    world = three("lift:1")
    world.officer_closes(Outcome.not_met)
    before = world.situation
    done = {
        "yes": lambda: world.yes("sam"),
        "no": lambda: world.no("sam"),
        "question": lambda: world.question("sam"),
        "bounce": lambda: world.bounces("sam"),
        "resident": lambda: world.resident_says("no"),
        "link": lambda: send_new_link(world.situation, "sam", 0, None, world.now),
        "status": lambda: send_new_status_link(world.situation, None, world.now),
    }[late]()
    assert done is None or code(done) == "closed"
    assert world.situation is before


def test_closing_twice_is_once() -> None:
    """The same outcome again is the same answer; another is refused with what it was."""
    world = three("lift:1")
    world.officer_closes(Outcome.withdrawn)
    assert world.officer_closes(Outcome.withdrawn) is None
    assert code(world.officer_closes(Outcome.not_met)) == "closed"


def test_what_is_not_covered_is_not_closed_as_met() -> None:
    """An officer who closes it says what it came to."""
    world = three("lift:1")
    assert code(world.officer_closes(Outcome.met)) == "not-covered"
    assert not world.need.closed


def test_a_duplicate_s_resident_hears_of_the_other_need() -> None:
    """Closing a duplicate tells the helpers; the resident is not told that their request has ended."""
    world = three("lift:1")
    world.forget().officer_closes(Outcome.duplicate)
    assert not world.told(MessageKind.resident_closed)
    assert len(world.told(MessageKind.stand_down)) == 3


def test_a_resident_without_e_mail_is_phoned() -> None:
    """Each thing the resident is to be told becomes a task for an officer; these outlive the closing."""
    world = covered(resident=MRS_OKAFOR)
    assert [t.note for t in world.situation.tasks] == ["resident-covered"]
    world.officer_closes(Outcome.met)
    assert [(t.note, t.status.value) for t in world.situation.tasks] == [
        ("resident-covered", "done"),  # overtaken by the next
        ("resident-closed", "open"),
    ]


def test_dropping_out_after_the_time_is_made_good_as_soon_as_can_be() -> None:
    """Sam says too late that he did not go: others are asked, for a new time as far off as the first one was."""
    world = asked()
    world.forget().no("sam")
    assert world.story()[:3] == [EventCode.withdrew, EventCode.reopened, EventCode.new_due]
    assert world.asked() == ["bob", "jane"]
    assert world.need.line(1).due == world.now + timedelta(hours=10)
    assert (world.need.status, world.need.resident_asked_at) == (NeedStatus.open, None)


def test_covered_again_the_resident_hears_again() -> None:
    """Covered, lost, covered: told, told of the delay, told again, and asked once after it was due."""
    world = covered()
    world.no("sam")
    world.yes("jane")
    assert world.told(MessageKind.resident_covered) == ["resident", "resident"]
    assert world.told(MessageKind.resident_delayed) == ["resident"]
    world.wait("3d")
    assert world.told(MessageKind.resident_asked) == ["resident"]


def test_a_late_yes_ends_the_officer_s_search() -> None:
    """Handed over, then Jane says yes after all: covered, the task is done, Ola need not look further."""
    world = begin("lift:1", people=[JANE], by=playbook(round_of("neighbours"))).wait("45m")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.yes("jane")
    assert (world.tasks(TaskKind.hand_over), world.need.status) == (["done"], NeedStatus.covered)


def test_a_task_is_taken_by_one() -> None:
    """Taking it twice is the same answer; another officer is told that it is taken; a finished one, that it is done."""
    world = begin("lift:1", people=[JANE], officers=(OLA, DUNCAN), by=playbook(round_of("neighbours"))).wait("45m")
    task = world.situation.open_tasks[0].id
    assert isinstance(world.officer_takes(TaskKind.hand_over, "duncan"), Change)
    take = lambda who, id=task: take_task(world.situation, id, who, world.now)  # noqa: E731
    assert take("duncan") is None
    assert code(take("ola")) == "taken"
    assert code(take("ola", "Knone")) == "unknown"
    world.yes("jane")
    assert code(take("duncan")) == "done"


def test_a_new_link_goes_out_once_in_ten_minutes() -> None:
    """T13: to the contact on file, of the latest invitation, and not again at once."""
    world = covered()
    sent = send_new_link(world.situation, "sam", 0, None, world.now)
    assert sent
    assert [(m.kind, m.to, m.invitation) for m in sent.messages] == [
        (MessageKind.new_link, "responder:sam", world.invitation("sam").id)
    ]
    assert send_new_link(world.situation, "sam", 0, at(world, "0s"), at(world, "9m")) is None
    assert send_new_link(world.situation, "sam", 0, at(world, "0s"), at(world, "10m"))
    assert send_new_link(world.situation, "nobody", 0, None, world.now) is None
    assert send_new_status_link(world.situation, None, world.now)
    assert send_new_status_link(covered(resident=MRS_OKAFOR).situation, None, world.now) is None


def test_a_lift_that_was_given_stays_given() -> None:
    """Closed as met, Sam's invitation is completed and the others stay released."""
    world = asked()
    world.officer_closes(Outcome.met)
    assert world.invitation("sam").status is InvitationStatus.completed
    assert world.invitation("bob").status is InvitationStatus.cancelled


def test_a_yes_does_not_close_what_is_missing_still() -> None:
    """Partly, then 10 instead of 4 are needed, then yes: the 4 count again, and 6 are looked for still."""
    world = begin("food-parcel:4", people=[SAM])
    world.yes("sam")
    world.wait("2d").wait("3h")
    world.resident_says("partly")
    world.amends("food-parcel:10", needed_by="+1d")
    assert isinstance(world.resident_says("yes"), Change)
    assert (world.pledged(), world.missing()) == (4, 6)
    assert world.need.status is NeedStatus.open
    assert world.tasks(TaskKind.resident_says) == ["done"]


def test_a_yes_does_not_call_off_who_is_needed_besides() -> None:
    """Bob has been found for what came on top: Sam's 4 count again, and Bob still comes."""
    world = begin("food-parcel:4", people=[SAM])
    world.yes("sam")
    world.wait("2d").wait("3h")
    world.resident_says("partly")
    world.people.append(BOB)
    world.amends("food-parcel:10", needed_by="+1d")
    world.asks_by_name("bob")
    world.yes("bob", 3)
    world.forget().resident_says("yes")
    assert world.told(MessageKind.call_off) == []
    assert (world.invitation("sam").pledged, world.invitation("bob").pledged) == (4, 3)


def test_half_of_what_cannot_be_shared_out_does_not_count_again() -> None:
    """One lift was lost and two are needed now: a yes does not make Sam's one of them."""
    world = begin("lift:1", people=[SAM])
    world.yes("sam")
    world.wait("2d").wait("3h")
    world.resident_says("partly")
    world.amends("lift:2", needed_by="+1d")
    world.resident_says("yes")
    assert world.pledged() == 0
    assert not world.need.closed


def test_what_is_closed_on_hold_is_not_on_hold_when_it_opens_again() -> None:
    """Amina says yes while it is on hold, and no three days later: it goes on at once, with no clock put on."""
    world = begin("food-parcel:4", people=[SAM, BOB])
    world.yes("sam")
    world.wait("2d").done("sam")
    world.wait("3h").holds()
    world.resident_says("yes")
    assert world.need.closed
    assert (world.need.held_at, world.need.held_until, world.need.before_hold) == (None, None, None)
    world.now += timedelta(days=3)
    world.forget().resident_says("no")
    assert EventCode.resumed not in world.story()


def test_a_second_no_is_about_who_came_since() -> None:
    """Amina said no, and Bob promised 3 of the 5. Said again while he is still to come, her no is the same one; when he
    did not come either, it takes his back and reaches Ola."""
    by = playbook(round_of("neighbours", ask=5, patience="2h"))
    world = begin("food-parcel:5", people=[SAM, BOB.but(capacity=3)], by=by, needed_by="+3h")
    world.yes("sam", 5)
    world.wait("3h30m").resident_says("no")
    assert world.resident_says("no") is None
    world.yes("bob", 3)
    assert world.pledged() == 3
    world.wait("5m")
    assert world.resident_says("no") is None
    assert world.pledged() == 3
    world.now = world.need.line(1).due
    assert isinstance(world.resident_says("no"), Change)
    assert world.pledged() == 0
    assert world.tasks(TaskKind.resident_says) == ["done", "open"]
    assert world.resident_says("no") is None
