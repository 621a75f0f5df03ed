"""How often people say yes is counted once for each ask, from what they said and from what they did not say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import Sector
from domain.changes import Change, Refusal
from domain.invitations import Reason
from domain.needs import Outcome
from domain.saying_yes import SAYS_YES, Counted, how_often
from tests.domain.world import World, begin
from tests.people import BOB, JANE, SAM, playbook, round_of

ONE_ROUND = playbook(round_of("neighbours", ask=3))


class Ear:
    """Hears what every change of a world says about who says yes."""

    def __init__(self, world: World) -> None:
        self.heard: list[tuple[str, bool]] = []
        commit = world.commit

        def listen(change: Change | Refusal | None) -> Change | Refusal | None:
            if isinstance(change, Change):
                self.heard += [(one.responder, one.yes) for one in change.heard]
            return commit(change)

        world.commit = listen  # type: ignore[method-assign]


def asked(**more: object) -> tuple[World, Ear]:
    """Sam, Bob and Jane are asked for six parcels, half an hour to answer."""
    world = begin("food-parcel:6", people=[SAM, BOB, JANE], by=ONE_ROUND, **more)  # type: ignore[arg-type]
    return world, Ear(world)


def test_a_first_answer_counts_and_a_second_does_not() -> None:
    """Sam says yes, then no: he is somebody who said yes when asked. Bob's no is a no."""
    world, ear = asked()
    world.yes("sam", 1)
    world.no("bob")
    world.no("sam")
    assert ear.heard == [("sam", True), ("bob", False)]


def test_silence_counts_when_their_time_is_up() -> None:
    """Jane says nothing for half an hour: not a yes; what she says later changes nothing in the count."""
    world, ear = asked()
    world.yes("sam", 1)
    world.wait("29m")
    assert ear.heard == [("sam", True)]
    world.wait("2m")
    assert Counter(ear.heard[1:]) == Counter([("bob", False), ("jane", False)])
    world.yes("jane", 1)
    assert len(ear.heard) == 3


def test_who_is_released_early_has_said_nothing() -> None:
    """Covered within a minute: nobody knows what Bob and Jane would have said."""
    world, ear = asked()
    world.yes("sam", 6)
    assert world.situation.covered
    world.wait("2h")
    assert ear.heard == [("sam", True)]


def test_a_dead_address_says_nothing_about_a_person() -> None:
    """The mail came back: Bob was never asked."""
    world, ear = asked()
    world.bounces("bob")
    world.wait("2h")
    assert "bob" not in dict(ear.heard)


def test_a_question_waits_for_its_answer() -> None:
    """Sam asked something first: his yes an hour later is a yes."""
    world, ear = asked()
    world.question("sam")
    world.wait("1h")
    assert "sam" not in dict(ear.heard)
    world.answers("sam", world.checked("sam", Answer(AnswerKind.accept)))
    assert dict(ear.heard)["sam"] is True


def test_a_need_that_closes_counts_whose_time_was_up() -> None:
    """Withdrawn after an hour: three said nothing. Withdrawn after a minute: nobody had time to."""
    world, ear = asked()
    world.sleep("1h")
    world.officer_closes(Outcome.withdrawn)
    assert len(ear.heard) == 3
    world, ear = asked()
    world.wait("1m")
    world.officer_closes(Outcome.withdrawn)
    assert ear.heard == []


def test_standing_by_and_being_called_is_one_ask() -> None:
    """Who offered more, and is asked again from reserve, is counted for the first yes alone."""
    world = begin("food-parcel:4", people=[SAM, BOB], by=playbook(round_of("neighbours", ask=2)))
    ear = Ear(world)
    world.yes("sam", 4)
    world.yes("bob", 4)
    world.no("sam", Reason.not_available)
    assert ear.heard.count(("sam", True)) == 1
    assert len(ear.heard) <= 2


def test_exercises_count_nowhere() -> None:
    """What people say in an exercise tells nothing about a real night."""
    world, ear = asked()
    world.situation = replace(world.situation, need=world.need.but(exercise=True))
    world.yes("sam", 1)
    world.wait("2h")
    assert ear.heard == []


@pytest.mark.parametrize("sector", list(Sector))
def test_without_history_the_guess_stands(sector: Sector) -> None:
    """Nothing heard: as cautious as before."""
    assert how_often(sector, Counted(), Counted()) == SAYS_YES[sector]


def test_history_outweighs_the_guess_little_by_little() -> None:
    """One yes is no proof; twenty are. A sector's history speaks for those of whom nothing is known. Never nothing."""
    volunteer = Sector.volunteer
    few, many = (
        how_often(volunteer, Counted(1, 1), Counted(1, 1)),
        how_often(volunteer, Counted(40, 38), Counted(40, 38)),
    )
    assert 0.3 < few < 0.5 < 0.85 < many < 0.95
    assert how_often(volunteer, Counted(), Counted(1000, 600)) == pytest.approx(0.594, abs=0.001)
    assert 0 < how_often(volunteer, Counted(500, 0), Counted(1000, 0)) < 0.01
