"""As few are asked as may be expected to cover what is missing, in a fair order, and nobody beyond their limits."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.answering import Answer, AnswerKind
from domain.askable import Against, why_not
from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Refusal
from domain.events import EventCode
from domain.explaining import say_chosen, say_why_not
from domain.hours import Weekday, read_quiet
from domain.invitations import Ranked, Reason
from domain.matching import Candidate, Choice, choose, in_fair_order
from domain.messages import MessageKind
from domain.playbooks import Round
from domain.responders import Check, Responder
from domain.saying_yes import Counted
from domain.situations import Situation
from domain.steps import Ask
from tests.domain.world import begin
from tests.people import (
    BOB,
    CARING_HANDS,
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
    return [c.responder.id for c in choose(candidates, situation, Ask(1, numbers, False, ""), MONDAY).chosen]


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
    for order in (candidates, candidates[::-1]):
        assert [c.responder.id for c in in_fair_order(order, need())] == ["sam", "jane", "lost", "busy"]


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


# --- days, checks, hours, pairs, exercises -------------------------------------


def on(quantity: str, *people: Responder, now: datetime = MONDAY, **more: Any) -> Choice:
    """What a round of anybody comes to for this line, asked of these people at `now`."""
    round = round_of("r", ANYBODY, ask=5, patience="1h")
    situation = Situation(need(quantity, playbook=playbook(round), now=now, **more), (), (), (), LONDON, "k1")
    return choose([Candidate(person, 0) for person in people], situation, Ask(1, (1,), False, ""), now)


def ids(choice: Choice) -> list[str]:
    return [chosen.responder.id for chosen in choice.chosen]


def test_nobody_is_asked_for_their_day_off() -> None:
    """Wednesday's lift is not asked of who does nothing on Wednesdays; Tuesday's is."""
    no_wednesdays = helper("bea", days_off=(Weekday.wednesday,))
    assert ids(on("lift:1", no_wednesdays, needed_by="2026-03-04T10:00")) == []
    assert ids(on("lift:1", no_wednesdays, needed_by="2026-03-03T10:00")) == ["bea"]


def test_a_check_must_be_valid_when_it_is_due() -> None:
    """D05: a check that ends on Tuesday serves Tuesday, local time, and no visit on Wednesday."""
    ends = CARING_HANDS.but(checks=(Check(level=CheckLevel.enhanced, until=date(2026, 3, 3)),))
    assert ids(on("personal-care:1", ends, needed_by="2026-03-03T23:30")) == ["caring-hands"]
    assert ids(on("personal-care:1", ends, needed_by="2026-03-04T00:30")) == []


def test_who_is_kept_apart_is_never_asked() -> None:
    """Neither urgency nor an empty directory is a reason."""
    choice = on("food-parcel:2", SAM, BOB, keep_from=("sam",), urgent=True)
    assert ids(choice) == ["bob"]


def test_an_exercise_asks_only_who_agreed_to_exercises() -> None:
    """Sam did not agree: he hears nothing of it. A real need asks both."""
    bea = helper("bea", exercises=True)
    situation = Situation(need("food-parcel:9").but(exercise=True), (), (), (), LONDON, "k1")
    choice = choose([Candidate(SAM, 0), Candidate(bea, 0)], situation, Ask(1, (1,), False, ""), MONDAY)
    assert ids(choice) == ["bea"]
    assert ids(on("food-parcel:9", SAM, bea)) == ["sam", "bea"]


def test_who_wants_quiet_now_is_asked_later() -> None:
    """At 7am Sam is asleep until 8: nobody is asked, and the choice says when somebody may be."""
    sleeper = SAM.but(quiet=read_quiet("21:00-08:00"))
    at_seven = MONDAY.replace(hour=7)
    choice = on("food-parcel:2", sleeper, now=at_seven)
    assert (ids(choice), choice.dry, choice.waiting, choice.later) == ([], (1,), (1,), MONDAY.replace(hour=8))
    assert ids(on("food-parcel:2", sleeper, now=MONDAY.replace(hour=8))) == ["sam"]
    both = on("food-parcel:8", sleeper, BOB, now=at_seven)
    assert (ids(both), both.later) == (["bob"], MONDAY.replace(hour=8))
    enough = on("food-parcel:2", sleeper, helper("big", sector=Sector.provider, capacity=9), now=at_seven)
    assert (ids(enough), enough.dry, enough.later) == (["big"], (1,), MONDAY.replace(hour=8))


def test_urgency_with_a_reason_wakes_people_and_breaks_no_limit() -> None:
    """A13: quiet hours give way to a reason on record; a day off, a pause and a weekly limit do not."""
    night = MONDAY.replace(hour=2)
    urgent = {"urgent": True, "urgent_because": "The family is out in the cold", "needed_by": "2026-03-02T12:00"}
    quiet = SAM.but(quiet=read_quiet("21:00-08:00"))
    assert ids(on("blanket:2", quiet, now=night, **urgent)) == ["sam"]
    assert ids(on("blanket:2", quiet, now=night, **(urgent | {"urgent_because": None}))) == []
    for never in (
        quiet.but(days_off=(Weekday.monday,)),
        quiet.but(paused_until=MONDAY),
        quiet.but(weekly_limit=0),
    ):
        assert ids(on("blanket:2", never, now=night, **urgent)) == []


def test_somebody_askable_only_after_it_is_due_is_not_waited_for() -> None:
    """Waiting until eight for something due at half past seven helps nobody: the line moves on."""
    sleeper = SAM.but(quiet=read_quiet("21:00-08:00"))
    choice = on("food-parcel:2", sleeper, now=MONDAY.replace(hour=7), needed_by="2026-03-02T07:30")
    assert (choice.dry, choice.waiting, choice.later) == ((1,), (), None)


# --- why, and why not -----------------------------------------------------------


def test_what_spoke_for_them_is_kept_with_the_invitation() -> None:
    """The place in the order, asks this week, distance and how often such helpers say yes, as they were then."""
    world = begin("food-parcel:2", people=[BOB, SAM], by=playbook(round_of("neighbours", ask=2)))
    assert world.invitation("sam").why == Ranked(place=1, of=2, asks=0, km=0.5, says_yes=0.3)
    assert world.invitation("bob").why == Ranked(place=2, of=2, asks=0, km=1.0, says_yes=0.3)
    assert say_chosen(world.invitation("sam").why) == (
        "Chosen as number 1 of 2 in order: no ask this week, 0.5 km away, says yes 30% of the time."
    )


AGAINST: list[tuple[dict[str, Any], dict[str, Any], Against, str]] = [
    ({}, {"keep_from": ("x",)}, Against.apart, "They are kept apart from this resident."),
    ({"capabilities": ("lift",)}, {}, Against.unable, "They do not give food parcels."),
    ({"capacity": 0}, {}, Against.too_little, "They have nothing to give: their capacity is 0."),
    ({"contacts": 0}, {}, Against.unreachable, "There is no e-mail address for them."),
    ({"muted": ("food",)}, {}, Against.muted, "They do not want to be asked for this kind of help."),
    ({"paused_until": MONDAY + timedelta(days=1)}, {}, Against.paused, "They are passed over until 9am on Tuesday 3 March."),  # noqa: E501
    ({"weekly_limit": 3}, {"asks": 3}, Against.week_full, "They have had 3 of 3 asks this week."),
    ({"sector": Sector.public}, {}, Against.other_round, "No round of this playbook asks the sector public."),
    ({"point": place(5.2)}, {}, Against.too_far, "They are 5.2 km away and this round goes to 3 km."),
    ({"point": place(2), "radius_km": 1}, {}, Against.too_far, "They are 2.0 km away and go no further than 1 km."),
    ({"point": None, "areas": ("Hill Ward",)}, {}, Against.other_area, "They serve Hill Ward, and not River Ward."),
    ({"days_off": ("wednesday",)}, {}, Against.off_when_due, "It is due on Wednesday 4 March 2026, which is their day off."),  # noqa: E501
    ({"days_off": ("monday",)}, {}, Against.not_now, "Not at this hour: they may be asked from midnight on Tuesday 3 March. Mondays are their days off."),  # noqa: E501
    ({"quiet": "06:00-11:00"}, {}, Against.not_now, "Not at this hour: they may be asked from 11am on Monday 2 March. Their quiet hours are 06:00-11:00."),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize(("who", "more", "code", "sentence"), AGAINST, ids=lambda value: str(value)[:40])
def test_whoever_is_not_asked_there_is_a_reason_to_say(
    who: dict[str, Any], more: dict[str, Any], code: Against, sentence: str
) -> None:
    """One set of rules chooses and explains: where there is a reason against, nobody is asked, and this is said."""
    given = {"quiet": read_quiet(who["quiet"])} if "quiet" in who else {}
    somebody = helper("x", **(who | given))
    round = round_of("r", (Sector.volunteer,), within_km=3)
    wanted = need("food-parcel:2", playbook=playbook(round), keep_from=more.get("keep_from", ()))
    situation = Situation(wanted, (), (), (), LONDON, "k1")
    candidate = Candidate(somebody, more.get("asks", 0))
    why = why_not(candidate, situation, round, wanted.line(1), MONDAY)
    assert why is not None
    assert why.code is code
    assert say_why_not(why, somebody, wanted, round, wanted.line(1), LONDON) == sentence
    assert ids(choose([candidate], situation, Ask(1, (1,), False, ""), MONDAY)) == []


def test_why_not_once_they_have_answered() -> None:
    """Asked, refused, promised, waiting for an answer of ours: each is said as what it is."""
    people = [*helpers(4, capacity=1), helper("fresh", point=place(2))]
    world = begin("food-parcel:9", people=people, by=playbook(round_of("neighbours", ask=4)))
    world.no("helper-01")
    world.yes("helper-02", 1)
    world.question("helper-03")

    def why(who: str) -> tuple[Against, str]:
        line, round = world.need.line(1), world.need.playbook.round(1)
        found = why_not(Candidate(world.person(who), 0), world.situation, round, line, world.now)
        assert found is not None
        return found.code, say_why_not(found, world.person(who), world.need, round, line, LONDON)

    assert why("helper-01") == (Against.answered, "They have said no to this already.")
    assert why("helper-02") == (Against.answered, "They have said yes already.")
    assert why("helper-03") == (Against.asking_us, "They have asked us something, and nobody has answered yet.")
    assert why("helper-04") == (Against.asked, "They have been asked about it already.")


def test_by_name_sector_and_distance_do_not_matter() -> None:
    """An officer may ask somebody of another round, far away; checks, limits and pairs hold for them too."""
    wanted = need("personal-care:1")
    situation = Situation(wanted, (), (), (), LONDON, "k1")
    far = CARING_HANDS.but(point=place(80))
    assert why_not(Candidate(far, 0), situation, None, wanted.line(1), MONDAY) is None
    unfit = why_not(Candidate(far.but(checks=()), 0), situation, None, wanted.line(1), MONDAY)
    assert unfit is not None
    assert unfit.code is Against.no_check
    assert "enhanced check" in say_why_not(unfit, far, wanted, None, wanted.line(1), LONDON)


def test_a_round_in_which_everybody_is_paused_is_skipped_at_once() -> None:
    """A06: nobody waits for somebody who is away; the story says that there was nobody to ask."""
    away = [person.but(paused_until=MONDAY + timedelta(days=7)) for person in (SAM, BOB)]
    two = playbook(round_of("neighbours"), round_of("groups", (Sector.voluntary,)))
    world = begin("food-parcel:2", people=[*away, helper("red-cross", sector=Sector.voluntary)], by=two)
    assert world.asked() == ["red-cross"]
    assert EventCode.round_skipped in world.story()


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "capacity": st.sampled_from([None, 0, 1, 5]),
                "days_off": st.sampled_from([(), (Weekday.monday,), (Weekday.wednesday,)]),
                "contacts": st.sampled_from([0, 1]),
                "sector": st.sampled_from([Sector.volunteer, Sector.public]),
                "point": st.sampled_from([None, place(1), place(9)]),
                "quiet": st.sampled_from([None, read_quiet("08:00-12:00")]),
            }
        ),
        max_size=6,
    )
)
def test_chosen_are_exactly_those_nothing_speaks_against(many: list[dict[str, Any]]) -> None:
    """Where there is room for all and nobody can cover it alone, choosing and explaining never disagree."""
    people = [helper(f"p{n}", **who) for n, who in enumerate(many)]
    round = round_of("r", (Sector.volunteer,), within_km=3, ask=50)
    situation = Situation(need("food-parcel:900", playbook=playbook(round)), (), (), (), LONDON, "k1")
    line = situation.need.line(1)
    candidates = [Candidate(person, 0) for person in people]
    free = {c.responder.id for c in candidates if why_not(c, situation, round, line, MONDAY) is None}
    assert set(ids(choose(candidates, situation, Ask(1, (1,), False, ""), MONDAY))) == free


# --- how often they say yes -------------------------------------------------------


def test_who_often_says_yes_is_expected_to_give_more() -> None:
    """Ten who said yes to nine of ten asks are as good as thirty of whom nothing is known: fewer are asked."""
    situation = Situation(need("food-parcel:9", playbook=playbook(round_of("r", ask=40))), (), (), (), LONDON, "k1")
    step = Ask(1, (1,), False, "")
    people = helpers(40, capacity=1)
    strangers = choose([Candidate(p, 0) for p in people], situation, step, MONDAY)
    keen = choose([Candidate(p, 0, Counted(20, 18)) for p in people], situation, step, MONDAY)
    assert (len(strangers.chosen), len(keen.chosen)) == (30, 12)
    reluctant = choose([Candidate(p, 0, Counted(20, 0)) for p in people], situation, step, MONDAY)
    assert len(reluctant.chosen) == 40
