"""The one table: its keys and indexes, and how values are written into items.

An item's `pk` says whose it is, its `sk` what it is. Everything about a need that a decision reads comes first in the
need's partition, in this order: the need, its resident, its invitations, its tasks. Indexes are sparse: an item is in
one as long as it has the two attributes the index is named after.

- `alarm`: what wants to be looked at, by when (needs), what waits to be sent (messages), and what ends by itself
  (sessions, links to set up an account). Keys only.
- `list`: what lists show, in their order, with what they show (`row`, and what changes by itself).
- `time`: what happened when, and what belongs to whom. Keys only.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

Value = str | int | bool | bytes | dict[str, str]
Item = dict[str, Value]
Key = tuple[str, str]

NEED, RESIDENT, INVITATION, TASK = "0need", "1resident", "2invitation#", "3task#"
READ_FOR_A_DECISION = "4"  # the sort keys below this one
EVENT, MESSAGE, NOTE, KEPT = "event#", "message#", "note#", "kept#"
GUARD = "guard"
NEVER = "~"

SHARDS = 8  # a partition takes 1,000 writes a second: alarms and lists are spread over so many
INDEXES = ("alarm", "list", "time")
LISTED = ("row", "wake_at", "tasks", "status")
LONGEST_PK, LONGEST_SK = 2048, 1024  # bytes that DynamoDB takes
ENDS_AT = "ends_at"  # seconds since 1970 from when DynamoDB may drop an item; nothing relies on it

TABLE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"}
        for name in ("pk", "sk", *(f"{index}_{key}" for index in INDEXES for key in ("pk", "sk")))
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": index,
            "KeySchema": [
                {"AttributeName": f"{index}_pk", "KeyType": "HASH"},
                {"AttributeName": f"{index}_sk", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": list(LISTED)}
            if index == "list"
            else {"ProjectionType": "KEYS_ONLY"},
        }
        for index in INDEXES
    ],
}
"""What `create_table` is called with, beside the name."""


def shard_of(key: str) -> int:
    """Which of the `SHARDS` this belongs to, always."""
    return zlib.crc32(key.encode()) % SHARDS


def sortable(number: int) -> str:
    """A whole number as text that sorts as the number does, negative ones too."""
    return f"{number + 10**18:019d}"


def from_sortable(text: str) -> int:
    return int(text) - 10**18


def need_key(need: str) -> Key:
    """Where a need is; everything else of it lies in the same partition."""
    return f"N#{need}", NEED


def asked_place(responder: str, *, over: bool) -> str:
    """Where what a responder was asked stands in the index of time: what is over by itself."""
    return f"{'over' if over else 'asked'}#{responder}"


def alarm_of(pk: str, wake_at: Value | None, *, closed: bool) -> dict[str, str | None]:
    """Where the need of this partition stands in the index of alarms. One that is open without an alarm stands at its
    end: there must be an officer for it."""
    if wake_at is None and closed:
        return {"alarm_pk": None, "alarm_sk": None}
    when = NEVER if wake_at is None else sortable(number(wake_at))
    return {"alarm_pk": f"alarm#{shard_of(pk)}", "alarm_sk": f"{when}#{pk.removeprefix('N#')}"}


def can_be(pk: str, sk: str = "-") -> bool:
    """May there be such a key? People may send what is longer than any."""
    return 0 < len(pk.encode()) <= LONGEST_PK and 0 < len(sk.encode()) <= LONGEST_SK


def key_of(item: Mapping[str, Value]) -> Key:
    return str(item["pk"]), str(item["sk"])


def encode(item: Mapping[str, Value]) -> dict[str, Any]:
    """Values as DynamoDB takes them."""
    return {name: encode_value(value) for name, value in item.items()}


def encode_value(value: Value) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case bytes():
            return {"B": value}
        case dict():
            return {"M": {name: {"S": text} for name, text in value.items()}}


def decode(item: Mapping[str, Any]) -> Item:
    return {name: _decode_value(value) for name, value in item.items()}


def _decode_value(value: Mapping[str, Any]) -> Value:
    ((kind, inner),) = value.items()
    match kind:
        case "N":
            return int(inner)
        case "M":
            return {name: text["S"] for name, text in inner.items()}
        case "B":
            return bytes(inner)
        case _:
            return inner  # type: ignore[no-any-return]  # S or BOOL


def number(value: Value | None) -> int:
    """What is known to be a number."""
    if isinstance(value, int):
        return value
    raise TypeError(f"a number is expected, not {value!r}")


def maybe_number(value: Value | None) -> int | None:
    return None if value is None else number(value)


def words(value: Value | None) -> dict[str, str]:
    """A map of words; one that is not there is empty."""
    return value if isinstance(value, dict) else {}


def present(item: Mapping[str, Value | None]) -> Item:
    """What there is of an item: an attribute without a value is not written."""
    return {name: value for name, value in item.items() if value is not None}
