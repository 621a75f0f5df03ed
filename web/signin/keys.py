"""Keys of the API: what a program shows instead of signing in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from domain.links import hash_token
from domain.rights import Right
from domain.signing_in import SEEN_APART
from infra import clock
from web.site import Site

BEARER = re.compile(r"bearer +(muster_[A-Za-z0-9_-]{43})", re.IGNORECASE)


@dataclass(frozen=True)
class KeyHolder:
    """Whoever shows a key that holds."""

    id: str
    rights: tuple[Right, ...]

    @property
    def by(self) -> str:
        """As the story keeps who did something."""
        return f"key:{self.id}"

    def may(self, right: Right) -> bool:
        return right in self.rights


def key_holder(site: Site, request: Request) -> KeyHolder | None:
    """Whose key `Authorization: Bearer …` shows; `None` for none, an unknown one, or one that has been revoked.

    Found by its hash, so how long it takes says nothing about how much of a guess was right.
    """
    shown = BEARER.fullmatch(request.headers.get("authorization", "").strip())
    key = site.store.find_key(hash_token(shown[1])) if shown else None
    if key is None or key.revoked_at is not None:
        return None
    if key.used_at is None or clock.now() >= key.used_at + SEEN_APART:
        site.store.see_key(key.id, clock.now())
    return KeyHolder(key.id, key.rights)
