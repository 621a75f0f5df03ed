"""Somebody at the store itself, past Muster, who edits the audit."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

from infra import aws
from infra.store.dynamodb.table import decode, encode
from tests.store.conftest import Place

Row = dict[str, Any]
Meddle = Callable[[list[Row]], list[Row]]


def edit(number: int, **changes: object) -> Meddle:
    return lambda rows: [row | changes if row["number"] == number else row for row in rows]


def delete(*numbers: int) -> Meddle:
    return lambda rows: [row for row in rows if row["number"] not in numbers]


def delete_and_close_up(number: int) -> Meddle:
    def meddle(rows: list[Row]) -> list[Row]:
        return [row | {"number": n} for n, row in enumerate(delete(number)(rows), start=1)]

    return meddle


def meddle_with_audit(place: Place, meddle: Meddle) -> None:
    """Put what `meddle` makes of the entries in their place."""
    kind, _, where = place.url.partition("://")
    (_in_dynamodb if kind == "dynamodb" else _in_sqlite)(where.removeprefix("/"), meddle)


def _in_sqlite(path: str, meddle: Meddle) -> None:
    with closing(sqlite3.connect(f"/{path.lstrip('/')}")) as db:
        db.row_factory = sqlite3.Row
        rows = [{"number": row["seq"], **row} for row in map(dict, db.execute("SELECT * FROM audit ORDER BY seq"))]
        db.execute("DELETE FROM audit")
        for row in meddle(rows):
            columns = row | {"seq": row["number"]}
            del columns["number"]
            names = ", ".join(columns)
            marks = ", ".join("?" * len(columns))
            db.execute(f"INSERT INTO audit ({names}) VALUES ({marks})", list(columns.values()))  # noqa: S608
        db.commit()


def _in_dynamodb(table: str, meddle: Meddle) -> None:
    client = aws.client("dynamodb")
    values = encode({":pk": "AUDIT", ":low": "0", ":high": "9~"})
    where = "pk = :pk AND sk BETWEEN :low AND :high"
    found = client.query(TableName=table, KeyConditionExpression=where, ExpressionAttributeValues=values)["Items"]
    for item in found:
        client.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
    for row in meddle([{"number": int(str(item["sk"])), **item} for item in map(decode, found)]):
        item = row | {"sk": f"{row['number']:012}"}
        del item["number"]
        client.put_item(TableName=table, Item=encode(item))
