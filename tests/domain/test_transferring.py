"""Good Neighbours have promised parcels in one place and are asked to take them to another instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from domain.capabilities import CheckLevel, Sector
from domain.changes import Change, Refusal
from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import MessageKind
from domain.needs import Outcome
from domain.officers import TaskKind, TaskOutcome
from domain.responders import Check, Responder
from domain.transferring import Crossing, Shown, ask_to_move, can_move, move, stay
from tests.domain.world import World, begin
from tests.people import BOB, CARING_HANDS, GOOD_NEIGHBOURS, SAM, playbook, round_of

K, E = MessageKind, EventCode
THERE = "N-8CFGHJ"
EVERYBODY = playbook(round_of("all", tuple(Sector), "1h"))


@dataclass
class Two:
    """A need that has help, and another that could do with it."""

    here: World
    there: World

    def asks(self, who: str, what: str, count: int, version: int | None = None) -> Change | Refusal | None:
        return self.here.act(
            lambda here, now: ask_to_move(self.crossing(who), what, count, "officer:ola", now, version)
        )

    def crossing(self, who: str) -> Crossing:
        return Crossing(self.here.situation, self.there.situation, self.here.person(who))

    def sees(self, who: str) -> Shown:
        """What their check page shows them."""
        shown = can_move(self.crossing(who), self.here.invitation(who), self.here.now)
        return shown if isinstance(shown, Shown) else Shown(0, self.there.need.edition)

    def goes(
        self, who: str, count: int | None = None, version: int | None = None, seen: Shown | None = None
    ) -> Change | Refusal | None:
        """They say yes, having seen how much would move; both needs change, as the store does it."""
        shown = seen or self.sees(who)
        shown = shown if count is None else replace(shown, count=count)
        id = self.here.invitation(who).id
        moved = move(self.crossing(who), id, shown, self.here.now, version=version)
        if isinstance(moved, Change):
            for world, change in ((self.here, moved), (self.there, moved.also[0])):
                world.commit(change)
                world.look()
        return moved

    def stays(self, who: str) -> Change | Refusal | None:
        return self.here.act(lambda here, now: stay(here, self.here.invitation(who).id, now))


def two(*people: Responder, line: str = "food-parcel:10", wanted: str = "food-parcel:6", **more: object) -> Two:
    here = begin(line, people=people)
    there = begin(wanted, reference=THERE, summary="Parcels for the hostel", area="Surbiton", **more)
    here.yes(people[0].id)
    return Two(here, there)


def test_the_promise_stays_until_they_say_yes() -> None:
    """They are asked; until they answer, both needs stand as they stood."""
    both = two(GOOD_NEIGHBOURS, SAM)
    both.here.forget()
    assert isinstance(both.asks("good-neighbours", "food-parcel", 6), Change)
    assert both.here.told(K.transfer) == ["good-neighbours"]
    assert both.here.pledged() == 10
    assert both.there.pledged() == 0
    assert both.asks("good-neighbours", "food-parcel", 6) is None


def test_their_yes_moves_it_once() -> None:
    """A34: six of ten move; there it is covered, here six are missing again and Sam is asked; receipt and address go
    for the other need. The same click twice is the same answer."""
    both = two(GOOD_NEIGHBOURS, SAM)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.forget()
    both.there.forget()
    version = both.here.invitation("good-neighbours").version
    assert isinstance(both.goes("good-neighbours", 6, version), Change)
    assert (both.here.pledged(), both.there.pledged()) == (4, 6)
    assert both.here.asked() == ["sam"]
    assert both.there.told(K.receipt) == ["good-neighbours"]
    assert both.there.told(K.private_details) == ["good-neighbours"]
    assert (both.here.story()[0], both.there.story()[0]) == (E.transferred, E.joined)
    assert both.goes("good-neighbours", 6, version) is None
    assert both.there.pledged() == 6


def test_standby_is_called_before_anybody_new() -> None:
    """A34: Bob stands by here; when Good Neighbours go, he is called and Sam is not asked."""
    both = two(GOOD_NEIGHBOURS, BOB, SAM)
    both.here.yes("bob", 3)
    both.asks("good-neighbours", "food-parcel", 3)
    both.here.forget()
    both.goes("good-neighbours")
    assert both.here.told(K.reserve_call) == ["bob"]
    assert both.here.asked() == []


def test_all_of_it_may_go() -> None:
    """Nothing is left here: their page here says that they went elsewhere, and they are asked here no more."""
    both = two(GOOD_NEIGHBOURS, line="food-parcel:6")
    both.asks("good-neighbours", "food-parcel", 6)
    both.goes("good-neighbours")
    gone = both.here.invitation("good-neighbours", cycle=1)
    assert (gone.status, gone.reason) == (InvitationStatus.cancelled, Reason.moved)
    assert both.here.asked() == ["good-neighbours"]
    assert "went to another request" in _refused(both.here.asks_by_name("good-neighbours"))


def test_they_would_rather_stay() -> None:
    """No: nothing moves, and the story says so."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.forget()
    assert isinstance(both.stays("good-neighbours"), Change)
    assert both.here.pledged() == 10
    assert both.here.story() == [E.stayed]
    assert both.stays("good-neighbours") is None


def test_who_has_gone_cannot_stay() -> None:
    """R06: two pages were open: the second, which says no, is told that they have gone; nothing is undone by it."""
    for count in (6, 10):
        both = two(GOOD_NEIGHBOURS, wanted="food-parcel:10")
        both.asks("good-neighbours", "food-parcel", count)
        assert isinstance(both.goes("good-neighbours"), Change)
        refused = both.stays("good-neighbours")
        assert isinstance(refused, Refusal)
        assert (refused.code, both.there.pledged()) == ("gone", count)


def test_nobody_moves_to_where_they_are_not_needed() -> None:
    """R13: the other need is closed, or covered meanwhile: the promise here stands and they are told."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.there.officer_closes(Outcome.withdrawn)
    refused = both.goes("good-neighbours", 6)
    assert isinstance(refused, Refusal)
    assert refused.code == "gone"
    assert both.here.pledged() == 10


def test_no_more_moves_than_is_missing_there() -> None:
    """Sam gives 4 of 6 there meanwhile: they see that 2 would move before anything does; 8 stay."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.there.people = [SAM]
    both.there.extends("9d")
    both.there.asks_by_name("sam")
    both.there.yes("sam", 4)
    refused = both.goes("good-neighbours", 6)
    assert isinstance(refused, Refusal)
    assert refused.code == "less"
    both.goes("good-neighbours")
    assert (both.here.pledged(), both.there.pledged()) == (8, 6)


def test_what_they_promised_since_is_all_that_can_move() -> None:
    """R05: they withdraw while the question waits: nothing is left to move."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.no("good-neighbours")
    assert isinstance(both.goes("good-neighbours", 6), Refusal)
    assert both.there.pledged() == 0


def test_a_stale_command_and_a_stale_page_are_refused() -> None:
    """R06: the officer names the version they saw; the partner's page carries its own."""
    both = two(GOOD_NEIGHBOURS)
    version = both.here.invitation("good-neighbours").version
    refused = both.asks("good-neighbours", "food-parcel", 6, version - 1)
    assert isinstance(refused, Refusal)
    assert refused.code == "stale"
    both.asks("good-neighbours", "food-parcel", 6, version)
    assert isinstance(both.goes("good-neighbours", 6, version), Refusal)


@pytest.mark.parametrize(
    ("what", "count", "why"),
    [("food-parcel", 11, "cannot be moved"), ("lift", 1, "cannot be moved"), ("food-parcel", 0, "cannot be moved")],
)
def test_only_what_is_promised_can_be_moved(what: str, count: int, why: str) -> None:
    """Not more than they promised, and nothing they did not."""
    refused = two(GOOD_NEIGHBOURS).asks("good-neighbours", what, count)
    assert isinstance(refused, Refusal)
    assert why in refused.sentence


def test_nobody_is_moved_to_a_need_they_may_not_serve() -> None:
    """Kept apart from that resident; or their check ends before it is due there."""
    apart = two(GOOD_NEIGHBOURS, keep_from=("good-neighbours",))
    assert isinstance(apart.asks("good-neighbours", "food-parcel", 6), Refusal)
    day = apart.here.now.date() + timedelta(days=3)
    care = CARING_HANDS.but(checks=(Check(level=CheckLevel.enhanced, until=day),))
    sooner = begin("personal-care:1", people=[care], by=EVERYBODY)
    later = begin("personal-care:1", reference=THERE, needed_by="+9d")
    sooner.yes("caring-hands")
    refused = Two(sooner, later).asks("caring-hands", "personal-care", 1)
    assert isinstance(refused, Refusal)
    assert "may not give this" in refused.sentence


def test_what_cannot_be_shared_out_moves_whole_or_not_at_all() -> None:
    """One of two lifts cannot go; both can, where both are needed."""
    both = two(SAM, line="lift:2", wanted="lift:2")
    assert isinstance(both.asks("sam", "lift", 1), Refusal)
    both.asks("sam", "lift", 2)
    both.goes("sam")
    assert (both.here.pledged(), both.there.pledged()) == (0, 2)


def test_what_they_saw_of_the_other_need_is_what_they_say_yes_to() -> None:
    """R06: it is wanted sooner and elsewhere since they looked: their yes is not taken, and the present is shown."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    seen = both.sees("good-neighbours")
    both.there.amends(needed_by="+2h", place="Hook")
    refused = both.goes("good-neighbours", seen=seen)
    assert isinstance(refused, Refusal)
    assert refused.code == "changed"
    assert isinstance(both.goes("good-neighbours"), Change)


def test_no_word_about_going_elsewhere_is_a_phone_call() -> None:
    """They say nothing in their time: Ola is asked to phone them, once, and their promise stands. They may still go."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.forget().wait("31m")
    assert both.here.tasks(TaskKind.call_partner) == ["open"]
    assert both.here.story()[0] is E.transfer_unanswered
    assert both.here.pledged() == 10
    both.here.wait("20m")
    assert len(both.here.happened(E.transfer_unanswered)) == 1
    assert isinstance(both.goes("good-neighbours"), Change)


def test_on_hold_nobody_loses_time_to_say() -> None:
    """Half an hour to say, of which a hold takes nothing."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.holds("1h")
    both.here.wait("1h29m")
    assert both.here.tasks(TaskKind.call_partner) == []
    both.here.wait("2m")
    assert both.here.tasks(TaskKind.call_partner) == ["open"]


def test_the_next_contact_gets_the_question() -> None:
    """The first address is dead: whoever is next is asked whether they could go, not thanked for a promise."""
    both = two(GOOD_NEIGHBOURS.but(contacts=2))
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.forget().bounces("good-neighbours", kind=K.transfer)
    assert [(m.kind, m.contact) for m in both.here.messages] == [(K.transfer, 1)]


def test_nobody_is_moved_unnamed_to_where_a_name_is_asked_for() -> None:
    """The other need is sensitive: who comes has to be named, which only their own yes to it does."""
    both = two(GOOD_NEIGHBOURS, sensitive=True)
    assert "ask Good Neighbours about it" in _refused(both.asks("good-neighbours", "food-parcel", 6))


def _refused(result: Change | Refusal | None) -> str:
    assert isinstance(result, Refusal)
    return result.sentence


def test_nobody_is_moved_unnamed_to_something_sensitive() -> None:
    """D04: at the hostel whoever comes is named and looked at first; a move names nobody, so it is not asked for."""
    both = two(GOOD_NEIGHBOURS, sensitive=True)
    refused = both.asks("good-neighbours", "food-parcel", 6)
    assert isinstance(refused, Refusal)
    assert (refused.code, THERE in refused.sentence) == ("must-name", True)
    assert both.there.pledged() == 0


def test_not_reached_about_going_elsewhere() -> None:
    """Ola phones and reaches nobody: the question ends, the promise stays, they are told, and the story says so."""
    both = two(GOOD_NEIGHBOURS)
    both.asks("good-neighbours", "food-parcel", 6)
    both.here.wait("1d")
    both.here.forget()
    both.here.ends_task(TaskKind.call_partner, TaskOutcome.not_reached)
    assert both.here.invitation("good-neighbours").moving is None
    assert (both.here.pledged(), both.there.pledged()) == (10, 0)
    assert both.here.told(K.receipt) == ["good-neighbours"]
    assert E.transfer_given_up in both.here.story()
    assert isinstance(both.goes("good-neighbours", 6), Refusal)
