"""Keys of the API: all of them in one list, each found by its hash."""

from __future__ import annotations

import json
from datetime import datetime

from domain.rights import Right
from infra.store import StoreError
from infra.store.dynamodb.auditing import AuditItems
from infra.store.dynamodb.operations import ABSENT, THERE, Put, Update
from infra.store.dynamodb.table import Item, Key, maybe_number, number, present
from infra.store.moments import instant, maybe_instant, maybe_micros, micros
from infra.store.signing_in import ApiKey, Audit

KEYS = "API-KEYS"


class KeyItems(AuditItems):
    """What opens one is kept as a hash only."""

    def add_key(self, key: ApiKey, audit: Audit) -> None:
        found_by: Item = {"pk": f"API-KEY#{key.hash}", "sk": "key", "id": key.id}
        if self._audited([Put(_as_item(key), where=ABSENT), Put(found_by, where=ABSENT)], audit):
            raise StoreError("there is a key with this id already")

    def api_keys(self) -> list[ApiKey]:
        keys = map(_as_key, self._query(KEYS))
        return sorted(keys, key=lambda key: (-micros(key.made_at), key.id))

    def find_key(self, hash: str) -> ApiKey | None:
        found = self._get(f"API-KEY#{hash}", "key")
        item = self._get(*_place(str(found["id"]))) if found else None
        return _as_key(item) if item else None

    def see_key(self, id: str, now: datetime) -> None:
        self._write(Update(_place(id), {"used_at": micros(now)}, where=THERE))

    def revoke_key(self, id: str, now: datetime, audit: Audit) -> bool:
        still = f"{THERE} AND attribute_not_exists(#revoked_at)"
        return not self._audited([Update(_place(id), {"revoked_at": micros(now)}, where=still)], audit)


def _place(id: str) -> Key:
    return KEYS, id


def _as_item(key: ApiKey) -> Item:
    pk, sk = _place(key.id)
    moments = {
        "made_at": micros(key.made_at),
        "used_at": maybe_micros(key.used_at),
        "revoked_at": maybe_micros(key.revoked_at),
    }
    said = {"hash": key.hash, "name": key.name, "rights": json.dumps(key.rights), "made_by": key.made_by}
    return present({"pk": pk, "sk": sk, **said, **moments})


def _as_key(item: Item) -> ApiKey:
    rights = tuple(Right(right) for right in json.loads(str(item["rights"])))
    id, hash, name, made_by = (str(item[name]) for name in ("sk", "hash", "name", "made_by"))
    used, revoked = (maybe_instant(maybe_number(item.get(name))) for name in ("used_at", "revoked_at"))
    return ApiKey(id, hash, name, rights, made_by, instant(number(item["made_at"])), used, revoked)
