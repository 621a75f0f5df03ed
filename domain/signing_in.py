"""How long a sign-in lasts, when an account is locked, and what a password must be."""

from __future__ import annotations

from datetime import datetime, timedelta

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=10)
SEEN_APART = timedelta(minutes=1)  # a session's last use is written this far apart, not with every page
SET_UP_WITHIN = timedelta(hours=24)
COME_BACK_WITHIN = timedelta(minutes=10)

FREE_TRIES = 5
LONGEST_LOCK = timedelta(hours=1)
NETWORK_KNOWN = timedelta(days=90)  # since somebody signed in from it last


def still_holds(seen_at: datetime, ends_at: datetime, now: datetime) -> bool:
    """Is a session last used at `seen_at` good now? Not after `IDLE` without use, nor past its end."""
    return now < ends_at and now < seen_at + IDLE


def lock_for(failures: int) -> timedelta | None:
    """How long an account is locked after so many wrong passwords in a row: from the fifth on, twice as long each."""
    if failures < FREE_TRIES:
        return None
    return min(timedelta(minutes=1 << min(failures - FREE_TRIES, 10)), LONGEST_LOCK)


SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 128
COMMON = """
    123456789012 1234567890123 password1234 password12345 passwordpassword qwertyuiop12 qwertyuiop123 qwerty123456
    1q2w3e4r5t6y 1qaz2wsx3edc letmeinletmein iloveyou1234 welcome12345 administrator changemeplease changeme1234
    abcdefghijkl abcdefgh1234 abc123abc123 112233445566 123412341234 qazwsxedcrfv asdfghjkl123 asdfghjklasdf
    zxcvbnm12345 trustno1trustno1 correcthorsebatterystaple football1234 liverpool1234 arsenal12345 manchester1234
    sunshine1234 princess1234 superman1234 mustermuster mustermuster1 muster123456 council12345 councilcouncil
    password!234 p@ssw0rd1234 passw0rd1234
"""


def fault_of_password(password: str, name: str, email: str) -> str | None:
    """What is wrong with a password its officer chose, as they read it; `None` if it may be used.

    Length is what counts: no rules about kinds of characters. Nothing that is tried first by whoever guesses.
    """
    plain = "".join(password.casefold().split())
    if len(password) < SHORTEST_PASSWORD:
        return f"Use {SHORTEST_PASSWORD} characters or more"
    if len(password) > LONGEST_PASSWORD:
        return f"Use {LONGEST_PASSWORD} characters or fewer"
    if plain in COMMON.split() or len(set(plain)) < 4:
        return "Choose another password: many people use this one, so it is tried first"
    yours = {"".join(name.casefold().split()), email.casefold(), email.casefold().partition("@")[0]}
    if any(word in plain and len(word) * 2 >= len(plain) for word in yours if word):
        return "Choose a password that is not your name or email address"
    return None
