"""Keys of the API: made once, shown once, kept as a hash."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.links import hash_token
from domain.rights import Right
from domain.values import one_line
from infra import clock
from infra.store import Store
from infra.store.signing_in import ApiKey, Audit

LONGEST_NAME = 60


def make_key(name: str, rights: tuple[Right, ...], made_by: str, now: datetime) -> tuple[str, ApiKey]:
    """A new key, to be shown once, and what is kept of it."""
    text = "muster_" + secrets.token_urlsafe(32)
    return text, ApiKey(secrets.token_hex(4), hash_token(text), name, rights, made_by, now)


def add_key(store: Store, name: str, rights: tuple[Right, ...], by: str) -> tuple[str, ApiKey]:
    """Make a key and put it on record. Raises `ValueError` with what is wrong with its name, or that it may nothing."""
    name = one_line(name)
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(f"say what the key is for, in up to {LONGEST_NAME} characters")
    if not rights:
        raise ValueError("choose at least one right")
    text, key = make_key(name, tuple(right for right in Right if right in rights), by, clock.now())
    store.add_key(key, Audit(key.made_at, by, "key-made", f"key:{key.id}", ",".join(key.rights)))
    return text, key


def revoke_key(store: Store, id: str, by: str) -> bool:
    """End a key at once; `False` if there is none of this id, or it has ended."""
    now = clock.now()
    return store.revoke_key(id, now, Audit(now, by, "key-revoked", f"key:{id}"))
