"""As few are asked as may be expected to cover what is missing, in a fair order, and nobody beyond their limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import Sector
from domain.changes import Change, Refusal
from domain.invitations import Reason
from domain.matching import Candidate, choose, in_fair_order
from domain.messages import MessageKind
from domain.playbooks import Round
from domain.responders import Responder
from domain.situations import Situation
from tests.domain.world import begin
from tests.people import (
    BOB,
    GOOD_NEIGHBOURS,
    JANE,
    LONDON,
    MARKET_SQUARE,
    MONDAY,
    SAM,
    helper,
    helpers,
    need,
    place,
    playbook,
    round_of,
)

ANYBODY = tuple(Sector)


def chosen(people: list[Responder], *lines: str, asks: dict[str, int] | None = None, **more: Any) -> list[str]:
    """Who is asked first for these lines, by a round of anybody."""
    round = Round.model_validate({"name": "r", "sectors": ANYBODY, "patience": "1h", "ask": 5} | more.pop("round", {}))
    situation = Situation(need(*lines, playbook=playbook(round), **more), (), (), (), LONDON, "k1")
    candidates = [Candidate(person, (asks or {}).get(person.id, 0)) for person in people]
    numbers = tuple(line.number for line in situation.need.lines)
    return [c.responder.id for c in choose(candidates, situation, numbers, round, MONDAY).chosen]


def test_the_fewest_who_may_be_expected_to_cover_are_asked() -> None:
    """20 parcels, 10 from each, one in three says yes: seven are asked and no eighth."""
    people = helpers(20, capacity=10)
    assert chosen(people, "food-parcel:20", round={"ask": 20}) == [p.id for p in people[:7]]


def test_a_sum_that_just_covers_is_enough() -> None:
    """Ten who each may be expected to give 0.3 cover 3: no eleventh is asked because of a rounding error."""
    people = helpers(20, capacity=1)
    assert len(chosen(people, "food-parcel:3", round={"ask": 20})) == 10
    world = begin("food-parcel:3", people=people, by=playbook(round_of("neighbours", ask=20)))
    assert len(world.asked()) == 10


def test_large_givers_need_fewer() -> None:
    """Four kitchens of forty may be expected to cover what it takes forty neighbours of one to cover."""
    assert len(chosen(helpers(50, capacity=40), "food-parcel:12", round={"ask": 50})) == 4
    assert len(chosen(helpers(50, capacity=1), "food-parcel:12", round={"ask": 50})) == 40


def test_no_more_than_the_round_asks() -> None:
    """The playbook's `ask` is the most who are asked at once."""
    assert len(chosen(helpers(20, capacity=1), "food-parcel:20", round={"ask": 3})) == 3


def test_a_round_asks_as_many_as_it_says_whoever_is_still_awaited_from_before() -> None:
    """Somebody asked late in round one and still thinking does not use up the asks of round two."""
    first, second = round_of("neighbours", ask=1), round_of("groups", (Sector.voluntary,), ask=1)
    groups = [helper("red-cross", sector=Sector.voluntary)]
    world = begin("food-parcel:20", people=[*helpers(3, capacity=5), *groups], by=playbook(first, second))
    world.wait("25m").no("helper-01")
    world.wait("25m").no("helper-02")  # helper-03 has until 80m; the round ends at 60m
    world.wait("10m")
    assert world.asked() == ["helper-01", "helper-02", "helper-03", "red-cross"]


def test_half_a_lift_is_no_lift() -> None:
    """What cannot be split is asked only of those who could do all of it; unknown capacity may."""
    people = [helper("one", capacity=1), helper("two", capacity=2), helper("unknown", capacity=None)]
    assert chosen(people, "lift:2") == ["two", "unknown"]
    assert chosen(people, "food-parcel:2") == ["one", "two", "unknown"]


def test_who_has_nothing_to_give_is_not_asked() -> None:
    """Capacity 0 is a no."""
    assert chosen([helper("none", capacity=0), SAM], "food-parcel:2") == ["sam"]


def test_the_least_asked_come_first_then_the_nearest() -> None:
    """Fair order: asks this week, then distance, then a stable tie; the same whatever order they came in."""
    near, far, busy, lost = SAM, JANE, helper("busy", point=place(0.1)), helper("lost", point=None)
    candidates = [Candidate(lost, 0), Candidate(busy, 2), Candidate(far, 0), Candidate(near, 0)]
    round = round_of("r")
    for order in (candidates, candidates[::-1]):
        assert [c.responder.id for c in in_fair_order(order, need(), round)] == ["sam", "jane", "lost", "busy"]


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ({"paused_until": MONDAY + timedelta(seconds=1)}, False),
        ({"paused_until": MONDAY}, True),
        ({"muted": ("food",)}, False),
        ({"muted": ("transport",)}, True),
        ({"contacts": 0}, False),
        ({"weekly_limit": 0}, False),
        ({"capabilities": ("lift",)}, False),
        ({"sector": Sector.public}, False),
        ({}, True),
    ],
    ids=str,
)
def test_who_does_not_want_to_be_asked_is_not(who: dict[str, Any], asked: bool) -> None:
    """Paused, muted for this category, without an address, of another sector: not asked."""
    people = [helper("x", **who)]
    assert bool(chosen(people, "food-parcel:2", round={"sectors": (Sector.volunteer,)})) is asked


def test_nobody_is_asked_beyond_their_week() -> None:
    """A volunteer asked three times this week is left in peace, also by an urgent need; who set no limit is not."""
    busy = {"sam": 3, "good-neighbours": 30}
    for urgent in (False, True):
        assert chosen([SAM, GOOD_NEIGHBOURS], "food-parcel:2", asks=busy, urgent=urgent) == ["good-neighbours"]
    assert chosen([SAM], "food-parcel:2", asks={"sam": 2}) == ["sam"]


@pytest.mark.parametrize(
    ("who", "asked"),
    [
        ({"point": place(2.9)}, True),
        ({"point": place(3.1)}, False),
        ({"point": place(1), "radius_km": 0.5}, False),
        ({"point": place(3.1), "areas": ("River Ward",)}, True),
        ({"point": place(3.1), "areas": ("river ward", "Hill Ward")}, True),
        ({"point": place(3.1), "areas": ("Hill Ward",)}, False),
        ({"point": None}, True),
        ({"point": None, "areas": ("Hill Ward",)}, False),
        ({"point": None, "areas": ("Hill Ward", "River Ward")}, True),
    ],
    ids=str,
)
def test_distance_decides_where_it_is_known_and_areas_where_not(who: dict[str, Any], asked: bool) -> None:
    """Within the round's and their own radius, or in an area they name; unknown is asked, not passed over."""
    assert bool(chosen([helper("x", **who)], "food-parcel:2", round={"within_km": 3})) is asked


def test_an_outward_postcode_is_an_area() -> None:
    """`KT3` covers `KT3 4AB`, and a need without a place is decided by areas."""
    local = helper("local", areas=("KT3",))
    assert chosen([local], "lift:1", area="KT3 4AB", point=None) == ["local"]
    assert chosen([local], "lift:1", area="KT30 4AB", point=None) == []
    assert chosen([SAM], "lift:1", point=None) == ["sam"]


def test_refusers_are_never_asked_again_nor_those_who_said_yes() -> None:
    """Bob said no and Sam has promised: when it reopens, only Jane hears of it."""
    world = begin("food-parcel:4", people=[SAM, BOB, JANE], by=playbook(round_of("neighbours", ask=3)))
    world.no("bob")
    world.yes("sam", 2)
    world.yes("jane", 2)
    assert world.situation.covered
    world.yes("jane", 1)
    assert world.need.cycle == 2
    assert world.asked() == ["sam", "bob", "jane"]


def test_a_line_that_reaches_somebody_later_is_added_to_what_they_hold() -> None:
    """One invitation a need: the second line is told in one message, the link stays, and the answer is for both."""
    first = round_of("neighbours", (Sector.volunteer,), ask=1)
    second = round_of("again", (Sector.volunteer,), ask=2)
    drives = helper("drives", capabilities=("lift",), point=place(0.1))
    world = begin("food-parcel:2", "lift:1", people=[drives, SAM], by=playbook(first, second))
    before = world.invitation("sam")
    world.wait("30m")
    after = world.invitation("sam")
    assert [share.line for share in before.shares] == [1]
    assert [share.line for share in after.shares] == [1, 2]
    assert (after.id, world.asked(), world.told(MessageKind.lines_added)) == (before.id, ["drives", "sam"], ["sam"])
    assert after.version == before.version + 1
    assert isinstance(world.yes("sam"), Change)
    assert world.situation.covered


def test_an_answer_to_fewer_lines_than_are_asked_now_is_shown_again() -> None:
    """R06: a line was added while Sam was reading, so his click shows the present page first."""
    first = round_of("neighbours", (Sector.volunteer,), ask=1)
    second = round_of("again", (Sector.volunteer,), ask=2)
    drives = helper("drives", capabilities=("lift",), point=place(0.1))
    world = begin("food-parcel:2", "lift:1", people=[drives, SAM], by=playbook(first, second))
    read = world.checked("sam", Answer(AnswerKind.accept))
    world.wait("30m")
    refused = world.answers("sam", read)
    assert isinstance(refused, Refusal)
    assert refused.code == "stale"


def test_who_asked_us_something_is_not_asked_for_more() -> None:
    """A question holds nothing and counts as unable for now: a later line does not reach them until it is answered."""
    first = round_of("neighbours", (Sector.volunteer,), ask=1)
    second = round_of("again", (Sector.volunteer,), ask=2)
    drives = helper("drives", capabilities=("lift",), point=place(0.1))
    world = begin("food-parcel:2", "lift:1", people=[drives, SAM], by=playbook(first, second))
    world.question("sam")
    world.wait("30m")
    assert not world.told(MessageKind.lines_added)
    assert world.invitation("sam").reason is Reason.question


def test_the_place_of_the_market_square_is_where_we_think() -> None:
    """The tests' kilometres are kilometres."""
    assert MARKET_SQUARE.km_to(place(3)) == pytest.approx(3, abs=0.01)
