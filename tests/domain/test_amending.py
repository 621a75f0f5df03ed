"""What is needed changes while it is being found: more, less, earlier, elsewhere, later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Refusal
from domain.events import Event, EventCode
from domain.hours import read_quiet
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.stories import because
from domain.taking_answers import take_answer
from tests.domain.world import World, begin
from tests.people import (
    BOB,
    GOOD_NEIGHBOURS,
    GROUPS,
    JANE,
    LONDON,
    MONDAY,
    RIVERSIDE_KITCHEN,
    SAM,
    SERVICES,
    helper,
    playbook,
    round_of,
)

K, E = MessageKind, EventCode
ALL = (SAM, BOB, JANE, GOOD_NEIGHBOURS)


# --- more ----------------------------------------------------------------------


def test_more_is_looked_for_when_it_was_covered() -> None:
    """Sam covers 5; 8 are needed: 3 are missing again, in a new cycle, and Bob, who had been released, is asked."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.yes("sam")
    assert world.need.status is NeedStatus.covered
    world.forget().amends("food-parcel:8")
    assert world.missing() == 3
    assert world.need.status is NeedStatus.open
    assert world.need.cycle == 2
    assert world.asked() == ["bob"]
    assert world.told(K.resident_delayed) == []
    assert world.happened(E.amended)[0].facts["quantities"] == {"1": 8}


def test_a_new_part_is_asked_from_the_first_round_and_told_in_one_message() -> None:
    """A lift is added: Sam, asked about parcels already, hears of it in one further mail, no new invitation."""
    world = begin("food-parcel:5", people=[SAM])
    world.forget().amends("lift:1")
    assert [line.what for line in world.need.lines] == ["food-parcel", "lift"]
    assert world.told(K.lines_added) == ["sam"]
    assert world.asked() == []


def test_more_than_an_officer_knows_of_is_handed_over_anew() -> None:
    """Everybody was asked and Ola has it for 5; when 8 are needed she is told of that too."""
    world = begin("food-parcel:5", people=[SAM])
    world.no("sam")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.officer_takes(TaskKind.hand_over)
    world.forget().amends("food-parcel:8")
    assert world.tasks(TaskKind.hand_over) == ["taken", "open"]


def test_what_cannot_be_shared_out_is_not_made_larger_under_a_promise() -> None:
    """Sam gives the one lift; a second is another need, not half of this one."""
    world = begin("lift:1", people=[SAM])
    world.yes("sam")
    refused = world.amends("lift:2")
    assert isinstance(refused, Refusal)
    assert "cannot be shared out" in refused.sentence


# --- less ----------------------------------------------------------------------


def test_less_cuts_the_latest_promise_first() -> None:
    """A33: Good Neighbours promised 10, then Sam 8; 12 are needed: Sam brings 2, and is told so at once."""
    world = begin("food-parcel:20", people=ALL)
    world.yes("good-neighbours", 10)
    world.wait("1m").yes("sam", 8)
    world.forget().amends("food-parcel:12")
    assert world.pledged() == 12
    assert world.invitation("sam").pledged == 2
    assert world.invitation("sam").shares[0].was == 8
    assert world.told(K.reduced) == ["sam"]
    assert world.invitation("good-neighbours").pledged == 10


def test_less_releases_open_asks_and_standby_before_any_promise() -> None:
    """5 of 20 are promised and Jane is asked still; when 5 are enough she is released and nobody's promise changes."""
    world = begin("food-parcel:20", people=ALL)
    world.yes("sam", 5)
    asked = [i.responder for i in world.situation.invitations if i.open]
    world.forget().amends("food-parcel:5")
    assert sorted(world.told(K.stand_down)) == sorted(asked)
    assert world.told(K.reduced) == []
    assert world.need.status is NeedStatus.covered


def test_standby_is_let_go_when_promises_have_to_be_cut() -> None:
    """Bob stands by with 3 while Sam gives 5; when 4 are needed, Bob is free and Sam brings 4."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.yes("sam")
    world.yes("bob", 3)
    world.forget().amends("food-parcel:4")
    assert world.invitation("sam").pledged == 4
    assert world.invitation("bob").status is InvitationStatus.cancelled
    assert world.invitation("bob").reason is Reason.less
    assert world.told(K.stand_down) == ["bob"]
    assert world.told(K.reduced) == ["sam"]


def test_a_part_no_longer_needed_calls_off_who_promised_it() -> None:
    """No lift is needed any more: Sam is told not to set out, and what is left is covered without it."""
    world = begin("food-parcel:1", "lift:1", people=[SAM, BOB])
    world.yes("sam", 0, 1)
    world.yes("bob", 1, 0)
    world.forget().amends("lift:0")
    assert world.told(K.reduced) == ["sam"]
    assert [m.urgent for m in world.messages if m.kind is K.reduced] == [True]
    assert world.invitation("sam").status is InvitationStatus.cancelled
    assert world.situation.covered
    assert "no lifts" in _say(world, E.amended)


def test_nothing_at_all_is_a_withdrawal() -> None:
    """Taking away the last part is refused with the command that ends a need."""
    world = begin("food-parcel:5", people=[SAM])
    refused = world.amends("food-parcel:0")
    assert isinstance(refused, Refusal)
    assert refused.code == "nothing-left"


def test_what_was_brought_stays_brought() -> None:
    """Sam has delivered 5; when 3 are needed, nobody is told anything and what he brought stays on record."""
    world = begin("food-parcel:8", people=[SAM, BOB])
    world.yes("sam", 5)
    world.done("sam", 5)
    world.forget().amends("food-parcel:3")
    assert world.invitation("sam").shares[0].delivered == 5
    assert world.pledged() == 3
    assert world.told(K.reduced) == []


# --- earlier, elsewhere ---------------------------------------------------------


def test_earlier_asks_whether_it_is_still_all_right() -> None:
    """Sam's promise stands while he is asked; "still all right" keeps it, and the story says so."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+10h")
    world.yes("sam")
    world.forget().amends(needed_by="+5h")
    sam = world.invitation("sam")
    assert world.told(K.changed) == ["sam"]
    assert sam.pledged == 5
    assert sam.confirm_by == world.now + timedelta(minutes=30)
    world.yes("sam")
    assert world.invitation("sam").confirm_by is None
    assert world.pledged() == 5
    assert "still all right" in _say(world, E.said_yes)


def test_elsewhere_asks_too_and_details_go_again() -> None:
    """It is in Surbiton now: Sam says that is all right and is sent the address once more."""
    world = begin("food-parcel:5", people=[SAM])
    world.yes("sam")
    world.forget().amends(place="Surbiton")
    assert world.told(K.changed) == ["sam"]
    world.yes("sam")
    assert world.told(K.private_details) == ["sam"]
    assert world.need.area == "Surbiton"


def test_no_to_a_change_is_a_withdrawal() -> None:
    """A34: Sam cannot come earlier; what he promised is missing again and Bob is asked."""
    world = begin("food-parcel:5", people=[SAM, BOB], needed_by="+10h")
    world.yes("sam")
    world.amends(needed_by="+5h")
    world.forget().no("sam")
    assert world.story()[0] is E.withdrew
    assert world.asked() == ["bob"]


def test_no_word_about_a_change_is_a_phone_call() -> None:
    """Sam says nothing: his promise stands and Ola is asked to phone him, once."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+10h")
    world.yes("sam")
    world.amends(needed_by="+5h")
    world.forget().wait("31m")
    assert world.tasks(TaskKind.call_partner) == ["open"]
    assert world.pledged() == 5
    world.wait("20m")
    assert len(world.happened(E.unconfirmed)) == 1


def test_who_said_they_would_be_later_than_it_is_now_due_does_not_count() -> None:
    """A29: Sam is ready in 8 hours and it is due in 5 now: he stands by until he says that he can be in time."""
    world = begin("food-parcel:5", people=[SAM, BOB], needed_by="+10h")
    world.yes("sam", 5, ready=world.now + timedelta(hours=8))
    assert world.pledged() == 5
    world.forget().amends(needed_by="+5h")
    assert world.pledged() == 0
    assert world.told(K.changed) == ["sam"]
    world.yes("sam")
    assert world.pledged() == 5


def test_still_all_right_is_no_earlier_than_they_had_said() -> None:
    """A29: Sam brings two parcels in an hour, and four blankets ten hours too late. It is in Hook now, and he says
    that this is all right: the parcels count, ready when he said; the blankets stand by as before."""
    world = begin("food-parcel:2", "blanket:4", people=[SAM, BOB], needed_by="+10h")
    soon, late = world.now + timedelta(hours=1), world.now + timedelta(hours=20)
    said = Answer(AnswerKind.part, offers={1: 2, 2: 4}, ready_by={1: soon, 2: late})
    world.answers("sam", world.checked("sam", said))
    world.amends(place="Hook")
    world.yes("sam")
    shares = world.invitation("sam").shares
    assert [(s.pledged, s.reserve, s.ready_by) for s in shares] == [(2, 0, soon), (0, 4, late)]
    assert world.need.status is NeedStatus.open


def test_later_disturbs_nobody() -> None:
    """It is due later: nobody who promised is written to."""
    world = begin("food-parcel:5", people=[SAM])
    world.yes("sam")
    world.forget().amends(needed_by="+3d")
    assert world.messages == []


@pytest.mark.parametrize("place", [None, "Surbiton"])
def test_an_answer_on_an_old_page_sees_the_new_need_first(place: str | None) -> None:
    """R06: Sam's page was opened before it changed: his yes is not taken, and he is shown how it is now."""
    world = begin("food-parcel:5", people=[SAM])
    seen = world.invitation("sam").version
    world.amends("food-parcel:8", place=place)
    late = Answer(AnswerKind.accept, page_version=seen)
    refused = take_answer(world.situation, world.invitation("sam").id, late, SAM, world.now)
    assert isinstance(refused, Refusal)
    assert refused.code == "stale"


def test_a_late_offer_is_asked_too() -> None:
    """Kingsway offered care in 30 hours; it is due in 20 now: they are asked, and their offer waits in time again."""
    kingsway = helper("kingsway", sector=Sector.provider, capabilities=("care-hours",), checks=(CheckLevel.enhanced,))
    world = begin("care-hours:4", people=[kingsway], by=playbook(round_of("services", SERVICES, "6h")), needed_by="+2d")
    world.yes("kingsway", 4, ready=world.now + timedelta(hours=30))
    world.forget().amends(needed_by="+20h")
    assert world.told(K.changed) == ["kingsway"]
    assert world.situation.offered(world.need.line(1)) == 0
    world.yes("kingsway")
    assert world.situation.offered(world.need.line(1)) == 4


def test_nobody_reached_about_a_change_is_not_counted_on() -> None:
    """Sam does not answer, and Ola cannot reach him by phone: he is asked not to set out, and Bob is asked instead."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.yes("sam")
    world.amends(place="Surbiton")
    world.wait("31m").forget()
    world.ends_task(TaskKind.call_partner, TaskOutcome.not_reached)
    assert world.told(K.call_off) == ["sam"]
    assert world.asked() == ["bob"]
    assert world.invitation("sam").status is InvitationStatus.failed
    assert "could not reach" in _say(world, E.given_up)
    assert isinstance(world.yes("sam"), Change)


def test_who_has_answered_before_they_were_phoned_keeps_their_promise() -> None:
    """Sam says that it is all right while the call waits: that nobody then reached him changes nothing."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.yes("sam")
    world.amends(place="Surbiton")
    world.wait("40m").forget().yes("sam")
    assert world.told(K.private_details) == ["sam"], "it is in another place"
    world.ends_task(TaskKind.call_partner, TaskOutcome.not_reached)
    assert world.pledged() == 5


def test_who_is_near_the_right_place_is_asked() -> None:
    """Recorded under the wrong ward, nobody was there to ask; put right, whoever serves the right one is asked."""
    world = begin("food-parcel:5", people=[helper("sam", point=None, areas=("Surbiton",))])
    assert world.asked() == []
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.forget().amends(place="Surbiton")
    assert world.asked() == ["sam"]
    assert world.tasks(TaskKind.hand_over) == ["done"]


# --- another address --------------------------------------------------------------


def test_a_corrected_address_reaches_who_has_the_old_one() -> None:
    """No. 12 should have been No. 21: Sam, who promised, is sent it at once; Bob, who stands by, learns nothing."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    world.yes("sam")
    world.yes("bob", 3)
    world.forget().amends(address="21 Example Road, KT1 1ZZ")
    assert world.told(K.private_details) == ["sam"]
    assert [m.to for m in world.messages] == ["responder:sam"]
    assert world.resident.address == "21 Example Road, KT1 1ZZ"
    assert "address" in _say(world, E.amended)


def test_the_same_address_changes_nothing() -> None:
    """Ola corrects it twice: the second time nothing is written and nobody is told."""
    world = begin("food-parcel:5", people=[SAM])
    world.yes("sam")
    world.amends(address="21 Example Road, KT1 1ZZ")
    edition = world.forget().need.edition
    assert world.amends(address="21 Example Road, KT1 1ZZ") is None
    assert (world.messages, world.need.edition) == ([], edition)


def test_elsewhere_the_address_goes_with_their_yes() -> None:
    """Another ward and another address: one question, and the address once Sam has said that it is all right."""
    world = begin("food-parcel:5", people=[SAM])
    world.yes("sam")
    world.forget().amends(place="Surbiton", address="9 New Road, KT6 1ZZ")
    assert (world.told(K.changed), world.told(K.private_details)) == (["sam"], [])
    world.yes("sam")
    assert world.told(K.private_details) == ["sam"]


def test_a_corrected_address_goes_to_nobody_without_an_officers_word() -> None:
    """It is sensitive, and Ola has not given her word about whom Sam named."""
    world = begin("food-parcel:5", people=[SAM], sensitive=True)
    world.yes("sam")
    world.forget().amends(address="21 Example Road, KT1 1ZZ")
    assert world.told(K.private_details) == []


# --- less, then more ----------------------------------------------------------------


def test_who_was_let_go_for_less_is_asked_when_it_is_more() -> None:
    """2 parcels are enough, so Sam and Cat are let go; then 10 are needed, and both are asked anew. Meals are looked
    for all the while, and Bob, who was asked for them, is not written to."""
    parcels = {"capacity": 4, "capabilities": ("food-parcel",)}
    world = begin(
        "food-parcel:4", "hot-meal:3",
        people=[helper("bob", capacity=4), helper("sam", **parcels), helper("cat", **parcels)],
        by=playbook(round_of("neighbours", ask=9, patience="5h")),
    )  # fmt: skip
    world.yes("bob", 2, 0)
    world.forget().amends("food-parcel:2")
    assert sorted(world.told(K.stand_down)) == ["cat", "sam"]
    world.forget().amends("food-parcel:10")
    assert sorted(world.asked()) == ["cat", "sam"]
    assert not [m for m in world.messages if m.to == "responder:bob"]
    assert world.situation.expected(world.need.line(1), world.now) > 0


# --- urgent now ------------------------------------------------------------------

NIGHT = MONDAY.replace(hour=22)
SLEEPS = SAM.but(quiet=read_quiet("21:00-08:00"))
ONE = playbook(round_of("neighbours", patience="2h", ask=5))


def test_made_urgent_whoever_sleeps_is_asked_at_once() -> None:
    """Sam wants to be left alone until 8am. At ten past ten it is urgent, with a reason: he is asked then."""
    world = begin("food-parcel:2", people=[SLEEPS], by=ONE, now=NIGHT, needed_by="+14h").wait("10m")
    assert world.asked() == []
    world.amends(urgent_because="Three small children and no food at all")
    assert world.asked() == ["sam"]
    assert world.need.line(1).round == 1


def test_made_urgent_whoever_was_passed_over_is_asked() -> None:
    """It is due before Sam wakes, so he was passed over and Ola has it. Urgent, he is asked; she is not asked twice."""
    world = begin("food-parcel:2", people=[SLEEPS], by=ONE, now=NIGHT, needed_by="+6h").wait("10m")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.amends(urgent_because="Three small children and no food at all")
    assert world.asked() == ["sam"]
    world.wait("3h")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    assert len(world.happened(E.handed_over)) == 1


def test_made_urgent_whoever_stands_by_is_called_at_once() -> None:
    """Bob drops out at night while Sam, who stands by, sleeps: urgent, Sam is called then."""
    world = begin("food-parcel:2", people=[SLEEPS, BOB], by=ONE, now=MONDAY.replace(hour=20), needed_by="+20h")
    world.yes("bob", 2)
    world.yes("sam", 2)
    world.wait("2h").no("bob")
    assert world.told(K.reserve_call) == []
    world.amends(urgent_because="Three small children and no food at all")
    assert world.told(K.reserve_call) == ["sam"]


def test_made_urgent_whoever_sleeps_is_reminded_in_time() -> None:
    """Sam, who sleeps from nine, would be reminded at 8am. Urgent from half past eight on, he is at nine."""
    by = playbook(round_of("neighbours", patience="16h", remind_after="1h"))
    world = begin("food-parcel:2", people=[SLEEPS], by=by, now=MONDAY.replace(hour=20), needed_by="+2d").wait("30m")
    world.amends(urgent_because="Three small children and no food at all")
    world.wait("30m")
    assert world.told(K.reminder) == ["sam"]


def test_another_reason_for_what_is_urgent_begins_nothing_anew() -> None:
    """It has been urgent all along: nobody is passed over for sleeping, so another reason disturbs nothing."""
    world = begin("food-parcel:2", people=[], by=ONE, urgent=True, urgent_because="No food", needed_by="+6h")
    world.forget().amends(urgent_because="No food, and the heating is off")
    assert world.story() == [E.amended]


# --- more time -------------------------------------------------------------------


def test_more_time_starts_spent_rounds_anew() -> None:
    """Sam refused and Bob never answered; with a day more Bob may be asked again, Sam may not."""
    by = playbook(round_of("neighbours", patience="30m", ask=5))
    world = begin("food-parcel:5", people=[SAM, BOB], by=by, needed_by="+4h")
    world.no("sam")
    world.wait("2h")
    assert world.tasks(TaskKind.hand_over) == ["open"]
    world.forget().extends("1d")
    assert world.asked() == ["bob"]
    assert world.need.cycle == 2
    assert world.tasks(TaskKind.hand_over) == ["done"]
    assert world.story()[0] is E.extended


def test_more_time_clears_what_was_past_due() -> None:
    """The time had passed and Ola was asked how it ended; with more time it is looked for again instead."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+4h")
    world.wait("5h")
    assert world.tasks(TaskKind.past_due) == ["open"]
    world.extends("1d")
    assert world.tasks(TaskKind.past_due) == ["done"]
    assert world.need.wake_at is not None


def test_who_still_has_time_is_not_asked_twice_when_it_is_extended() -> None:
    """Lifts are through every round, parcels are not: who is still awaited about parcels goes on as they were."""
    kitchen = RIVERSIDE_KITCHEN.but(capabilities=("food-parcel",))
    by = playbook(round_of("neighbours", patience="30m"), round_of("groups", GROUPS, "8h"))
    world = begin("lift:1", "food-parcel:60", people=[SAM, kitchen], by=by, needed_by="+12h")
    world.no("sam")
    world.wait("1h")
    assert world.invitation("riverside-kitchen").awaited
    world.forget().extends("2d")
    assert world.asked() == []
    assert world.invitation("riverside-kitchen").cycle == world.need.cycle
    assert isinstance(world.yes("riverside-kitchen"), Change)


def test_more_time_is_more_where_it_had_been_wanted_anew() -> None:
    """Sam could not, after it was due: it was wanted anew in 3 hours. With 30 more it is due in 30."""
    world = begin("food-parcel:4", people=[SAM], needed_by="+3h")
    world.yes("sam")
    world.wait("4h").failed("sam")
    assert world.need.line(1).wanted_anew
    assert isinstance(world.extends("1h"), Refusal), "it has three"
    assert isinstance(world.extends("30h"), Change)
    assert world.need.line(1).due == world.need.needed_by == world.now + timedelta(hours=30)


def test_earlier_is_not_more_time() -> None:
    """`extend` only gives time; bringing forward is `amend`, which asks those who promised."""
    world = begin("food-parcel:5", people=[SAM], needed_by="+10h")
    refused = world.extends("5h")
    assert isinstance(refused, Refusal)
    assert refused.code == "earlier"


# --- on which version ------------------------------------------------------------


def test_a_command_about_an_old_version_is_refused() -> None:
    """R05: two officers looked at version 1; the second to change it is refused and told which version it is."""
    world = begin("food-parcel:5", people=[SAM])
    assert isinstance(world.amends("food-parcel:8", edition=1), Change)
    for refused in (
        world.amends("food-parcel:9", edition=1),
        world.extends("9d", edition=1),
        world.holds("1h", edition=1),
        world.asks_by_name("sam", edition=1),
    ):
        assert isinstance(refused, Refusal)
        assert refused.code == "stale"
        assert "version 2" in refused.sentence
    assert world.need.lines[0].quantity == 8


def test_the_same_said_twice_changes_nothing_the_second_time() -> None:
    """Sending the same amendment again is the same answer."""
    world = begin("food-parcel:5", people=[SAM])
    world.amends("food-parcel:8")
    assert world.amends("food-parcel:8") is None


def test_closed_wins() -> None:
    """R13: nothing an officer sends about a closed need changes it."""
    world = begin("food-parcel:5", people=[SAM])
    world.officer_closes(Outcome.withdrawn)
    for refused in (world.amends("food-parcel:8"), world.extends("9d"), world.holds("1h"), world.asks_by_name("sam")):
        assert isinstance(refused, Refusal)
        assert refused.code == "closed"


def test_many_changes_do_not_lock_a_partner_out() -> None:
    """Sam can answer after fifteen amendments: those were not his changes of mind."""
    world = begin("food-parcel:5", people=[SAM])
    for count in range(6, 21):
        world.amends(f"food-parcel:{count}")
    assert isinstance(world.yes("sam"), Change)


def test_a_helper_for_a_part_that_went_keeps_the_rest_of_their_page() -> None:
    """Jane was asked for parcels and a lift; without the lift she can promise parcels as before."""
    world = begin("food-parcel:5", "lift:1", people=[helper("jane", "Jane Example")])
    world.amends("lift:0")
    assert isinstance(world.yes("jane", 5), Change)
    assert world.situation.covered


def _say(world: World, code: EventCode) -> str:
    return because(world.happened(code)[-1], {}, world.need, LONDON)


# --- urgent ---------------------------------------------------------------------


def test_made_urgent_it_keeps_its_playbook_and_says_so() -> None:
    """Sam's time to answer stays, nobody is asked anew; what is told from now on is urgent; the story names the
    playbook that goes on. Said again it is no change; another reason is one."""
    world = begin("food-parcel:5", people=[SAM, BOB])
    before, until = world.need.playbook, world.invitation("sam").answer_by
    change = world.forget().amends(urgent_because="No food since yesterday")
    assert isinstance(change, Change)
    assert (world.need.urgent, world.need.urgent_because) == (True, "No food since yesterday")
    assert (world.need.playbook, world.invitation("sam").answer_by) == (before, until)
    assert world.asked() == []
    event = world.happened(E.amended)[0]
    said = because(event, {"ola": "Ola"}, world.need, LONDON)
    assert "It is now: urgent." in said
    assert f"It goes on by the playbook it began with, “{before.title}”" in said
    assert world.amends(urgent_because="No food since yesterday") is None
    assert isinstance(world.amends(urgent_because="No heating either"), Change)
    assert "playbook" not in because(begin_amended(), {}, world.need, LONDON)


def begin_amended() -> Event:
    """A change that has nothing to do with haste."""
    world = begin("food-parcel:5", people=[SAM])
    world.amends("food-parcel:8")
    return world.happened(E.amended)[0]


def test_made_urgent_it_asks_whoever_is_left_alone_until_noon() -> None:
    """Bob is left alone until noon, so nobody is asked at nine; once it is urgent, and why is said, he is asked."""
    world = begin("food-parcel:5", people=[BOB.but(quiet=read_quiet("08:30-12:00"))])
    assert world.asked() == []
    world.amends(urgent_because="No food since yesterday")
    world.asks_by_name("bob")
    assert world.asked() == ["bob"]
