"""What may wait to leave with others, and how long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.folding import Gathering, ask_waits_until, ending_waits_until, gathering_of
from domain.invitations import Invitation, Share
from domain.messages import ASKS, Channel, Message, MessageKind, message_id, ways
from tests.people import LONDON, MONDAY, need

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PARCELS = need("food-parcel:20")


def asked(within: timedelta = 4 * HOUR, **more: object) -> Invitation:
    """Sam was asked at 9am on Monday and has so long to answer."""
    given = {"id": "I1", "need": PARCELS.id, "responder": "sam", "cycle": 1, "kid": "k1", "asked_at": MONDAY}
    shares = (Share(line=1, round=1, asked=20, expected=1.0),)
    return Invitation(**given, answer_by=MONDAY + within, shares=shares).but(**more)  # type: ignore[arg-type]


def message(kind: MessageKind = MessageKind.invitation, **more: object) -> Message:
    given = {"id": "M1", "need": PARCELS.id, "kind": kind, "to": "responder:sam", "seq": 1, "created_at": MONDAY}
    return Message(**(given | more))  # type: ignore[arg-type]


def test_the_first_ask_goes_at_once() -> None:
    """A40: nobody who has not just been asked waits."""
    assert ask_waits_until(message(), asked(), None, MONDAY) is None


def test_an_ask_soon_after_another_waits_for_ten_minutes_after_that_one() -> None:
    """A40: three minutes after the last, seven are left."""
    assert ask_waits_until(message(), asked(), MONDAY - 3 * MINUTE, MONDAY) == MONDAY + 7 * MINUTE
    assert ask_waits_until(message(), asked(), MONDAY - 10 * MINUTE, MONDAY) is None


@pytest.mark.parametrize("within", [timedelta(seconds=50), 10 * MINUTE, HOUR])
def test_nobody_waits_longer_than_a_tenth_of_their_time(within: timedelta) -> None:
    """A40: a short answer time is not eaten up by waiting for company."""
    until = ask_waits_until(message(), asked(within), MONDAY, MONDAY)
    assert until == MONDAY + within / 10


@pytest.mark.parametrize(
    ("what", "gathers"),
    [
        (message(), Gathering.asks),
        (message(MessageKind.reminder), Gathering.asks),
        (message(MessageKind.stand_down), Gathering.endings),
        (message(urgent=True), None),
        (message(MessageKind.stand_down, urgent=True), None),
        (message(MessageKind.lines_added), None),
        (message(MessageKind.reserve_call), None),
        (message(MessageKind.call_off), None),
        (message(MessageKind.receipt), None),
        (message(channel=Channel.sms), None),
    ],
)
def test_only_what_can_wait_is_gathered(what: Message, gathers: Gathering | None) -> None:
    """A40: asks, reminders and stand-downs that are not urgent; nothing else ever waits."""
    assert gathering_of(what, PARCELS, asked()) is gathers


def test_a_playbook_of_seconds_is_never_held_up() -> None:
    """A40: who has less than fifty seconds to answer is asked now, by themselves."""
    assert gathering_of(message(), PARCELS, asked(timedelta(seconds=49))) is None


def test_an_exercise_never_mixes_with_what_is_real() -> None:
    """An exercise's asks leave by themselves."""
    assert gathering_of(message(), PARCELS.but(exercise=True), asked()) is None


def test_whoever_stands_by_is_released_at_once() -> None:
    """A35: somebody who said yes to standing by does not stand by until the evening for nothing."""
    assert gathering_of(message(MessageKind.stand_down), PARCELS, asked(answered_at=MONDAY)) is None


def test_the_first_stand_down_of_a_day_goes_at_once_and_others_wait_for_six() -> None:
    """A35: local days, local six o'clock."""
    evening = datetime(2026, 3, 2, 18, tzinfo=LONDON)
    assert ending_waits_until(PARCELS, None, MONDAY, LONDON) is None
    assert ending_waits_until(PARCELS, MONDAY - HOUR, MONDAY, LONDON) == evening
    assert ending_waits_until(PARCELS, MONDAY - timedelta(days=1), MONDAY, LONDON) is None
    assert ending_waits_until(PARCELS, MONDAY, evening, LONDON) is None


@pytest.mark.parametrize("day", [datetime(2026, 3, 29, 9, tzinfo=LONDON), datetime(2026, 10, 25, 9, tzinfo=LONDON)])
def test_six_is_six_on_the_days_the_clocks_change(day: datetime) -> None:
    """K06: the digest leaves at 6pm by the clock on the wall, in both weeks."""
    parcels = PARCELS.but(lines=tuple(line.but(due=day + timedelta(days=2)) for line in PARCELS.lines))
    until = ending_waits_until(parcels, day - MINUTE, day, LONDON)
    assert until is not None
    assert until.astimezone(LONDON).hour == 18


def test_nobody_hears_after_it_was_due_that_they_are_not_needed() -> None:
    """A35: what is due by six does not wait until six."""
    soon = PARCELS.but(lines=tuple(line.but(due=MONDAY + 9 * HOUR) for line in PARCELS.lines))
    assert ending_waits_until(soon, MONDAY, MONDAY, LONDON) is None


@pytest.mark.parametrize("kind", [k for k in MessageKind if k not in (MessageKind.call_off, MessageKind.officer_task)])
def test_most_messages_travel_by_mail_alone(kind: MessageKind) -> None:
    """Only what cannot wait is texted too."""
    assert ways(kind, urgent=True) == (Channel.email,)


def test_a_text_is_a_message_of_its_own() -> None:
    """An urgent task and a call-off travel both ways, each with its own id, so that neither keeps the other back."""
    both = (Channel.email, Channel.sms)
    assert ways(MessageKind.officer_task, urgent=True) == both
    assert ways(MessageKind.officer_task, urgent=False) == (Channel.email,)
    assert ways(MessageKind.call_off, urgent=True) == both
    ids = {message_id(MessageKind.call_off, "N-7K3QX2", "responder:sam", 0, "I1", 4, channel) for channel in Channel}
    assert len(ids) == 2
    assert Gathering.asks.value <= ASKS
