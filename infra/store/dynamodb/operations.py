"""What is written: values that say which item, how, and if what; the same for one request and for a transaction."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from infra.store.dynamodb.table import Item, Key, Value, encode, encode_value

NAME = re.compile(r"#(\w+)")
THERE, ABSENT = "attribute_exists(#pk)", "attribute_not_exists(#pk)"


@dataclass(frozen=True)
class Put:
    """The whole item, in place of what there was. `where`: only if, with `#names` and `:values`."""

    item: Item
    where: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> Key:
        return str(self.item["pk"]), str(self.item["sk"])

    def request(self) -> dict[str, Any]:
        return {"Item": encode(self.item)} | _condition("", self.where, self.values)


@dataclass(frozen=True)
class Update:
    """Some attributes of an item, which is made if there is none; `a.b` is `b` in the map `a`.

    `sets` replaces, and removes what is `None`; `firsts` sets what is not there yet; `adds` counts up.
    """

    key: Key
    sets: Mapping[str, Value | None] = field(default_factory=dict)
    firsts: Mapping[str, Value] = field(default_factory=dict)
    adds: Mapping[str, int] = field(default_factory=dict)
    where: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        given: dict[str, Value] = {}

        def said(value: Value) -> str:
            given[f"v{len(given)}"] = value
            return f":v{len(given) - 1}"

        clauses = {
            "SET": [f"{_path(name)} = {said(value)}" for name, value in self.sets.items() if value is not None]
            + [f"{_path(name)} = if_not_exists({_path(name)}, {said(value)})" for name, value in self.firsts.items()],
            "REMOVE": [_path(name) for name, value in self.sets.items() if value is None],
            "ADD": [f"{_path(name)} {said(value)}" for name, value in self.adds.items()],
        }
        expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
        how = _condition(expression, self.where, given | dict(self.values))
        return {"Key": _key(self.key), "UpdateExpression": expression} | how


@dataclass(frozen=True)
class Delete:
    """The item, if there is one."""

    key: Key
    where: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        return {"Key": _key(self.key)} | _condition("", self.where, self.values)


@dataclass(frozen=True)
class Check:
    """Nothing is written: the rest is, if this holds."""

    key: Key
    where: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def request(self) -> dict[str, Any]:
        return {"Key": _key(self.key)} | _condition("", self.where, self.values)


Operation = Put | Update | Delete | Check
KINDS = {"Put": Put, "Update": Update, "Delete": Delete, "ConditionCheck": Check}
NAMES = {kind: name for name, kind in KINDS.items()}


def dump(operation: Operation) -> str:
    """As text, for the journal."""
    return json.dumps([NAMES[type(operation)], asdict(operation)])


def load(text: str) -> Operation:
    name, fields = json.loads(text)
    if "key" in fields:
        fields["key"] = tuple(fields["key"])
    return KINDS[name](**fields)  # type: ignore[no-any-return]


def _path(name: str) -> str:
    return ".".join(f"#{part}" for part in name.split("."))


def _key(key: Key) -> dict[str, Any]:
    return encode({"pk": key[0], "sk": key[1]})


def _condition(expression: str, where: str, values: Mapping[str, Value]) -> dict[str, Any]:
    """What DynamoDB wants to know beside the expression itself: the condition, and what names and values stand for."""
    names = sorted(set(NAME.findall(f"{expression} {where}")))
    said: dict[str, Any] = {"ConditionExpression": where} if where else {}
    if names:
        said["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        said["ExpressionAttributeValues"] = {f":{name}": encode_value(value) for name, value in values.items()}
    return said
