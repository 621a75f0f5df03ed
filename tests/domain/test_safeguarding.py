"""Who may learn who and where: a check that holds on the day, an officer's word, two words for the door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Refusal
from domain.doorwords import DOOR_WORDS
from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.responders import Check, Responder
from domain.safeguarding import clear_visitor, comes_home, door_words, may_give_when_due
from domain.telling import end_task
from tests.domain.world import World, begin
from tests.people import SERVICES, helper, playbook, round_of

ALL = playbook(round_of("all", (Sector.provider, Sector.volunteer), "12h"))
KEY = b"k" * 40


def able(id: str, **more: object) -> Responder:
    return helper(id, **({"capabilities": ("key-safe", "food-parcel")} | more))


SAM, BOB = able("sam"), able("bob")


def delicate(*people: Responder) -> World:
    """A key safe is opened at home: sensitive, whoever comes is named."""
    return begin("key-safe:1", people=people, by=ALL)


def says_yes(world: World, who: str, name: str | None = "Sam Lee") -> Change | Refusal | None:
    return world.answers(who, world.checked(who, Answer(AnswerKind.accept, name=name)))


def word(world: World, outcome: TaskOutcome, note: str | None = None) -> Change | Refusal | None:
    task = next(t for t in world.situation.open_tasks if t.kind is TaskKind.vet)
    return world.act(lambda situation, now: end_task(situation, task.id, "ola", outcome, note, now))


# --- checks -------------------------------------------------------------------


@pytest.mark.parametrize(("until", "may"), [((2026, 3, 3), False), ((2026, 3, 4), True), (None, True)])
def test_a_check_that_ends_before_it_is_due_is_none(until: tuple[int, int, int] | None, may: bool) -> None:
    """D04: care is due on Wednesday 4 March; a check that ends the day before lets nobody say yes, or know."""
    check = Check(level=CheckLevel.enhanced, until=date(*until) if until else None)
    holds = helper("care", sector=Sector.provider, capabilities=("personal-care",), checks=(CheckLevel.enhanced,))
    world = begin("personal-care:1", people=[holds], by=playbook(round_of("services", SERVICES, "12h")))
    ends = holds.but(checks=(check,))
    assert may_give_when_due(world.situation, ends, world.need.lines[0], world.now) is may
    world.people[0] = ends
    said = world.yes("care")
    assert isinstance(said, Change) is may
    assert may or (isinstance(said, Refusal) and said.code == "check")


# --- a named person, and an officer's word -------------------------------------


def test_a_yes_to_something_sensitive_names_who_comes() -> None:
    """Without a name it is refused by the field, and nothing is written; a no needs no name."""
    world = delicate(SAM, BOB)
    refused = says_yes(world, "sam", None)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.place) == ("invalid", "name")
    assert isinstance(world.no("bob"), Change)


def test_nobody_is_told_before_an_officer_gives_their_word() -> None:
    """D04: Sam has promised and is not vetted: Ola reads the name, gives her word, and only then he is told."""
    world = delicate(SAM)
    says_yes(world, "sam")
    assert world.pledged() == 1
    assert world.told(MessageKind.private_details) == []
    (task,) = [t for t in world.situation.tasks if t.kind is TaskKind.vet]
    assert world.notes[task.note or ""] == "Sam Lee"
    word(world, TaskOutcome.yes, "Known to us for years")
    assert world.told(MessageKind.private_details) == ["sam"]
    assert world.invitation("sam").cleared
    assert world.tasks(TaskKind.vet) == ["done"]
    assert "Known to us for years" in world.notes.values()
    assert not any("Sam Lee" in str(event) for event in world.events)


def test_without_an_officers_word_others_are_asked() -> None:
    """Ola does not know him: Sam is let go with a kind word, not asked again about it, and Bob is."""
    world = delicate(SAM)
    says_yes(world, "sam")
    world.people.append(BOB)
    world.forget()
    word(world, TaskOutcome.no)
    sam = world.invitation("sam")
    assert (sam.status, sam.reason, sam.pledged) == (InvitationStatus.cancelled, Reason.not_chosen, 0)
    assert world.told(MessageKind.not_chosen) == ["sam"]
    assert world.told(MessageKind.private_details) == []
    assert world.asked() == ["bob"]
    assert EventCode.word_refused in world.story()
    assert world.need.keep_from == ("sam",)


def test_part_of_it_is_no_way_around_the_word() -> None:
    """D04: Sam was asked to open the key safe and to bring parcels, and promises only the parcels: he knows what is at
    that door, so he too waits for Ola's word. Who was asked for parcels alone does not."""
    shop = able("shop", capabilities=("food-parcel",))
    world = begin("key-safe:1", "food-parcel:4", people=[SAM, shop], by=ALL)
    world.yes("shop", 2)
    assert world.told(MessageKind.private_details) == ["shop"]
    world.yes("sam", 0, 2)
    assert world.told(MessageKind.private_details) == ["shop"]
    assert world.tasks(TaskKind.vet) == ["open"]
    word(world, TaskOutcome.yes)
    assert world.told(MessageKind.private_details) == ["shop", "sam"]
    world.yes("sam", 1, 2)
    assert world.invitation("sam").cleared  # the word was about who comes, and the same person does


def test_another_name_needs_another_word() -> None:
    """Sam sends somebody else: the first word does not hold for them. The same name again keeps it."""
    world = delicate(SAM)
    says_yes(world, "sam")
    word(world, TaskOutcome.yes)
    says_yes(world, "sam", "sam  LEE")
    assert world.invitation("sam").cleared
    says_yes(world, "sam", "Kim Park")
    assert not world.invitation("sam").cleared
    world.wait("10m")
    assert world.tasks(TaskKind.vet) == ["done", "open"]
    assert world.notes[world.invitation("sam").visitor or ""] == "Kim Park"


def test_a_name_that_changes_before_the_word() -> None:
    """Ola gives her word about the name that is true: the task with the old one is over at once. The next comes ten
    minutes after it at the earliest, however often another is named."""
    world = delicate(SAM)
    says_yes(world, "sam")
    world.forget()
    for name in ("Kim Park", "Bo Ng", "Sam Lee"):
        says_yes(world, "sam", name)
        assert world.tasks(TaskKind.vet) == ["done"]
    world.wait("9m")
    assert world.told(MessageKind.officer_task) == []
    world.wait("1m")
    assert world.told(MessageKind.officer_task) == ["ola"]
    assert world.tasks(TaskKind.vet) == ["done", "open"]
    task = world.situation.tasks[-1]
    assert world.notes[task.note or ""] == "Sam Lee"


def test_a_word_about_a_promise_that_is_gone() -> None:
    """Sam has dropped out: nobody is left to give a word about, so no officer is asked for it any more."""
    world = delicate(SAM)
    says_yes(world, "sam")
    world.no("sam")
    assert world.tasks(TaskKind.vet) == ["done"]
    world.wait("1d")
    assert not [e for e in world.happened(EventCode.task_passed) if e.facts["kind"] == TaskKind.vet]
    refused = world.act(lambda s, now: clear_visitor(s, world.invitation("sam").id, "ola", True, now))
    assert isinstance(refused, Refusal)
    assert refused.code == "gone"
    world.officer_closes(Outcome.not_met)
    assert world.told(MessageKind.private_details) == []


def test_a_promise_made_again_needs_a_word_again() -> None:
    """Sam drops out and comes back with the same name before Ola has looked at it: she is asked once more."""
    world = delicate(SAM)
    says_yes(world, "sam")
    world.no("sam")
    says_yes(world, "sam")
    world.wait("10m")
    assert world.tasks(TaskKind.vet) == ["done", "open"]
    word(world, TaskOutcome.yes)
    assert world.told(MessageKind.private_details) == ["sam"]


@pytest.mark.parametrize("gone", ["done", "failed", "withdrew", "less"])
def test_nobody_is_asked_for_a_word_about_a_promise_that_has_ended(gone: str) -> None:
    """However Sam's promise ends, the task to look at whom he named ends with it."""
    world = begin("key-safe:1", "food-parcel:3", people=[SAM, BOB], by=ALL)
    says_yes(world, "sam")
    assert world.tasks(TaskKind.vet) == ["open"]
    end = {
        "done": lambda: world.done("sam"),
        "failed": lambda: world.failed("sam"),
        "withdrew": lambda: world.no("sam"),
        "less": lambda: world.amends("key-safe:0", "food-parcel:1"),
    }[gone]
    assert isinstance(end(), Change)
    assert "open" not in world.tasks(TaskKind.vet)


@pytest.mark.parametrize("outcome", [TaskOutcome.yes, TaskOutcome.no])
def test_a_word_that_comes_too_late_ends_the_task_all_the_same(outcome: TaskOutcome) -> None:
    """Sam dropped out in an older release, and his task was left: whatever Ola says about it, it is over."""
    world = delicate(SAM)
    says_yes(world, "sam")
    left = next(t for t in world.situation.tasks if t.kind is TaskKind.vet)
    world.no("sam")
    tasks = tuple(left if t.id == left.id else t for t in world.situation.tasks)
    world.situation = replace(world.situation, tasks=tasks)
    assert isinstance(word(world, outcome), Change)
    assert world.tasks(TaskKind.vet) == ["done"]
    assert world.told(MessageKind.private_details) == []


def test_a_need_may_be_sensitive_as_a_whole() -> None:
    """`need open --sensitive`: even a food parcel then takes a name and an officer's word."""
    world = begin("food-parcel:2", people=[SAM], by=ALL, sensitive=True)
    assert isinstance(says_yes(world, "sam", None), Refusal)
    says_yes(world, "sam")
    assert world.told(MessageKind.private_details) == []
    assert world.tasks(TaskKind.vet) == ["open"]


# --- two words for the door -----------------------------------------------------


def test_two_easy_words_for_each_visitor() -> None:
    """The same for the same visitor and key; others for another visitor or key; two different words, of 256."""
    assert len(set(DOOR_WORDS)) == len(DOOR_WORDS) == 256
    assert all(w.isalpha() and w.islower() and 3 <= len(w) <= 10 for w in DOOR_WORDS)
    world = delicate(SAM)
    says_yes(world, "sam")
    sam = world.invitation("sam")
    assert comes_home(world.situation, sam)
    said = door_words(KEY, sam)
    assert said == door_words(KEY, sam.but(version=9))
    first, second = said.split()
    assert first != second
    assert {first, second} <= set(DOOR_WORDS)
    many = {door_words(KEY, sam.but(id=f"I{n}")) for n in range(50)} | {door_words(b"x" * 40, sam)}
    assert len(many) >= 50
    assert all(len(set(pair.split())) == 2 for pair in many)


def test_nobody_comes_to_the_door_with_blankets() -> None:
    """Only a kind of help that is given at home has words, and only for who promises it."""
    world = begin("blanket:2", people=[helper("sam")], by=ALL)
    world.yes("sam", 1)
    assert not comes_home(world.situation, world.invitation("sam"))
    delivered = delicate(BOB)
    assert not comes_home(delivered.situation, delivered.invitation("bob"))


def test_what_is_no_longer_sensitive_needs_no_word() -> None:
    """The key safe is no longer needed: nothing is left to vet about who brings the parcels, and Sam is told where."""
    world = begin("key-safe:1", "food-parcel:3", people=[SAM], by=ALL)
    says_yes(world, "sam")
    assert world.told(MessageKind.private_details) == []
    world.amends("key-safe:0")
    assert world.tasks(TaskKind.vet) == ["done"]
    assert world.told(MessageKind.private_details) == ["sam"]
    assert world.told(MessageKind.resident_covered) == ["resident"]
