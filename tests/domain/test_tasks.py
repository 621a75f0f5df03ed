"""Tasks from taken to done: passed on, called about, ended. Ola and Duncan are on duty; Grace has no e-mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.changes import Change, Draft, Refusal
from domain.events import EventCode
from domain.handing_over import pass_from_unreachable
from domain.messages import Channel, MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import RAISED_ANEW, Task, TaskKind, TaskOutcome, TaskStatus, time_to_end
from domain.responders import Responder
from domain.situations import Situation
from domain.steps import CallAgain
from domain.stories import because
from domain.telling import end_task, outcomes_of
from tests.domain.world import World, begin
from tests.people import BOB, DUNCAN, GROUPS, LONDON, MARGE, MRS_OKAFOR, OLA, SAM, playbook, round_of

HOUR = timedelta(hours=1)
QUICK = playbook(
    round_of("neighbours", patience="2h"), take_within="1h", confirm_after="2h", close_after="2d", chase_after="30d"
)
TOLD, PASSED = MessageKind.officer_task, MessageKind.task_passed


def of(world: World, kind: TaskKind) -> Task:
    """The newest task of this kind."""
    return [task for task in world.situation.tasks if task.kind is kind][-1]


def says(
    world: World, kind: TaskKind, outcome: TaskOutcome, note: str | None = None, *, who: str = "ola", **got: int
) -> Change | Refusal | None:
    """An officer says how their task ended."""
    id, received = of(world, kind).id, {int(n.removeprefix("line")): count for n, count in got.items()} or None
    return world.act(lambda s, now: end_task(s, id, who, outcome, note, now, received))


def raised(kind: TaskKind, **more: object) -> World:
    """A need of Amina's on which Ola has just been given a task of this kind."""
    world = begin("food-parcel:2", people=[SAM], officers=(OLA, DUNCAN), by=QUICK, **more)

    def decide(situation: Situation, now: datetime) -> Change:
        draft = Draft(situation, now)
        draft.note_event(EventCode.task_raised, kind=kind.value)
        draft.raise_task(kind)
        return draft.change(wake_at=now)

    world.act(decide)
    return world


def call(people: tuple[Responder, ...] = (SAM,)) -> World:
    """Sam gives Grace a food parcel; it was due; Ola is asked to phone her and ask whether it happened."""
    world = begin(
        "food-parcel:1", people=people, officers=(OLA, DUNCAN), by=QUICK, resident=MRS_OKAFOR, needed_by="+8h"
    )
    world.yes("sam")
    assert of(world, TaskKind.call_resident).note == MessageKind.resident_covered
    says(world, TaskKind.call_resident, TaskOutcome.told)
    world.wait("10h")
    assert of(world, TaskKind.call_resident).note == MessageKind.resident_asked
    return world.forget()


# --- passed on ----------------------------------------------------------------


def test_a_task_passed_on_tells_both() -> None:
    """Ola let an hour pass: Duncan gets the task, and Ola hears who has it now."""
    world = begin(officers=(OLA, DUNCAN), needed_by="+5d", by=QUICK)
    assert (world.told(TOLD), world.told(PASSED)) == (["ola"], [])
    world.wait("1h")
    assert (world.told(TOLD), world.told(PASSED)) == (["ola", "duncan"], ["ola"])
    world.wait("1h")
    assert (world.told(TOLD), world.told(PASSED)) == (["ola", "duncan", "ola"], ["ola", "duncan"])


def test_alone_on_duty_nobody_is_told_that_it_went_to_herself() -> None:
    """Ola is the only officer: she gets it again, and no second mail says so."""
    world = begin(officers=(OLA,), needed_by="+5d", by=QUICK).wait("1h")
    assert (world.told(TOLD), world.told(PASSED)) == (["ola", "ola"], [])


def test_everybody_has_a_turn_before_anybody_has_two() -> None:
    """Three on the list: each gets it once, then the first again."""
    world = begin(officers=(OLA, DUNCAN, MARGE), needed_by="+9d", by=QUICK).wait("5h")
    assert world.told(TOLD)[:5] == ["ola", "duncan", "marge", "ola", "duncan"]


def test_a_dead_address_is_told_nothing_of_its_passing_on() -> None:
    """Ola's mail comes back: Duncan has the task at once, and no second mail goes to the dead address."""
    world = begin(officers=(OLA, DUNCAN), needed_by="+5d", by=QUICK)
    world.act(lambda situation, now: pass_from_unreachable(situation, now, officer="ola"))
    assert (world.told(TOLD), world.told(PASSED)) == (["ola", "duncan"], [])
    assert world.act(lambda situation, now: pass_from_unreachable(situation, now, officer="duncan")) is None


def test_who_let_it_pass_may_still_take_it() -> None:
    """Ola opens her old link after it went to Duncan: it is hers, and he is refused."""
    world = begin(officers=(OLA, DUNCAN), needed_by="+5d", by=QUICK).wait("1h")
    world.officer_takes(TaskKind.hand_over, "ola")
    late = says(world, TaskKind.hand_over, TaskOutcome.found, who="duncan")
    assert isinstance(late, Refusal)
    assert late.sentence == "Ola Example has taken this already."


# --- a phone call to the resident ---------------------------------------------


def test_a_yes_by_phone_is_met_and_not_presumed() -> None:
    """Ola phones Grace, who says yes: met; Sam is thanked; nobody phones Grace again to say that it is closed."""
    world = call()
    assert says(world, TaskKind.call_resident, TaskOutcome.yes)
    assert world.need.outcome is Outcome.met
    assert world.told(MessageKind.thanks) == ["sam"]
    assert {task.status for task in world.situation.tasks} == {TaskStatus.done}
    assert [e.by for e in world.events] == ["officer:ola"] * len(world.events)
    assert world.wait("10d").need.wake_at is None


def test_a_no_by_phone_looks_for_it_again() -> None:
    """A44: nothing came, says Grace: what was promised is missing again, in one change with the end of the call."""
    world = call(people=(SAM, BOB))
    change = says(world, TaskKind.call_resident, TaskOutcome.no, "She waited all day")
    assert isinstance(change, Change)
    assert [e.code for e in change.events][:2] == [EventCode.task_done, EventCode.resident_said]
    assert world.need.status is NeedStatus.open
    assert "She waited all day" in world.notes.values()
    assert not any("waited" in str(event.facts) for event in world.events)


def test_part_of_it_by_phone_in_numbers() -> None:
    """15 of 20 parcels came, says Grace: 5 are looked for again."""
    world = begin("food-parcel:20", people=[SAM], officers=(OLA,), by=QUICK, resident=MRS_OKAFOR, needed_by="+8h")
    world.yes("sam")
    says(world, TaskKind.call_resident, TaskOutcome.told)
    world.wait("10h")
    says(world, TaskKind.call_resident, TaskOutcome.partly, line1=15)
    assert (world.pledged(), world.missing()) == (15, 5)


def test_nobody_answers_three_times() -> None:
    """Two hours later, then the next day; Ola gets it back each time; the third time it counts as silence."""
    world = call()  # at 7pm
    assert says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    again = of(world, TaskKind.call_resident)
    assert again.status is TaskStatus.taken
    assert again.again_at
    assert again.again_at.astimezone(LONDON).hour == 8  # 9pm is too late to phone
    world.forget().wait("13h")
    assert isinstance(world.steps[0], CallAgain)
    assert world.told(TOLD) == ["ola"]
    says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    again = of(world, TaskKind.call_resident)
    assert again.again_at
    assert again.again_at.astimezone(LONDON).hour == 8
    assert again.again_at - world.now >= timedelta(hours=23)
    world.wait("1d")
    says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    done = of(world, TaskKind.call_resident)
    assert (done.status, done.outcome, done.attempts) == (TaskStatus.done, TaskOutcome.no_answer, 3)
    world.wait("3d")
    assert world.need.outcome is Outcome.presumed


def test_one_call_is_one_try_however_often_the_button_is_pressed() -> None:
    """L12: a double click, a page sent again by the browser: Mrs Okafor has been phoned once. A later call counts."""
    world = call()
    assert says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    again = of(world, TaskKind.call_resident).again_at
    for _ in range(2):
        assert says(world, TaskKind.call_resident, TaskOutcome.no_answer) is None
    world.wait("9m")
    assert says(world, TaskKind.call_resident, TaskOutcome.no_answer) is None
    task = of(world, TaskKind.call_resident)
    assert (task.status, task.attempts, task.again_at) == (TaskStatus.taken, 1, again)
    world.wait("1m")
    assert says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    assert of(world, TaskKind.call_resident).attempts == 2


def test_the_first_try_again_is_two_hours_later_by_day() -> None:
    """A call at midday nobody answers is tried again at two."""
    world = begin("food-parcel:1", people=[SAM], officers=(OLA,), by=QUICK, resident=MRS_OKAFOR)
    world.yes("sam")
    world.wait("3h")
    says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    assert of(world, TaskKind.call_resident).again_at == world.now + 2 * HOUR
    assert world.need.wake_at
    assert world.need.wake_at <= world.now + 2 * HOUR


def test_a_call_nobody_takes_back_passes_on() -> None:
    """Ola does not take it the second time: it goes to Duncan like any other task."""
    world = call()
    says(world, TaskKind.call_resident, TaskOutcome.no_answer)
    world.forget().wait("13h").wait("1h")
    assert (world.told(TOLD), world.told(PASSED)) == (["ola", "duncan"], ["ola"])


def test_silence_counts_only_once_somebody_has_asked() -> None:
    """Nobody takes the call for a week: Grace has not been asked, so nothing is presumed; the task goes round."""
    world = call().wait("7d")
    assert world.need.status is NeedStatus.confirming
    assert world.need.wake_at
    says(world, TaskKind.call_resident, TaskOutcome.posted)
    world.wait("3d")
    assert world.need.outcome is Outcome.presumed


def test_a_call_taken_and_forgotten_comes_back() -> None:
    """Ola took it, and days later nobody has heard how it went: she is asked again, and nothing is presumed."""
    world = call()
    world.officer_takes(TaskKind.call_resident)
    world.forget().wait("2d")
    assert world.told(TOLD) == ["ola"]
    assert world.need.status is NeedStatus.confirming


def test_an_answer_may_come_after_the_last_try() -> None:
    """Grace writes back to the letter, when it had been presumed already: it happened, so it is met."""
    world = call()
    says(world, TaskKind.call_resident, TaskOutcome.posted)
    asked = of(world, TaskKind.call_resident)
    world.wait("3d")
    assert world.need.outcome is Outcome.presumed
    world.act(lambda s, now: end_task(s, asked.id, "ola", TaskOutcome.yes, None, now))
    assert world.need.outcome is Outcome.met


def test_older_news_is_not_told_after_newer() -> None:
    """Help was found, then lost, and nobody had phoned yet: one call is to make, and it says what is true."""
    world = begin("food-parcel:1", people=[SAM], officers=(OLA, DUNCAN), by=QUICK, resident=MRS_OKAFOR, needed_by="+2d")
    world.yes("sam")
    world.no("sam")
    waiting = [t for t in world.situation.open_tasks if t.kind is TaskKind.call_resident]
    assert [task.note for task in waiting] == [MessageKind.resident_delayed]


# --- every other kind ---------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(TaskKind))
def test_every_task_can_be_ended(kind: TaskKind) -> None:
    """Whatever an officer is asked to do, there is a way to say that it is done."""
    world = raised(kind)
    assert outcomes_of(world.situation, of(world, kind))


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (TaskKind.hand_over, TaskOutcome.found),
        (TaskKind.past_due, TaskOutcome.nothing_more),
        (TaskKind.question, TaskOutcome.answered),
        (TaskKind.call_partner, TaskOutcome.not_reached),
        (TaskKind.check_lost, TaskOutcome.done),
        (TaskKind.decide, TaskOutcome.done),
        (TaskKind.no_show, TaskOutcome.not_done),
        (TaskKind.duplicate, TaskOutcome.different),
    ],
)
def test_most_endings_end_the_task_and_nothing_else(kind: TaskKind, outcome: TaskOutcome) -> None:
    """L12: the task is done, the story says by whom; saying so twice is one answer, and the need goes on."""
    world = raised(kind)
    assert isinstance(says(world, kind, outcome, "Spoke to Sam"), Change)
    assert (of(world, kind).status, of(world, kind).outcome) == (TaskStatus.done, outcome)
    (event,) = world.happened(EventCode.task_done)
    assert (event.by, event.facts["outcome"]) == ("officer:ola", outcome)
    assert world.notes[str(event.facts["note"])] == "Spoke to Sam"
    assert says(world, kind, outcome) is None
    assert world.need.status is not NeedStatus.closed


def test_another_ending_than_fits_is_refused_with_those_that_do() -> None:
    """The sentence says which words fit."""
    refused = says(raised(TaskKind.question), TaskKind.question, TaskOutcome.found)
    assert isinstance(refused, Refusal)
    assert "answered" in refused.sentence
    assert refused.place == "answer"


def test_an_ended_task_stays_ended() -> None:
    """A second officer who opens the page later changes nothing."""
    world = raised(TaskKind.hand_over)
    says(world, TaskKind.hand_over, TaskOutcome.found)
    again = says(world, TaskKind.hand_over, TaskOutcome.nothing_more)
    assert isinstance(again, Refusal)
    assert again.code == "done"


def test_a_worry_is_not_done_without_a_word_about_it() -> None:
    """What was found and done must be written down; it is private."""
    world = raised(TaskKind.worry)
    refused = says(world, TaskKind.worry, TaskOutcome.recorded)
    assert isinstance(refused, Refusal)
    assert refused.place == "note"
    assert isinstance(says(world, TaskKind.worry, TaskOutcome.recorded, "Her daughter is with her"), Change)
    assert "daughter" not in str(world.events)


def test_the_same_need_twice_is_closed_once() -> None:
    """Ola compares the two: this one is closed as a duplicate, and Sam, who was asked, is told."""
    world = raised(TaskKind.duplicate)
    says(world, TaskKind.duplicate, TaskOutcome.same)
    assert world.need.outcome is Outcome.duplicate
    assert world.told(MessageKind.stand_down) == ["sam"]


def test_who_leads_an_incident_says_whether_it_happened() -> None:
    """There is no resident to ask: the lead's word closes the need as met."""
    world = begin("food-parcel:1", people=[SAM], officers=(OLA,), by=QUICK, needed_by="+8h")
    world.situation = replace(world.situation, resident_has_email=False, resident_reachable=False)
    world.yes("sam")
    world.wait("10h")
    says(world, TaskKind.confirm, TaskOutcome.yes)
    assert world.need.outcome is Outcome.met


def test_a_no_show_who_came_after_all_counts() -> None:
    """Sam never answered whether he brought it; Ola phones him, he did: it counts."""
    chasing = playbook(round_of("neighbours"), chase_after="1h")
    world = begin("food-parcel:1", people=[SAM], officers=(OLA,), by=chasing, needed_by="+8h")
    world.yes("sam")
    world.wait("11h")
    assert world.missing() == 1
    says(world, TaskKind.no_show, TaskOutcome.done)
    assert world.missing() == 0


def test_who_has_their_answer_is_waited_for_again() -> None:
    """Sam asks, and Ola answers: what is left of his time is his again, and he is reminded once."""
    by = playbook(round_of("neighbours", patience="4h", remind_after="2h", ask=1), round_of("groups", GROUPS, "4h"))
    world = begin("lift:1", people=[SAM, BOB], officers=(OLA,), by=by, needed_by="+3d")
    world.question("sam")
    assert world.asked() == ["sam", "bob"]
    assert not world.invitation("sam").awaited
    says(world, TaskKind.question, TaskOutcome.answered)
    assert world.invitation("sam").awaited
    world.no("bob")
    world.forget().wait("3h")
    assert world.told(MessageKind.reminder) == ["sam"]


def test_one_of_two_questions_is_not_the_other() -> None:
    """Sam asks again after Ola has taken his first question: he waits for both answers."""
    world = begin("lift:1", people=[SAM, BOB], officers=(OLA,), by=QUICK, needed_by="+3d")
    world.question("sam")
    world.officer_takes(TaskKind.question)
    world.now += timedelta(minutes=30)
    world.question("sam", "And is there a lift?")
    assert world.tasks(TaskKind.question) == ["taken", "open"]
    world.ends_task(TaskKind.question, TaskOutcome.answered)
    assert not world.invitation("sam").awaited
    world.ends_task(TaskKind.question, TaskOutcome.answered)
    assert world.invitation("sam").awaited


def test_an_answer_to_who_has_decided_meanwhile_changes_nothing() -> None:
    """Sam asked, said no, and only then has Ola's answer: his no stands."""
    world = begin("lift:1", people=[SAM, BOB], officers=(OLA,), by=QUICK, needed_by="+3d")
    world.question("sam")
    world.no("sam")
    before = world.invitation("sam")
    says(world, TaskKind.question, TaskOutcome.answered)
    assert world.invitation("sam") == before


# --- what can wait ------------------------------------------------------------


def test_whether_it_happened_is_never_urgent() -> None:
    """The blankets were urgent and came. Ola leads the incident and sleeps: she has four hours to say so, then Duncan
    is mailed; nobody is sent a text message."""
    hurried = playbook(
        round_of("neighbours", patience="2h"), take_within="15m", confirm_after="1h", close_after="2d", chase_after="9d"
    )
    world = begin("food-parcel:2", people=[SAM], officers=(OLA, DUNCAN), by=hurried, needed_by="+1h", urgent=True)
    world.situation = replace(world.situation, resident_reachable=False, resident_has_email=False)
    world.yes("sam")
    world.forget().wait("2h")
    assert world.told(TOLD) == ["ola"]
    world.wait("3h59m")
    assert world.told(TOLD) == ["ola"]
    world.wait("1m")
    assert world.told(TOLD) == ["ola", "duncan"]
    assert not [message for message in world.messages if message.urgent or message.channel is Channel.sms]


def test_the_lead_says_so_and_not_the_resident() -> None:
    """Where there is no resident, the story names who said that it happened."""
    world = begin("food-parcel:2", people=[SAM], officers=(OLA,), by=QUICK, needed_by="+1h")
    world.situation = replace(world.situation, resident_reachable=False, resident_has_email=False)
    world.yes("sam")
    world.wait("3h")
    says(world, TaskKind.confirm, TaskOutcome.yes)
    names = {"ola": "Ola Example"}
    said = [because(event, names, world.need, LONDON) for event in world.events[-3:]]
    assert "Ola Example says that it happened, so this is closed." in said
    assert not [sentence for sentence in said if "resident says" in sentence]


# --- nothing is forgotten -----------------------------------------------------


def delivered_in_part() -> World:
    """Sam says that all four came; the resident says that not all of it did, and not how much."""
    world = begin("food-parcel:4", people=[SAM.but(capacity=4), BOB], officers=(OLA, DUNCAN), by=QUICK, needed_by="+8h")
    world.yes("sam")
    world.wait("8h")
    world.done("sam")
    world.wait("3h")
    world.resident_says("partly")
    assert world.tasks(TaskKind.resident_says) == ["open"]
    return world.forget()


def test_it_was_all_right_after_all() -> None:
    """Ola phones Amina: it came later. The need is met, Sam is thanked."""
    world = delivered_in_part()
    says(world, TaskKind.resident_says, TaskOutcome.met)
    assert world.need.outcome is Outcome.met
    assert world.told(MessageKind.thanks) == ["sam"]


def test_it_stays_at_what_came() -> None:
    """Nothing more is wanted: the need is closed as partly met, and nobody is left waiting."""
    world = delivered_in_part()
    says(world, TaskKind.resident_says, TaskOutcome.partly_met, "She has enough")
    assert (world.need.outcome, world.need.wake_at) == (Outcome.partly_met, None)


def test_what_did_not_come_is_looked_for_again() -> None:
    """One came: the others are looked for. How many came has to be said, where nobody knows."""
    world = delivered_in_part()
    refused = says(world, TaskKind.resident_says, TaskOutcome.look_again)
    assert isinstance(refused, Refusal)
    assert refused.place == "quantity-1"
    says(world, TaskKind.resident_says, TaskOutcome.look_again, line1=1)
    assert (world.pledged(), world.missing()) == (1, 3)
    assert world.asked() == ["bob"]
    assert world.tasks(TaskKind.resident_says) == ["done"]


def test_what_is_looked_for_already_goes_on() -> None:
    """Nothing came, says Amina, so it is looked for; Ola has phoned, and says so: that changes nothing else."""
    world = begin("food-parcel:4", people=[SAM, BOB], officers=(OLA,), by=QUICK, needed_by="+8h")
    world.yes("sam")
    world.wait("9h")
    world.resident_says("no")
    assert isinstance(says(world, TaskKind.resident_says, TaskOutcome.look_again), Change)
    assert world.need.status is NeedStatus.open
    assert world.need.wake_at


def test_closed_with_nothing_come_is_not_met() -> None:
    """Nothing came and nothing more is wanted: that is no part of it."""
    world = begin("food-parcel:4", people=[SAM], officers=(OLA,), by=QUICK, needed_by="+8h")
    world.yes("sam")
    world.wait("9h")
    world.resident_says("no")
    says(world, TaskKind.resident_says, TaskOutcome.partly_met)
    assert world.need.outcome is Outcome.not_met


@pytest.mark.parametrize("kind", sorted(set(TaskKind) - set(RAISED_ANEW)))
def test_a_task_taken_and_forgotten_comes_back(kind: TaskKind) -> None:
    """Ola takes it and says nothing more: she is asked again, within a day where somebody may be in danger."""
    world = raised(kind, needed_by="+30d")
    world.officer_takes(kind)
    taken = of(world, kind)
    assert taken.again_at
    if kind in (TaskKind.worry, TaskKind.vet):
        assert taken.again_at <= world.now + timedelta(days=1)
    world.forget().wait("7d").wait("1m")
    (back,) = [event for event in world.happened(EventCode.call_again) if event.facts["task"] == taken.id][:1]
    assert because(back, {"ola": "Ola Example"}, world.need, LONDON).startswith(
        "Nobody has said how it ended, so the task went back to Ola Example"
    )


@pytest.mark.parametrize(
    ("due", "within"),
    [("+8h", 4 * HOUR), ("+20m", timedelta(minutes=15)), ("+30d", timedelta(days=7))],
    ids=["half", "least", "most"],
)
def test_a_task_taken_is_asked_after_while_there_is_time(due: str, within: timedelta) -> None:
    """Ola takes the question of a need due tonight: she is asked again after half of what is left, not in a week."""
    world = raised(TaskKind.question, needed_by=due)
    world.officer_takes(TaskKind.question)
    assert of(world, TaskKind.question).again_at == world.now + within


def test_what_is_over_or_goes_on_meanwhile_is_not_asked_after_sooner() -> None:
    """A duplicate holds nobody up; and once the time has passed there is no half of it."""
    assert time_to_end(TaskKind.duplicate, 8 * HOUR) == time_to_end(TaskKind.question, None) == timedelta(days=7)
    assert time_to_end(TaskKind.worry, timedelta(days=30)) == timedelta(days=1)
    assert time_to_end(TaskKind.past_due, 8 * HOUR) is None


def test_a_worry_nobody_records_is_what_we_wait_for() -> None:
    """Covered, due, and the resident not asked: the need says that a worry holds it up, not that it is not yet due."""
    world = begin("food-parcel:4", people=[SAM], officers=(OLA,), by=QUICK, needed_by="+8h")
    world.yes("sam")
    world.worries("sam")
    world.officer_takes(TaskKind.worry)
    world.forget().wait("15h")
    assert MessageKind.resident_asked not in [m.kind for m in world.messages]
    assert world.look()[-1].because == "Somebody is worried about somebody, and no officer has recorded what was found."
    says(world, TaskKind.worry, TaskOutcome.recorded, "Her daughter is with her")
    assert MessageKind.resident_asked in [m.kind for m in world.messages]
