"""The same request sent again: a key belongs to the program that sent it, and stands for one request."""

from __future__ import annotations

import hashlib
import hmac

from domain.opening import NeedWrong
from infra.door import Door

PROGRAM = "key:"


def own_key(key: str | None, by: str) -> str | None:
    """The key as it is kept: two programs that number their cases alike have two needs."""
    return f"{by}|{key}" if key and by.startswith(PROGRAM) else key


def digest_of(door: Door, typed: str) -> str:
    """What stands for the request as it was typed; nobody without the signing key can try out what it held."""
    return f"{door.kid}.{_hashed(door.settings.signing_keys[door.kid], typed)}"


def check_same(door: Door, need: str, typed: str | None) -> None:
    """Raise `NeedWrong` if the need was recorded with this key from another request."""
    kid, _, kept = (door.store.request_digest(need) or "").partition(".")
    secret = door.settings.signing_keys.get(kid)
    if typed is not None and secret and not hmac.compare_digest(kept, _hashed(secret, typed)):
        sentence = f"was used for {need}, with other content; another need takes another key"
        raise NeedWrong("key", sentence, "idempotency-key-reused")


def _hashed(secret: bytes, typed: str) -> str:
    return hmac.new(secret, f"request|{typed}".encode(), hashlib.sha256).hexdigest()
