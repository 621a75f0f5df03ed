"""Links: tokens derived from a key, so that they need not be stored; the store knows only their hash."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated
from urllib.parse import unquote

from pydantic import StringConstraints

from domain.values import Value


class Purpose(StrEnum):
    """What a link is for. A token of one purpose opens nothing of another."""

    invite = "invite"
    status = "status"
    take = "take"
    unsubscribe = "unsub"
    partner = "partner"


PATHS = {
    Purpose.invite: "/r/",
    Purpose.status: "/s/",
    Purpose.take: "/t/",
    Purpose.unsubscribe: "/u/",
    Purpose.partner: "/p/",
}
TOKEN = re.compile(r"([a-z0-9]{1,8})\.([A-Za-z0-9_-]{43})")
SOFT_BREAK = re.compile(r"=\r?\n")
BEFORE = re.compile(r"(?:=3[Dd]|[<=\s])*")


class LinkTo(Value):
    """A link as a message keeps it: what it opens, not the token."""

    purpose: Purpose
    target: str
    kid: str


class ConsolePage(Value):
    """A page of the officers' console as a message keeps it. It opens nothing: whoever follows it signs in first."""

    path: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._~/?=-]*$")]


Link = LinkTo | ConsolePage


def take_target(task: str, officer: str | None) -> str:
    """What a take link opens: one task, for the officer it was sent to."""
    return f"{task}|{officer or ''}"


def derive_token(keys: Mapping[str, bytes], kid: str, purpose: Purpose, target: str) -> str:
    """`kid.secret`: the same for the same key, purpose and target. Raises `KeyError` for a retired key."""
    mac = hmac.new(keys[kid], f"{purpose.value}|{target}|1".encode(), hashlib.sha256).digest()
    return f"{kid}.{urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def hash_token(token: str) -> str:
    """What the store keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def clean_token(text: str, keys: Mapping[str, bytes]) -> str | None:
    """Find the token in what arrived: mail programs add dots, brackets and `=3D`. `None` for none, or a retired key."""
    plain = SOFT_BREAK.sub("", unquote(text[:500]))
    match = TOKEN.match(BEFORE.sub("", plain, count=1))
    return match[0] if match and match[1] in keys else None


def url_of(base_url: str, purpose: Purpose, token: str) -> str:
    """The link as people see it, always under the council's own address."""
    return f"{base_url}{PATHS[purpose]}{token}"


def address_of(base_url: str, keys: Mapping[str, bytes], link: Link) -> str:
    """What people open. Raises `KeyError` for a retired key."""
    if isinstance(link, ConsolePage):
        return f"{base_url}/console/{link.path}"
    return url_of(base_url, link.purpose, derive_token(keys, link.kid, link.purpose, link.target))
