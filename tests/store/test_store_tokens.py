"""The contract, links: the store holds what proves a token, never a token."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from pathlib import Path

from pydantic import SecretStr

from domain.links import Purpose, derive_token, hash_token, take_target
from domain.officers import TaskKind
from infra.door import Door
from infra.settings import Settings
from infra.store import Store, TokenRow
from tests.store.builders import (
    AMINA,
    N1,
    NOW,
    a_need,
    a_responder,
    asking,
    everything,
    lease,
    must_commit,
    opening,
    put_need,
    read,
)
from tests.store.conftest import Place

SECRET = "a-council-secret-of-more-than-32-letters"


def door_to(store: Store, home: Path) -> Door:
    return Door(store, Settings(home=home, keys=SecretStr(f"k1:{SECRET}")))


def test_a_dump_of_the_store_opens_no_link(store: Store, place: Place, tmp_path: Path) -> None:
    """T15: after a need has been opened, asked about, handed over and worded, no value is a token, a key or a link."""
    door = door_to(store, tmp_path)
    need = door.open(lambda reference, now: opening(a_need(reference)), AMINA, None)
    door.change(need, lambda situation, now: everything(situation, [a_responder("sam"), a_responder("ann")]))
    held = lease(store)
    rows = store.claim(held, NOW, 10)
    store.freeze(
        [(row.message.id, '{"link": {"purpose": "invite", "target": "I1", "kid": "k1"}}') for row in rows], held
    )
    situation = read(store, need)
    targets = [
        (Purpose.status, need),
        *((Purpose.invite, i.id) for i in situation.invitations),
        *((Purpose.unsubscribe, f"{i.responder}|food") for i in situation.invitations),
        *((Purpose.take, take_target(task.id, task.officer)) for task in situation.tasks),
    ]
    tokens = [derive_token(door.settings.signing_keys, "k1", purpose, target) for purpose, target in targets]
    dump = place.dump()
    for token in tokens:
        found = store.find_token(hash_token(token))
        assert found is not None
        assert token not in dump
        assert token.partition(".")[2] not in dump
    for secret in (SECRET, hashlib.sha256(SECRET.encode()).hexdigest(), urlsafe_b64encode(SECRET.encode()).decode()):
        assert secret not in dump
    assert not re.search(r"\bk1\.[A-Za-z0-9_-]{20,}", dump)
    assert not re.search(r"https?://", dump)
    assert [task.kind for task in situation.tasks] == [TaskKind.question]


def test_a_link_opens_what_it_was_made_for(store: Store) -> None:
    """T03: purpose, target and need come back; the token itself, another hash or nothing at all finds nothing."""
    put_need(store)
    rows = [
        TokenRow(hash_token("k1.invite"), "invite", "I1", N1),
        TokenRow(hash_token("k1.unsub"), "unsub", "sam|food", None),
    ]
    must_commit(store, asking(read(store), [a_responder()]), rows)
    assert [store.find_token(row.hash) for row in rows] == rows
    for stranger in ("k1.invite", hash_token("k1.other"), "", rows[0].hash.upper()):
        assert store.find_token(stranger) is None


def test_a_link_made_twice_is_one_link(store: Store) -> None:
    """T14: a reminder carries the same link as the first ask; what it opens does not change."""
    put_need(store)
    row = TokenRow(hash_token("k1.invite"), "invite", "I1", N1)
    must_commit(store, asking(read(store), [a_responder("sam")]), [row])
    must_commit(store, asking(read(store), [a_responder("ann")]), [row, TokenRow(row.hash, "take", "K1", N1)])
    assert store.find_token(row.hash) == row
