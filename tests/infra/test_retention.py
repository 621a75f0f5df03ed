"""The council's own periods, in a file it can read."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.keeping import Periods
from infra.playbooks import PlaybookWrong, check_file
from infra.retention import SHIPPED, load_periods


def test_what_is_shipped_is_what_is_so_unless_said(tmp_path: Path) -> None:
    """The file to copy says the same as the code."""
    assert load_periods(tmp_path) == Periods()
    assert check_file(SHIPPED) == ([], [])


def test_the_councils_own_file_counts(tmp_path: Path) -> None:
    """What it leaves out stays as shipped."""
    (tmp_path / "retention.yaml").write_text("contact: 30d\nstory: 10y\n")
    periods = load_periods(tmp_path)
    assert (str(periods.contact), str(periods.story), str(periods.words)) == ("30d", "10y", "90d")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("contact: 30\n", "'30' is not a length of time; write it as 90d or 6y"),
        ("contacts: 30d\n", "did you mean contact?"),
        ("words: 1d\n", "must be at least 7d"),
    ],
)
def test_a_slip_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    """And nothing of the file is used."""
    (tmp_path / "retention.yaml").write_text(text)
    with pytest.raises(PlaybookWrong, match=r"retention\.yaml:1: ") as wrong:
        load_periods(tmp_path)
    assert said in str(wrong.value)
