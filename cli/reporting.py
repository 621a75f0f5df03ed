"""`muster report`: what a head of service sees of the needs of some weeks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.doors import open_door
from cli.printing import AsJson, note, print_json, print_table, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from domain.reporting import Report
    from infra.reporting import Reached


def report(
    first: Annotated[
        str | None, typer.Option("--from", metavar="DAY", help="The first day, such as 2026-11-01.", show_default=False)
    ] = None,
    last: Annotated[
        str | None, typer.Option("--to", metavar="DAY", help="The last day, such as 2026-11-30.", show_default=False)
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write one page with charts, which needs no network.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the tables for a spreadsheet.")] = None,
    as_json: AsJson = False,
) -> None:
    """Count the needs recorded in some weeks: how they ended, how long it took, who helped, what was not met.

    Without days it is the last whole month. Needs count on the day they were recorded, as they stand now; exercises
    and duplicates are left out. Numbers under 5 about a place are hidden. docs/report.md says what each figure means.

    muster report --from 2026-11-01 --to 2026-11-30 --html november.html
    """
    from domain.periods import PeriodWrong, read_period, say_period
    from infra import clock
    from infra.reporting import make_report, report_as_json, report_csv

    with open_door() as door:
        now, zone = clock.now(), door.settings.zone
        try:
            period = read_period(first, last, now.astimezone(zone).date())
        except PeriodWrong as wrong:
            raise typer.BadParameter(wrong.sentence, param_hint=f"--{wrong.place}") from None
        with _progress(zone) as reached:
            found = make_report(door.store, period, now, zone, reached)
        council = door.settings.council
    if first is None and last is None:
        note(f"these are the needs recorded from {say_period(period)}; --from and --to name other days")
    if html:
        _write(html, _as_page(found, council))
    if csv:
        _write(csv, report_csv(found))
    if as_json:
        print_json(report_as_json(found))
    elif not html and not csv:
        _print(found)


@contextmanager
def _progress(zone: ZoneInfo) -> Iterator[Reached]:
    """Say how far counting has come, on a line of the terminal that goes when it is done; in a file or pipe nothing."""
    from rich.console import Console

    from domain.periods import say_day

    with Console(stderr=True).status("Counting …") as status:
        yield lambda moment: status.update(f"Counting: as far as {say_day(moment, zone)} …")


def _as_page(found: Report, council: str) -> str:
    from web.report_file import report_page

    return report_page(found, council)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
    say(f"{path} is written.")


def _print(found: Report) -> None:
    from domain.figures import say_report, sheets

    for sentence in say_report(found):
        say(sentence)
    if not found.needs:
        return
    for sheet in sheets(found):
        say("")
        if sheet.rows:
            print_table(sheet.heads, [[_cell(cell) for cell in row] for row in sheet.rows], title=sheet.title)
        if sheet.note:
            say(sheet.note if sheet.rows else f"{sheet.title}: {sheet.note}")


def _cell(cell: str | int) -> str:
    return f"{cell:,}" if isinstance(cell, int) else cell
