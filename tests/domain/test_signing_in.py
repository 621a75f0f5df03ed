"""How long a sign-in lasts, when an account is locked, what a password must be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.signing_in import IDLE, fault_of_password, lock_for, still_holds

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def test_a_session_holds_while_it_is_used_and_no_longer_than_its_end() -> None:
    """Half an hour without use ends it, to the microsecond; so does its own end."""
    end = NOW + timedelta(hours=10)
    assert still_holds(NOW, end, NOW + IDLE - TICK)
    assert not still_holds(NOW, end, NOW + IDLE)
    assert still_holds(end - TICK, end, end - TICK)
    assert not still_holds(end - TICK, end, end)


def test_a_lock_grows_to_an_hour() -> None:
    """None for four wrong passwords; then one minute, two, four, … and never more than an hour."""
    assert [lock_for(failures) for failures in range(5)] == [None] * 5
    minutes = [lock_for(failures) for failures in range(5, 13)]
    assert minutes == [timedelta(minutes=m) for m in (1, 2, 4, 8, 16, 32, 60, 60)]
    assert lock_for(10**9) == timedelta(hours=1)


@pytest.mark.parametrize("password", ["kettle orbit marmalade", "four six ten dana", "ünïcödé ist schön"])
def test_long_is_enough(password: str) -> None:
    """No kinds of characters are asked for, spaces are fine, and a name in a long password is no harm."""
    assert fault_of_password(password, "Dana", "dana@example.org") is None


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("elevenchars", "12 characters or more"),
        ("x" * 129, "128 characters or fewer"),
        ("Password 1234", "many people"),
        ("ababababababab", "many people"),
        ("Dana Duty 12", "not your name"),
        ("DANA@example.org", "not your name"),
        ("dana.duty.123", "not your name"),
    ],
)
def test_what_is_tried_first_is_refused(password: str, said: str) -> None:
    """Short, common, monotonous, or one's own name or address."""
    fault = fault_of_password(password, "Dana Duty", "dana@example.org")
    other = fault_of_password(password, "Dana Duty", "dana.duty@example.org")
    assert said in (fault or other or "")
