"""The words of a message of every kind, and of every turn a kind can take, as a played need comes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from domain.amending import Amendment, Wanted, amend
from domain.amending.unconfirmed import give_up_unconfirmed, phone_about_change
from domain.answering import Answer, AnswerKind
from domain.capabilities import CheckLevel, Sector, Silence
from domain.effects import change_for
from domain.holding import ask_about_hold, hold
from domain.links import ConsolePage, Link
from domain.matching import Choice
from domain.messages import Message, MessageKind
from domain.needs import ContactBy, Outcome, Resident
from domain.officers import TaskKind
from domain.steps import PhoneAboutChange, PhoneAboutTransfer
from domain.transferring import Crossing, ask_to_move, phone_about_transfer
from infra.playbooks import category_title
from notifications.folding import fold
from notifications.letters import NotSent
from notifications.words import Words
from notifications.writing import write
from tests.norbiton import CARE, DELICATE, DUE, LIFT, NO_MAIL, OFFERED, PARCEL, Known, Play


@dataclass(frozen=True)
class Kingston:
    """The council whose mails these are."""

    council: str = "Kingston Council"
    phone: str = "020 8547 5000"
    signing_keys: Mapping[str, bytes] = field(default_factory=lambda: {"k1": b"a" * 40})

    def category_title(self, code: str) -> str:
        return category_title(code)


K, T = MessageKind, TaskKind


def url(link: Link) -> str:
    if isinstance(link, ConsolePage):
        return f"https://muster.example.gov.uk/console/{link.path}"
    return f"https://muster.example.gov.uk/{link.purpose.value}/{link.kid}.{link.target.replace('|', '-')}"


def words(play: Play, kind: MessageKind, to: str | None = None, *, ask_sent: bool = True) -> Words | NotSent:
    return wrote(play, play.last(kind, to), ask_sent=ask_sent)


def wrote(play: Play, message: Message, *, ask_sent: bool = True) -> Words | NotSent:
    return write(message, play.situation, play.people, Kingston(), now=play.now, ask_sent=ask_sent)


def parcels(count: int) -> Amendment:
    return Amendment(wanted=(Wanted(capability=PARCEL, quantity=count),))


def changed_plays(good: str) -> Iterator[tuple[str, Play, MessageKind, str | None]]:
    """What an officer changes while it runs."""
    earlier = Play((PARCEL, 20), (LIFT, 1)).ask("good", "sam").says_yes("good", 12, 1)
    earlier.take(
        amend(earlier.situation, Amendment(needed_by=DUE - timedelta(hours=3)), Resident(), "officer:olu", earlier.now)
    )
    yield "changed", earlier, K.changed, good
    late = Play().ask("good").says_yes("good", 12, ready_by=DUE - timedelta(hours=1))
    late.take(amend(late.situation, Amendment(needed_by=DUE - timedelta(hours=3)), Resident(), "officer:olu", late.now))
    yield "changed-late", late, K.changed, good
    phone = change_for(
        PhoneAboutChange(late.of("good").id, ""), late.situation, lambda step: Choice((), ()), lambda step: {}, late.now
    )
    late = Play().ask("good").says_yes("good", 12, ready_by=DUE - timedelta(hours=1))
    late.take(amend(late.situation, Amendment(needed_by=DUE - timedelta(hours=3)), Resident(), "officer:olu", late.now))
    yield "task-unconfirmed", late.take(phone), K.officer_task, "officer:olu"
    earlier.take(phone_about_change(earlier.situation, PhoneAboutChange(earlier.of("good").id, ""), earlier.now))
    (call,) = earlier.situation.open_tasks
    unheard = Play((PARCEL, 20), (LIFT, 1)).ask("good", "sam").says_yes("good", 12, 1)
    unheard.take(give_up_unconfirmed(unheard.situation, call, "officer:olu", unheard.now))
    yield "call-off-unheard", unheard, K.call_off, good
    for name, count in (("reduced", 5), ("reduced-standby", 12)):
        less = Play((PARCEL, 20), (LIFT, 1)).ask("good", "sam").says_yes("good", 12, 0).says_yes("sam", 8, 1)
        less.take(amend(less.situation, parcels(count), Resident(), "officer:olu", less.now))
        yield name, less, K.reduced, good if count == 5 else "responder:sam"
    less = Play((PARCEL, 20), (LIFT, 1)).ask("good").says_yes("good", 12, 0)
    less.take(amend(less.situation, parcels(0), Resident(), "officer:olu", less.now))
    yield "reduced-to-nothing", less, K.reduced, good
    held = Play().ask("good")
    held.take(hold(held.situation, None, "officer:olu", held.now))
    yield "task-on-hold", held.take(ask_about_hold(held.situation, held.now)), K.officer_task, "officer:olu"
    moving = Play().ask("good").says_yes("good", 12)
    other = Play().situation
    there = replace(other, need=other.need.but(id="N-8CFGHJ", summary="Parcels for the hostel", area="Surbiton"))
    helper = moving.people.known["good"]
    moving.take(ask_to_move(Crossing(moving.situation, there, helper), "food-parcel", 5, "officer:olu", moving.now))
    yield "transfer", moving, K.transfer, good
    about = PhoneAboutTransfer(moving.of("good").id, "")
    moving.take(phone_about_transfer(moving.situation, about, moving.now))
    yield "task-transfer-unanswered", moving, K.officer_task, "officer:olu"


def plays() -> Iterator[tuple[str, Play, MessageKind, str | None]]:
    """Name, the play, the kind, and whom to."""
    sam, good, care = "responder:sam", "responder:good", "responder:care"
    yield "invitation", Play().ask("good", "sam"), K.invitation, good
    yield (
        "invitation-urgent-many",
        Play((PARCEL, 20), (LIFT, 2), (CARE, 1), due=(DUE, DUE - timedelta(hours=5)), urgent=True).ask("care"),
        K.invitation,
        care,
    )
    added = Play((PARCEL, 20), (LIFT, 2)).ask("good", lines=(1,)).ask("good", lines=(2,), round=2)
    yield "lines-added", added, K.lines_added, good
    yield "reminder", Play().ask("sam").remind("sam"), K.reminder, sam
    stood_by = Play().ask("good", "sam").says_yes("good", 18).says_yes("sam", 5)
    yield "receipt-part", stood_by, K.receipt, sam
    yield "reserve-call-counted", stood_by.says_no("good").call_reserve("sam"), K.reserve_call, sam
    asked = Play().ask("good", "sam").says_yes("good", 20).says_yes("sam", 5)
    yield "receipt-standby", asked, K.receipt, sam
    asked = Play().ask("good", "sam").says_yes("good", 20).says_yes("sam", 5).stand_down().says_no("good").reopen()
    yield "reserve-call-asked", asked.call_reserve("sam"), K.reserve_call, sam
    yield "receipt-yes", Play().ask("good").says_yes("good", 12, by="officer:olu"), K.receipt, good
    late = Play().ask("good").says_yes("good", 12, ready_by=DUE + timedelta(hours=2))
    yield "receipt-late", late, K.receipt, good
    yield "receipt-no", Play().ask("good").says_no("good"), K.receipt, good
    yield "receipt-withdrew", Play().ask("good").says_yes("good", 12).says_no("good"), K.receipt, good
    on_it = Play().ask("good").says_yes("good", 12).reports("good", AnswerKind.started)
    yield "receipt-started", on_it, K.receipt, good
    done = Play().ask("good").says_yes("good", 12).reports("good", AnswerKind.done, 9)
    yield "receipt-done", done, K.receipt, good
    failed = Play().ask("good").says_yes("good", 12).reports("good", AnswerKind.failed)
    yield "receipt-failed", failed, K.receipt, good
    worry = Play().ask("good").says_yes("good", 12)
    worry.reports("good", AnswerKind.concern, note="Nobody opens.\nA light is on.")
    yield "receipt-worry", worry, K.receipt, good
    forgot = Play().ask("good").says_yes("good", 12)
    forgot.now = DUE + timedelta(days=1)
    yield "chase", forgot.chase("good"), K.chase, good
    question = Play().ask("good").asks("good", "Is there a lift?\nWe have a heavy trolley.")
    yield "receipt-question", question, K.receipt, good
    yield "task-question", question, K.officer_task, "officer:olu"
    ready = DUE - timedelta(hours=1)
    yield "private-details", Play().ask("good").says_yes("good", 12, ready_by=ready), K.private_details, good
    covered = Play((PARCEL, 20), (LIFT, 1)).ask("good", "sam", "mei", "larder")
    covered.says_yes("good", 12, 0).says_yes("sam", 8, 0).says_yes("mei", 0, 1).stand_down()
    yield "stand-down", covered, K.stand_down, "responder:larder"
    yield "resident-covered", covered, K.resident_covered, "resident"
    covered.now = DUE + timedelta(days=1)
    yield "resident-asked", covered.ask_resident(), K.resident_asked, "resident"
    careful = Play((PARCEL.but(silence=Silence.officer), 20)).ask("good").says_yes("good", 20).stand_down()
    yield "resident-asked-carefully", careful.ask_resident(), K.resident_asked, "resident"
    yield "resident-closed-met", covered.resident_says("yes"), K.resident_closed, "resident"
    yield "thanks", covered, K.thanks, sam
    partly = Play().ask("good").says_yes("good", 20).stand_down().ask_resident()
    partly.resident_says("partly", "Only 5 came.\nThe rest never did.")
    yield "task-resident-says", partly, K.officer_task, "officer:olu"
    for outcome in (Outcome.presumed, Outcome.partly_met, Outcome.not_met, Outcome.withdrawn):
        ended = Play().ask("good", "sam").says_yes("good", 20).stand_down().close(outcome)
        yield f"resident-closed-{outcome.value}", ended, K.resident_closed, "resident"
    yield "call-off", ended, K.call_off, good
    yield "stand-down-withdrawn", Play().ask("sam").close(Outcome.withdrawn), K.stand_down, sam
    stood_by = Play().ask("good", "sam").says_yes("good", 20).says_yes("sam", 5).close(Outcome.not_met)
    yield "stand-down-stood-by", stood_by, K.stand_down, sam
    yield from changed_plays(good)
    yield from offered_plays("responder:care")
    yield "resident-received", Play((PARCEL, 20), (LIFT, 1)), K.resident_received, "resident"
    spent = Play().ask("good", "sam", "mei").says_yes("good", 12).says_no("sam").spend_rounds().hand_over()
    yield "task-hand-over", spent, K.officer_task, "officer:olu"
    yield "resident-delayed-officer", spent, K.resident_delayed, "resident"
    found = Play().ask("good", "sam").hand_over().says_yes("good", 20).stand_down()
    yield "task-over", found, K.task_over, "officer:olu"
    yield "task-hand-over-soon", Play().ask("good").hand_over("time"), K.officer_task, "officer:olu"
    yield "task-past-due", Play().ask("good").hand_over("past-due"), K.officer_task, "officer:olu"
    of_two = Play((PARCEL, 20), (LIFT, 1)).ask("good").hand_over("past-due", 2)
    yield "task-past-due-part", of_two, K.officer_task, "officer:olu"
    yield "resident-delayed-first", Play().spend_rounds().hand_over(), K.resident_delayed, "resident"
    again = Play().ask("good", "sam").says_yes("good", 12).says_yes("sam", 8).stand_down().says_no("good").reopen()
    yield "resident-delayed-again", again, K.resident_delayed, "resident"
    phone = Play(known=Known(NO_MAIL)).ask("good").says_yes("good", 20).stand_down()
    yield "task-call-covered", phone, K.officer_task, "officer:olu"
    yield "task-call-asked", phone.ask_resident(), K.officer_task, "officer:olu"
    yield "task-passed", phone.pass_on(), K.task_passed, "officer:olu"
    son = Known(NO_MAIL.but(contact_by=ContactBy.person, referrer_name="Tom Yusuf", referrer_phone="+447700900124"))
    spoken_for = Play(known=son).ask("good").says_yes("good", 20).stand_down()
    yield "task-call-person", spoken_for, K.officer_task, "officer:olu"
    posted = Play(known=Known(NO_MAIL.but(contact_by=ContactBy.post))).ask("good").says_yes("good", 20).stand_down()
    yield "task-letter", posted, K.officer_task, "officer:olu"
    for kind in (T.choose, T.vet, T.worry, T.no_show, T.confirm, T.duplicate, T.check_lost, T.call_partner, T.decide):
        about = "good" if kind in (T.vet, T.worry, T.no_show, T.check_lost, T.call_partner) else None
        words = "No answer at the door.\nThe lights were on." if kind is T.worry else None
        asked = Play().ask("good").says_yes("good", 20).raises(kind, about, words)
        yield f"task-{kind.value}", asked, K.officer_task, "officer:olu"
    link = Play().ask("good")
    invitation = link.of("good").id
    row = Message(id="M1", need="N-7K3QX2", kind=K.new_link, to=good, seq=9, created_at=link.now, invitation=invitation)
    link.messages.append(row)
    yield "new-link", link, K.new_link, good
    link.messages.append(row.but(to="resident", invitation=None))
    yield "new-link-resident", link, K.new_link, "resident"


def offered_plays(care: str) -> Iterator[tuple[str, Play, MessageKind, str | None]]:
    """Paid care, where an officer chooses; and what is told of a visit to the door."""
    offered = Play((OFFERED, 4)).ask("care", "good").answer("care", Answer(AnswerKind.part, {1: 3}, note="From noon"))
    yield "receipt-offer", offered, K.receipt, care
    yield "task-choose-offers", offered.raises(T.choose, None, None), K.officer_task, "officer:olu"
    yield "chosen", offered.chooses("care"), K.chosen, care
    yield "private-details-door", offered, K.private_details, care
    delicate = Play((DELICATE, 4)).ask("care").answer("care", Answer(AnswerKind.accept, name="Kim Park"))
    yield "chosen-word-first", delicate.chooses("care"), K.chosen, care
    two = Play((OFFERED.but(check=CheckLevel.none, sectors=tuple(Sector)), 4), (PARCEL, 2)).ask("care", "good")
    yield "not-chosen", two.says_yes("care", 4, 2).says_yes("good", 4, 0).chooses("good"), K.not_chosen, care
    yield "resident-covered-door", covered_at_the_door(Known()), K.resident_covered, "resident"
    yield "task-call-covered-door", covered_at_the_door(Known(NO_MAIL)), K.officer_task, "officer:olu"
    word = Play((CARE.but(sensitive=True), 1)).ask("care").answer("care", Answer(AnswerKind.accept, name="Kim Park"))
    yield "receipt-word-first", word, K.receipt, care


def covered_at_the_door(known: Known) -> Play:
    return Play((CARE.but(at_home=True), 1), known=known).ask("care").says_yes("care", 1).stand_down()


def every_letter() -> dict[str, Words]:
    """Name to words, each written when its play had come to it."""
    letters = {}
    for name, play, kind, to in plays():
        said = words(play, kind, to)
        assert not isinstance(said, NotSent), (name, said)
        letters[name] = said
    first, lifts, again = letters["invitation"], letters["invitation-urgent-many"], letters["reminder"]
    letters["folded"] = fold([first, lifts])
    letters["folded-many"] = fold([first] * 19 + [again] * 4)
    letters["folded-of-several-kinds"] = fold([first, lifts.but(category="Getting there")])
    letters["folded-stand-down"] = fold([letters["stand-down"], letters["stand-down-withdrawn"]])
    letters["folded-stand-down-many"] = fold([letters["stand-down"]] * 30)
    return letters
