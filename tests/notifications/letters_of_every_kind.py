"""The words of a message of every kind, and of every turn a kind can take, as a played need comes to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from domain.links import LinkTo
from domain.messages import Message, MessageKind
from domain.needs import Outcome
from notifications.letters import Skip
from notifications.words import Words
from notifications.writing import write
from tests.norbiton import CARE, DUE, LIFT, NO_MAIL, PARCEL, Known, Play


@dataclass(frozen=True)
class Kingston:
    """The council whose mails these are."""

    council: str = "Kingston Council"
    phone: str = "020 8547 5000"


K = MessageKind


def url(link: LinkTo) -> str:
    return f"https://muster.example.gov.uk/{link.purpose.value}/{link.kid}.{link.target.replace('|', '-')}"


def words(play: Play, kind: MessageKind, to: str | None = None, *, ask_sent: bool = True) -> Words | Skip:
    return wrote(play, play.last(kind, to), ask_sent=ask_sent)


def wrote(play: Play, message: Message, *, ask_sent: bool = True) -> Words | Skip:
    return write(message, play.situation, play.people, Kingston(), now=play.now, ask_sent=ask_sent)


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
    yield "resident-received", Play((PARCEL, 20), (LIFT, 1)), K.resident_received, "resident"
    spent = Play().ask("good", "sam", "mei").says_yes("good", 12).says_no("sam").spend_rounds().hand_over()
    yield "task-hand-over", spent, K.officer_task, "officer:olu"
    yield "resident-delayed-officer", spent, K.resident_delayed, "resident"
    yield "task-hand-over-soon", Play().ask("good").hand_over("time"), K.officer_task, "officer:olu"
    yield "task-past-due", Play().ask("good").hand_over("past-due"), K.officer_task, "officer:olu"
    again = Play().ask("good", "sam").says_yes("good", 12).says_yes("sam", 8).stand_down().says_no("good").reopen()
    yield "resident-delayed-again", again, K.resident_delayed, "resident"
    phone = Play(known=Known(NO_MAIL)).ask("good").says_yes("good", 20).stand_down()
    yield "task-call-covered", phone, K.officer_task, "officer:olu"
    yield "task-call-asked", phone.ask_resident(), K.officer_task, "officer:olu"
    link = Play().ask("good")
    invitation = link.of("good").id
    row = Message(id="M1", need="N-7K3QX2", kind=K.new_link, to=good, seq=9, created_at=link.now, invitation=invitation)
    link.messages.append(row)
    yield "new-link", link, K.new_link, good
    link.messages.append(row.but(to="resident", invitation=None))
    yield "new-link-resident", link, K.new_link, "resident"


def every_letter() -> dict[str, Words]:
    """Name to words, each written when its play had come to it."""
    letters = {}
    for name, play, kind, to in plays():
        said = words(play, kind, to)
        assert not isinstance(said, Skip), (name, said)
        letters[name] = said
    return letters
