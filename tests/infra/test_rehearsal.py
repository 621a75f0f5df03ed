"""A rehearsal decides as Muster decides; only what people say is made up, and the same for the same seed."""

from __future__ import annotations

from datetime import timedelta

from domain.capabilities import CheckLevel, Sector
from domain.effects import apply
from domain.matching import Candidate
from domain.opening import open_need
from domain.playbooks import Playbook
from domain.responders import Responder
from domain.saying_yes import Counted
from domain.situations import Situation
from infra.rehearsal import Forecast, rehearse
from tests.people import AMINA, GROUPS, LONDON, MONDAY, OLA, SERVICES, helper, helpers, need, playbook, round_of

TEN_MINUTES = timedelta(minutes=10)
MANY = 10**6  # asks on record, so that the past says all


def forecast(
    line: str = "food-parcel:20",
    people: list[Responder] | None = None,
    by: Playbook = playbook(),  # noqa: B008 - a frozen value
    *,
    says_yes: float = 0.4,
    seed: int = 1,
    runs: int = 20,
) -> Forecast:
    recorded = need(line, playbook=by)
    opened = apply(
        Situation(recorded, (), (), (OLA,), LONDON, "k1"), open_need(recorded, (OLA,), "k1", LONDON, AMINA, MONDAY)
    )
    assert opened
    history = Counted(asked=MANY, yes=int(MANY * says_yes))
    candidates = [Candidate(person, 0, history) for person in (helpers(12) if people is None else people)]
    return rehearse(opened, candidates, MONDAY, runs=runs, seed=seed, answers_within=TEN_MINUTES)


def test_the_same_seed_is_the_same_forecast() -> None:
    """What an officer saw once they see again; with another seed people are of another mood."""
    assert forecast(seed=7) == forecast(seed=7)
    assert forecast(seed=7) != forecast(seed=8)


def test_somebody_who_always_says_yes_covers_it() -> None:
    """One who can give all of it and always does: covered every time, and nobody else is bothered."""
    told = forecast(people=[helper("sam", capacity=20)], says_yes=1.0)
    assert (told.in_time, told.people) == (1.0, 1.0)
    assert told.after is not None
    assert timedelta(0) < told.after < timedelta(hours=2)
    assert [line.short for line in told.lines] == [0.0]


def test_nobody_who_says_yes_runs_out() -> None:
    """Everybody is asked, an officer gets it every time, and what is missing is said."""
    told = forecast(says_yes=0.0)
    assert (told.in_time, told.handed_over, told.after) == (0.0, 1.0, None)
    assert (told.lines[0].short, told.lines[0].missing) == (1.0, 20.0)
    assert told.most_people == 12


def test_nobody_to_ask_reaches_no_round() -> None:
    """With nobody in the directory nothing is promised, and an officer gets it."""
    told = forecast(people=[])
    assert [round.reached for round in told.rounds] == [0.0, 0.0, 0.0]
    assert told.people == 0
    assert told.handed_over == 1.0


def test_later_rounds_come_later() -> None:
    """Neighbours first: groups are asked only in the rehearsals in which neighbours did not cover it."""
    people = [*helpers(4, capacity=2), helper("kitchen", sector=Sector.business, capacity=40)]
    told = forecast(people=people, by=playbook(round_of("neighbours"), round_of("groups", GROUPS)), says_yes=0.5)
    neighbours, groups = told.rounds
    assert neighbours.reached == 1.0
    assert neighbours.after == timedelta(0)
    assert groups.after is not None
    assert groups.after > timedelta(0)
    assert groups.first == ("kitchen",)
    assert 0.0 < told.in_time < 1.0


def test_two_playbooks_meet_the_same_people_in_the_same_mood() -> None:
    """Whoever would have said yes to one says yes to the other: only the playbook makes the difference."""
    one, same = playbook(round_of("neighbours", ask=3)), playbook(round_of("the street", ask=3))
    assert forecast(by=one).in_time == forecast(by=same).in_time
    everybody_at_once = playbook(round_of("neighbours", ask=12))
    assert forecast(by=everybody_at_once).in_time >= forecast(by=one).in_time


def test_paid_care_is_covered_once_an_officer_chooses() -> None:
    """Offers hold nothing; in a rehearsal the officer who is asked takes the earliest of them at once."""
    checks = (CheckLevel.enhanced,)
    care = helper("care", sector=Sector.provider, capabilities=("care-hours",), checks=checks, capacity=4)
    by = playbook(round_of("services", SERVICES, "4h"))
    told = forecast("care-hours:4", people=[care], by=by, says_yes=1.0)
    assert (told.in_time, told.handed_over) == (1.0, 0.0)
