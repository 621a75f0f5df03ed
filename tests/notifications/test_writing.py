"""What is told is true at the moment it is sent, and said in numbers that add up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.answering import AnswerKind
from domain.capabilities import Capability, CheckLevel
from domain.invitations import InvitationStatus, Reason
from domain.links import LinkTo, Purpose
from domain.messages import ASKS, MessageKind
from domain.needs import Line, Outcome, Resident
from domain.officers import TaskKind
from domain.responders import Check
from infra.playbooks import category_title
from infra.settings import Settings
from notifications.letters import Part
from notifications.rendering import render
from notifications.words import Words
from notifications.writing import NotSent, shared_area, suppresses_auto_replies, unsubscribe_link, write
from tests.norbiton import CARE, DUE, HELPERS, LIFT, NO_MAIL, PARCEL, Known, Play
from tests.notifications.letters_of_every_kind import url, words, wrote

K = MessageKind
SAM, GOOD, LARDER = "responder:sam", "responder:good", "responder:larder"


def said(letter: Words | NotSent) -> Any:
    """The words of a letter that must be sent."""
    assert not isinstance(letter, NotSent), letter
    return letter


def why_not(letter: Words | NotSent) -> str:
    """Why a letter is not sent."""
    assert isinstance(letter, NotSent), letter
    return letter.why


# --- truth at the claim ---------------------------------------------------------


@pytest.mark.parametrize("kind", [K.invitation, K.reminder])
def test_nobody_is_asked_once_they_have_answered(kind: MessageKind) -> None:
    """A18, R12: an answer that overtakes its own ask or reminder stops it."""
    play = Play().ask("sam").remind("sam").says_no("sam")
    assert why_not(words(play, kind)) == "they have answered, or are no longer asked"


@pytest.mark.parametrize("kind", [K.invitation, K.lines_added, K.reminder, K.reserve_call])
def test_nobody_is_asked_for_what_is_covered(kind: MessageKind) -> None:
    """R12: an ask that waited in the outbox until everything was promised is not sent."""
    play = Play().ask("good", "sam").says_yes("good", 20)
    row = play.last(K.invitation, SAM).but(kind=kind)
    assert why_not(wrote(play, row)) == "everything is promised"


@pytest.mark.parametrize("kind", sorted(ASKS))
def test_nobody_is_asked_once_it_is_closed(kind: MessageKind) -> None:
    """A21: after closing, nothing but the closing messages."""
    play = Play().ask("sam").close(Outcome.not_met)
    assert why_not(wrote(play, play.last(K.invitation, SAM).but(kind=kind))) == "the need is closed"


def test_a_question_stops_the_reminder() -> None:
    """DESIGN 4: who waits for our answer is not chased for theirs."""
    play = Play().ask("sam").remind("sam").asks("sam", "When exactly?")
    assert why_not(words(play, K.reminder)) == "they have answered, or are no longer asked"


def test_a_reminder_too_late_is_not_sent() -> None:
    """A08: after a night of the mail server being down, no reminder to answer by yesterday."""
    play = Play().ask("sam").remind("sam")
    play.now += timedelta(hours=2)
    assert why_not(words(play, K.reminder)) == "their time to answer is over"


def test_a_late_invitation_still_asks_and_names_no_time_that_is_past() -> None:
    """An unanswered invitation stays answerable while the need is open."""
    play = Play().ask("sam")
    play.now += timedelta(hours=3)
    assert "Answer as soon as you can." in render(said(words(play, K.invitation)), url).text


def test_nobody_is_asked_for_what_is_past_its_time() -> None:
    """A mail that comes after the hour it is about is no use to anybody."""
    play = Play().ask("sam")
    play.now = DUE
    assert why_not(words(play, K.invitation)) == "what they were asked for is promised or past its time"


def test_an_ask_says_what_is_missing_now() -> None:
    """R12: 12 of 20 were promised while the mail waited, so it asks for 8."""
    play = Play().ask("good", "sam").says_yes("good", 12)
    assert said(words(play, K.invitation, SAM)).lines == ("8 food parcels",)


def test_the_next_contact_is_asked_and_the_dead_one_is_not() -> None:
    """S02: an ask to an address we have given up is not tried again."""
    play = Play().ask("sam")
    row = play.last(K.invitation)
    moved = play.of("sam").but(contact=1)
    play.situation = type(play.situation)(
        play.situation.need, (moved,), (), play.situation.officers, play.situation.zone, "k1"
    )
    assert why_not(wrote(play, row)) == "they are asked at another address now"
    assert said(wrote(play, row.but(contact=1))).to_name == "Sam Lee"


def test_nobody_is_released_from_what_they_never_heard_of() -> None:
    """A35: a stand-down is sent only after its ask."""
    play = Play().ask("good", "sam").says_yes("good", 20).stand_down()
    assert why_not(words(play, K.stand_down, ask_sent=False)) == "their ask was never sent"
    assert said(words(play, K.stand_down)).why == "covered"


def test_a_late_yes_overtakes_the_stand_down() -> None:
    """A22: who said yes after all is not told that they are not needed."""
    play = Play().ask("good", "sam").says_yes("good", 20).stand_down().says_yes("sam", 3)
    assert isinstance(words(play, K.stand_down), NotSent)
    assert said(words(play, K.receipt, SAM)).said == "standby"


def test_the_resident_hears_that_help_is_found_only_while_it_is() -> None:
    """R08: covered and lost again before the mail left: only the second is told."""
    play = Play().ask("good", "sam").says_yes("good", 12).says_yes("sam", 8).stand_down().says_no("good").reopen()
    assert "not covered any more" in why_not(words(play, K.resident_covered))
    assert said(words(play, K.resident_delayed)).officer is False
    play.ask("larder").says_yes("larder", 12)
    assert "covered meanwhile" in why_not(words(play, K.resident_delayed))


def test_the_resident_is_not_asked_what_they_have_said() -> None:
    """One answer is enough."""
    play = Play().ask("good").says_yes("good", 20).stand_down().ask_resident().resident_says("no")
    assert isinstance(words(play, K.resident_asked), NotSent)


def test_an_officer_is_not_sent_a_task_that_is_taken_or_done() -> None:
    """Nobody sets to work on what another has in hand."""
    play = Play().spend_rounds().hand_over()
    taken = play.take_task()
    assert why_not(words(taken, K.officer_task)) == "somebody has taken it"
    done = Play().ask("good").hand_over("time").says_yes("good", 20).stand_down()
    assert why_not(words(done, K.officer_task)) == "nothing is left to do"


def test_a_closed_need_sends_its_endings_only() -> None:
    """A21: received, covered and delayed are overtaken by how it ended."""
    play = Play().ask("good").hand_over().says_yes("good", 20).stand_down().close(Outcome.withdrawn)
    for kind in (K.resident_received, K.resident_covered, K.resident_delayed):
        assert isinstance(words(play, kind), NotSent)
    assert said(words(play, K.resident_closed)).outcome is Outcome.withdrawn


# --- private details --------------------------------------------------------------


def care(known: Known | None = None) -> Play:
    return Play((CARE, 1), known=known).ask("care").says_yes("care", 1)


def test_who_may_know_is_told_where() -> None:
    """DESIGN 10: accepted, and holding the check, by a mail to the contact on file."""
    letter = said(words(care(), K.private_details))
    assert (letter.resident_name, letter.address, letter.resident_phone) == (
        "Amina Yusuf",
        "14 Elm Road, Norbiton, KT1 2AB",
        "07700 900123",
    )


def test_a_lost_check_stops_the_address_and_an_officer_must_hear() -> None:
    """D05: vetting that ended after the yes: no disclosure, and an officer's task."""
    play = care()
    play.people.known["care"] = HELPERS[4].but(checks=(Check(level=CheckLevel.basic),))
    skip = words(play, K.private_details)
    assert isinstance(skip, NotSent)
    assert skip.raises is TaskKind.check_lost
    assert said(words(play, K.receipt)).details_follow is False


def test_a_withdrawn_yes_stops_the_address() -> None:
    """D06: who no longer promises learns nothing more."""
    play = care()
    play.says_no("care")
    assert why_not(words(play, K.private_details)) == "they no longer promise anything"


def test_closing_stops_the_address() -> None:
    """D06: a need that closed before the mail left discloses nothing."""
    assert why_not(words(care().close(Outcome.withdrawn), K.private_details)) == "the need is closed"


def test_no_private_mail_without_anything_private() -> None:
    """A need without a resident's name or address sends no empty mail, and the receipt promises none."""
    play = care(Known(Resident(email="desk@example.org")))
    assert why_not(words(play, K.private_details)) == "there is no name or address to tell"
    assert said(words(play, K.receipt)).details_follow is False


def test_standing_by_is_no_reason_to_know() -> None:
    """DESIGN 10: only what counts discloses; a reserve waits."""
    play = Play().ask("good", "sam").says_yes("good", 20).says_yes("sam", 5)
    row = play.last(K.receipt, SAM).but(kind=K.private_details)
    assert isinstance(wrote(play, row), NotSent)


# --- numbers, times and names ------------------------------------------------------


def test_a_receipt_says_what_counts_and_what_stands_by() -> None:
    """A33: 5 offered where 2 are missing is 2 promised and 3 standing by, and both are said."""
    play = Play().ask("good", "sam").says_yes("good", 18).says_yes("sam", 5)
    letter = said(words(play, K.receipt, SAM))
    assert (letter.promised, letter.standby) == (("2 food parcels",), ("3 food parcels, until 9am on Tuesday 3 March",))


def test_a_promise_that_comes_too_late_is_told_so() -> None:
    """A29: "yes in 2 hours" is not taken for yes."""
    play = Play().ask("sam").says_yes("sam", 5, ready_by=DUE + timedelta(hours=2))
    letter = said(words(play, K.receipt))
    assert (letter.said, letter.promised, letter.standby) == ("late", (), ())
    assert letter.late == ("5 food parcels: ready by 11am on Tuesday 3 March, needed by 9am on Tuesday 3 March",)


def test_a_question_after_a_yes_keeps_the_yes() -> None:
    """DESIGN 4: a promise made stays; the receipt says both."""
    play = Play().ask("sam").says_yes("sam", 5).asks("sam", "Which door?")
    letter = said(words(play, K.receipt))
    assert (letter.said, letter.question, letter.promised) == ("yes", True, ("5 food parcels",))


def test_an_answer_an_officer_recorded_says_so() -> None:
    """D01: whoever answered, the contact on file can tell that it was not them."""
    assert said(words(Play().ask("sam").says_yes("sam", 5, by="officer:olu"), K.receipt)).by_officer


def test_reserve_that_counts_at_once_is_told_so_though_that_covers_the_need() -> None:
    """Who is relied on hears it: the message is true because it covers."""
    play = Play().ask("good", "sam").says_yes("good", 18).says_yes("sam", 20).says_no("good").call_reserve("sam")
    assert play.situation.covered
    letter = said(words(play, K.reserve_call))
    assert (letter.counted, letter.lines) == (True, ("20 food parcels",))


def test_each_line_says_its_time_where_times_differ() -> None:
    """K08: one time is said once; different times with each line."""
    play = Play((PARCEL, 2), (LIFT, 1), due=(DUE, DUE - timedelta(hours=5))).ask("sam")
    letter = said(words(play, K.invitation))
    assert letter.when is None
    assert letter.lines == (
        "2 food parcels, by 9am on Tuesday 3 March",
        "1 lift in a car, by 4am on Tuesday 3 March",
    )


def test_seconds_are_never_said() -> None:
    """K08: '2:07pm', not '2:07:31pm'; where it is a matter of minutes the next full one, which is not over yet."""
    play = Play()
    play.now += timedelta(minutes=7, seconds=31)
    play.ask("sam")
    assert said(words(play, K.invitation)).answer_by == "2:07pm on Sunday 1 March"
    play.now += timedelta(hours=1, minutes=58)
    assert said(words(play, K.invitation)).answer_by == "2:08pm on Sunday 1 March"


@pytest.mark.parametrize(
    ("area", "shared"),
    [
        ("KT1 2AB", "KT1"),
        ("kt12ab", "KT1"),
        ("Norbiton, KT2 6QL", "Norbiton, KT2"),
        ("KT1", "KT1"),
        ("N1C", "N1C"),
        ("12 Example Road, KT1 2AB", "Example Road, KT1"),
        ("Flat 3, 12a Old Mill Lane, Norbiton", "Old Mill Lane, Norbiton"),
        ("flat 3b, norbiton", "norbiton"),
        ("12-14 london road", "london road"),
        ("Norbiton, 7 Elm Grove", "Norbiton, Elm Grove"),
        ("Ward 5", "Ward 5"),
    ],
)
def test_no_full_postcode_and_no_house_before_a_promise(area: str, shared: str) -> None:
    """D03: whoever typed the full postcode as the area, or a street with its number, those asked read neither."""
    assert shared_area(area) == shared


def test_volunteers_are_not_named_to_the_resident_and_officers_read_names() -> None:
    """D11: the story is complete for the council and discreet for everybody else."""
    play = Play().ask("sam", "mei", "good").says_yes("sam", 3).says_yes("mei", 5).says_yes("good", 12).stand_down()
    letter = said(words(play, K.resident_covered))
    assert letter.who == "Good Neighbours and 2 local volunteers"
    assert "Sam" not in letter.model_dump_json()
    heard = said(words(Play().ask("sam").hand_over("time"), K.officer_task)).heard
    assert heard[0].names == "Sam Lee (020 8547 5000)"


def test_a_call_script_follows_what_is_true_now() -> None:
    """A task to tell good news that has turned is a task to tell the bad."""
    play = Play(known=Known(NO_MAIL)).ask("good", "sam").says_yes("good", 12).says_yes("sam", 8).stand_down()
    call = play.last(K.officer_task)
    assert said(wrote(play, call)).title == "Phone the resident: help is found"
    play.says_no("good")
    assert said(wrote(play, call)).title == "Phone the resident: it takes longer"


def test_a_task_says_who_is_next() -> None:
    """DESIGN 13: not taken in time, it goes on to a named person; the last in line is told that it comes back."""
    play = Play().spend_rounds().hand_over()
    assert said(words(play, K.officer_task)).next_name == "Bea Novak"
    alone = Play()
    only = alone.situation
    alone.situation = type(only)(only.need, (), (), only.officers[:1], only.zone, "k1")
    letter = said(words(alone.spend_rounds().hand_over(), K.officer_task))
    assert letter.next_name is None
    assert "comes to you again" in render(letter, url).text


# --- links and headers --------------------------------------------------------------


def test_links_are_pinned_to_the_key_they_were_made_with() -> None:
    """T07, T14: reminder and invitation open the same page, with the invitation's own key."""
    play = Play().ask("sam").remind("sam")
    asked, reminded = said(words(play, K.invitation)), said(words(play, K.reminder))
    assert asked.answer == reminded.answer == LinkTo(purpose=Purpose.invite, target=play.of("sam").id, kid="k1")


def test_only_what_asks_unasked_can_be_unsubscribed() -> None:
    """E16, L16: one click mutes a category; never receipts, details, or what a resident must hear."""
    play = Play().ask("sam")
    link = unsubscribe_link(said(words(play, K.invitation)))
    assert link == LinkTo(purpose=Purpose.unsubscribe, target="sam|food", kid="k1")
    assert unsubscribe_link(said(words(play.says_no("sam"), K.receipt))) is None


def test_an_out_of_office_may_answer_an_ask_and_nothing_else() -> None:
    """E16: an absence is a useful hint where an answer is awaited."""
    assert {kind for kind in MessageKind if not suppresses_auto_replies(kind)} == ASKS


def test_settings_are_council_enough() -> None:
    """The real settings say who writes and whom to call."""
    play = Play().ask("sam")
    settings = Settings(council="Muster Borough Council", phone="01632 960 001")
    letter = write(play.last(K.invitation), play.situation, play.people, settings, now=play.now, ask_sent=True)
    assert (said(letter).council, said(letter).phone) == ("Muster Borough Council", "01632 960 001")
    assert said(letter).category == category_title("food") == "Food and meals"  # type: ignore[attr-defined]


def test_a_dead_address_sends_no_receipt_of_a_no() -> None:
    """S01: nobody said no, so nobody is thanked for it."""
    play = Play().ask("sam").says_no("sam")
    dead = play.of("sam").but(status=InvitationStatus.rejected, reason=Reason.undeliverable)
    play.situation = type(play.situation)(
        play.situation.need, (dead,), (), play.situation.officers, play.situation.zone, "k1"
    )
    assert isinstance(words(play, K.receipt), NotSent)


# --- what a reader would stumble over ---------------------------------------------


def test_a_name_without_an_address_is_promised_as_that() -> None:
    """M1: there is no address yet: the receipt promises a name, and the mail of its own says to phone first."""
    play = care(Known(Resident(name="Amina Yusuf", email="desk@example.org")))
    assert said(words(play, K.receipt)).details == "name"
    text = render(said(words(play, K.private_details)), url).text
    assert (
        "We have no address on record yet. We send it to you as soon as we have it. Phone us before you set out."
        in text
    )
    assert said(words(care(), K.receipt)).details == "name and address"


@pytest.mark.parametrize(
    ("title", "unit", "units", "amount"),
    [
        ("Food parcel", "food parcel", "food parcels", "2 food parcels"),
        ("Lift in a car", "lift", "lifts", "2 lifts in a car"),
        ("Filled sandbag", "sandbag", "sandbags", "2 filled sandbags"),
        ("Korean interpreter", "hour", "hours", "2 hours (korean interpreter)"),
    ],
)
def test_an_amount_says_what_it_is_without_saying_it_twice(title: str, unit: str, units: str, amount: str) -> None:
    """Not `2 sandbags (filled sandbag)`."""
    capability = Capability(code="x", title=title, unit=unit, units=units, category="food")
    line = Line(number=1, capability=capability, quantity=2, due=DUE)
    assert Part(line, 2).said.casefold() == amount


def test_who_is_asked_for_one_lift_is_not_asked_for_part_of_it() -> None:
    """Half a lift is no lift: neither the ask nor the question how it went speaks of a part."""
    ask = Play((LIFT, 1)).ask("sam")
    assert "part of it" not in render(said(words(ask, K.invitation)), url).text
    done = Play((LIFT, 1)).ask("sam").says_yes("sam", 1)
    done.now = DUE + timedelta(days=1)
    assert "part of it" not in render(said(words(done.chase("sam"), K.chase)), url).text
    assert "part of it" in render(said(words(Play((PARCEL, 2)).ask("sam"), K.invitation)), url).text


def test_only_a_yes_is_followed_by_the_address() -> None:
    """On the way, or worried: the address came with the yes, and no further mail is promised."""
    play = Play().ask("good").says_yes("good", 12)
    assert said(words(play, K.receipt)).details_follow
    assert not said(words(play.reports("good", AnswerKind.started), K.receipt)).details_follow


def test_one_mail_where_nobody_can_be_asked() -> None:
    """Amina hears in one mail that we have her request and that an officer has it; not in two, a second apart."""
    play = Play().spend_rounds().hand_over()
    assert why_not(words(play, K.resident_received)) == "there is nobody to ask: one mail says both"
    assert said(words(play, K.resident_delayed)).first
    asked = Play().ask("sam").spend_rounds().hand_over()
    assert said(words(asked, K.resident_received))
    assert not said(words(asked, K.resident_delayed)).first
