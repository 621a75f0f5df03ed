"""The table of figures in benchmarks/README.md: each run replaces what it measured, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from benchmarks.__main__ import SECTIONS
from benchmarks.figures import Figure, Measured
from benchmarks.table import PLACE_BEFORE, rewrite

ORDER = ("first-mail", "surge", "pages")
HERE, ELSEWHERE, LATER = (f"{cpus} CPUs (Some Processor), Linux 6.18, Python 3.11.7" for cpus in (2, 64, 8))
README = "# Figures\n\n| section | question |\n|---|---|\n\n<!-- figures -->\n<!-- /figures -->\n\nMore words.\n"


def surge(value: str, day: int = 21) -> Measured:
    asked = Figure("first mail of a need", value, "under 20 s", met=True, beside="none")
    return Measured("surge", "…", (asked, Figure("flow runs", "11")), date(2026, 11, day), 0.5, 3.25)


def first_mail(value: str) -> Measured:
    return Measured("first-mail", "…", (Figure("asked after", value),), date(2026, 11, 22), 0.1, 0.2)


def rows(readme: str) -> list[str]:
    return readme.split("|---|---|---|---|---|---|\n")[1].split("<!-- /figures -->")[0].splitlines()


def test_what_was_not_measured_stays() -> None:
    """A run of one section replaces its rows, with their day and load, and leaves those of the others as they were."""
    before = rewrite(README, [surge("9 s")], HERE, ORDER)
    assert rows(before) == [
        "| surge | first mail of a need | 9 s | under 20 s | met | none |",
        "| surge | flow runs | 11 | | | |",
        "| surge | measured | 21 November 2026, load average 0.5 before, 3.2 after | | | |",
    ]
    both = rewrite(before, [first_mail("0.7 s")], HERE, ORDER)
    assert rows(both)[2:] == rows(before)
    assert [row.split(" | ")[0] for row in rows(both)] == ["| first-mail"] * 2 + ["| surge"] * 3
    after = rewrite(both, [surge("4 s", day=23)], HERE, ORDER)
    assert rows(after)[:2] == rows(both)[:2]
    assert "9 s" not in after
    assert "23 November" in rows(after)[-1]
    assert (after.split("<!-- figures")[0], after.split("figures -->")[-1]) == (
        README.split("<!-- figures")[0],
        "\n\nMore words.\n",
    )


def test_a_section_that_is_measured_no_more_stays_too() -> None:
    """Its figures go only when somebody takes them out."""
    before = rewrite(README, [surge("9 s")], HERE, ORDER)
    after = rewrite(before, [first_mail("0.7 s")], HERE, ("first-mail",))
    assert rows(after)[2:] == rows(before)


def test_figures_of_another_machine_say_so() -> None:
    """One machine stands above the table; what was measured elsewhere names its own, once, however often one writes."""
    after = rewrite(README, [surge("9 s")], ELSEWHERE, ORDER)
    for here in (HERE, HERE, LATER):
        after = rewrite(after, [first_mail("0.7 s")], here, ORDER)
    assert [after.count(place) for place in (HERE, ELSEWHERE, LATER)] == [0, 1, 1]
    assert f"3.2 after; on {ELSEWHERE} | | | |" in rows(after)[-1]
    again = rewrite(after, [surge("9 s")], LATER, ORDER)
    assert ELSEWHERE not in again


def test_the_table_there_is_survives() -> None:
    """Nothing measured, nothing changed: each row of benchmarks/README.md is one the next run can keep."""
    readme = (Path(__file__).resolve().parents[1] / "benchmarks" / "README.md").read_text()
    place = PLACE_BEFORE.search(readme)
    assert place
    assert any(row.startswith("| surge | ") for row in rows(readme))
    assert rewrite(readme, [], place[1], SECTIONS) == readme
