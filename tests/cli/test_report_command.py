"""`muster report`: figures for a head of service, on a terminal and as files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Muster


@pytest.fixture
def busy(muster: Muster) -> Muster:
    """Amina's need and two more were recorded today; one of them was withdrawn."""
    for _ in range(3):
        opened = muster(
            *("need", "open", "--summary", "Groceries for a family of five", "--line", "food-parcel:4", "--json"),
            *("--area", "Norbiton", "--needed-by", "+2d", "--resident-email", "amina@example.org"),
        )
    assert muster("need", "withdraw", opened.json["need"]).code == 0
    return muster


def test_the_terminal_shows_words_and_tables(busy: Muster) -> None:
    """What is most important first, then each table with its name."""
    ran = busy("report", "--from", "2020-01-01")
    assert ran.code == 0
    assert ran.out.startswith("3 needs were recorded from 1 January 2020 to ")
    assert "1 was withdrawn. 2 are still open." in ran.out
    assert "How long it took" in ran.out


def test_without_days_it_says_which_it_took(muster: Muster) -> None:
    """The last whole month; nothing was recorded then, which is no mistake."""
    ran = muster("report")
    assert ran.code == 0
    assert ran.out.startswith("No needs were recorded from 1 to ")
    assert "--from and --to name other days" in ran.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "soon"), "'soon' is not a day; write it as 2026-11-30"),
        (("--to", "2026-02-30"), "'2026-02-30' is not a day; write it as 2026-11-30"),
        (("--from", "2020-02-01", "--to", "2020-01-01"), "The last day must be the same as or after the first day"),
    ],
)
def test_wrong_days_are_bad_usage(muster: Muster, words: tuple[str, ...], said: str) -> None:
    """One sentence that says which, and how to write it."""
    ran = muster("report", *words)
    assert ran.code == 2
    assert said in " ".join(ran.err.replace("│", " ").split())


def test_the_page_stands_alone(busy: Muster, tmp_path: Path) -> None:
    """Charts are in the file; it runs no script and asks nothing of any network."""
    file = tmp_path / "figures.html"
    ran = busy("report", "--from", "2020-01-01", "--html", file)
    assert (ran.code, ran.out) == (0, f"{file} is written.\n")
    page = file.read_text()
    assert page.count("<svg") == 1, "those with nothing to show are not drawn"
    assert not re.search(r"<script|<link|src=|href=|url\(|@import|\son[a-z]+=", page)
    assert "Amina" not in page


def test_the_tables_go_into_a_file_for_a_spreadsheet(busy: Muster, tmp_path: Path) -> None:
    """One long table: which table, what, which figure, its value."""
    file = tmp_path / "figures.csv"
    assert busy("report", "--from", "2020-01-01", "--csv", file).code == 0
    assert "How needs ended,Withdrawn,Needs,1\n" in file.read_text(encoding="utf-8-sig")


def test_json_is_json_and_nothing_else(busy: Muster) -> None:
    """For programs."""
    ran = busy("report", "--from", "2020-01-01", "--json")
    assert ran.json["still_open"] == 2
    assert ran.err == "", "how far it has come is for a terminal alone"


def test_a_file_that_cannot_be_written_is_said_so(busy: Muster, tmp_path: Path) -> None:
    """No traceback: the name of the file and why."""
    ran = busy("report", "--csv", tmp_path / "nowhere" / "figures.csv")
    assert ran.code == 1
    assert "No such file or directory" in ran.err
