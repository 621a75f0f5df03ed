"""After a yes, until it truly happened: begun, done, failed, silent, worried, and what the resident says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector, Silence
from domain.changes import Change, Refusal
from domain.closing import close, hear_resident
from domain.events import EventCode
from domain.finishing import is_time
from domain.invitations import InvitationStatus, Reason
from domain.messages import Channel, MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.taking_answers import take_answer
from domain.telling import end_task
from tests.domain.world import World, at, begin
from tests.people import BOB, DUNCAN, GOOD_NEIGHBOURS, JANE, OLA, SAM, SERVICES, helper, playbook, round_of

BY = playbook(round_of("neighbours", ask=9, patience="4h"), confirm_after="2h", chase_after="1d", close_after="7d")


def four(*lines: str, **more: Any) -> World:
    """Sam, Bob, Jane and Good Neighbours have been asked; it is due in ten hours."""
    return begin(*lines, people=[SAM, BOB, JANE, GOOD_NEIGHBOURS], by=BY, **{"needed_by": "+10h"} | more)


def share(world: World, who: str, line: int = 1) -> tuple[int, int, int]:
    """What counts of somebody's promise, what they brought, and what did not come."""
    found = world.invitation(who).share(line)
    assert found
    return found.pledged, found.delivered, found.lost


def code(refused: object) -> str:
    assert isinstance(refused, Refusal)
    assert refused.sentence.endswith(".")
    return refused.code


def records(world: World, kind: TaskKind = TaskKind.worry) -> None:
    """Ola records what she found."""
    task = next(t for t in world.situation.tasks if t.kind is kind)
    world.act(lambda s, now: end_task(s, task.id, "ola", TaskOutcome.recorded, "All is well.", now))


# --- begun, done, could not -------------------------------------------------------


def test_begun_then_done() -> None:
    """Sam is on it, then it is done: in progress, completed, a receipt for each, and still covered."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.forget().started("sam")
    assert world.invitation("sam").status is InvitationStatus.in_progress
    world.done("sam")
    assert (world.invitation("sam").status, share(world, "sam")) == (InvitationStatus.completed, (5, 5, 0))
    assert world.told(MessageKind.receipt) == ["sam", "sam"]
    assert world.story() == [EventCode.started, EventCode.said_done]
    assert world.need.status is NeedStatus.covered


def test_less_than_promised_is_missing_again() -> None:
    """R02: the food bank promised 15 and brings 9: six are missing again, and Jane, who stands by, is asked first."""
    world = four("food-parcel:15")
    world.yes("good-neighbours", 15)
    world.yes("jane", 6)
    world.forget().done("good-neighbours", 9)
    assert (share(world, "good-neighbours"), world.missing()) == ((9, 9, 6), 6)
    assert world.story()[:3] == [EventCode.said_done, EventCode.reopened, EventCode.reserve_called]
    assert world.told(MessageKind.reserve_call) == ["jane"]
    assert not world.asked()


def test_more_than_promised_is_kept_and_counts_only_as_needed() -> None:
    """Sam promised 5 of 8 and brings 10: all that was missing counts, and ten are on record."""
    world = four("food-parcel:8")
    world.yes("sam", 5)
    world.done("sam", 10)
    assert (share(world, "sam"), world.missing()) == ((8, 10, 0), 0)


def test_half_a_lift_is_not_done() -> None:
    """What cannot be shared out is done whole or not at all."""
    world = four("lift:2")
    world.yes("sam")
    assert code(world.done("sam", 1)) == "invalid"
    assert code(world.done("sam", 0)) == "invalid"
    world.done("sam", 2)
    assert share(world, "sam") == (2, 2, 0)


def test_could_not_before_its_time() -> None:
    """A34: Sam says in time that he cannot: the others are asked within the time there is; it is no no-show."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    due = world.need.line(1).due
    world.forget().failed("sam")
    assert (world.invitation("sam").reason, share(world, "sam")) == (Reason.could_not, (0, 0, 5))
    assert world.story()[:2] == [EventCode.could_not, EventCode.reopened]
    assert world.need.line(1).due == due
    assert world.asked() == ["bob", "jane", "good-neighbours"]


def test_all_of_it_can_be_undone() -> None:
    """R05, R08: done by mistake, then failed, then done after all, then on it: each is what stands then."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    said = [(world.done, "completed", 5), (world.failed, "failed", 0), (world.done, "completed", 5),
            (world.started, "in-progress", 5)]  # fmt: skip
    for say, status, counts in said:
        assert isinstance(say("sam"), Change)
        assert (world.invitation("sam").status.value, world.pledged()) == (status, counts)


@pytest.mark.parametrize("kind", [AnswerKind.started, AnswerKind.done, AnswerKind.failed, AnswerKind.concern])
def test_the_same_click_twice_is_one_answer(kind: AnswerKind) -> None:
    """L12: the second sending of the same page is the same answer."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    answer = Answer(kind, note="Nobody opens", page_version=world.invitation("sam").version)
    assert isinstance(world.answers("sam", answer), Change)
    before = world.situation
    assert world.answers("sam", answer) is None
    assert world.situation is before


@pytest.mark.parametrize("kind", [AnswerKind.started, AnswerKind.done, AnswerKind.failed, AnswerKind.concern])
def test_only_who_promised_can_say_how_it_goes(kind: AnswerKind) -> None:
    """L05: asked and not promised, or only standing by: refused by the field, nothing written."""
    world = four("food-parcel:5")
    assert code(world.answers("sam", Answer(kind, note="x"))) == "invalid"
    world.yes("sam", 5)
    world.yes("bob", 2)
    if kind is not AnswerKind.concern:
        assert code(world.answers("bob", Answer(kind, note="x"))) == "invalid"


def test_an_old_page_is_shown_the_present() -> None:
    """R06: the page was opened before the promise grew."""
    world = four("food-parcel:9")
    world.yes("sam", 5)
    old = Answer(AnswerKind.done, page_version=world.invitation("sam").version)
    world.yes("sam", 3)
    assert code(world.answers("sam", old)) == "stale"


def test_from_the_agreed_time_it_is_asked_how_it_went() -> None:
    """When due, or when they said they would be ready, or once begun; not before."""
    world = four("food-parcel:9")
    world.yes("sam", 5, ready=at(world, "3h"))
    world.yes("bob", 4)
    time = lambda who, length: is_time(world.situation, world.invitation(who), at(world, length))  # noqa: E731
    assert (time("sam", "2h59m"), time("sam", "3h")) == (False, True)
    assert (time("bob", "9h59m"), time("bob", "10h")) == (False, True)
    world.started("bob")
    assert time("bob", "1h")


# --- silence ------------------------------------------------------------------------


def test_silence_is_chased_once_then_made_good() -> None:
    """A25: Sam said yes and nothing more: asked once, given up a day later; Jane, standing by, is called; Ola hears."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.yes("jane", 5)
    world.forget().wait("33h59m")
    assert not world.told(MessageKind.chase)
    world.wait("1m")
    assert world.told(MessageKind.chase) == ["sam"]
    world.wait("23h59m")
    assert world.told(MessageKind.chase) == ["sam"]
    world.wait("1m")
    assert (world.invitation("sam").reason, share(world, "sam")) == (Reason.no_answer, (0, 0, 5))
    assert world.tasks(TaskKind.no_show) == ["open"]
    assert world.told(MessageKind.reserve_call) == ["jane"]
    assert world.need.line(1).due == world.now + timedelta(hours=10)
    assert [e.code for e in world.events if e.code in (EventCode.no_show, EventCode.new_due)] == [
        EventCode.no_show,
        EventCode.new_due,
    ]


@pytest.mark.parametrize(
    ("because", "chase_after", "chased", "given_up"),
    [(None, "4h", 8, 12), ("The river is in the house", "4h", 2, 6), (None, "30m", 22, 23)],
)
def test_nobody_is_given_up_while_they_sleep(because: str | None, chase_after: str, chased: int, given_up: int) -> None:
    """A25, A13: a lift at ten at night, and not a word of it: Sam is asked at eight in the morning, and given up at
    noon. With a flood on record Ola does not wait for the morning to learn that nobody came; nor where the playbook
    gives half an hour."""
    by = playbook(round_of("neighbours", patience="1h"), confirm_after="1d", chase_after=chase_after)
    world = begin("lift:1", people=[SAM], by=by, needed_by="+13h", urgent=bool(because), urgent_because=because)
    world.yes("sam")
    world.forget().wait("1d").wait("5h")
    (asked,) = (m for m in world.messages if m.kind is MessageKind.chase and m.channel is Channel.email)
    (no_show,) = world.happened(EventCode.no_show)
    assert (asked.created_at.hour, no_show.at.hour) == (chased, given_up)


def test_a_no_show_while_another_line_is_still_looked_for() -> None:
    """A25: the blankets are not covered; Sam's parcels are followed all the same, and only they get a new time."""
    world = four("food-parcel:5@+10h", "blanket:100", needed_by="+5d")
    world.yes("sam", 5)
    world.wait("58h")
    assert world.invitation("sam").reason is Reason.no_answer
    assert world.need.cycle == 1
    assert world.need.line(1).due == world.now + timedelta(hours=10)
    assert world.need.line(2).due == at(world, "5d")


def test_who_says_so_late_counts_as_far_as_it_is_missing() -> None:
    """Sam was given up and says then that he brought it: it counts, unless others have brought it meanwhile."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.wait("58h")
    world.yes("jane", 3)
    world.done("sam")
    assert (share(world, "sam"), share(world, "jane"), world.missing()) == ((2, 5, 0), (3, 0, 0), 0)
    assert world.tasks(TaskKind.no_show) == ["done"]


@pytest.mark.parametrize("said", ["done", "failed", "started", "question", "worry", "yes"])
def test_who_answers_the_chase_is_no_no_show(said: str) -> None:
    """Any answer at all is no silence."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.wait("34h")
    say = {"done": world.done, "failed": world.failed, "started": world.started, "question": world.question,
           "worry": world.worries, "yes": lambda who: world.yes(who, 4)}[said]  # fmt: skip
    assert isinstance(say("sam"), Change)
    world.wait("23h59m")
    assert not world.tasks(TaskKind.no_show)
    assert world.invitation("sam").reason is not Reason.no_answer


def test_the_resident_s_yes_spares_the_chase() -> None:
    """The resident is asked first; a yes closes it and nobody is chased."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.wait("12h")
    world.resident_says("yes")
    world.forget().wait("9d")
    assert not world.messages


# --- a worry ------------------------------------------------------------------------


def test_a_worry_is_an_officer_s_at_any_hour() -> None:
    """Nobody opens the door at 2am: an urgent task, the words private, nothing of them in any event."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.wait("17h")
    world.forget().worries("sam", "She lies on the floor")
    assert world.tasks(TaskKind.worry) == ["open"]
    assert {m.urgent for m in world.messages if m.kind is MessageKind.officer_task} == {True}
    assert "She lies on the floor" in world.notes.values()
    assert not any("floor" in event.model_dump_json() for event in world.events)
    assert world.pledged() == 5


def test_who_worries_is_never_a_no_show() -> None:
    """Chasing stops while it waits; once it is recorded Sam is asked once, and his silence is no no-show."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.worries("sam")
    world.wait("9d")
    assert not world.told(MessageKind.chase)
    records(world)
    world.wait("3d")
    assert world.told(MessageKind.chase) == ["sam"]
    assert not world.tasks(TaskKind.no_show)


def test_nothing_closes_over_a_worry() -> None:
    """Not an officer, not silence, not the resident's yes, until an officer has recorded it; then the yes counts."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.worries("sam")
    assert code(world.officer_closes(Outcome.withdrawn)) == "worry"
    world.wait("9d")
    assert not world.need.closed
    world.resident_says("yes")
    assert not world.need.closed
    assert world.resident_says("yes") is None
    records(world)
    assert (world.need.outcome, world.invitation("sam").status) == (Outcome.met, InvitationStatus.completed)


def test_more_words_join_a_worry_nobody_has_taken() -> None:
    """One link cannot flood who is on duty: forty messages are one task, one receipt, and a mail every ten minutes at
    most, with all that was written. Once Ola has taken it, more words are a task of their own."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.forget()
    for number in range(40):
        world.worries("sam", f"Nobody opens, {number}")
    assert world.tasks(TaskKind.worry) == ["open"]
    assert (world.told(MessageKind.officer_task), world.told(MessageKind.receipt)) == (["ola"], ["sam"])
    assert len([words for words in world.notes.values() if words.startswith("Nobody opens")]) == 40
    world.wait("10m")
    assert world.told(MessageKind.officer_task) == ["ola"] * 2
    assert {m.urgent for m in world.messages if m.kind is MessageKind.officer_task} == {True}
    (task,) = [t for t in world.situation.tasks if t.kind is TaskKind.worry]
    words = [world.notes[id] for id in (task.note or "", *task.more)]
    assert (words[0], words[-1], len(words)) == ("Nobody opens, 0", "Nobody opens, 39", 10)
    world.wait("12m")
    world.worries("sam", "He lies on the floor")
    assert world.told(MessageKind.officer_task) == ["ola"] * 3
    world.officer_takes(TaskKind.worry)
    world.worries("sam", "The police are here")
    assert world.tasks(TaskKind.worry) == ["taken", "open"]


def test_words_nobody_has_had_yet_outlive_the_worry_they_joined() -> None:
    """Ola takes it, or records it, as Sam writes again: what she cannot have read comes to her as a worry at once."""
    for end in (lambda world: world.officer_takes(TaskKind.worry), records):
        world = four("food-parcel:5")
        world.yes("sam", 5)
        world.worries("sam")
        for words in ("He lies on the floor", "He has stopped talking"):
            world.worries("sam", words)
        world.forget()
        end(world)
        assert world.told(MessageKind.officer_task) == ["ola"]
        raised = world.situation.tasks[-1]
        said = [world.notes[id] for id in (raised.note or "", *raised.more)]
        assert (raised.status, said) == ("open", ["He lies on the floor", "He has stopped talking"])


def test_whoever_gets_a_worry_next_reads_all_of_it() -> None:
    """Nobody took it: the mail to the next officer has the later words, and no second one follows for them."""
    world = four("food-parcel:5", officers=(OLA, DUNCAN))
    world.yes("sam", 5)
    world.worries("sam")
    world.wait("55m")
    world.forget().worries("sam", "He lies on the floor")
    assert world.told(MessageKind.officer_task) == ["ola"]
    world.worries("sam", "I hear him")
    world.wait("30m")
    assert world.told(MessageKind.officer_task) == ["ola", "duncan"]


def test_a_worry_is_heard_after_done_and_after_closing() -> None:
    """Closed wins, but somebody may be in danger: an officer hears, nothing is reopened, nobody else is told."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.done("sam")
    world.wait("12h")
    world.resident_says("yes")
    world.forget().worries("sam")
    assert world.need.closed
    assert world.tasks(TaskKind.worry) == ["open"]
    assert {m.kind for m in world.messages} == {MessageKind.officer_task}


def test_a_worry_needs_words() -> None:
    """An officer cannot act on nothing."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    refused = world.worries("sam", "")
    assert isinstance(refused, Refusal)
    assert refused.place == "note"


# --- what the resident says ------------------------------------------------------------


def asked(*giving: tuple[str, int], **more: Any) -> World:
    """These have promised, it was due, and the resident has been asked."""
    world = four(f"food-parcel:{sum(count for _, count in giving)}", **more)
    for who, count in giving:
        world.yes(who, count)
        world.wait("1m")
    return world.wait("12h")


def test_fewer_came_than_were_promised() -> None:
    """A44: 9 of 15 came: the latest promise goes first, and what remains of it is done; six are looked for again."""
    world = asked(("sam", 5), ("good-neighbours", 10))
    world.forget().resident_says("partly", received={1: 9})
    assert (share(world, "sam"), share(world, "good-neighbours")) == ((5, 5, 0), (4, 4, 6))
    assert world.missing() == 6
    assert world.events[0].facts["lost"] == {"1": 6}
    assert world.asked() == ["bob", "jane"]
    assert world.tasks(TaskKind.resident_says) == ["open"]


def test_what_is_said_to_be_done_goes_last() -> None:
    """Good Neighbours, later, reported theirs; Sam did not: his go first."""
    world = asked(("sam", 5), ("good-neighbours", 10))
    world.done("good-neighbours")
    world.resident_says("partly", received={1: 12})
    assert (share(world, "sam"), share(world, "good-neighbours")) == ((2, 2, 3), (10, 10, 0))


def test_partly_without_numbers() -> None:
    """What nobody reported done counts as not received; if all was, nothing is guessed and the officer decides."""
    world = asked(("sam", 5), ("good-neighbours", 10))
    world.done("good-neighbours")
    world.resident_says("partly")
    assert (world.pledged(), world.invitation("sam").reason) == (10, Reason.not_received)
    sure = asked(("sam", 5))
    sure.done("sam")
    sure.resident_says("partly")
    assert (sure.missing(), sure.need.status, sure.need.resident_said) == (0, NeedStatus.confirming, "partly")
    assert sure.tasks(TaskKind.resident_says) == ["open"]
    assert sure.resident_says("partly") is None


def test_no_after_it_was_presumed_opens_it_again() -> None:
    """A44, R13: presumed and closed; no: all of it is looked for again in a new cycle, and no old alarm rings."""
    world = asked(("sam", 5))
    world.done("sam")
    world.wait("8d")
    assert world.need.outcome is Outcome.presumed
    world.wait("3d").forget().resident_says("no")
    assert (world.need.status, world.need.cycle, world.need.outcome) == (NeedStatus.open, 2, None)
    assert world.story()[:3] == [EventCode.resident_said, EventCode.reopened, EventCode.new_due]
    assert world.need.wake_at
    assert world.need.wake_at > world.now
    world.yes("jane", 5)
    world.forget().wait("12h")
    assert world.told(MessageKind.resident_asked) == ["resident"]


def test_an_officer_records_the_resident_s_word() -> None:
    """By phone: the same follows, and no second officer is asked to phone about what is looked for already."""
    world = asked(("sam", 5))
    world.act(lambda s, now: hear_resident(s, "partly", now, by="officer:ola", received={1: 2}))
    assert world.happened(EventCode.resident_said)[0].by == "officer:ola"
    assert world.missing() == 3
    assert not world.tasks(TaskKind.resident_says)


def test_where_silence_is_not_enough_an_officer_calls() -> None:
    """`silence: officer`: never presumed; a call, and another one each time it ends without an answer."""
    world = four("food-parcel:5")
    line = world.need.line(1)
    careful = line.but(capability=line.capability.but(silence=Silence.officer))
    world.situation = replace(world.situation, need=world.need.but(lines=(careful,)))
    world.yes("sam", 5)
    world.done("sam")
    world.wait("7d").wait("12h")
    assert [(t.kind, t.note) for t in world.situation.open_tasks] == [(TaskKind.call_resident, "resident-asked")]
    world.wait("30d")
    assert not world.need.closed
    assert len([t for t in world.situation.tasks if t.kind is TaskKind.call_resident]) == 1
    task = world.situation.open_tasks[0]
    world.act(lambda s, now: end_task(s, task.id, "ola", TaskOutcome.yes, None, now))
    assert world.need.outcome is Outcome.met


def test_a_condition_written_with_a_yes_reaches_a_person() -> None:
    """A29: "Yes, but only in two hours": the words are kept, an officer reads them, and Sam's yes points to them."""
    world = four("food-parcel:5")
    answer = Answer(AnswerKind.accept, note="Only in two hours")
    world.answers("sam", world.checked("sam", answer))
    assert world.pledged() == 5
    assert world.tasks(TaskKind.question) == ["open"]
    note = world.situation.open_tasks[0].note
    assert (world.notes[note or ""], world.invitation("sam").note) == ("Only in two hours", note)


def test_closing_thanks_those_who_said_it_was_done() -> None:
    """A21: they had a receipt then; at the end they hear how it went, once."""
    world = four("food-parcel:8")
    world.yes("sam", 5)
    world.yes("jane", 3)
    world.done("sam")
    world.forget()
    world.act(lambda s, now: close(s, Outcome.met, "officer:ola", now))
    assert sorted(world.told(MessageKind.thanks)) == ["jane", "sam"]


def test_what_was_decided_on_an_old_version_changes_nothing() -> None:
    """A11: two look at once; the second no-show is decided anew and finds nothing left to do."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    before = world.situation
    world.done("sam")
    loser = take_answer(before, world.invitation("sam").id, Answer(AnswerKind.failed), SAM, world.now)
    assert isinstance(loser, Change)
    assert loser.need.version != world.need.version


# --- whoever was let go may still be worried ----------------------------------------------


def test_a_worry_is_taken_from_a_page_that_is_old() -> None:
    """The place has changed since Sam opened his page: what he is worried about is heard all the same."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    old = Answer(AnswerKind.concern, note="Nobody opens", page_version=world.invitation("sam").version)
    world.amends(place="Hook")
    assert isinstance(world.answers("sam", old), Change)
    assert world.tasks(TaskKind.worry) == ["open"]
    assert world.answers("sam", old) is None


def test_the_same_worry_again_after_it_was_seen_to_is_a_new_one() -> None:
    """Ola has recorded the first; a day later Sam stands before the same closed door."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.worries("sam")
    assert world.worries("sam") is None
    records(world)
    again = Answer(AnswerKind.concern, note="Nobody opens the door.", page_version=world.invitation("sam").version)
    assert isinstance(world.answers("sam", again), Change)
    assert world.answers("sam", again) is None
    assert world.tasks(TaskKind.worry) == ["done", "open"]


@pytest.mark.parametrize("outcome", [Outcome.withdrawn, Outcome.not_met, Outcome.met])
def test_who_is_called_off_on_the_way_may_be_worried(outcome: Outcome) -> None:
    """Sam has the address and is at the door as the need is closed: what he saw there reaches an officer."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.officer_closes(outcome)
    world.forget()
    assert isinstance(world.worries("sam"), Change)
    assert world.tasks(TaskKind.worry) == ["open"]
    assert world.need.closed
    assert not isinstance(world.worries("bob"), Change)


def test_who_is_needed_no_more_may_be_worried() -> None:
    """Less is needed, so Sam is let go; he had the address. Bob was asked and had promised nothing."""
    world = four("food-parcel:8")
    world.yes("good-neighbours", 3)
    world.wait("1m")
    world.yes("sam", 5)
    world.amends("food-parcel:3")
    assert (world.invitation("sam").status, world.invitation("sam").reason) == ("cancelled", Reason.less)
    assert isinstance(world.worries("sam"), Change)
    assert not isinstance(world.worries("bob"), Change)


# --- what counts of what was brought -------------------------------------------------------


def test_what_an_officer_is_to_choose_does_not_count_for_being_done() -> None:
    """Kingsway promised 5 parcels and only offered 6 hours: both are on record as done, and no hour counts."""
    holds: dict[str, Any] = {"capabilities": ("care-hours", "food-parcel"), "checks": (CheckLevel.enhanced,)}
    kingsway = helper("kingsway", sector=Sector.provider, capacity=10, **holds)
    by = playbook(round_of("services", SERVICES, "6h"))
    world = begin("food-parcel:5", "care-hours:6", people=[kingsway], by=by)
    world.yes("kingsway", 5, 6)
    world.done("kingsway", 5, 6)
    assert (share(world, "kingsway", 1), share(world, "kingsway", 2)) == ((5, 5, 0), (0, 6, 0))
    assert (world.invitation("kingsway").offered, world.missing(2)) == (0, 6)


def test_what_was_never_promised_does_not_count_for_being_done() -> None:
    """Sam promised parcels and no blanket: that he also brought blankets is on record, and others are still asked."""
    world = four("food-parcel:5", "blanket:3")
    world.yes("sam", 5, 0)
    world.done("sam", 5, 3)
    assert (share(world, "sam", 2), world.missing(2)) == ((0, 3, 0), 3)


def test_a_no_to_what_could_not_be_done_is_said_once() -> None:
    """Sam has told us already: however often he says so, it is one event and one receipt; new words are kept."""
    world = four("food-parcel:5")
    world.yes("sam", 5)
    world.failed("sam")
    world.forget()
    assert world.no("sam") is None
    assert world.no("sam", Reason.at_capacity) is None
    assert world.failed("sam") is None
    assert not world.events
    assert not world.messages
    assert isinstance(world.answers("sam", Answer(AnswerKind.failed, note="The road was under water")), Change)
    assert "The road was under water" in world.notes.values()


def test_what_is_not_due_yet_is_still_to_come() -> None:
    """Half of Sam's parcels came; his meals are for tonight: they still count, and he is asked about them then."""
    world = four("food-parcel:4@+2h", "hot-meal:4@+10h")
    world.yes("sam")
    world.wait("3h")
    world.resident_says("partly", received={1: 2})
    assert (share(world, "sam", 1), share(world, "sam", 2)) == ((2, 2, 2), (4, 0, 0))
    assert world.invitation("sam").promised
    world.wait("32h")
    assert world.told(MessageKind.chase) == ["sam"]


def test_all_of_what_was_due_came_and_the_rest_is_still_to_come() -> None:
    """Bob's parcels came short, Sam's did not: Sam's meals for tonight are not taken as done either."""
    world = four("food-parcel:4@+2h", "hot-meal:4@+10h")
    world.yes("sam", 2, 4)
    world.wait("1m")
    world.yes("bob", 2, 0)
    world.wait("3h")
    world.resident_says("partly", received={1: 3})
    assert (share(world, "sam", 2), share(world, "bob", 1)) == ((4, 0, 0), (1, 1, 1))
    assert world.invitation("sam").promised
