"""Every event reads as a sentence an officer would say, made from codes, ids and numbers alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain import handing_over
from domain.changes import Change, Draft
from domain.events import Event, EventCode
from domain.invitations import InvitationStatus, Reason
from domain.labels import (
    INVITATION_LABELS,
    NEED_LABELS,
    OUTCOME_LABELS,
    REASON_LABELS,
    TASK_LABELS,
    TASK_OUTCOME_LABELS,
    TASK_STATUS_LABELS,
    label_invitation,
    label_responder,
    say_list,
    say_some,
)
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskOutcome, TaskStatus
from domain.steps import PassTask
from domain.stories import CHAPTERS, because, label
from tests.norbiton import DUE, HELPERS, LIFT, LONDON, PARCEL, Play

NAMES = {r.id: r.name for r in HELPERS} | {"olu": "Olu Adeyemi", "bea": "Bea Novak"}


def told(play: Play, code: EventCode) -> str:
    """The sentence of the newest event of this code."""
    event = [e for e in play.events if e.code is code][-1]
    return because(event, NAMES, play.situation.need, LONDON)


def test_a_need_is_recorded() -> None:
    """The first sentence says what, where, by when, and nothing about who."""
    play = Play((PARCEL, 20), (LIFT, 1), urgent=True)
    assert told(play, EventCode.opened) == (
        "Somebody in Norbiton needs 20 food parcels and 1 lift by 9am on Tuesday 3 March. It is urgent."
    )


def test_a_round_is_asked() -> None:
    """Who was asked, for what, in the round's own name."""
    play = Play().ask("good", "sam")
    assert told(play, EventCode.asked) == "We asked neighbours for 20 food parcels: Good Neighbours and Sam Lee."


def test_more_than_a_few_are_counted() -> None:
    """A story of forty partners is still a sentence."""
    play = Play().ask("good", "sam", "mei", "larder", "care")
    assert told(play, EventCode.asked).endswith("Good Neighbours, Sam Lee, Mei Chan and 2 more.")


def test_asking_the_next_says_why() -> None:
    """A no asks the next at once, because the rest could not cover it."""
    play = Play().ask("good").says_yes("good", 12).ask("mei", further=True)
    assert told(play, EventCode.asked_next) == (
        "Those still to answer could not cover 8 food parcels, so we asked more (neighbours): Mei Chan."
    )


def test_an_empty_round_is_said_so() -> None:
    """A06: nobody to ask is told, and that no time was lost over it."""
    assert told(Play().ask(), EventCode.round_skipped) == (
        "There was nobody to ask for food parcels in the round “neighbours”, so we moved straight on."
    )


def test_a_reminder_says_why() -> None:
    """Reminded only because it matters."""
    assert told(Play().ask("sam").remind("sam"), EventCode.reminded) == (
        "Without them it could not be covered, so we reminded Sam Lee."
    )


def test_a_yes_says_what_counts_and_what_stands_by() -> None:
    """A33: the story adds up."""
    play = Play().ask("good", "sam").says_yes("good", 18)
    assert told(play, EventCode.said_yes) == "Good Neighbours said yes: 18 food parcels."
    assert told(play.says_yes("sam", 5), EventCode.said_yes) == (
        "Sam Lee said yes: 2 food parcels count, 3 food parcels stand by."
    )


def test_a_yes_that_is_late_a_change_and_a_call() -> None:
    """A29: later than due does not count, and says so; an officer's record names the officer."""
    play = Play().ask("sam").says_yes("sam", 5, ready_by=DUE + timedelta(hours=1))
    assert told(play, EventCode.said_yes) == (
        "Sam Lee said yes: 5 food parcels stand by. That is later than it is due, so it does not count."
    )
    play.says_yes("sam", 6, by="officer:olu")
    assert told(play, EventCode.said_yes) == (
        "Sam Lee changed their answer: 6 food parcels. (Olu Adeyemi recorded it.)"
    )


def test_a_no_a_question_and_a_withdrawal() -> None:
    """A34: what is lost is said in numbers."""
    assert told(Play().ask("sam").says_no("sam"), EventCode.said_no) == (
        "Sam Lee cannot help this time: not free at that time."
    )
    assert "asked a question" in told(Play().ask("sam").asks("sam", "Where exactly?"), EventCode.asked_question)
    play = Play().ask("good").says_yes("good", 12).says_no("good")
    assert told(play, EventCode.withdrew) == (
        "Good Neighbours said yes before and can no longer help, so 12 food parcels are missing again."
    )


def test_covered_reopened_and_called_back() -> None:
    """A35: who covers it, how many were released, and why it starts again."""
    play = Play().ask("good", "sam", "mei").says_yes("good", 12).says_yes("sam", 8).stand_down()
    assert told(play, EventCode.covered) == (
        "Everything is promised by Good Neighbours and Sam Lee. We told 1 other that no more is needed."
    )
    play.says_no("good").reopen()
    assert told(play, EventCode.reopened) == (
        "Not all that was promised can be counted on, so we look again for 12 food parcels."
    )
    play = Play().ask("good", "sam").says_yes("good", 18).says_yes("sam", 5).says_no("good").call_reserve("sam")
    assert told(play, EventCode.reserve_called) == (
        "Something is missing again, so we called on those who stand by: Sam Lee."
    )


def test_an_officer_gets_it() -> None:
    """DESIGN 13: handed over, passed on, taken: each by name."""
    play = Play().ask("good", "sam").hand_over()
    assert told(play, EventCode.handed_over) == (
        "We asked everybody we know for food parcels, 2 partners, and not all is covered, so an officer must act."
    )
    assert "due soon" in told(Play().ask("good").hand_over("time"), EventCode.handed_over)
    assert "nobody we could ask" in told(Play().hand_over(), EventCode.handed_over)
    assert "time has passed" in told(Play().hand_over("past-due"), EventCode.past_due)
    step = PassTask(play.situation.open_tasks[0], "")
    play.take(handing_over.pass_task(play.situation, step, play.now))
    assert told(play, EventCode.task_passed) == (
        "The task was waiting to be taken, so it went to Bea Novak: find help."
    )
    assert told(play.take_task(), EventCode.task_taken) == "Olu Adeyemi took the task: find help."


def test_the_end() -> None:
    """A44: what the resident said, and how it was closed, by whom."""
    play = Play().ask("good").says_yes("good", 20).stand_down().ask_resident()
    assert "asked the resident whether it did" in told(play, EventCode.resident_asked)
    play.resident_says("no", "Nobody came")
    assert told(play, EventCode.resident_said) == (
        "The resident says that it did not happen. So 20 food parcels did not come, and we look again. "
        "An officer was asked to act."
    )
    assert told(play.close(Outcome.not_met), EventCode.closed) == "Olu Adeyemi closed this: not met."
    assert told(Play().close(Outcome.withdrawn, "officer"), EventCode.closed) == "An officer closed this: withdrawn."
    met = Play().ask("good").says_yes("good", 20).stand_down().ask_resident().resident_says("yes")
    assert told(met, EventCode.closed) == "The resident says that it happened, so this is closed."


@pytest.mark.parametrize("code", EventCode)
def test_every_code_has_a_label_and_a_sentence_even_without_facts(code: EventCode) -> None:
    """An event of an older Muster, or one with nothing but its code, still reads as a sentence."""
    play = Play()
    event = Event(need="N-7K3QX2", seq=1, at=play.now, code=code)
    sentence = because(event, {}, play.situation.need, LONDON)
    assert label(event)
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "None" not in sentence


@pytest.mark.parametrize("code", EventCode)
def test_unknown_people_stay_ids(code: EventCode) -> None:
    """P01: after somebody is erased, the story still reads, with the id in place of the name."""
    play = Play()
    event = Event(need="N-7K3QX2", seq=1, at=play.now, code=code, responders=("gone",), by="officer:left", lines=(1, 9))
    assert because(event, {}, play.situation.need, LONDON)


def test_private_words_never_reach_the_story() -> None:
    """DESIGN 1: free text sits in private records; the story holds only its id, and the sentence not even that."""
    play = Play().ask("sam").asks("sam", "Does Amina Yusuf have a dog?")
    for event in play.events:
        sentence = because(event, NAMES, play.situation.need, LONDON)
        assert "dog" not in sentence + event.model_dump_json()
        assert str(event.facts.get("note")) not in sentence or event.facts.get("note") is None


def test_a_new_link_is_told() -> None:
    """Whoever it was sent to is said."""
    play = Play()
    draft = Draft(play.situation, play.now)
    draft.note_event(EventCode.new_link, by="resident")
    change = draft.change(wake_at=None)
    assert isinstance(change, Change)
    play.take(change)
    assert told(play, EventCode.new_link).endswith("the address we have for the resident.")


# --- labels -----------------------------------------------------------------------


def test_every_code_has_a_label() -> None:
    """DESIGN 1: people see labels, never codes."""
    assert set(INVITATION_LABELS) == set(InvitationStatus)
    assert set(REASON_LABELS) == set(Reason)
    assert set(NEED_LABELS) == set(NeedStatus)
    assert set(OUTCOME_LABELS) == set(Outcome)
    assert set(TASK_LABELS) == set(TaskKind)
    assert set(TASK_STATUS_LABELS) == set(TaskStatus)
    assert set(TASK_OUTCOME_LABELS) == set(TaskOutcome)


def test_every_code_is_told_in_one_chapter() -> None:
    """No event is without words, and none has them twice."""
    assert sorted(code for chapter in CHAPTERS for code in chapter) == sorted(EventCode)


def test_an_invitations_label_says_how_it_stands() -> None:
    """Standby and a question are no statuses, and still have words."""
    play = Play().ask("good", "sam", "mei").says_yes("good", 20).says_yes("sam", 5)
    assert [label_invitation(play.of(id)) for id in ("good", "sam", "mei")] == ["Said yes", "Standby", "Asked"]
    assert label_invitation(play.asks("mei", "Why?").of("mei")) == "Asked a question"
    assert [label_responder(r) for r in HELPERS[:2]] == ["Partner", "Helper"]


@pytest.mark.parametrize(
    ("items", "count", "said"),
    [
        (["A"], None, "A"),
        (["A", "B"], None, "A and B"),
        (["A", "B", "C", "D"], None, "A, B, C and D"),
        (["A", "B", "C", "D", "E"], None, "A, B, C and 2 more"),
        (["A", "B", "C"], 40, "A, B, C and 37 more"),
        (["A"], 2, "A and 1 more"),
    ],
)
def test_lists_are_said_as_people_say_them(items: list[str], count: int | None, said: str) -> None:
    """Never '1 more' where the one could be named."""
    assert say_some(items, count) == said
    assert say_list(["A", "B"]) == "A and B"
