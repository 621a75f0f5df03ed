"""Gathers the figures of a period from the store: some needs at a time, however many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from domain.figures import say_report, sheets
from domain.periods import Period
from domain.reporting import Report, Tally
from domain.seen import NeedFacts
from infra.spreadsheets import write_csv
from infra.store import Store

Reached = Callable[[datetime], None]
"""Told how far counting has come: all needs opened before this moment are counted."""


def make_report(
    store: Store, period: Period, now: datetime, zone: ZoneInfo, reached: Reached = lambda _: None
) -> Report:
    """The figures of the needs opened in this period, as they stand now."""
    tally = Tally(now)
    for some in needs_in(store, period, zone):
        for facts in some:
            tally.add(facts)
        reached(some[-1].need.opened_at)
    return tally.report(period)


def needs_in(store: Store, period: Period, zone: ZoneInfo) -> Iterator[list[NeedFacts]]:
    """The needs opened in this period, some at a time; one that is opened meanwhile may be among them or not."""
    since, until = period.since(zone), period.until(zone)
    some = store.needs_seen(since, until)
    while some:
        yield some
        some = store.needs_seen(since, until, after=some[-1].need)


def report_csv(report: Report) -> str:
    """Every table of a report as one long one, which any program can turn as it likes."""
    cells = (
        (sheet.title, ", ".join(str(key) for key in row[: sheet.keys]), head, cell)
        for sheet in sheets(report)
        for row in sheet.rows
        for head, cell in zip(sheet.heads[sheet.keys :], row[sheet.keys :], strict=True)
    )
    return write_csv(("Table", "What", "Figure", "Value"), cells)


def report_as_json(report: Report) -> dict[str, Any]:
    """What `report --json` answers: the figures, what they say, and the tables as they are shown."""
    plain = report.model_dump(mode="json", exclude={"quantities", "unmet_by_place"})
    return plain | {
        "sentences": say_report(report),
        "tables": [
            {"name": sheet.name, "title": sheet.title, "heads": sheet.heads, "rows": sheet.rows, "note": sheet.note}
            for sheet in sheets(report)
        ],
    }
