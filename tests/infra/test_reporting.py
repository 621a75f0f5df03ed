"""A report as files: a spreadsheet that takes no cell for a formula, charts that run and fetch nothing."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as some

from domain.periods import Period
from domain.reporting import Report, Tally
from domain.seen import NeedFacts
from infra.charting import CHARTS
from infra.reporting import report_as_json, report_csv
from infra.spreadsheets import FORMULAS, safe_cell, write_csv
from tests.domain.test_reporting import met, need

NOW = datetime(2026, 12, 1, tzinfo=UTC)
NOVEMBER = Period(first=date(2026, 11, 1), last=date(2026, 11, 30))


def report(*needs: NeedFacts) -> Report:
    tally = Tally(NOW)
    for facts in needs:
        tally.add(facts)
    return tally.report(NOVEMBER)


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1"])
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    """An apostrophe makes words of it; a number, a negative one too, stays a number."""
    assert safe_cell(cell) == f"'{cell}"
    assert safe_cell(-2) == -2
    assert safe_cell("Norbiton - east") == "Norbiton - east"


@given(some.lists(some.lists(some.text(alphabet=some.characters(codec="utf-8")), min_size=2, max_size=2)))
def test_whatever_is_written_is_read_back_harmless(rows: list[list[str]]) -> None:
    """Quotes, commas and line breaks come back as they were; nothing begins as a formula does."""
    text = write_csv(("A", "B"), rows)
    back = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in back] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell.startswith(FORMULAS) for row in back for cell in row)


def test_a_ward_that_is_called_like_a_formula_is_harmless() -> None:
    """What an officer typed as an area reaches the file as words."""
    text = report_csv(report(*(NeedFacts(need(area="=HYPERLINK(1)", outcome=None)) for _ in range(6))))
    assert ",'=HYPERLINK(1)," in text
    assert ",=HYPERLINK" not in text


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("needs", [(), (met(),), (met(what="<script>alert(1)</script>"), NeedFacts(need()))])
def test_a_chart_is_plain_svg(name: str, needs: tuple[NeedFacts, ...]) -> None:
    """No script, no address, no handler, whatever a kind of help is called; with a title and words about it."""
    svg = CHARTS[name].svg(report(*needs))
    assert not re.search(r"<script|\son[a-z]+=|href=|url\(|@import", svg)
    root = ElementTree.fromstring(svg)  # noqa: S314 - ours
    assert root[0].tag.endswith("title")
    assert root[1].tag.endswith("desc")
    assert root.get("role") == "img"


def test_the_json_holds_the_figures_and_the_tables() -> None:
    """Lengths are in seconds, for programs."""
    found = report_as_json(report(met()))
    assert found["times"]["first yes"]["median"] == {"seconds": 3600.0, "more": False}
    assert found["needs"] == 1
    assert {table["name"] for table in found["tables"]} >= {"outcomes", "times", "sectors", "unmet"}
