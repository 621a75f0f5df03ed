"""What people offer, what of it counts, and what becomes of it when things change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.answering import Answer, AnswerKind
from domain.bouncing import record_undeliverable
from domain.capabilities import CheckLevel
from domain.changes import Change, Refusal
from domain.closing import close
from domain.events import EventCode
from domain.invitations import InvitationStatus, Reason
from domain.messages import Message, MessageKind
from domain.needs import NeedStatus, Outcome
from domain.officers import TaskKind
from domain.playbooks import Playbook
from domain.responders import Check
from domain.taking_answers import take_answer
from tests.domain.world import World, apply, at, begin
from tests.people import BOB, CARING_HANDS, JANE, SAM, helper, helpers, place, playbook, round_of

ASK_ALL = playbook(round_of("neighbours", ask=9, patience="4h"))


def three(*lines: str, by: Playbook = ASK_ALL, **more: Any) -> World:
    """Sam, Bob and Jane have been asked."""
    world = begin(*lines, people=[SAM, BOB, JANE], by=by, **more)
    assert world.asked() == ["sam", "bob", "jane"]
    return world


def code(refused: object) -> str:
    assert isinstance(refused, Refusal)
    assert refused.sentence.endswith(".")
    return refused.code


def held(world: World, who: str, line: int = 1) -> tuple[int, int]:
    """What somebody has pledged, and in reserve."""
    share = world.invitation(who).share(line)
    assert share
    return share.pledged, share.reserve


def part(count: int, line: int = 1, **more: Any) -> Answer:
    return Answer(AnswerKind.part, offers={line: count}, **more)


# --- parts, and more than is missing --------------------------------------------


def test_a_part_leaves_the_others_links_open() -> None:
    """A17: Bob gives 5 of 8; Jane's link works until it is covered."""
    world = three("food-parcel:8")
    world.yes("bob", 5)
    assert world.invitation("jane").status is InvitationStatus.requested
    assert isinstance(world.yes("jane", 3), Change)
    assert world.situation.covered


def test_what_is_too_much_stands_by() -> None:
    """A33: 15, 10 and 20 for 40 come to 25 and then 15 counted with 5 in reserve; never to 45."""
    world = three("food-parcel:40")
    world.yes("sam", 15)
    world.yes("bob", 10)
    assert (world.pledged(), world.missing()) == (25, 15)
    assert code(world.answers("jane", part(20))) == "less"
    world.yes("jane", 20)
    assert (held(world, "jane"), world.pledged(), world.missing()) == ((15, 5), 40, 0)


def test_the_last_slot_is_given_once() -> None:
    """R01: fifty read that one is wanted and say yes; one is counted and 49 read that it is filled."""
    large = helper("large", point=place(0))
    world = begin("food-parcel:17", people=[large, *helpers(60, capacity=1)], by=playbook(round_of("all", ask=51)))
    world.yes("large", 16)
    fifty = [who for who in world.asked() if who != "large"][:50]
    assert (len(fifty), world.missing()) == (50, 1)
    read = {who: world.checked(who, part(1)) for who in fifty}
    results = [world.answers(who, replace(read[who], page_version=None)) for who in fifty]
    assert isinstance(results[0], Change)
    assert [code(refused) for refused in results[1:]] == ["filled"] * 49
    assert (world.pledged(), world.missing()) == (17, 0)


def test_three_threes_make_five() -> None:
    """R02: pledges of 3, 3 and 3 for 5 count 5; the second is shown the 2 that are left, the third none."""
    world = three("food-parcel:5")
    read = {who: world.checked(who, part(3)) for who in ("sam", "bob", "jane")}
    assert isinstance(world.answers("sam", read["sam"]), Change)
    assert code(world.answers("bob", read["bob"])) == "less"
    world.yes("bob", 3)
    assert held(world, "bob") == (2, 1)
    assert code(world.answers("jane", replace(read["jane"], page_version=None))) == "filled"
    assert world.pledged() == 5


def test_a_yes_when_covered_is_thanked_and_may_stand_by() -> None:
    """A22: nothing is counted twice; who agrees to stand by is in reserve."""
    world = three("food-parcel:5")
    world.yes("sam", 5)
    assert code(world.answers("bob", part(3))) == "filled"
    world.yes("bob", 3)
    assert (held(world, "bob"), world.pledged(), world.need.status) == ((0, 3), 5, NeedStatus.covered)
    assert world.told(MessageKind.private_details) == ["sam"]


def test_people_agree_only_to_what_they_were_shown() -> None:
    """Less was shown than it comes to now, or more: nothing is taken and the present is shown."""
    world = three("food-parcel:10")
    shown = world.checked("sam", part(8))
    world.yes("bob", 6)
    before = world.situation
    assert code(world.answers("sam", shown)) == "less"
    assert world.situation is before
    generous = world.checked("sam", part(8))  # 4 count, 4 stand by
    world.no("bob")
    refused = world.answers("sam", generous)
    assert code(refused) == "stale"  # more is needed now, so it would be wrong to say "less"
    assert isinstance(world.yes("sam", 8), Change)


def test_half_a_lift_is_not_offered() -> None:
    """split: no is all or nothing; a second yes stands by with all of it."""
    world = three("lift:2")
    assert code(world.answers("sam", part(1))) == "invalid"
    world.yes("sam")
    world.yes("bob", 2)
    assert (held(world, "sam"), held(world, "bob")) == ((2, 0), (0, 2))


# --- what is wrong with an answer ------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (part(-1), "quantity-1"),
        (part(100_001), "quantity-1"),
        (part(0), "quantity-1"),
        (part(1, line=2), "quantity-2"),
        (Answer(AnswerKind.part), "quantity-1"),
        (Answer(AnswerKind.accept, offers={1: 0}), "quantity-1"),
        (Answer(AnswerKind.question), "note"),
        (Answer(AnswerKind.question, note=""), "note"),
    ],
)
def test_an_answer_that_says_nothing_is_refused_by_the_field(answer: Answer, place: str) -> None:
    """L05: no number, a number below nothing, no reason, no question: said by the field, and nothing is written."""
    world = three("food-parcel:5")
    before = world.situation
    refused = world.answers("sam", answer)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.place) == ("invalid", place)
    assert world.situation is before


def test_an_old_page_is_shown_the_present() -> None:
    """R06: the page was opened before the last change of this invitation."""
    world = three("food-parcel:5")
    read = world.checked("sam", part(2))
    world.yes("sam", 3)
    assert code(world.answers("sam", read)) == "stale"


def test_forty_partners_do_not_refuse_each_other() -> None:
    """R06: somebody else's answer makes no page stale; only what it comes to is checked again."""
    world = three("food-parcel:9")
    read = world.checked("sam", part(3))
    world.yes("bob", 3)
    assert isinstance(world.answers("sam", read), Change)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(AnswerKind.reject, reason=Reason.other),
        Answer(AnswerKind.question, note="?"),
        part(3, agreed={1: (3, 0)}, page_version=1),
    ],
    ids=lambda answer: answer.kind.value,
)
def test_the_same_click_twice_is_one_answer(answer: Answer) -> None:
    """L12: the second sending of the same page is the same answer: no event, no mail, no refusal."""
    world = three("food-parcel:5")
    assert isinstance(world.answers("sam", answer), Change)
    before = world.situation
    assert world.answers("sam", answer) is None
    assert world.situation is before


def test_the_same_words_from_a_fresh_page_are_a_new_answer() -> None:
    """Bob's yes to 5 came to 2; with 3 missing again the same yes is an answer, not a double click."""
    world = three("food-parcel:5")
    world.yes("jane", 3)
    world.yes("bob", 5)
    assert held(world, "bob") == (2, 3)
    world.situation = replace(world.situation, invitations=tuple(
        i.but(shares=tuple(s.but(reserve=0) for s in i.shares)) for i in world.situation.invitations))  # fmt: skip
    world.no("jane")
    assert world.missing() == 3
    assert isinstance(world.yes("bob", 5), Change)
    assert held(world, "bob") == (5, 0)


def test_an_answer_decided_on_an_old_need_changes_nothing() -> None:
    """A11: two decided on the same version; the first is committed and the second changes nothing."""
    world = three("food-parcel:5")
    first, second = (
        take_answer(world.situation, world.invitation(who).id, part(5), world.person(who), world.now)
        for who in ("sam", "bob")
    )
    assert isinstance(first, Change)
    assert isinstance(second, Change)
    after = apply(world.situation, first)
    assert after
    assert apply(after, second) is None
    assert sum(i.pledged for i in after.invitations) == 5


# --- late, lost, called ------------------------------------------------------------


def test_what_comes_too_late_never_counts() -> None:
    """A29: ready an hour after it is due goes to reserve, is said so, and is never called."""
    world = three("food-parcel:5", needed_by="+5h")
    late = at(world, "6h")
    world.yes("sam", 5, ready=late)
    assert (held(world, "sam"), world.missing()) == ((0, 5), 5)
    assert world.happened(EventCode.said_yes)[0].facts["late"] is True
    world.yes("bob", 5, ready=at(world, "5h"))
    world.no("bob")
    assert not world.told(MessageKind.reserve_call)
    assert world.missing() == 5


def test_a_withdrawal_calls_the_reserve_and_the_round_goes_on() -> None:
    """A34: the remainder is missing again, who stands by is asked first, and then the round continues."""
    world = begin(
        "food-parcel:6", people=[SAM, BOB, JANE, helper("new", point=None)], by=playbook(round_of("all", ask=3))
    )
    world.yes("sam", 6)
    world.yes("bob", 2)
    assert world.need.status is NeedStatus.covered
    world.forget().no("sam")
    assert (world.need.status, world.need.cycle, world.missing()) == (NeedStatus.open, 2, 6)
    assert world.story() == [EventCode.withdrew, EventCode.reopened, EventCode.reserve_called, EventCode.asked]
    assert world.told(MessageKind.reserve_call) == ["bob"]
    assert world.asked() == ["new", "jane"]  # she was stood down and is asked anew; Sam, who dropped out, is not
    assert world.told(MessageKind.resident_delayed) == ["resident"]
    assert isinstance(world.yes("bob", 2), Change)
    assert world.missing() == 4


def test_who_gives_part_and_stands_by_with_more_is_counted_at_once() -> None:
    """A34: Jane gives 15 and stands by with 5; when 10 are lost her 5 count, and she is told."""
    world = three("food-parcel:40")
    world.yes("sam", 15)
    world.yes("bob", 10)
    world.yes("jane", 20)
    world.no("bob")
    assert (held(world, "jane"), world.missing()) == ((20, 0), 5)
    assert world.told(MessageKind.reserve_call) == ["jane"]


def test_the_reserve_is_called_once() -> None:
    """Called and silent, Bob is awaited like others and not called a second time."""
    world = three("lift:1")
    world.yes("sam")
    world.yes("bob")
    world.no("sam")
    world.wait("1d")
    assert world.told(MessageKind.reserve_call) == ["bob"]
    assert held(world, "bob") == (0, 1)


def test_the_reserve_for_two_lines_is_called_for_each() -> None:
    """Sam can add to what he gives on two lines and Bob stands by on one: only who is needed is called."""
    lines = ("blanket:1", "food-parcel:2", "hot-meal:2")
    world = three(*lines)
    world.yes("jane", 0, 2, 2)
    world.now += timedelta(seconds=1)
    world.yes("bob", 0, 0, 2)
    world.now += timedelta(seconds=1)
    world.yes("sam", 1, 2, 2)
    assert [held(world, "sam", n) for n in (1, 2, 3)] == [(1, 0), (0, 2), (0, 2)]
    world.forget().no("jane")
    assert world.situation.covered
    assert world.told(MessageKind.reserve_call) == ["sam"]
    assert held(world, "bob", 3) == (0, 2)


def test_a_late_reserve_is_not_counted_with_a_timely_one() -> None:
    """Sam is called for the parcels he can bring in time; his meals would come too late and stay out of the count."""
    world = three("blanket:1", "food-parcel:2", "hot-meal:2@+5h")
    world.yes("jane", 0, 2, 2)
    answer = Answer(AnswerKind.part, offers={1: 1, 2: 2, 3: 2}, ready_by={3: at(world, "9h")})
    world.answers("sam", world.checked("sam", answer))
    world.forget().no("jane")
    assert world.told(MessageKind.reserve_call) == ["sam"]
    assert (held(world, "sam", 2), held(world, "sam", 3), world.missing(3)) == ((2, 0), (0, 2), 2)


def test_who_is_called_for_one_line_does_not_hold_up_another() -> None:
    """Bob stands by for the lift and gave no parcels: the parcels do not wait for him."""
    world = three("lift:1", "food-parcel:1")
    world.yes("sam")
    world.yes("bob", 1, 0)
    world.no("sam")
    share = world.invitation("bob").share(2)
    assert share
    assert share.expected == 0


def test_a_reserve_that_cannot_be_reached_stands_by_no_longer() -> None:
    """Called, and the address is dead: nothing of Bob's is shown as standing by."""
    world = three("lift:1")
    world.yes("sam")
    world.yes("bob")
    world.no("sam")
    world.bounces("bob")
    assert (held(world, "bob"), world.invitation("bob").reason) == ((0, 0), Reason.undeliverable)


def test_giving_less_reopens_only_the_difference() -> None:
    """Bob gives 3 instead of 5: two are missing, his three still count, and he is not asked anew."""
    world = three("food-parcel:5")
    world.yes("bob", 5)
    world.forget().yes("bob", 3)
    assert (world.pledged(), world.missing(), world.need.status) == (3, 2, NeedStatus.open)
    assert sorted(world.asked()) == ["jane", "sam"]


def test_a_refuser_may_change_their_mind() -> None:
    """A late yes is taken if anything is missing, also after a no and after the round."""
    world = three("food-parcel:5")
    world.no("bob")
    world.wait("6h")
    assert isinstance(world.yes("bob", 5), Change)
    assert world.situation.covered


def test_stood_down_and_needed_after_all() -> None:
    """Jane was released; when Sam drops out she is asked anew, and her old link says that there is a newer one."""
    world = three("lift:1")
    world.yes("sam")
    assert sorted(world.told(MessageKind.stand_down)) == ["bob", "jane"]
    world.no("sam")
    assert world.asked()[3:] == ["bob", "jane"]
    assert code(world.answers("jane", part(1), cycle=1)) == "newer"
    assert isinstance(world.yes("jane"), Change)


def test_a_released_helper_s_yes_takes_what_is_missing_again() -> None:
    """Stood down, the link still works: to stand by while it is covered."""
    world = three("food-parcel:5")
    world.yes("sam", 5)
    world.yes("bob", 5)
    assert world.invitation("bob").status is InvitationStatus.accepted
    assert world.need.status is NeedStatus.covered


# --- questions, checks, dead addresses ------------------------------------------------


def test_a_question_holds_nothing() -> None:
    """It is an officer's task with the words kept aside; the next is asked, and the round's patience runs on."""
    world = begin("lift:1", people=[SAM, BOB], by=playbook(round_of("all", ask=1)))
    world.question("sam", "Does Amina use a wheelchair?")
    assert world.tasks(TaskKind.question) == ["open"]
    assert world.asked() == ["sam", "bob"]
    assert "wheelchair" in "".join(world.notes.values())
    assert "wheelchair" not in "".join(event.model_dump_json() for event in world.events)
    assert isinstance(world.yes("sam"), Change)


def test_a_question_keeps_a_promise() -> None:
    """Who has promised and asks something has still promised."""
    world = three("lift:1")
    world.yes("sam")
    world.question("sam")
    assert (held(world, "sam"), world.situation.covered) == ((1, 0), True)


def test_a_question_after_it_was_covered_brings_no_second_stand_down() -> None:
    """A35: Bob was released and asks something: an officer answers; he is not released twice."""
    world = three("lift:1")
    world.yes("sam")
    world.forget().question("bob")
    assert world.tasks(TaskKind.question) == ["open"]
    assert not world.told(MessageKind.stand_down)
    assert EventCode.covered not in world.story()


def test_a_refuser_s_question_does_not_make_them_be_asked_again() -> None:
    """Sam said no and then asks something: still a no, until he says yes."""
    world = three("lift:1")
    world.no("sam")
    world.question("sam")
    assert world.invitation("sam").status is InvitationStatus.rejected


def test_a_check_is_tested_again_when_somebody_says_yes() -> None:
    """The provider's check has lapsed since it was asked: the yes is not taken, with a number to call."""
    world = begin("personal-care:1", people=[CARING_HANDS])
    world.people = [CARING_HANDS.but(checks=(Check(level=CheckLevel.basic),))]
    assert code(world.yes("caring-hands")) == "check"
    assert world.missing() == 1


def test_the_second_contact_is_asked_before_the_next_responder() -> None:
    """S02: the first address is dead; the second gets the same invitation, and nobody else is asked."""
    world = begin("lift:1", people=[SAM.but(contacts=2), BOB], by=playbook(round_of("all", ask=1)))
    world.forget().bounces("sam")
    assert [(m.to, m.contact) for m in world.messages] == [("responder:sam", 1)]
    assert world.invitation("sam").version == 1  # the page they may be reading is not stale
    assert world.bounces("sam") is None  # the first address's second bounce is old news
    world.bounces("sam", contact=1)
    assert world.asked() == ["sam", "bob"]
    assert world.invitation("sam").reason is Reason.undeliverable


def test_a_promise_outlives_a_dead_address() -> None:
    """Sam has said yes; the second contact gets his receipt and where to go; after that an officer phones."""
    world = begin("lift:1", people=[SAM.but(contacts=2)])
    world.yes("sam")
    world.forget().bounces("sam")
    assert world.situation.covered
    assert {m.kind for m in world.messages} == {MessageKind.receipt, MessageKind.private_details}
    assert {m.contact for m in world.messages} == {1}
    world.bounces("sam", contact=1)
    assert [task.kind for task in world.situation.tasks] == [TaskKind.call_partner]
    assert world.bounces("sam", contact=1) is None
    assert world.situation.covered


def test_a_bounce_of_nobody_s_mail_changes_nothing() -> None:
    """S10: an unknown invitation, or one already refused, is no news."""
    world = three("lift:1")
    world.no("sam")
    assert world.bounces("sam") is None
    nobodys = Message(
        id="M1", need=world.need.id, kind=MessageKind.invitation, to="responder:nobody", seq=1, created_at=world.now,
        invitation="Inobody",
    )  # fmt: skip
    assert record_undeliverable(world.situation, world.now, message=nobodys, contacts=1) is None


def test_who_must_not_set_out_is_phoned() -> None:
    """D06: a call-off that bounces reaches Sam's second address, and after that an officer phones him."""
    world = begin("lift:1", people=[SAM.but(contacts=2)])
    world.yes("sam")
    world.act(lambda situation, now: close(situation, Outcome.withdrawn, "officer", now))
    world.forget().bounces("sam", kind=MessageKind.call_off)
    assert set(world.told(MessageKind.call_off)) == {"sam"}
    world.bounces("sam", contact=1, kind=MessageKind.call_off)
    assert [task.kind for task in world.situation.open_tasks] == [TaskKind.call_partner]


def test_who_says_yes_gets_the_address_by_a_mail_of_its_own() -> None:
    """Only with a promise that counts, once; not with one that stands by."""
    world = three("food-parcel:5")
    world.yes("sam", 3)
    world.yes("sam", 4)
    assert world.told(MessageKind.private_details) == ["sam"]
    assert world.told(MessageKind.receipt) == ["sam", "sam"]


def test_words_are_kept_beside_the_story() -> None:
    """D09: what partners write is a private note; the event has only its id."""
    world = three("lift:1")
    world.answers("sam", Answer(AnswerKind.reject, reason=Reason.other, note="Amina's street is closed", name="Sam"))
    assert list(world.notes.values()) == ["Sam:\nAmina's street is closed"]
    refused = world.happened(EventCode.said_no)[0]
    assert refused.facts["note"] in world.notes
    assert "street" not in refused.model_dump_json()
