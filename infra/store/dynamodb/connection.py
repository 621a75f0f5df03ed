"""Asking the table: reads, single writes and transactions; every failure a `StoreError`."""

from __future__ import annotations

import heapq
import random
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from infra import aws
from infra.store import StoreError
from infra.store.dynamodb.fresh import Fresh
from infra.store.dynamodb.operations import NAMES as KIND
from infra.store.dynamodb.operations import Delete, Operation, Put, Update
from infra.store.dynamodb.table import SHARDS, TABLE, Item, Key, can_be, decode, encode
from infra.together import Answered, Asked, side_by_side

BUSY = "the store is busy: others have been writing for too long"
BUSY_SECONDS = 8.0
LONGEST_WAIT = 0.5  # between two tries
READ_AT_ONCE = 100  # keys in one BatchGetItem
LONGEST_PAGE = 1000  # items of a query that began with few
WRITTEN_AT_ONCE = 25  # items in one BatchWriteItem
AT_ONCE = 16  # requests side by side, of the 50 connections that the process has
OVERTAKEN = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")


class CannotWrite(Exception):
    """What is asked for breaks DynamoDB's own rules, today and tomorrow: a fault of ours, not an outage."""


class Connected:
    """One table, asked through one client for the whole process."""

    at_once = AT_ONCE

    def __init__(self, table: str) -> None:
        self.table = table
        self._client = aws.client("dynamodb")
        self._remembered: set[tuple[str, str]] = set()
        self._fresh = Fresh()
        with _told():
            status = self._client.describe_table(TableName=table)["Table"]["TableStatus"]
        if status not in ("ACTIVE", "UPDATING"):
            raise StoreError(f"the table {table} is {status.lower()}")

    def close(self) -> None:
        """The client belongs to the process: there is nothing to close."""

    # --- reading: what was committed before is seen, but for indexes, which follow in a moment ---

    def _get(self, pk: str, sk: str) -> Item | None:
        if not can_be(pk, sk):
            return None
        with _told():
            found = self._client.get_item(TableName=self.table, Key=encode({"pk": pk, "sk": sk}), ConsistentRead=True)
        return decode(found["Item"]) if "Item" in found else None

    def _get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """These items, as many as there are."""
        wanted, found = [key for key in dict.fromkeys(keys) if can_be(*key)], {}
        for start in range(0, len(wanted), READ_AT_ONCE):
            left: list[Any] = [encode({"pk": pk, "sk": sk}) for pk, sk in wanted[start : start + READ_AT_ONCE]]
            for _ in attempts():
                with _told():
                    answer = self._client.batch_get_item(
                        RequestItems={self.table: {"Keys": left, "ConsistentRead": True}}
                    )
                for item in map(decode, answer["Responses"].get(self.table, [])):
                    found[str(item["pk"]), str(item["sk"])] = item
                left = answer.get("UnprocessedKeys", {}).get(self.table, {}).get("Keys", [])
                if not left:
                    break
            else:
                raise StoreError(BUSY)
        return found

    def _query(
        self,
        pk: str,
        *,
        index: str = "",
        begins: str = "",
        between: tuple[str, str] | None = None,
        above: str = "",
        forward: bool = True,
        most: int | None = None,
        page: int | None = None,
        only: Sequence[str] = (),
    ) -> Iterator[Item]:
        """The items of one partition, or of one of an index, in the order of their sort key; read as they are asked
        for, `page` at first, and then more at a time the further it goes.

        `begins`: those whose sort key does. `between`: from the first to the last, both included. `above`: those that
        follow in the direction of reading. `only`: no other attributes. At most `most`.
        """
        if not all(can_be(pk, bound) for bound in (begins or "-", above or "-", *(between or ()))):
            return iter(())
        where, values = "#pk = :pk", {"pk": pk}
        prefix = f"{index}_" if index else ""
        names = {"#pk": f"{prefix}pk"}
        if begins or between or above:
            names["#sk"] = f"{prefix}sk"
        if above:
            where, values["low"] = f"{where} AND #sk {'>' if forward else '<'} :low", above
        elif begins:
            where, values["low"] = f"{where} AND begins_with(#sk, :low)", begins
        elif between:
            where += " AND #sk BETWEEN :low AND :high"
            values["low"], values["high"] = between
        request: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": where,
            "ExpressionAttributeNames": names | {f"#{name}": name for name in only},
            "ExpressionAttributeValues": encode({f":{name}": value for name, value in values.items()}),
            "ScanIndexForward": forward,
        }
        request |= {"IndexName": index} if index else {"ConsistentRead": True}
        request |= {"ProjectionExpression": ", ".join(f"#{name}" for name in only)} if only else {}
        limit = min(filter(None, (most, page)), default=None)
        request |= {"Limit": limit} if limit else {}
        return islice(self._pages(request), most)

    def _pages(self, request: dict[str, Any]) -> Iterator[Item]:
        while True:
            with _told():
                answer = self._client.query(**request)
            yield from map(decode, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            if "Limit" in request:
                request["Limit"] = min(2 * request["Limit"], LONGEST_PAGE)

    def _count(self, pk: str, *, index: str = "") -> int:
        """How many items the partition has."""
        request: dict[str, Any] = {
            "TableName": self.table,
            "KeyConditionExpression": "#pk = :pk",
            "ExpressionAttributeNames": {"#pk": f"{index}_pk" if index else "pk"},
            "ExpressionAttributeValues": encode({":pk": pk}),
            "Select": "COUNT",
        }
        request |= {"IndexName": index} if index else {}
        count = 0
        while True:
            with _told():
                answer = self._client.query(**request)
            count += int(answer["Count"])
            if "LastEvaluatedKey" not in answer:
                return count
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _shards(self, name: str, *, index: str, order: str, forward: bool = True, **how: Any) -> Iterator[Item]:
        """The items of all shards of one name, in the order of their sort key `order`, read as they are asked for."""
        streams = [self._query(f"{name}#{n}", index=index, forward=forward, **how) for n in range(SHARDS)]
        return heapq.merge(*self._begun(streams), key=lambda item: str(item[order]), reverse=not forward)

    def _begun(self, streams: Sequence[Iterator[Item]]) -> list[Iterator[Item]]:
        """The same, the first pages of which have been asked for side by side: who merges them wants all of those."""
        firsts = self._at_once(lambda stream: list(islice(stream, 1)), streams)
        return [chain(first, rest) for first, rest in zip(firsts, streams, strict=True)]

    def _scan(self, **how: Any) -> Iterator[Item]:
        """Every item there is: for what is done once a night, or once for a person."""
        request: dict[str, Any] = {"TableName": self.table, "ConsistentRead": True} | how
        while True:
            with _told():
                answer = self._client.scan(**request)
            yield from map(decode, answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _at_once(self, ask: Callable[[Asked], Answered], each: Iterable[Asked]) -> list[Answered]:
        """What does not hang together, side by side: reads, or writes of which any may be done without the others."""
        return side_by_side(ask, each, self.at_once)

    # --- writing one item ---

    def _write(self, operation: Put | Update | Delete) -> bool:
        """Write one item; `False` if its condition does not hold."""
        return self._written(operation) is not None

    def _written(self, operation: Put | Update | Delete) -> Item | None:
        """Write one item; returns what it is now (of one deleted or replaced: what it was), `None` if its condition
        does not hold."""
        ask, returns = {
            Put: (self._client.put_item, "ALL_OLD"),
            Update: (self._client.update_item, "ALL_NEW"),
            Delete: (self._client.delete_item, "ALL_OLD"),
        }[type(operation)]
        for _ in attempts():
            try:
                with _told("ConditionalCheckFailedException", "TransactionConflictException"):
                    answer = ask(TableName=self.table, **operation.request(), ReturnValues=returns)
                return decode(answer.get("Attributes", {}))
            except ClientError as refused:
                if refused.response["Error"]["Code"] == "ConditionalCheckFailedException":
                    return None
        raise StoreError(BUSY)

    def _remember(self, what: str, name: str) -> None:
        """That there is something of this name; written once by each process."""
        if (what, name) not in self._remembered:
            self._write(Put({"pk": what, "sk": name}))
            self._remembered.add((what, name))

    def _write_many(self, operations: Iterable[Put | Delete]) -> None:
        """Put or delete many items, without conditions, each by itself: what fails half-way is done again whole."""
        by_key = {operation.key: operation for operation in operations}  # the last one counts
        requests: list[Any] = [
            {"PutRequest": {"Item": encode(one.item)}}
            if isinstance(one, Put)
            else {"DeleteRequest": {"Key": encode({"pk": one.key[0], "sk": one.key[1]})}}
            for one in by_key.values()
        ]
        for start in range(0, len(requests), WRITTEN_AT_ONCE):
            left = requests[start : start + WRITTEN_AT_ONCE]
            for _ in attempts():
                with _told():
                    answer = self._client.batch_write_item(RequestItems={self.table: left})
                left = answer.get("UnprocessedItems", {}).get(self.table, [])
                if not left:
                    break
            else:
                raise StoreError(BUSY)

    # --- writing several items, all or none ---

    def _transact(self, operations: Sequence[Operation], longest: float = LONGEST_WAIT) -> list[int]:
        """Write at most 100 items, all of them (then returns nothing) or none: returns which conditions do not hold.
        `longest` to wait between two tries while others are writing the same."""
        request = [{KIND[type(one)]: {"TableName": self.table, **one.request()}} for one in operations]
        token = secrets.token_hex(16)
        for _ in attempts(longest):
            try:
                with _told("TransactionCanceledException", "TransactionInProgressException"):
                    self._client.transact_write_items(TransactItems=request, ClientRequestToken=token)
                return []
            except ClientError as refused:
                if refused.response["Error"]["Code"] == "TransactionInProgressException":
                    continue  # our own, whose answer was lost: under the same token it is not done twice
                token = secrets.token_hex(16)
                reasons = [one.get("Code", "None") for one in refused.response.get("CancellationReasons", [])]
                failed = [n for n, reason in enumerate(reasons) if reason == "ConditionalCheckFailed"]
                if failed:
                    return failed
                if strange := [reason for reason in reasons if reason not in ("None", *OVERTAKEN)]:
                    raise StoreError(f"the store refuses to write this: {strange[0]}") from refused
        raise StoreError(BUSY)


def create_table(name: str) -> None:
    """Make the table as it shall be; for tests and trying out: `muster deploy` makes a council's own."""
    client = aws.client("dynamodb")
    client.create_table(TableName=name, **TABLE)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def attempts(longest: float = LONGEST_WAIT) -> Iterator[None]:
    """Again and again, waiting a little longer each time up to `longest`, for `BUSY_SECONDS`. Whoever is not done by
    then says so."""
    until, wait = time.monotonic() + BUSY_SECONDS, 0.01
    while time.monotonic() < until:
        yield
        time.sleep(random.uniform(0, wait))  # noqa: S311 - jitter, not a secret
        wait = min(wait * 2, longest)


@contextmanager
def _told(*expected: str) -> Iterator[None]:
    """Whatever AWS says against it, but for what is expected, is a `StoreError` in words."""
    try:
        yield
    except ClientError as refused:
        code = refused.response["Error"]["Code"]
        if code in expected:
            raise
        if code == "ValidationException":
            raise CannotWrite(f"DynamoDB does not take this: {code}") from refused
        raise StoreError(f"the store cannot be used now: {code}") from refused
    except ParamValidationError as fault:
        raise CannotWrite("DynamoDB does not take this") from fault
    except BotoCoreError as failed:
        raise StoreError(f"the store cannot be reached: {type(failed).__name__}") from failed
