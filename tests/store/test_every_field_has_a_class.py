"""Whatever is kept has its time: a new column or field is put into a class, or this fails."""

from __future__ import annotations

import re
import secrets
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.keeping import TIMED, Kept, Periods
from infra.classified import COLUMNS, DOCUMENTS, FIELDS, ITEMS, class_of_column, class_of_field
from infra.store import open_store
from infra.store.dynamodb import DynamoStore
from infra.store.dynamodb.connection import create_table
from infra.store.dynamodb.kinds import BY_BOTH, BY_PARTITION
from infra.store.dynamodb.operations import Put
from tests.store.builders import put_need
from tests.store.conftest import unclassified

ROOT = Path(__file__).resolve().parents[2]
DECIDE = "decide how long this is kept, in infra/classified.py"


def test_every_column_has_a_class(tmp_path: Path) -> None:
    """Every column of every table there is; `doc` is what the table's model says."""
    file = tmp_path / "muster.db"
    open_store(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {table: [row[1] for row in db.execute(f"PRAGMA table_xinfo({table})")] for table in tables}
    lost = [f"{t}.{c}" for t, names in columns.items() for c in names if c != "doc" and not class_of_column(t, c)]
    assert not lost, DECIDE
    assert not [table for table, names in columns.items() if "doc" in names and table not in DOCUMENTS], DECIDE
    strange = [f"{t}.{c}" for t, kept in COLUMNS.items() for names in kept.values() for c in names.split()
               if c not in columns.get(t, ())]  # fmt: skip
    assert not strange, "there is no such column any more"


def test_every_attribute_has_a_class(on_ministack: str) -> None:
    """Every attribute of every kind of item that a test of the contract leaves behind (`conftest.py`), and every kind
    there is: a new one is noticed."""
    assert set(ITEMS) == {*BY_BOTH.values(), *BY_PARTITION.values()}, DECIDE
    assert not [kind for kind, kept in ITEMS.items() if not kept], DECIDE
    table = f"classes-{secrets.token_hex(6)}"
    create_table(table)
    opened = open_store(f"dynamodb://{table}")
    put_need(opened)
    assert unclassified(table) == set()
    assert isinstance(opened, DynamoStore)
    opened._write(Put({"pk": "N#N-222222", "sk": "0need", "shoe_size": 43}))
    opened._write(Put({"pk": "SHOES#1", "sk": "size"}))
    assert unclassified(table) == {"needs.shoe_size", "SHOES/size.pk", "SHOES/size.sk"}
    opened.close()


@pytest.mark.parametrize("model", DOCUMENTS.values(), ids=lambda model: model.__name__)
def test_every_field_has_a_class(model: type[BaseModel]) -> None:
    """Every field of what is kept whole, and no field that is not there any more."""
    assert not [name for name in model.model_fields if not class_of_field(model, name)], DECIDE
    assert not [n for names in FIELDS[model].values() for n in names.split() if n not in model.model_fields]


def test_every_class_ends_or_says_why_not() -> None:
    """`docs/privacy.md` has a row for each class; a class either has its time, or an end that somebody else decides."""
    rows = re.findall(r"^\| `?(\w+)`? \|", (ROOT / "docs/privacy.md").read_text(), re.MULTILINE)
    assert {kept.name for kept in Kept} <= set(rows)
    assert set(TIMED) | {Kept.directory, Kept.safety, Kept.council, Kept.access, Kept.running} == set(Kept)
    assert {kept.name for kept in TIMED} == set(Periods.model_fields)
