"""Passwords: kept as argon2id hashes, and never compared faster for somebody unknown than for somebody known."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    return HASHER.hash(password)


def is_password(kept: str | None, typed: str) -> bool:
    """Is this the password that `kept` is the hash of? Without one it takes as long to say no."""
    try:
        return HASHER.verify(kept or _nobody(), typed) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def renewed(kept: str, typed: str) -> str | None:
    """A stronger hash of a password that was right, once what we ask of hashes has grown."""
    return hash_password(typed) if HASHER.check_needs_rehash(kept) else None


@cache
def _nobody() -> str:
    return HASHER.hash("nobody has this password")
