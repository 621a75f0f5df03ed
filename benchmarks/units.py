"""Read and write units of DynamoDB, counted by AWS's own rules from the sizes of items.

An item is as long as the names and values of its attributes. A write costs a unit for each KB of the longer of before
and after, twice that in a transaction; each index that shows a change costs a write of its own, two where the entry
moves; one that is refused costs as much. A read costs a unit for each 4 KB, half of that from an index; a query is
rounded up once, items that are named one by one each by itself.

ministack's own figures for writes (`said`) agree with this, but that it says none for what it refuses; of reads it
counts requests. DynamoDB Local counts a transaction four times, and an empty query as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.store.dynamodb.table import INDEXES, LISTED

KB = 1024
Attributes = Mapping[str, Any]
Keyed = tuple[str, str]


@dataclass
class Units:
    """What was used. `requests` by their kind."""

    reads: float = 0.0
    writes: float = 0.0
    requests: dict[str, int] = field(default_factory=dict)
    said: float = 0.0
    """Writes, as the stand-in itself counts them."""

    def add(self, other: Units) -> None:
        self.reads += other.reads
        self.writes += other.writes
        self.said += other.said
        for name, count in other.requests.items():
            self.requests[name] = self.requests.get(name, 0) + count

    @property
    def asked(self) -> int:
        return sum(self.requests.values())


class Metered:
    """Stands before a client of DynamoDB and counts what goes through it. To know how long items were it reads them
    itself, which is not counted."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.units = Units()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    @contextmanager
    def measured(self) -> Iterator[Units]:
        """What is used within."""
        before, self.units = self.units, Units()
        try:
            yield self.units
        finally:
            before.add(self.units)
            self.units = before

    @contextmanager
    def apart(self) -> Iterator[None]:
        """What is used within is not counted."""
        before, self.units = self.units, Units()
        try:
            yield
        finally:
            self.units = before

    # --- reads ---

    def get_item(self, **request: Any) -> Any:
        answer = self.client.get_item(**request)
        self._count("get_item", reads=_read([answer.get("Item", {})], consistent=request.get("ConsistentRead", False)))
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        answer = self.client.batch_get_item(**request)
        ((table, wanted),) = request["RequestItems"].items()
        found = answer["Responses"].get(table, [])
        absent: list[Attributes] = [{}] * (len(wanted["Keys"]) - len(found))
        reads = sum(_read([item], consistent=wanted.get("ConsistentRead", False)) for item in [*found, *absent])
        self._count("batch_get_item", reads=reads)
        return answer

    def query(self, **request: Any) -> Any:
        return self._walk("query", request)

    def scan(self, **request: Any) -> Any:
        return self._walk("scan", request)

    def _walk(self, name: str, request: dict[str, Any]) -> Any:
        answer = getattr(self.client, name)(**request)
        whole = {key: value for key, value in request.items() if key not in ("ProjectionExpression", "Select")}
        if len(whole) < len(request):  # what is left out of the answer, or is only counted, is read all the same
            names = {f"#{one}" for one in str(request.get("ProjectionExpression", "")).replace("#", "").split(", ")}
            used = f"{whole.get('KeyConditionExpression', '')} {whole.get('FilterExpression', '')}"
            spoken = {key: value for key, value in whole.get("ExpressionAttributeNames", {}).items()
                      if key not in names or key in used}  # fmt: skip
            items = getattr(self.client, name)(**whole | {"ExpressionAttributeNames": spoken})["Items"]
        else:
            items = answer["Items"]
        self._count(name, reads=_read(items, consistent=request.get("ConsistentRead", False)))
        return answer

    # --- writes ---

    def put_item(self, **request: Any) -> Any:
        return self._write("put_item", request, [request["Item"]])

    def update_item(self, **request: Any) -> Any:
        return self._write("update_item", request, [request["Key"]])

    def delete_item(self, **request: Any) -> Any:
        return self._write("delete_item", request, [request["Key"]])

    def batch_write_item(self, **request: Any) -> Any:
        ((_, wanted),) = request["RequestItems"].items()
        puts = [one["PutRequest"]["Item"] for one in wanted if "PutRequest" in one]
        deletes = [one["DeleteRequest"]["Key"] for one in wanted if "DeleteRequest" in one]
        return self._write("batch_write_item", request, [*puts, *deletes])

    def transact_write_items(self, **request: Any) -> Any:
        wanted = [one for entry in request["TransactItems"] for one in entry.values()]
        return self._write("transact_write_items", request, [one.get("Item") or one["Key"] for one in wanted], times=2)

    def _write(self, name: str, request: dict[str, Any], items: Sequence[Attributes], times: int = 1) -> Any:
        table = _table_of(request)
        keys = [{"pk": item["pk"], "sk": item["sk"]} for item in items]
        before = self._read(table, keys)
        try:
            answer = getattr(self.client, name)(**request, ReturnConsumedCapacity="TOTAL")
            said = answer.get("ConsumedCapacity", [])
            self.units.said += sum(one["CapacityUnits"] for one in (said if isinstance(said, list) else [said]))
        finally:  # one that is refused costs as much as it would have written
            after = self._read(table, keys)
            named = dict.fromkeys(_named(keys))
            self._count(name, writes=sum(_written(before.get(key, {}), after.get(key, {}), times) for key in named))
        return answer

    def _read(self, table: str, keys: list[Attributes]) -> dict[Keyed, Attributes]:
        found: dict[Keyed, Attributes] = {}
        for start in range(0, len(keys), 100):
            some = {table: {"Keys": keys[start : start + 100], "ConsistentRead": True}}
            items = self.client.batch_get_item(RequestItems=some)["Responses"].get(table, [])
            found |= dict(zip(_named(items), items, strict=True))
        return found

    def _count(self, name: str, reads: float = 0.0, writes: float = 0.0) -> None:
        self.units.add(Units(reads, writes, {name: 1}))


def _table_of(request: Mapping[str, Any]) -> str:
    if "TransactItems" in request:
        (first, *_) = request["TransactItems"][0].values()
        return str(first["TableName"])
    return str(request.get("TableName") or next(iter(request["RequestItems"])))


def size_of(item: Attributes) -> int:
    """How long an item is, in bytes."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    match kind:
        case "S":
            return len(inner.encode())
        case "N":
            digits = inner.lstrip("-").replace(".", "").strip("0")
            return (len(digits) + 1) // 2 + 1 + inner.startswith("-")
        case "M":
            return 3 + size_of(inner) + len(inner)
        case "B":
            return len(inner)
        case _:
            return 1


def _read(items: Iterable[Attributes], *, consistent: bool) -> float:
    return max(1, math.ceil(sum(map(size_of, items)) / (4 * KB))) * (1.0 if consistent else 0.5)


def _written(before: Attributes, after: Attributes, times: int) -> int:
    own = max(1, math.ceil(max(size_of(before), size_of(after)) / KB)) * times
    return own + sum(_moved(_entry(index, before), _entry(index, after)) for index in INDEXES)


def _entry(index: str, item: Attributes) -> Attributes:
    """What an index shows of an item; nothing, if it is not in it."""
    place = (f"{index}_pk", f"{index}_sk")
    if not all(name in item for name in place):
        return {}
    shown = {"pk", "sk", *place, *(LISTED if index == "list" else ())}
    return {name: value for name, value in item.items() if name in shown}


def _moved(before: Attributes, after: Attributes) -> int:
    if before == after:
        return 0
    sizes = [math.ceil(size_of(entry) / KB) for entry in (before, after) if entry]
    places = [{name: entry[name] for name in entry if name.endswith("_pk") or name.endswith("_sk")}
              for entry in (before, after) if entry]  # fmt: skip
    return max(sizes) if len(places) == 2 and places[0] == places[1] else sum(sizes)


def _named(items: Iterable[Attributes]) -> list[Keyed]:
    return [(item["pk"]["S"], item["sk"]["S"]) for item in items]
